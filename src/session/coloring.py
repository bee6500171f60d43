"""Surfaces coloured by scale with ChimeraX's own `color sample` machinery, and their colour key.

ChimeraX colours a surface again by itself when it changes, saves the colouring with sessions and
can undo it.
"""

from dataclasses import dataclass

import numpy as np
from chimerax.core.colors import Color, Colormap
from chimerax.surface.colorvol import VolumeColor

from ..core.parameters import default
from . import privates
from .values import values_on

#: The colours of low scale first. All are evenly spread from 0 to 1.
PALETTES = {
    # Low scale is what one looks for, so it gets the strongest colours; full scale is nearly white,
    # on which ChimeraX's lighting shows the shape best. Lightness rises evenly all the way, so that
    # the order is seen in grey and by any eye (for each kind of colour blindness no two tenths of
    # the range come closer than a just noticeable difference; tests/commands measures it), and no
    # colour is so dark that shading disappears in it, as it would in viridis or inferno.
    'occupy': ('#bb0071', '#d1255c', '#e54245', '#e76c44', '#e88d42', '#e4a767', '#dcc08c',
               '#dad3be', '#d1e6f1'),
    # The colours of the method's publication: red for low scale, through white, to blue.
    'occupy-classic': ('#ff0000', '#ffffff', '#0000ff'),
}
DEFAULT_PALETTE = 'occupy'
DEFAULT_RANGE = (default('color_low'), default('color_high'))
#: Colours in the key; of these the first and the last are labelled with a number, the middle one
#: with the title: with a number for each they would run into one another.
_KEY_COLORS = 9
_KEY_FONT_SIZE = 18
#: As shares of the window: room to the right of the key and below it, its height and width; and the
#: least width in pixels, at which the labels stay apart.
_KEY_RIGHT, _KEY_BELOW, _KEY_HEIGHT, _KEY_WIDTH = 0.06, 0.1, 0.04, 0.36
_KEY_LEAST_WIDTH = 280


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

    def vertex_values(self, vertices, vertex_xform):
        """Scale at the vertices, and which of them (indices) lie outside."""
        values, inside = values_on(self.volume, vertices, vertex_xform)
        return values, np.flatnonzero(~inside)


def palette(name):
    """One of this bundle's palettes by name, as a `Palette`."""
    return Palette(name, Colormap(None, [Color(color) for color in PALETTES[name]], name=name))


def ranged(chosen, limits):
    """The `Colormap` of a `Palette` over a range of scale, (low, high).

    None leaves the palette's own values where it has any, and else takes the default range.
    """
    colormap = chosen.colormap
    if limits is None:
        if colormap.values_specified:
            return colormap
        limits = DEFAULT_RANGE
    low, high = limits
    values = np.asarray(colormap.data_values, np.float32)
    share = (values - values[0]) / (values[-1] - values[0])
    return Colormap(low + share * np.float32(high - low), colormap.colors,
                    colormap.color_above_value_range, colormap.color_below_value_range,
                    colormap.color_no_value, name=colormap.name)


def surfaces_of(volume):
    """The surfaces of a map, which gets one first if it has none to be seen.

    A map that was never shown is shown, one shown as planes or as an image becomes a surface of the
    whole map; a surface that the user hid stays hidden.
    """
    never_shown = not volume.surfaces
    if volume.image_shown or volume.image_will_show or never_shown:
        if volume.showing_one_plane:
            full = volume.full_region()
            # ChimeraX chooses the step by the size of the map.
            volume.new_region(*full[:2], (1, 1, 1))
        volume.set_display_style('surface')
        if never_shown:
            volume.display = True
    # A surface is made, or made anew, when the window is drawn next, which may be too late.
    volume.update_drawings()
    return list(volume.surfaces)


def color_surfaces(session, surfaces, scale_map, chosen, limits=None, *, title='',
                   name='occupy color'):
    """Colour surfaces by a scale map, and show the colour key under a title unless it is ''.

    chosen: a `Palette`. limits: (low, high), see `ranged`. Undoable as one step called `name`.
    Returns the surfaces that were coloured; those that are empty are left out.
    """
    from chimerax.core.undo import UndoState
    undo = UndoState(name)
    colormap = ranged(chosen, limits)
    coloured = []
    for surface in surfaces:
        if surface.vertices is None or not len(surface.vertices):
            continue
        before = surface.color_undo_state
        by_scale = ScaleColor(surface, scale_map, palette=colormap)
        by_scale.set_vertex_colors(report_stats=False)
        undo.add(surface, 'color_undo_state', before, surface.color_undo_state)
        coloured.append(surface)
    if title:
        _show_key(session, colormap, title, undo)
    if coloured:
        session.undo.register(undo)
    return coloured


def show_key(session, chosen, limits, title):
    """Show the colour key of a `Palette` over a range (see `ranged`) under a title; undoable."""
    from chimerax.core.undo import UndoState
    undo = UndoState('occupy key')
    _show_key(session, ranged(chosen, limits), title, undo)
    session.undo.register(undo)


def is_colored_by(surface, scale_map):
    """Whether a surface is coloured by the given map at present."""
    by = privates.recoloring_of(surface)
    return isinstance(by, VolumeColor) and by.volume is scale_map


def _show_key(session, colormap, title, undo):
    """Show a colormap in the one colour key of the session, in place of what it showed before."""
    from chimerax.color_key.model import get_model
    low, high = (float(value) for value in colormap.value_range())
    values = np.linspace(low, high, _KEY_COLORS)
    colors = colormap.interpolated_rgba(values.astype(np.float32))
    labels = [''] * _KEY_COLORS
    # ChimeraX 1.7 cuts some pixels off the last label; there a blank is not missed.
    labels[0], labels[_KEY_COLORS // 2], labels[-1] = f'{low:.3g}', title, f'{high:.3g} '
    colors = [tuple(float(part) for part in color) for color in colors]
    shown = list(zip(colors, labels, strict=True))
    key = get_model(session, create=False)
    if key is None:
        key = get_model(session)
        width = max(_KEY_WIDTH, _KEY_LEAST_WIDTH / session.main_view.window_size[0])
        width = min(width, 1 - 2 * _KEY_RIGHT)
        key.size, key.pos = (width, _KEY_HEIGHT), (1 - _KEY_RIGHT - width, _KEY_BELOW)
        key.font_size = _KEY_FONT_SIZE
        undo.add(key, 'display', False, True)
    else:       # where the user has put it, it stays
        undo.add(key, 'rgbas_and_labels', key.rgbas_and_labels, shown)
        undo.add(key, 'display', key.display, True)
    key.display = True
    key.rgbas_and_labels = shown
    key.numeric_label_spacing = key.NLS_EQUAL
    key.color_treatment = key.CT_BLENDED
