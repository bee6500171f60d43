"""Surfaces coloured by scale with ChimeraX's own `color sample` machinery.

ChimeraX colours a surface again by itself when it changes, saves the colouring with sessions and
can undo it.
"""

from dataclasses import dataclass

import numpy as np
from chimerax.core.colors import Color, Colormap
from chimerax.core.undo import UndoState
from chimerax.surface.colorvol import VolumeColor

from ..core.palettes import OCCUPY
from ..core.parameters import default
from .frames import FrameColors, series_of
from .key import ColoredAtoms, coloring_of, scale_key, shown_on
from .record import record
from .values import known_on, parts_on, values_on

#: The colours of low scale first. All are evenly spread from 0 to 1.
PALETTES = {
    'occupy': OCCUPY,
    # The colours of the method's publication: red for low scale, through white, to blue.
    'occupy-classic': ('#ff0000', '#ffffff', '#0000ff'),
}
#: Of changes: what is lost is red, what is gained blue, what stays nearly white.
CHANGE_PALETTE = 'occupy-change'
_ALL_PALETTES = {**PALETTES, CHANGE_PALETTE: (
    '#b5322a', '#dc7a5f', '#efbfa9', '#f0f0ee', '#b3cce4', '#6a9fce', '#2766a8')}
DEFAULT_PALETTE = 'occupy'
DEFAULT_RANGE = (default('color_low'), default('color_high'))


@dataclass(frozen=True)
class Palette:
    """A palette as the user named it, and ChimeraX's `Colormap` of it."""

    name: str
    colormap: object


class ScaleColor(VolumeColor):
    """ChimeraX's colouring by a map, holding on a little beyond its last samples.

    Where a map is cut by its box, the surface closes on the last sample or, on a coarser working
    grid, beyond it, which would be grey for want of a value. Sessions keep it by this name.
    """

    #: Mode and map of the scale, for when that map or its scale map is closed.
    mode, source = '', None
    #: What the values are, where they are no scale, for the key; whether each is that of a part,
    #: with nothing between parts and `values.NO_PART` where there is none; and what fills places
    #: that have no value, as maps of local resolution do: (0, that one), or ().
    title, of_parts, fills = '', False, ()

    def belongs_to(self, entry):
        """Remember mode and map of an `Entry` of the record, where there is one."""
        if entry is not None:
            self.mode, self.source = entry.mode, entry.source

    def take_snapshot(self, session, flags):
        source = None if self.source is None or self.source.deleted else self.source
        return {**super().take_snapshot(session, flags), 'mode': self.mode, 'source': source,
                'title': self.title, 'of parts': self.of_parts, 'fills': self.fills}

    @classmethod
    def restore_snapshot(cls, session, data):
        by_scale = super().restore_snapshot(session, data)
        if by_scale is not None:
            by_scale.mode, by_scale.source = data.get('mode', ''), data.get('source')
            by_scale.title, by_scale.of_parts = data.get('title', ''), data.get('of parts', False)
            by_scale.fills = tuple(data.get('fills', ()))
            if by_scale.title:      # it was coloured before all this was known of the values
                by_scale.set_vertex_colors(report_stats=False)
            scale_key(session)      # which looks for its key once all is restored
        return by_scale

    def vertex_values(self, vertices, vertex_xform):
        """Scale at the vertices, and which of them (indices) lie outside."""
        if self.of_parts:
            values, inside = parts_on(self.volume, vertices, vertex_xform)
        elif self.fills:
            values, inside = known_on(self.volume, vertices, vertex_xform, self.fills)
        else:
            values, inside = values_on(self.volume, vertices, vertex_xform)
        return values, np.flatnonzero(~inside)


def is_own(name):
    """Whether a palette of this bundle has that name."""
    return name in _ALL_PALETTES


def palette(name):
    """One of this bundle's palettes by name, as a `Palette`."""
    return Palette(name, Colormap(None, [Color(color) for color in _ALL_PALETTES[name]],
                                  name=name))


def reversed_palette(chosen):
    """A `Palette` the other way round, by the name that ChimeraX has for that."""
    colormap = chosen.colormap
    return Palette(f'^{chosen.name}', Colormap(
        None, colormap.colors[::-1], colormap.color_below_value_range,
        colormap.color_above_value_range, colormap.color_no_value, name=f'^{chosen.name}'))


def ranged(chosen, limits):
    """The `Colormap` of a `Palette` over a range of scale, (low, high).

    None leaves the palette's own values where it has any, and else takes the default range.
    """
    colormap = chosen.colormap
    if limits is None and colormap.values_specified:
        limits = colormap.value_range()
    low, high = DEFAULT_RANGE if limits is None else limits
    values = np.asarray(colormap.data_values, np.float32)
    share = (values - values[0]) / (values[-1] - values[0])
    return Colormap(low + share * np.float32(high - low), colormap.colors,
                    colormap.color_above_value_range, colormap.color_below_value_range,
                    colormap.color_no_value, name=chosen.name)


def surfaces_of(volume):
    """The surfaces of a map, which gets one first if it has none to be seen.

    A map that was never shown is shown, one shown as planes or as an image becomes a surface of the
    whole map; a surface that the user hid stays hidden, and so do other frames of a map series.
    """
    never_shown = not volume.surfaces
    if volume.image_shown or volume.image_will_show or never_shown:
        if volume.showing_one_plane:
            full = volume.full_region()
            # ChimeraX chooses the step by the size of the map.
            volume.new_region(*full[:2], (1, 1, 1))
        volume.set_display_style('surface')
        if never_shown and series_of(volume) is None:
            volume.display = True
    # A surface is made, or made anew, when the window is drawn next, which may be too late.
    volume.update_drawings()
    return list(volume.surfaces)


def color_map(session, volume, scale_map, chosen, limits=None, *, key=None, name='occupy color',
              undoable=True, show=True):
    """Colour the surfaces of a map, which gets one first if it has none to be seen.

    A frame of a map series that is hidden stays so, and is coloured once it is shown; so is any map
    where show is false. Other arguments, and what is returned, as for `color_surfaces`.
    """
    is_frame = series_of(volume) is not None
    frames, colormap = frame_colors(session), ranged(chosen, limits)
    before = frames.known

    def paint():
        if scale_map.deleted:
            return []
        volume.update_drawings()
        painted = _painted(session, volume.surfaces, scale_map, colormap)
        if key:
            scale_key(session).want(volume)
        return [surface for surface, _ in painted]

    surfaces = []
    waits = not volume.display and not volume.surfaces and (is_frame or not show)
    if not waits:
        surfaces = color_surfaces(session, surfaces_of(volume), scale_map, chosen, limits, key=key,
                                  name=name, undoable=undoable)
    if is_frame or waits:
        frames.keep(volume, paint, scale_map, surfaces)
        if waits and key:       # what is made from it may be seen before it is
            scale_key(session).want(volume)
        if undoable:
            undo = UndoState(name)
            undo.add(frames, 'known', before, frames.known)
            session.undo.register(undo)
    return surfaces


def frame_colors(session):
    """The session's `FrameColors`; made when first asked for."""
    found = getattr(session, '_occupy_frames', None)
    if found is None:
        found = session._occupy_frames = FrameColors(
            session, lambda surface: coloring_of(surface) is not None)
    return found


def color_by_values(session, source, value_map, chosen, limits, title, *, of_parts=False, fills=(),
                    key=True, surfaces=None):
    """Colour the surfaces of a map by values that are no scale, which the key calls by a title.

    value_map: a volume of them on the map; of_parts, fills: see `ScaleColor`. chosen, limits: a
    `Palette` and (low, high). surfaces: of the map, all if None. Undoable. Returns the surfaces.
    """
    if surfaces is None:
        surfaces = surfaces_of(source)
    about = {'title': title, 'of_parts': of_parts, 'fills': fills, 'source': source}
    return color_surfaces(session, surfaces, value_map, chosen, limits, key=key,
                          name=f'colour by {title}', about=about)


def color_surfaces(session, surfaces, scale_map, chosen, limits=None, *, key=None,
                   name='occupy color', undoable=True, about=None):
    """Colour surfaces by a scale map; for those of a map see `color_map`.

    chosen: a `Palette`. limits: (low, high), see `ranged`. key: whether a colour key is wanted for
    them, None to leave that as it is. Undoable as one step called `name`, unless told otherwise.
    about: of `ScaleColor`, where the values are no scale. Returns the surfaces that were coloured;
    those that are empty are left out.
    """
    undo = _Colored(session, name)
    painted = _painted(session, surfaces, scale_map, ranged(chosen, limits), about or {})
    for surface, before in painted:
        undo.add(surface, 'color_undo_state', before, surface.color_undo_state)
    coloured = [surface for surface, _ in painted]
    if coloured:
        shown = [shown_on(surface) for surface in coloured]
        undo.want_key({one.owner: None for one in shown if one}, key)
        if undoable:
            session.undo.register(undo)
    return coloured


def _painted(session, surfaces, scale_map, colormap, about=()):
    """Colour surfaces; (surface, what its colours were) of each that is not empty."""
    entry = record(session).of_scale_map(scale_map)
    painted = []
    for surface in surfaces:
        if surface.vertices is None or not len(surface.vertices):
            continue
        before = surface.color_undo_state
        by_scale = ScaleColor(surface, scale_map, palette=colormap)
        by_scale.belongs_to(entry)
        for attribute in about:
            setattr(by_scale, attribute, about[attribute])
        by_scale.set_vertex_colors(report_stats=False)
        painted.append((surface, before))
    return painted


class _Colored(UndoState):
    """An undoable step, after which the key is looked after."""

    def __init__(self, session, name):
        super().__init__(name)
        self._key = scale_key(session)

    def want_key(self, owners, on):
        """Want a key for owners of colours, or none, or leave that as it is (None)."""
        before = self._key.wanted
        for owner in owners:
            if on is not None:
                self._key.want(owner, on)
        self.add(self._key, 'wanted', before, self._key.wanted)
        self._key.follow()

    def undo(self):
        super().undo()
        self._key.follow()

    def redo(self):
        super().redo()
        self._key.follow()


def show_key(session, atoms, mode, chosen, limits, title=''):
    """Show the key of a `Palette` over a range for atoms just coloured by it; undoable.

    title: of the key where the colours are not of a mode's scale.
    They have to be coloured already: the key goes when they get other colours.
    """
    undo = _Colored(session, 'occupy key')
    undo.want_key([ColoredAtoms(atoms, mode, ranged(chosen, limits), title)], True)
    session.undo.register(undo)


def is_colored_by(surface, scale_map):
    """Whether a surface is coloured by the given map at present."""
    by = coloring_of(surface)
    return by is not None and by.volume is scale_map
