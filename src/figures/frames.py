"""Occupancy of each group against frame, groups named at their lines: matplotlib alone."""

import numpy as np

from ..series.order import by_likeness
from . import labels
from .heatmap import LINE, TEXT

#: At most so many lines share a panel, in so many columns of panels.
_LINES, _COLUMNS = 12, 3
_WIDTH, _HEIGHT = 4.6, 2.4
#: Part of the sequential palette that is seen on white.
_PALETTE, _SEEN = 'viridis', (0.0, 0.85)


def frames_figure(table, title='', what='occupancy'):
    """A new matplotlib `Figure`: values of a `SeriesTable` against its volumes, as given.

    Groups that go alike share a panel, at most a dozen of them. The colours of a panel go with the
    order of its names, which is that of the lines' ends. Shades are one standard error. what: what
    the values are.
    """
    from matplotlib.figure import Figure
    parts = _panels(table.occupancy)
    number = len(parts)
    columns = 1 if number <= 3 else 2 if number <= 6 else _COLUMNS
    rows = -(-number // columns)
    names = labels.cut(table.groups)
    room = labels.width(names, TEXT) + 0.32
    panel = _WIDTH + room, max(_HEIGHT, LINE * max(len(part) for part in parts) + 0.5)
    width, height = columns * panel[0] + 0.35, rows * (panel[1] + 0.15) + (0.75 if title else 0.5)
    figure = Figure(figsize=(width, height))
    high = panel[1] - 0.15
    top = _highest(table)
    for index, part in enumerate(parts):
        column, row = index % columns, index // columns
        left = 0.55 + column * panel[0]
        base = height - (0.45 if title else 0.2) - (row + 1) * (panel[1] + 0.15) + 0.2
        axes = figure.add_axes((left / width, base / height, (_WIDTH - 0.35) / width,
                                high / height))
        _draw(axes, table, part, names, top, high)
        last = index + columns >= number
        _name_frames(axes, table.volumes, last)
        if column == 0:
            axes.set_ylabel(what, fontsize=TEXT + 0.5)
    if title:
        figure.text(0.15 / width, 1 - 0.12 / height, title, fontsize=10, va='top')
    return figure


def _panels(values):
    """Indices of the groups of each panel: branches of the tree of likeness, small ones joined."""
    told = np.flatnonzero(np.isfinite(values).any(axis=1))
    order, links = by_likeness(values[told])
    if links is None:
        return [told]
    number = len(told)
    leaves = {i: [i] for i in range(number)}
    for i, (a, b) in enumerate(links[:, :2].astype(int)):
        leaves[number + i] = leaves[a] + leaves[b]
    parts, waiting = [], [2 * number - 2]
    while waiting:
        node = waiting.pop()
        if len(leaves[node]) > _LINES:
            waiting += [int(links[node - number, 1]), int(links[node - number, 0])]
        elif parts and len(parts[-1]) + len(leaves[node]) <= _LINES:
            parts[-1] = parts[-1] + leaves[node]
        else:
            parts.append(leaves[node])
    return [told[part] for part in parts]


def _highest(table):
    with_error = table.occupancy + np.nan_to_num(table.error)
    return float(max(1.1, min(1.6, 1.05 * np.nanmax(with_error, initial=0))))


def _draw(axes, table, part, names, top, height):
    """Draw the lines of some groups, and name them at their ends."""
    from matplotlib import colormaps
    frames = np.arange(len(table.volumes))
    values, errors = table.occupancy[part], np.nan_to_num(table.error[part])
    ends = [np.flatnonzero(np.isfinite(row))[-1] for row in values]
    heights = np.array([row[end] for row, end in zip(values, ends, strict=True)])
    heights = np.clip(heights, 0, top)
    rank = np.argsort(np.argsort(heights, kind='stable'))
    shades = np.linspace(*_SEEN, max(2, len(part)))
    step = LINE * top / height
    places = labels.apart(heights, step, 0, max(top, step * len(part)))
    low, high = (-0.01 * frames[-1], 1.01 * frames[-1]) if len(frames) > 1 else (-0.5, 0.5)
    for i, group in enumerate(part):
        color = colormaps[_PALETTE](shades[rank[i]])
        known = np.isfinite(values[i])
        axes.fill_between(frames, values[i] - errors[i], values[i] + errors[i], color=color,
                          alpha=0.13, linewidth=0)
        axes.plot(frames, values[i], color=color, linewidth=1.2,
                  marker='.' if len(frames) < 60 or known.sum() < 3 else None, markersize=3)
        axes.annotate(names[group], (ends[i], heights[i]), (high + 0.025 * (high - low), places[i]),
                      fontsize=TEXT, color=color, va='center', annotation_clip=False,
                      arrowprops={'arrowstyle': '-', 'color': color, 'linewidth': 0.5,
                                  'shrinkA': 0.5, 'shrinkB': 1, 'relpos': (0, 0.5)})
    axes.set_xlim(low, high)
    axes.set_ylim(-0.02 * top, top)
    axes.axhline(1, color='#999999', linewidth=0.6, linestyle=':')
    axes.spines[['top', 'right']].set_visible(False)
    axes.tick_params(labelsize=TEXT, length=2)


def _name_frames(axes, volumes, last):
    """Name as many volumes below a panel as there is room for; only the lowest panels say what."""
    short, shared = labels.short(volumes)
    room = _WIDTH - 0.35
    wide = labels.width(short, TEXT) + 0.12
    upright = wide * len(short) > room and wide > 0.6
    every = max(1, int(np.ceil((LINE * 1.6 if upright else wide) * len(short) / room)))
    if upright:
        # Names in files are long; numbers of frames say as much and stay short.
        axes.set_xlabel('frame' if last else '', fontsize=TEXT + 0.5)
        every = max(1, -(-len(short) // 10))
        axes.set_xticks(range(0, len(short), every), range(1, len(short) + 1, every))
        return
    axes.set_xticks(range(0, len(short), every), short[::every])
    axes.set_xlabel(f'volume {shared}'.strip() if last else '', fontsize=TEXT + 0.5)
