"""Tiles: small boxes spread over the map, whose order statistics tell how much contrast there is.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .parameters import TILES_PER_AXIS, TILES_TO_ROUND
from .threads import in_threads

#: Voxels of tiles that a thread gathers at a time.
GATHERED_VOXELS = 2**19


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

    array: float32 (z, y, x). tile_size: edge in voxels. tau: the share of a tile's voxels below its
    value, which is the order statistic floor(tau · voxels), counted from 0, of the map in the tile.
    Returns `Tiles`; of several equal tiles the first counts.
    """
    layout = [tile_layout(n, tile_size) for n in array.shape]
    edges, numbers, steps, starts = (tuple(column) for column in zip(*layout, strict=True))
    windows = sliding_window_view(array, edges)[tuple(
        slice(start, start + (number - 1) * step + 1, step)
        for start, number, step in zip(starts, numbers, steps, strict=True))]
    inside = taking_part(numbers)
    rank = min(math.floor(tau * math.prod(edges)), math.prod(edges) - 1)
    values = np.full(numbers, np.nan, np.float32)
    # Tiles are gathered before they are sorted, a few at a time, whatever their size.
    at_once = max(1, GATHERED_VOXELS // math.prod(edges))

    def one_layer(layer, step):
        places = np.argwhere(inside[layer])
        for first in range(0, len(places), at_once):
            y, x = places[first:first + at_once].T
            rows = windows[layer][y, x].reshape(len(y), -1)
            rows.partition(rank, axis=1)
            values[layer, y, x] = rows[:, rank]
        step()

    in_threads(one_layer, range(numbers[0]), progress)

    def tile(flat):
        place = np.unravel_index(flat, numbers)
        start = tuple(int(s + i * d) for s, i, d in zip(starts, place, steps, strict=True))
        return Tile(start, edges, float(values[place]))

    return Tiles(tile(np.nanargmax(values)), tile(np.nanargmin(values)), int(inside.sum()))
