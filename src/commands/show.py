"""`occupy show`: of the surfaces of maps only what has a certain scale, or all of it again."""

from chimerax.core.commands import CmdDesc
from chimerax.core.errors import UserError

from ..core.parameters import default
from ..session import coloring, volumes
from ..session.showing import ScaleMask, Seen, Shown, mask_of, put, share_shown
from . import common, looks


def occupy_show(session, maps, *, above=None, below=None, mode=None):
    """Show of the surfaces of maps what has a scale from `above` to `below`, and hide the rest.

    Neither: show all of them again. mode: of the scale, by default the one by which the map is
    coloured, or else its latest. Map and level are untouched, and changes of level are followed.
    Returns the surfaces (a list).
    """
    limited = above is not None or below is not None
    above = default('show_above') if above is None else above
    below = default('show_below') if below is None else below
    if above > below:
        raise UserError(f'above must not be more than below, but {above:g} is more than {below:g}')
    if not limited:
        return _show_all(session, maps)
    plan = [(volume, looks.entry_seen(session, volume, mode)) for volume in maps]
    surfaces, masks = [], []
    for volume, entry in plan:
        own = [surface for surface in coloring.surfaces_of(volume)
               if surface.triangles is not None and len(surface.triangles)]
        masks_of_map = [ScaleMask.of(surface, entry, above, below) for surface in own]
        if not any(mask.triangles().any() for mask in masks_of_map):
            raise UserError(f'nothing on the surface of {volumes.label(volume)} has '
                            f'{_words(entry.mode, above, below)}; try other limits or another '
                            'level of the surface')
        surfaces += own
        masks += masks_of_map
    _change(session, surfaces, masks)
    for volume, entry in plan:
        share = share_shown([one for one in volume.surfaces if one in surfaces])
        session.logger.info(
            f'{volumes.label(volume)} is shown where it has {_words(entry.mode, above, below)}: '
            f'{100 * share:.3g} % of its surface. "occupy show #{volume.id_string}" shows all.')
    return surfaces


def _show_all(session, maps):
    surfaces = [surface for volume in maps for surface in volume.surfaces
                if mask_of(surface) is not None]
    if surfaces:
        _change(session, surfaces, [None] * len(surfaces))
    return [surface for volume in maps for surface in volume.surfaces]


def _change(session, surfaces, masks):
    before = Seen(surfaces)
    put(session, surfaces, masks)
    session.undo.register(Shown('occupy show', before, Seen(surfaces)))


def _words(mode, above, below):
    """Limits in words: "an occupancy scale of at least 0.3"."""
    article = 'an' if mode == 'occupancy' else 'a'
    if below >= default('show_below'):
        limits = f'of at least {above:g}'
    elif above <= default('show_above'):
        limits = f'of at most {below:g}'
    else:
        limits = f'from {above:g} to {below:g}'
    return f'{article} {mode} scale {limits}'


def register(_command_info, logger):
    """Register `occupy show` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('maps', common.VolumesArg)],
        keyword=[('above', common.setting_arg('show_above')),
                 ('below', common.setting_arg('show_below')), *common.setting_args('mode')],
        synopsis='Show of surfaces what has a certain scale')
    register_command('occupy show', description, occupy_show, logger=logger)
