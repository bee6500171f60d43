"""How maps made from another one are shown."""

from chimerax.core.undo import UndoState

from ..session import coloring
from ..session.record import record
from .estimate import choose_look


def show_like(session, volume, source):
    """Show a modified map as its source is, colour it by scale if that is, and hide the source."""
    volume.copy_settings_from(source, copy_xform=False, copy_active=False, copy_zone=False)
    entry = colored_by(session, source)
    before = source.display
    source.display = False
    volume.display = True
    if entry is not None:
        chosen, limits = choose_look(session, source, None, None, entry.estimate)
        coloring.color_surfaces(
            session, coloring.surfaces_of(volume), entry.scale_map, chosen, limits,
            undoable=False)
    # Undo gives the view before back; the new map stays open and keeps its colours.
    undo = UndoState('occupy modify')
    undo.add(source, 'display', before, False)
    undo.add(volume, 'display', False, True)
    session.undo.register(undo)


def colored_by(session, source):
    """The entry of the record by whose scale the surfaces of a map are coloured, or None."""
    for entry in record(session).entries(source):
        if entry.scale_map is not None and any(
                coloring.is_colored_by(surface, entry.scale_map) for surface in source.surfaces):
            return entry
    return None


def show_envelope(volume, level):
    """Show a confidence map or a mask as a see-through surface, so that the map is seen within."""
    volume.set_parameters(surface_levels=[level], surface_colors=[(0.7, 0.7, 0.7, 0.4)])
    volume.set_display_style('surface')
    volume.display = True
