"""`occupy level`: one surface level for a map and the modified maps made from it."""

from chimerax.core.commands import CmdDesc
from chimerax.core.undo import UndoAction

from ..session import volumes
from ..session.follow import followers
from . import common


def occupy_level(session, maps, level):
    """Contour maps, and the modified maps made from them or from the same source, at one level.

    level: density, in the maps' own units. Undoable. Returns the volumes concerned.
    """
    family = []
    for volume in maps:
        source = volumes.source_of(volume) or volume
        for one in [source, *followers(session).followers_of(source, 'map')]:
            if one not in family:
                family.append(one)
    action = _Levels(family, level)
    action.redo()
    session.undo.register(action)
    names = ', '.join(f'#{volume.id_string}' for volume in family)
    session.logger.info(f'{names}: level {level:g}.')
    return family


class _Levels(UndoAction):
    """Contours maps at a level, and undoes that."""

    def __init__(self, maps, level):
        super().__init__('occupy level')
        self._maps, self._level = maps, level
        self._before = [([surface.level for surface in volume.surfaces],
                         [surface.rgba for surface in volume.surfaces],
                         _is_image(volume)) for volume in maps]

    def redo(self):
        """Contour them."""
        for volume in self._open():
            volume.set_parameters(surface_levels=[self._level])
            if not volume.surface_shown:
                volume.set_display_style('surface')
            volume.update_drawings()

    def undo(self):
        """Contour them as before, those that are still open."""
        open_ones = self._open()
        for volume, (levels, colors, as_image) in zip(self._maps, self._before, strict=True):
            if volume not in open_ones:
                continue
            if levels:
                # The colours of one surface go with it, be they by scale.
                more = {} if len(levels) == 1 else {'surface_colors': colors}
                volume.set_parameters(surface_levels=levels, **more)
            if as_image:
                volume.set_display_style('image')
            volume.update_drawings()

    def _open(self):
        return [volume for volume in self._maps if not volume.deleted]


def _is_image(volume):
    # A style that was chosen is there once it is drawn.
    return bool(volume.image_shown or volume.image_will_show) and not volume.surface_shown


def register(_command_info, logger):
    """Register `occupy level` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('maps', common.VolumesArg), ('level', common.NumberArg)],
        synopsis='Contour a map and the modified maps made from it at one level')
    register_command('occupy level', description, occupy_level, logger=logger)
