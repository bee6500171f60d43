"""Mouse modes on the surface of a map, and what the resting mouse tells of it.

ChimeraX asks for the modes when it starts, so this imports next to nothing until they are used.
"""

from chimerax.mouse_modes import MouseMode

#: The trigger that ChimeraX fires with what the mouse rests on.
_HOVER = 'mouse hover'
#: Above this no part is weak, and so much above the place's scale its part is looked for.
_WEAKEST, _ABOVE = 0.9, 0.1


class _OnMap(MouseMode):
    """Does something at the place of a map's surface that is clicked."""

    def mouse_down(self, event):
        super().mouse_down(event)
        self.at(self.view.picked_object(*event.position(), exclude=_no_map))

    def vr_press(self, event):
        """In virtual reality."""
        self.at(event.picked_object(self.view))

    def at(self, pick):
        """Do it at what was picked; a failure is told in the status line and the log."""
        from chimerax.core.commands import run
        from chimerax.core.errors import NotABug

        from ..session import jobs
        logger = self.session.logger
        volume, point = place_of(pick)
        try:
            if volume is None:
                logger.status('Click on the surface of a map', color='red')
                return
            command = self.command(volume, point)
            with jobs.in_background(self.session):
                run(self.session, command)
        except NotABug as error:
            logger.status(str(error), color='red')
            logger.info(str(error))

    def command(self, volume, point):
        """The command line for a place (x, y, z in Å) on a map; `UserError` where there is none."""
        raise NotImplementedError


class ScaleHere(_OnMap):
    """Labels the place with its scale."""

    name = 'scale here'
    icon_file = '../icons/scale_here.png'

    def command(self, volume, point):
        from ..commands.common import point_text
        return f'occupy at {point_text(point)} map #{volume.id_string} label true'


class FullHere(_OnMap):
    """Takes the place for full scale, and all else of the estimate as it was."""

    name = 'full here'
    icon_file = '../icons/full_here.png'

    def command(self, volume, point):
        from ..commands.common import changed_settings, point_text
        from ..session.record import record
        from .look import look_of
        source = _source(volume)
        mode = look_of(self.session, source).mode
        entry = record(self.session).entry(source, mode)
        kept = changed_settings(entry.estimate) if entry is not None else ''
        return ' '.join(word for word in (
            f'occupy #{source.id_string} mode {mode}', kept, f'fullScaleAt {point_text(point)}')
            if word)


class MaskThis(_OnMap):
    """Makes a mask of the connected weak part at the place."""

    name = 'mask this'
    icon_file = '../icons/mask_this.png'

    def command(self, volume, point):
        from chimerax.core.errors import UserError

        from ..commands.common import point_text
        from ..core.parameters import default
        from ..session.record import record
        from ..session.values import scale_at
        source = _source(volume)
        words = f'occupy mask #{source.id_string} weak'
        entry = record(self.session).entry(source, 'occupancy')
        if entry is not None and not entry.stale:
            scale = float(scale_at(entry.estimate, source, [point])[0][0])
            if scale > _WEAKEST:
                raise UserError(f'the occupancy scale there is {scale:.2f}, which is no weak part; '
                                'click on a weaker one')
            if scale > default('below') - _ABOVE:
                words += f' below {min(scale + _ABOVE, 1):.2f}'
        return f'{words} at {point_text(point)}'


MODES = ScaleHere, FullHere, MaskThis


def register(session):
    """Give ChimeraX the modes, and listen to what the mouse rests on."""
    for mode in MODES:
        session.ui.mouse_modes.add_mode(mode(session))
    if session.triggers.has_trigger(_HOVER):
        session.triggers.add_handler(_HOVER, lambda _name, pick: rests_on(session, pick))


def rests_on(session, pick):
    """Tell the scale where the mouse rests on a surface that is coloured by scale."""
    volume, point = place_of(pick)
    if volume is None:
        return
    from ..session import pointing
    from ..session.key import shown_on
    from ..session.record import record
    shown = [found for surface in volume.surfaces if (found := shown_on(surface)) is not None]
    entry = record(session).entry(shown[0].owner, shown[0].mode) if shown else None
    if entry is not None and pointing.is_inside(entry.source, point):
        session.logger.status(pointing.read(session, entry, point).words)


def place_of(pick):
    """The map whose surface was picked and the point of the scene, or None and None."""
    from chimerax.map import PickedMap
    if not isinstance(pick, PickedMap) or not hasattr(pick, 'triangle_pick'):
        return None, None
    return pick.map, pick.position


def _source(volume):
    """The map that a mask, a modified map or the like was made from, or the map itself."""
    from ..session import volumes
    return volumes.source_of(volume) or volume


def _no_map(drawing):
    """Whether something is not to be clicked: models, and masks and confidence maps, which are seen
    through, stand before the surface that is meant.
    """
    from chimerax.atomic import Structure
    from chimerax.map import Volume

    from ..session import volumes
    return (not getattr(drawing, 'pickable', True) or isinstance(drawing, Structure)
            or (isinstance(drawing, Volume) and volumes.is_envelope(drawing)))
