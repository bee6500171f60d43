"""Surfaces coloured by scale with ChimeraX's own `color sample` machinery, and their colour key.

ChimeraX colours a surface again by itself when it changes, saves the colouring with sessions and
can undo it.
"""

from dataclasses import dataclass

from .core.parameters import default

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
#: Colours in the key; of these the first, the last and the numbers between get a label.
_KEY_COLORS = 9
_KEY_LABELS = (0, 2, 4, 6, 8)
_KEY_PLACE = (0.04, 0.08)
_KEY_SIZE = (0.035, 0.36)


@dataclass(frozen=True)
class Palette:
    """A palette as the user named it, and ChimeraX's `Colormap` of it."""

    name: str
    colormap: object


def palette(name):
    """One of this bundle's palettes by name, as a `Palette`."""
    from chimerax.core.colors import Color, Colormap
    return Palette(name, Colormap(None, [Color(color) for color in PALETTES[name]], name=name))


def ranged(chosen, limits):
    """The `Colormap` of a `Palette` over a range of scale, (low, high); None leaves the palette's own
    values where it has any, and else takes the default range."""
    colormap = chosen.colormap
    if limits is None:
        if colormap.values_specified:
            return colormap
        limits = DEFAULT_RANGE
    low, high = limits
    if colormap.values_specified:
        return colormap.rescale_range(low, high, full=True)
    return colormap.linear_range(low, high)


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


def color_surfaces(session, surfaces, scale_map, chosen, limits=None, name='occupy color'):
    """Colour surfaces by a scale map; undoable as one step. Returns those that were coloured."""
    from chimerax.core.undo import UndoState
    from chimerax.surface.colorvol import VolumeColor
    undo = UndoState(name)
    colormap = ranged(chosen, limits)
    coloured = []
    for surface in surfaces:
        if surface.vertices is None or not len(surface.vertices):
            continue
        before = surface.color_undo_state
        by_scale = VolumeColor(surface, scale_map, palette=colormap)
        by_scale.set_vertex_colors(report_stats=False)
        undo.add(surface, 'color_undo_state', before, surface.color_undo_state)
        coloured.append(surface)
    if coloured:
        session.undo.register(undo)
    return coloured


def is_colored_by(surface, scale_map):
    """Whether a surface is coloured by the given map at present."""
    from chimerax.surface.colorvol import VolumeColor
    by = surface.auto_recolor_vertices
    by = getattr(by, '__self__', by)    # ChimeraX before 1.9 keeps a method of it
    return isinstance(by, VolumeColor) and by.volume is scale_map


def show_key(session, colormap, title):
    """Show the one colour key of the session for a colormap, in place of the one before.

    It stands upright, so that its numbers cannot run into one another, with the title at the top.
    """
    import numpy as np
    from chimerax.color_key.model import get_model
    low, high = (float(value) for value in colormap.value_range())
    values = np.linspace(low, high, _KEY_COLORS)
    colors = colormap.interpolated_rgba(values.astype(np.float32))
    labels = [f'{values[i]:.3g}' if i in _KEY_LABELS else '' for i in range(_KEY_COLORS)]
    labels[-1] = f'{labels[-1]}  {title}'
    is_new = get_model(session, create=False) is None
    key = get_model(session)
    key.rgbas_and_labels = [
        (tuple(float(c) for c in color), text) for color, text in zip(colors, labels)]
    key.numeric_label_spacing = key.NLS_EQUAL
    key.color_treatment = key.CT_BLENDED
    if is_new:      # where the user has put it, it stays
        key.pos, key.size = _KEY_PLACE, _KEY_SIZE
        key.justification = key.JUST_LEFT
        key.font_size = 18
    return key
