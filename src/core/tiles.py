"""Tiles: small boxes spread over the map, whose order statistics tell how much contrast there is.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .parameters import TILES_PER_AXIS, TILES_TO_ROUND
from .threads import in_threads, slabs, thread_count

#: Voxels of tiles that a thread gathers at a time.
GATHERED_VOXELS = 2**18
#: Planes that a thread counts voxels in at a time.
SLAB = 8
#: Tiles that hold each voxel so many times, on average, are counted before any is sorted.
OVERLAPPING = 2
#: Of these, so small a part is sorted at a time.
SORTED_SHARE = 200
#: One in so many is sorted before the rest, to tell which of them need sorting.
TRIED = 64


@dataclass(frozen=True)
class Tile:
    """One tile: its first voxel and its edges, both (z, y, x) on the working grid, and its value.
    """

    start: tuple
    size: tuple
    value: float

    @property
    def centre(self):
        """The middle of the tile as voxel indices (z, y, x), which may be half numbers."""
        return tuple(
            start + (size - 1) / 2 for start, size in zip(self.start, self.size, strict=True))


@dataclass(frozen=True)
class Tiles:
    """The outcome of a tile search: the tiles of largest and smallest value, and how many took
    part.
    """

    full: Tile
    least: Tile
    count: int


def tile_layout(n, tile_size):
    """Tiles along an axis of n voxels: (edge, number, step, start of the first)."""
    edge = min(tile_size, n)
    number = min(TILES_PER_AXIS, n - edge + 1)
    step = 1
    if number > 1:
        step = max(1, edge + (n - number * edge) // (number - 1))
    return edge, number, step, (n - (number - 1) * step - edge) // 2


def taking_part(numbers):
    """Which tiles take part: those within the ellipsoid that the rows of tiles span; boolean (z, y,
    x).

    An axis with fewer than `TILES_TO_ROUND` tiles is not rounded off.
    """
    squares = []
    for number in numbers:
        along = np.zeros(number)
        if number >= TILES_TO_ROUND:
            along = ((np.arange(number) - number / 2) / (number / 2 - 1)) ** 2
        squares.append(along)
    z, y, x = squares
    return z[:, None, None] + y[None, :, None] + x[None, None, :] < 1


def search_tiles(array, tile_size, tau, progress=None):
    """Find the tiles of the largest and the smallest value.

    array: float32 (z, y, x), finite. tile_size: edge in voxels. tau: the share of a tile's voxels
    below its value, which is the order statistic floor(tau · voxels), counted from 0, of the map in
    the tile. Returns `Tiles`; of several equal tiles the first counts. Tiles that overlap much are
    counted first, and only those that can win are sorted: the result is the same.
    """
    layout = _Layout(array, tile_size, tau)
    places = np.flatnonzero(layout.inside)
    some = layout.values(places[::TRIED], _still(progress, 0))
    if layout.number * layout.voxels > OVERLAPPING * array.size:
        ends = (_largest(layout, some, _still(progress, 0)),
                _smallest(layout, some, _still(progress, 0.5)))
    else:
        values = layout.values(places, progress, (some.min(), some.max()))
        ends = [(places[best], values[best]) for best in (np.nanargmax(values),
                                                          np.nanargmin(values))]
    return Tiles(*(layout.tile(*end) for end in ends), layout.number)


def _still(progress, share):
    """Progress of work whose length is not known: it stays where it is, and can be stopped."""
    return None if progress is None else lambda _share: progress(share)


class _Layout:
    """Where the tiles of a map lie, the values of some, and counts of voxels in all of them.

    A tile is known by its flat number among (z, y, x) of the layout.
    """

    def __init__(self, array, tile_size, tau):
        layout = [tile_layout(n, tile_size) for n in array.shape]
        self.edges, self.numbers, self.steps, self.starts = (
            tuple(column) for column in zip(*layout, strict=True))
        self._array = array
        self.map_voxels = array.size
        self._windows = sliding_window_view(array, self.edges)[tuple(
            slice(start, start + (number - 1) * step + 1, step)
            for start, number, step in zip(self.starts, self.numbers, self.steps, strict=True))]
        self.inside = taking_part(self.numbers)
        self.number = int(self.inside.sum())
        self.voxels = math.prod(self.edges)
        self.rank = min(math.floor(tau * self.voxels), self.voxels - 1)

    def values(self, tiles, progress=None, beyond=None):
        """Values of the tiles of some flat numbers: float32.

        beyond: two values; tiles between are not sorted, and theirs is not a number.
        """
        # Tiles are gathered before they are sorted, a few at a time, whatever their size.
        at_once = max(1, GATHERED_VOXELS // self.voxels)
        result = np.full(len(tiles), np.nan, np.float32)
        one = np.ones(self.voxels, np.float32)

        def some(part, step):
            z, y, x = np.unravel_index(tiles[part], self.numbers)
            rows = self._windows[z, y, x].reshape(len(z), -1)
            chosen = slice(None)
            if beyond is not None:
                # As many voxels reach the value of a tile, from below and from above, as its rank
                # says. Whole numbers below 2²⁴ are exact in float32.
                chosen = (rows <= beyond[0]).astype(np.float32) @ one >= self.rank + 1
                chosen |= (rows >= beyond[1]).astype(np.float32) @ one >= self.voxels - self.rank
                rows = rows[chosen]
            rows.partition(self.rank, axis=1)
            result[part][chosen] = rows[:, self.rank]
            step()

        in_threads(some, slabs(len(tiles), at_once), progress)
        return result

    def counts(self, chosen, progress=None):
        """How many voxels of each tile are chosen by `chosen(planes of the map)`: int (tiles,)."""
        z, y, x = (self._covers(axis) for axis in range(3))

        def one_slab(planes, step):
            # Whole numbers below 2²⁴, which float32 holds: at most 200³ voxels make a tile.
            here = chosen(self._array[planes]).astype(np.float32)
            step()
            return y.T @ (here @ x)

        planes = np.concatenate(in_threads(
            one_slab, slabs(self._array.shape[0], SLAB), progress))
        return np.tensordot(z, planes, (0, 0)).ravel().astype(np.int64)

    def _covers(self, axis):
        """1 where a voxel along an axis (rows) lies in a tile (columns), else 0."""
        voxels = np.arange(self._array.shape[axis])[:, None]
        first = self.starts[axis] + np.arange(self.numbers[axis]) * self.steps[axis]
        return ((voxels >= first) & (voxels < first + self.edges[axis])).astype(np.float32)

    def tile(self, flat, value):
        """The `Tile` of a flat number."""
        place = np.unravel_index(flat, self.numbers)
        start = tuple(int(s + i * d)
                      for s, i, d in zip(self.starts, place, self.steps, strict=True))
        return Tile(start, self.edges, float(value))


def _largest(layout, tried, progress):
    """Flat number and value of the first tile of the largest value."""
    # The order statistic lies above t where so many voxels do.
    return _extreme(layout, tried.max(), progress, layout.voxels - layout.rank,
                    np.greater, np.greater_equal)


def _smallest(layout, tried, progress):
    """Flat number and value of the first tile of the smallest value."""
    return _extreme(layout, tried.min(), progress, layout.rank + 1, np.less, np.less_equal)


def _extreme(layout, value, progress, needed, beyond, reaches):
    """The first tile of the extreme value: one that `needed` voxels reach and no tile goes beyond.

    From the value of any tile on: those tiles go beyond it in which `needed` voxels do. If they are
    few, all are sorted; otherwise some of them, with most such voxels, which gives a value further
    out, until there are few or none.
    """
    inside = layout.inside.ravel()
    at_once = max(thread_count(), layout.inside.size // SORTED_SHARE)
    # Sorting these takes no longer than counting once more.
    few = max(at_once, layout.map_voxels // layout.voxels)
    furthest = np.argmax if beyond is np.greater else np.argmin
    while True:
        counts = layout.counts(lambda planes, value=value: beyond(planes, value), progress)
        candidates = np.flatnonzero(inside & (counts >= needed))
        if not len(candidates):
            break
        if len(candidates) <= few:
            values = layout.values(candidates, progress)
            best = furthest(values)
            return int(candidates[best]), values[best]
        order = np.argsort(-counts[candidates], kind='stable')
        values = layout.values(candidates[order[:at_once]], progress)
        value = values[furthest(values)]
    counts = layout.counts(lambda planes: reaches(planes, value), progress)
    return int(np.argmax(inside & (counts >= needed))), value
