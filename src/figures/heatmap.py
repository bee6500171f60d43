"""The heat map of a series: occupancy of each group in each volume, ordered by likeness.

Drawn with matplotlib alone. Places are worked out in inches from the size of the text, so that
names are read at any number of groups and volumes.
"""

import numpy as np

from ..core.describe import value_text
from ..core.palettes import OCCUPY
from ..series.order import order_of
from . import labels

#: Size of text in points, and room for a line of it in inches.
TEXT, LINE = 7.5, 0.122
#: Edges of cells in inches: what they would like to be, and of columns the least.
_CELL, _LEAST_COLUMN = 0.42, 0.028
#: The map itself is at most so wide and, where rows can be told apart, so high.
_WIDEST, _HIGHEST = 13.0, 24.0
_LEAST_WIDTH = 2.2
#: Rooms for dendrograms, the key, and between things.
_TREE, _KEY, _KEY_WIDTH, _GAP = 0.75, 0.11, 1.9, 0.08
#: Values stand in the cells that are at least so large.
_WRITTEN = (0.36, 0.2)
_MISSING, _HATCH, _LINES = '#f4f4f4', '#8c8c8c', '#444444'


def heatmap_figure(table, order='likeness', title='', what='occupancy'):
    """A new matplotlib `Figure` of a `SeriesTable`: groups × volumes with dendrograms and a key.

    order: a word of `series.order.ORDERS`, or an `Order`. what: what the values are. Cells without
    a value are hatched, those that carry a note have a dot.
    """
    return HeatMap(table, order, title, what).figure


class HeatMap:
    """A heat map and where things are in it. `figure`, `order`, `axes`: those of the cells, whose
    data coordinates are columns and rows; `row_tree`, `column_tree`: axes of the dendrograms, None
    for none.
    """

    def __init__(self, table, order='likeness', title='', what='occupancy'):
        from matplotlib.figure import Figure
        self.table = table
        self.order = order_of(table, order) if isinstance(order, str) else order
        self.values = table.occupancy[np.ix_(self.order.groups, self.order.volumes)]
        self.rows, self.columns = self.values.shape
        self._names = labels.cut([table.groups[i] for i in self.order.groups])
        short, self._shared = labels.short(table.volumes)
        self._volumes = [short[i] for i in self.order.volumes]
        self._title = title
        self._left = _TREE + _GAP if self.order.group_links is not None else 0.2
        self._right = labels.width(self._names, TEXT) + 0.2
        self._volume_width = labels.width(self._volumes, TEXT)
        self._bottom = 0.0      # known with the width of the columns
        top = _TREE + _GAP if self.order.volume_links is not None else 0.1
        self._top = top + 0.62 + (0.3 if title else 0)
        self.figure = Figure()
        self._what = what
        self.figure.set_size_inches(*self._natural_size())
        self._draw()
        self.place()

    def _natural_size(self):
        wide = np.clip(self.columns * _CELL, _LEAST_WIDTH, max(
            7.0, min(_WIDEST, self.columns * LINE), min(_WIDEST, self.columns * _LEAST_COLUMN)))
        high = np.clip(self.rows * _CELL * 0.7, 0.6, max(
            5.0, min(_HIGHEST, self.rows * LINE * 1.04)))
        self._room_below(float(wide))
        return (float(wide) + self._left + self._right + 0.15,
                float(high) + self._bottom + self._top)

    def _room_below(self, wide):
        """Room for the names of volumes; one in so many is named; whether they stand upright."""
        every = max(1, int(np.ceil(LINE * self.columns / wide - 1e-6)))
        upright = self._volume_width + 0.06 < wide / self.columns * every
        self._bottom = (LINE if upright else self._volume_width) + 0.4
        return every, upright

    def _draw(self):
        from matplotlib.colors import LinearSegmentedColormap
        self.axes = axes = self.figure.add_axes((0.2, 0.2, 0.6, 0.6))
        colors = LinearSegmentedColormap.from_list('occupy', OCCUPY, 256)
        colors.set_bad(alpha=0)
        axes.set_facecolor(_MISSING)
        missing = np.isnan(self.values)
        if missing.any():
            self._hatch(missing)
        self._image = axes.imshow(
            np.ma.masked_invalid(self.values), cmap=colors, vmin=0, vmax=1, aspect='auto',
            interpolation='nearest', extent=(-0.5, self.columns - 0.5, self.rows - 0.5, -0.5),
            zorder=2)
        axes.set_xlim(-0.5, self.columns - 0.5)
        axes.set_ylim(self.rows - 0.5, -0.5)
        axes.yaxis.tick_right()
        axes.tick_params(length=2, width=0.5, pad=2, labelsize=TEXT)
        for spine in axes.spines.values():
            spine.set_linewidth(0.5)
        self.row_tree = self._tree(self.order.group_links, sideways=True)
        self.column_tree = self._tree(self.order.volume_links, sideways=False)
        self._dots = self._noted()
        self._written = []
        self._key = self.figure.add_axes((0.1, 0.95, 0.2, 0.02))
        beyond = 'max' if np.nanmax(self.values, initial=0) > 1.005 else 'neither'
        bar = self.figure.colorbar(self._image, cax=self._key, orientation='horizontal',
                                   extend=beyond, ticks=[0, 0.25, 0.5, 0.75, 1])
        bar.ax.set_xticklabels(['0', '', '0.5', '', '1'])
        bar.ax.tick_params(labelsize=TEXT, length=2, pad=1.5)
        bar.outline.set_linewidth(0.5)
        bar.set_label(self._what, fontsize=TEXT, labelpad=1)
        self._legend(missing.any())
        self._heading = self.figure.text(0, 0, self._title, fontsize=10, va='top', ha='left')

    def _hatch(self, missing):
        """Hatch what is missing, whole rows and columns as one, the rest cell by cell."""
        from matplotlib.collections import PolyCollection
        corners = []
        whole = missing.all(axis=0)
        for column in np.flatnonzero(whole):
            corners.append(_box(column, 0, 1, self.rows))
        for row in range(self.rows):
            some = np.flatnonzero(missing[row] & ~whole)
            for run in np.split(some, np.flatnonzero(np.diff(some) > 1) + 1):
                if len(run):
                    corners.append(_box(run[0], row, len(run), 1))
        self.axes.add_collection(PolyCollection(
            corners, facecolors=_MISSING, edgecolors=_HATCH, linewidths=0, hatch='//////',
            zorder=1), autolim=False)

    def _noted(self):
        row = {self.table.groups[g]: i for i, g in enumerate(self.order.groups)}
        column = {self.table.volumes[v]: i for i, v in enumerate(self.order.volumes)}
        places = np.array([(column[volume], row[group]) for group, volume in self.table.notes
                           if group in row and volume in column]).reshape(-1, 2)
        known = np.isfinite(self.values[places[:, 1].astype(int), places[:, 0].astype(int)])
        if not known.any():
            return None
        self._noted_at = places[known].astype(float)
        return self.axes.scatter(*self._noted_at.T, s=4, c='#202020', linewidths=0, zorder=3)

    def _legend(self, missing):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch
        handles = []
        if missing:
            handles.append(Patch(facecolor=_MISSING, edgecolor=_HATCH, hatch='//////',
                                 linewidth=0, label='no value'))
        if self._dots is not None:
            handles.append(Line2D([], [], linestyle='', marker='.', color='#202020',
                                  markersize=4, label='with a note'))
        self._signs = self.figure.legend(
            handles=handles, loc='upper left', fontsize=TEXT, frameon=False, borderpad=0,
            handlelength=1.2, labelspacing=0.3, bbox_to_anchor=(0.5, 0.5)) if handles else None

    def _tree(self, links, sideways):
        if links is None:
            return None
        axes = self.figure.add_axes((0, 0, 0.1, 0.1),
                                    **{'sharey' if sideways else 'sharex': self.axes})
        axes.axis('off')
        number = len(links) + 1
        segments = tree_lines(links)
        top = max(float(links[:, 2].max()), 1e-9)
        from matplotlib.collections import LineCollection
        if sideways:
            segments = segments[..., ::-1]
            axes.set_xlim(1.02 * top, -0.02 * top)
        else:
            axes.set_ylim(-0.02 * top, 1.02 * top)
        axes.add_collection(LineCollection(
            list(segments), colors=_LINES, linewidths=0.8 if number < 60 else 0.5), autolim=False)
        return axes

    def place(self):
        """Put all where it belongs in the figure's present size."""
        width, height = self.figure.get_size_inches()
        wide = max(0.5, width - self._left - self._right - 0.15)
        every, upright = self._room_below(wide)
        high = max(0.4, height - self._bottom - self._top)
        left = 0.15 + self._left

        def put(axes, x, y, w, h):
            axes.set_position((x / width, y / height, w / width, h / height))

        put(self.axes, left, self._bottom, wide, high)
        if self.row_tree is not None:
            put(self.row_tree, 0.15, self._bottom, _TREE, high)
        if self.column_tree is not None:
            put(self.column_tree, left, self._bottom + high + _GAP / 2, wide, _TREE)
        head = height - (0.42 if self._title else 0.12)
        put(self._key, 0.15, head - _KEY, min(_KEY_WIDTH, max(0.5, width - 1.3)), _KEY)
        self._heading.set_position((0.15 / width, 1 - 0.1 / height))
        if self._signs is not None:
            self._signs.set_bbox_to_anchor(
                ((0.15 + min(_KEY_WIDTH, max(0.5, width - 1.3)) + 0.2) / width,
                 (head + 0.04) / height))
        self._name(high, every, upright)
        self._write(wide, high)

    def _name(self, high, every, upright):
        """Name as many rows and columns as there is room for."""
        axes = self.axes
        axes.set_xticks(range(0, self.columns, every), self._volumes[::every],
                        rotation=0 if upright else 90)
        words = f'volume {self._shared}'.strip()
        if every > 1:
            words += f', one in {every} is named'
        every = max(1, int(np.ceil(LINE * self.rows / high - 1e-6)))
        axes.set_yticks(range(0, self.rows, every), self._names[::every])
        if every > 1:
            words += f'; one group in {every} is named'
        axes.set_xlabel(words, fontsize=TEXT)

    def _write(self, wide, high):
        """Write the numbers into cells that are large enough."""
        for text in self._written:
            text.remove()
        self._written = []
        cell = wide / self.columns, high / self.rows
        if self._dots is not None:
            # Beside the number, where there is one.
            written = cell[0] >= _WRITTEN[0] and cell[1] >= _WRITTEN[1]
            self._dots.set_offsets(self._noted_at + (np.array([0.42, -0.34]) if written else 0))
            self._dots.set_sizes([float(np.clip(18 * min(cell), 0.5, 2.5)) ** 2])
        if cell[0] < _WRITTEN[0] or cell[1] < _WRITTEN[1]:
            return
        errors = self.table.error[np.ix_(self.order.groups, self.order.volumes)]
        with_error = cell[0] > 2.2 * _WRITTEN[0]
        for row, column in zip(*np.nonzero(np.isfinite(self.values)), strict=True):
            value, error = self.values[row, column], errors[row, column]
            text = value_text(value, error if with_error else np.nan, 2)
            red, green, blue, _ = self._image.cmap(min(1.0, float(value)))
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
            self._written.append(self.axes.text(
                column, row, text, ha='center', va='center', fontsize=TEXT - 0.5, zorder=4,
                color='white' if dark else 'black'))

    def cell_at(self, x, y):
        """The (group, volume) indices of the table at data coordinates of `axes`, or None."""
        column, row = round(x), round(y)
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return None
        return int(self.order.groups[row]), int(self.order.volumes[column])

    def branch_at(self, place, height, sideways):
        """What hangs together below a place of a dendrogram.

        place: along the leaves; height: as the tree is drawn. Returns the indices of the groups
        (sideways) or volumes, in the order shown, and the row or column of the first; (None, 0) for
        none.
        """
        order = self.order.groups if sideways else self.order.volumes
        links = self.order.group_links if sideways else self.order.volume_links
        leaf = round(float(place))
        if not 0 <= leaf < len(order):
            return None, 0
        low, high = branch_of(links, leaf, height)
        return order[low:high].tolist(), low


def branch_of(links, leaf, height):
    """The range (low, high) of leaves, in their order, that join one below a height."""
    from scipy.cluster.hierarchy import leaves_list
    number = len(links) + 1
    first, count = np.empty(2 * number - 1, int), np.ones(2 * number - 1, int)
    first[leaves_list(links)] = np.arange(number)
    low, high = leaf, leaf + 1
    for i, (a, b) in enumerate(links[:, :2].astype(int)):
        first[number + i] = min(first[a], first[b])
        count[number + i] = count[a] + count[b]
        start, end = first[number + i], first[number + i] + count[number + i]
        if links[i, 2] <= height and start <= leaf < end and end - start > high - low:
            low, high = int(start), int(end)
    return low, high


def tree_lines(links):
    """The dendrogram of a linkage as lines (n − 1, 4, 2) of (place of leaf, height).

    Leaves stand at 0, 1, 2 … in the order of scipy's `leaves_list`.
    """
    from scipy.cluster.hierarchy import leaves_list
    number = len(links) + 1
    place = np.empty(2 * number - 1)
    place[leaves_list(links)] = np.arange(number)
    height = np.concatenate([np.zeros(number), links[:, 2]])
    lines = np.empty((number - 1, 4, 2))
    for i, (a, b) in enumerate(links[:, :2].astype(int)):
        place[number + i] = (place[a] + place[b]) / 2
        lines[i] = ((place[a], height[a]), (place[a], links[i, 2]),
                    (place[b], links[i, 2]), (place[b], height[b]))
    return lines


def _box(column, row, wide, high):
    x, y = column - 0.5, row - 0.5
    return [(x, y), (x, y + high), (x + wide, y + high), (x + wide, y)]
