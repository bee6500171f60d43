"""`occupy color`: colour surfaces by a scale that was estimated before."""

from chimerax.core.commands import BoolArg, CmdDesc, ColormapRangeArg, ModelsArg
from chimerax.core.errors import UserError
from chimerax.core.undo import UndoState

from ..session import coloring, volumes
from ..session.localres import TITLE, check_place, fills_of, is_local_resolution_map, range_on
from ..session.record import record
from . import common, looks


def occupy_color(session, models, *, map=None, mode=None, palette=None, range=None, key=True):
    """Colour the surfaces of maps, or other surfaces, by a scale.

    map: the scale map, or a map with an estimate; needed for what is neither a map with an estimate
    nor made from one. Or a map of local resolution, by which they are coloured instead. mode: which
    of a map's estimates, the latest by default. palette, range: kept for the map until others are
    given. Returns the coloured surfaces.
    """
    common.checked_range(range)
    targets = _targets(models)
    if not targets:
        raise UserError('nothing here has a surface to be coloured; name a map')
    if map is not None and record(session).of_scale_map(map) is None and (
            is_local_resolution_map(map)):
        return _color_by_resolution(session, targets, map, mode, palette, range, key)
    for target in targets:      # all, before any scale map is opened again
        common.entry_of(session, map or target, mode)
    plan = [(target, _entry(session, map or target, mode)) for target in targets]
    coloured = []
    with session.undo.aggregate('occupy color'):
        for target, (entry, scale_map) in plan:
            chosen, limits = looks.choose_look(
                session, entry.source, palette, range, entry.estimate)
            if hasattr(target, 'full_matrix'):
                coloured += coloring.color_map(session, target, scale_map, chosen, limits, key=key)
            else:
                coloured += coloring.color_surfaces(
                    session, [target], scale_map, chosen, limits, key=key)
    return coloured


def _targets(models):
    """Maps, and surfaces that belong to no map."""
    from chimerax.core.models import Surface
    maps = common.only_maps(models)
    return maps + [model for model in models if isinstance(model, Surface)
                   and model.vertices is not None and model.parent not in maps]


def _color_by_resolution(session, targets, local, mode, palette, limits, key):
    """Colour by local resolution: the best, with the least Å, in the palette's last colour."""
    if mode is not None:
        raise UserError(f'{volumes.label(local)} is a map of local resolution, which has no mode')
    coloured = []
    chosen = coloring.reversed_palette(coloring.palette(coloring.DEFAULT_PALETTE)) \
        if palette is None else palette
    plan = []
    for target in targets:
        if target is local:
            raise UserError('name the map whose surface is to be coloured, not that of local '
                            'resolution: "occupy color #1 map '
                            f'#{local.id_string}"')
        if hasattr(target, 'full_matrix'):
            check_place(local, target)
        surfaces = coloring.surfaces_of(target) if hasattr(target, 'full_matrix') else [target]
        plan.append((target, surfaces))
    every = [surface for _, surfaces in plan for surface in surfaces]
    if limits in (None, 'full'):
        limits = range_on(local, every)
    fills = fills_of(local)
    with session.undo.aggregate('occupy color'):
        for target, surfaces in plan:
            coloured += coloring.color_by_values(
                session, target, local, chosen, limits, TITLE, fills=fills, key=key,
                surfaces=surfaces)
        if local.display:       # its own surface encloses the coloured one
            hidden = UndoState('hide local resolution')
            hidden.add(local, 'display', True, False)
            local.display = False
            session.undo.register(hidden)
    session.logger.info(
        f'Coloured by {volumes.label(local)}, a map of local resolution, from {limits[0]:g} to '
        f'{limits[1]:g} Å. A scale is no resolution: "occupy plot against #{local.id_string}" lays '
        'the two side by side.')
    return coloured


def _entry(session, model, mode):
    """The estimate to colour by, and its open scale map."""
    entry = common.entry_of(session, model, mode)
    return entry, looks.scale_map_of(session, entry)


def register(_command_info, logger):
    """Register `occupy color` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('models', ModelsArg)],
        keyword=[('map', common.VolumeArg), ('mode', common.setting_arg('mode')),
                 ('palette', common.PaletteArg), ('range', ColormapRangeArg), ('key', BoolArg)],
        synopsis='Colour surfaces by local scale')
    register_command('occupy color', description, occupy_color, logger=logger)
