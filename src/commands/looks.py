"""How maps are coloured by their scale, and how maps made from another one are shown."""

from chimerax.core.undo import UndoState

from ..session import coloring, showing, volumes
from ..session.frames import series_of
from ..session.key import shown_of
from ..session.record import record
from . import common


def choose_look(session, source, palette, limits, found):
    """Palette and range to use for a map: what is given, else what the user chose before.

    found: its estimate, for the range "full". They are remembered in the record. Returns a
    `Palette` and (low, high).
    """
    look = record(session).look(source)
    if palette is not None:
        look['palette'] = palette.name
    elif 'palette' in look:
        palette, _, _ = common.PaletteArg.parse(look['palette'], session)
    else:
        palette = coloring.palette(coloring.DEFAULT_PALETTE)
    if limits == 'full':
        limits = (float(found.scale.min()), float(found.scale.max()))
    if limits is not None:
        look['range'] = tuple(float(limit) for limit in limits)
    elif palette.colormap.values_specified:
        limits = tuple(float(limit) for limit in palette.colormap.value_range())
    else:
        limits = tuple(look.get('range', coloring.DEFAULT_RANGE))
    return palette, limits


def entry_seen(session, volume, mode=None):
    """The estimate that is meant: of the mode asked for, or seen on the map, or else the latest."""
    if mode is None and volume is not None:
        shown = shown_of(volume) or shown_of(volumes.source_of(volume) or volume)
        if shown is not None and record(session).entry(shown.owner, shown.mode) is not None:
            mode = shown.mode
    return common.entry_of(session, volume, mode)


def scale_map_of(session, entry):
    """The scale map of an `Entry` of the record, which is opened again if it was closed."""
    if entry.scale_map is None:
        name = f'{entry.source.name} {entry.mode} scale'
        scale_map = volumes.new_volume(
            session, entry.estimate.scale, entry.source, name, kind='scale')
        entry = record(session).set(entry.source, entry.estimate, scale_map, entry.started)
    return entry.scale_map


def show_like(session, volume, source):
    """Show a modified map as its source is, colour it by scale if that is, and hide the source.

    What was made of a hidden frame of a map series is hidden.
    """
    volume.copy_settings_from(source, copy_xform=False, copy_active=False, copy_zone=False)
    entry = colored_by(session, source)
    before = source.display
    source.display = False
    volume.display = shown = before or series_of(source) is None
    if entry is not None:
        chosen, limits = choose_look(session, source, None, None, entry.estimate)
        coloring.color_map(session, volume, entry.scale_map, chosen, limits, undoable=False,
                           show=shown)
    showing.carry(session, source, volume)
    # Undo gives the view before back; the new map stays open and keeps its colours.
    undo = _ShownInstead(session, source)
    undo.add(source, 'display', before, False)
    undo.add(volume, 'display', False, shown)
    session.undo.register(undo)


class _ShownInstead(UndoState):
    """A modified map is shown in the place of its source; undone only while that can be seen."""

    def __init__(self, session, source):
        super().__init__('occupy modify')
        self._session = session
        self._source, self._label = source, volumes.label(source)

    @property
    def why_not(self):
        """Why it is not undone, a sentence, or ''."""
        return (f'{self._label} is closed and cannot be shown again, so nothing was undone.'
                if self._source.deleted else '')

    def undo(self):
        why_not = self.why_not      # else nothing would be left in view
        if not why_not:
            super().undo()
            return
        self.can_redo = False
        # No error: from ChimeraX's menu it would be a dialog.
        self._session.logger.warning(why_not)
        self._session.logger.status(why_not)


def colored_by(session, source):
    """The entry of the record by whose scale a map is coloured, or will be when it is shown."""
    later = coloring.frame_colors(session).waits_for(source)
    for entry in record(session).entries(source):
        if entry.scale_map is not None and (entry.scale_map is later or any(
                coloring.is_colored_by(surface, entry.scale_map) for surface in source.surfaces)):
            return entry
    return None


def show_envelope(volume, level):
    """Show a confidence map or a mask as a see-through surface, so that the map is seen within.

    What covers solvent too is seen by what it leaves out: the faces of the box are not closed.
    """
    volume.set_parameters(surface_levels=[level], surface_colors=[(0.7, 0.7, 0.7, 0.4)],
                          cap_faces=False)
    volume.set_display_style('surface')
    volume.display = True
