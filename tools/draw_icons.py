#!/usr/bin/env python3
"""Draw the icons of the toolbar buttons anew, in src/icons. Needs matplotlib (`make env`)."""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Outline

FOLDER = Path(__file__).resolve().parent.parent / 'src' / 'icons'
PIXELS = 64
#: The palette of the bundle (coloring.PALETTES), low scale first, its end a little darker so that
#: it stands out from a white toolbar; and an outline that shows on light and dark ones.
COLORS = ('#bb0071', '#e54245', '#e88d42', '#dcc08c', '#a9cfe3')
LINE, PAPER = '#5b6573', '#f7f8fa'
PALETTE = LinearSegmentedColormap.from_list('occupy', COLORS)


def new_axes():
    """A transparent figure of the size of an icon and its axes, 0 to 64 both ways."""
    figure = Figure(figsize=(1, 1), dpi=PIXELS)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, PIXELS), ylim=(0, PIXELS), aspect='equal')
    return figure, axes


def fill(axes, patch, values, extent):
    """Fill a patch with an image (rows from below) in the colours of the palette."""
    axes.add_patch(patch)
    image = axes.imshow(values, cmap=PALETTE, vmin=0, vmax=1, extent=extent, origin='lower',
                        interpolation='bilinear', aspect='auto', zorder=2)
    image.set_clip_path(patch)
    axes.set(xlim=(0, PIXELS), ylim=(0, PIXELS))


def resolution():
    """One particle: crisp and at full scale on the left, washed out on the right."""
    figure, axes = new_axes()
    angle = np.linspace(0, 2 * np.pi, 400)
    crisp = (0.5 - 0.5 * np.cos(angle)) ** 1.5
    radius = 25 + 2.6 * crisp * np.cos(14 * (angle - np.pi))
    points = np.stack([32 + radius * np.cos(angle) * 1.08, 32 + radius * np.sin(angle)], axis=1)
    patch = PathPatch(Outline(points), facecolor='none', edgecolor=LINE, linewidth=2.2, zorder=3)
    fill(axes, patch, np.linspace(1, 0, 65)[None, :], (1, 61, 0, 64))
    return figure


def occupancy():
    """Two components: one whole, one filled to less than half."""
    figure, axes = new_axes()
    discs = ((24, 37), 20, 1.0, 1.0), ((46, 20), 15, 0.25, 0.45)
    for order, (centre, radius, value, share) in enumerate(discs):
        axes.add_patch(Circle(centre, radius, facecolor=PAPER, edgecolor='none', zorder=order))
        disc = Circle(centre, radius, facecolor='none', edgecolor=LINE, linewidth=2.2,
                      zorder=order)
        left, low = centre[0] - radius, centre[1] - radius
        level = Rectangle((left, low), 2 * radius, 2 * radius * share,
                          facecolor=PALETTE(value), edgecolor='none', zorder=order)
        axes.add_patch(level)
        axes.add_patch(disc)
        level.set_clip_path(disc)
    return figure


def panel():
    """A window with a strip of the palette and two sliders."""
    figure, axes = new_axes()
    frame = FancyBboxPatch((7, 9), 50, 46, boxstyle='round,pad=0,rounding_size=4',
                           facecolor=PAPER, edgecolor=LINE, linewidth=2.2)
    axes.add_patch(frame)
    title = Rectangle((7, 46), 50, 9, facecolor=LINE, edgecolor='none')
    axes.add_patch(title)
    title.set_clip_path(frame)
    strip = Rectangle((13, 34), 38, 8, facecolor='none', edgecolor='none')
    fill(axes, strip, np.linspace(0, 1, 65)[None, :], (13, 51, 34, 42))
    for height, place, color in ((26, 24, COLORS[1]), (17, 42, COLORS[4])):
        axes.plot((13, 51), (height, height), color=LINE, linewidth=1.8, solid_capstyle='round')
        axes.add_patch(Circle((place, height), 4, facecolor=color, edgecolor=LINE, linewidth=1.6,
                              zorder=3))
    return figure


def _component(axes, weak=0.35):
    """Two joined parts, the right one weak: (its centre, its radius)."""
    for centre, radius, value in (((22, 29), 17, 1.0), ((44, 26), 13, weak)):
        axes.add_patch(Circle(centre, radius, facecolor=PALETTE(value), edgecolor=LINE,
                              linewidth=2.2))
    return (44, 26), 13


def _pointer(axes, x, y):
    """The arrow of a mouse, its tip at a point."""
    arrow = np.array([(0, 0), (0, -22), (5, -17.5), (8.5, -25.5), (12, -24), (8.5, -16),
                      (15, -15.5), (0, 0)])
    tip = np.array((x, y))
    axes.add_patch(PathPatch(Outline(arrow + tip), facecolor=PAPER, edgecolor='#20242b',
                             linewidth=1.8, zorder=5))


def scale_here():
    """A label with a number at a part."""
    figure, axes = new_axes()
    _component(axes)
    axes.add_patch(FancyBboxPatch((27, 45), 34, 16, boxstyle='round,pad=0,rounding_size=4',
                                  facecolor=PAPER, edgecolor=LINE, linewidth=2.2, zorder=4))
    axes.text(44, 52.5, '.35', fontsize=11, fontweight='bold', color='#20242b', ha='center',
              va='center', zorder=5)
    axes.plot((44, 44), (45, 30), color=LINE, linewidth=2, zorder=4)
    _pointer(axes, 42, 29)
    return figure


def full_here():
    """A part that becomes full: a level at its top."""
    figure, axes = new_axes()
    _component(axes, weak=1.0)
    axes.plot((6, 58), (52, 52), color=LINE, linewidth=2.4, solid_capstyle='round')
    axes.text(32, 58, '1', fontsize=9, fontweight='bold', color=LINE, ha='center', va='center')
    axes.annotate('', (44, 51), (44, 38), arrowprops={
        'arrowstyle': '-|>', 'color': LINE, 'linewidth': 2})
    _pointer(axes, 42, 29)
    return figure


def mask_this():
    """A weak part within a dashed outline."""
    figure, axes = new_axes()
    centre, radius = _component(axes)
    axes.add_patch(Circle(centre, radius + 5, facecolor='none', edgecolor=LINE, linewidth=2.4,
                          linestyle=(0, (2, 1.4)), zorder=4))
    _pointer(axes, 42, 29)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--folder', type=Path, default=FOLDER, help='where to (src/icons)')
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (resolution, occupancy, panel, scale_here, full_here, mask_this):
        draw().savefig(folder / f'{draw.__name__}.png', transparent=True)


if __name__ == '__main__':
    main()
