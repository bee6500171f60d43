"""`occupy level`: one surface level for a map and the modified maps made from it."""

from chimerax.core.commands import CmdDesc

from ..session import volumes
from ..session.follow import followers
from . import common


def occupy_level(session, maps, level):
    """Contour maps, and the modified maps made from them or from the same source, at one level.

    level: density, in the maps' own units. Returns the volumes concerned.
    """
    family = []
    for volume in maps:
        source = volumes.source_of(volume) or volume
        for one in [source, *followers(session).followers_of(source, 'map')]:
            if one not in family:
                family.append(one)
    for volume in family:
        volume.set_parameters(surface_levels=[level])
        if not volume.surface_shown:
            volume.set_display_style('surface')
        volume.update_drawings()
    names = ', '.join(f'#{volume.id_string}' for volume in family)
    session.logger.info(f'{names}: level {level:g}.')
    return family


def register(_command_info, logger):
    """Register `occupy level` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('maps', common.VolumesArg), ('level', common.NumberArg)],
        synopsis='Contour a map and the modified maps made from it at one level')
    register_command('occupy level', description, occupy_level, logger=logger)
