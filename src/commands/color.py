"""`occupy color`: colour surfaces by a scale that was estimated before."""

from chimerax.core.commands import BoolArg, CmdDesc, ColormapRangeArg, ModelsArg
from chimerax.core.errors import UserError

from ..session import coloring
from . import common, looks


def occupy_color(session, models, *, map=None, mode=None, palette=None, range=None, key=True):
    """Colour the surfaces of maps, or other surfaces, by a scale.

    map: the scale map, or a map with an estimate; needed for what is neither a map with an estimate
    nor made from one. mode: which of a map's estimates, the latest by default. palette, range: kept
    for the map until others are given. Returns the coloured surfaces.
    """
    common.checked_range(range)
    targets = _targets(models)
    if not targets:
        raise UserError('nothing here has a surface to be coloured; name a map')
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
