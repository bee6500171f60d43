"""Whether an array can be worked on as a map."""

import numpy as np
from numpy.typing import ArrayLike

from .grid import Grid
from .parameters import VALUES
from .threads import in_threads, slabs
from .wording import INVERT, REPLACE_VALUES, RESCALE, SHIFT, MapError

SLAB = 8


def check_map(array: np.ndarray, axes: ArrayLike) -> Grid:
    """Check that a map can be estimated and return its `Grid`; `MapError` says what is wrong.

    array: (z, y, x) of any real type. axes: a voxel size, (x, y, z) sizes in Å or three step
    vectors.
    """
    if array.ndim != 3:
        raise MapError(f'a map has three dimensions, not {array.ndim}')
    if min(array.shape) < 2:
        raise MapError('a single plane is not a map; give a map with several sections')
    grid = Grid.of(array.shape, axes)
    low, high = value_range(array)
    if not np.isfinite([low, high]).all():
        raise MapError('the map holds values that are not numbers', (REPLACE_VALUES,))
    if low == high:
        raise MapError(f'the map is constant: every voxel is {low:g}')
    if high <= 0:
        # Content stands out to one side of what most voxels are, which is solvent.
        bright = low + high > 2 * np.median(array)
        raise MapError('the map has no positive density, and density must be positive',
                       (SHIFT if bright else INVERT,))
    if max(-low, high) > VALUES[1] or high - low < VALUES[0]:
        raise MapError(f'the values of the map, {low:.3g} to {high:.3g}, are too '
                       f'{"large" if max(-low, high) > VALUES[1] else "small"} to calculate with, '
                       'if no voxel is damaged', (RESCALE,))
    return grid


def value_range(array):
    """Smallest and largest value of an array (z, y, x); not-a-number if any value is."""
    # In the order in which the values lie in memory, whatever the axes are called.
    array = array.transpose(np.argsort(array.strides)[::-1])

    def one_slab(planes, step):
        step()
        return array[planes].min(), array[planes].max()

    ends = np.array(in_threads(one_slab, slabs(array.shape[0], SLAB)), float)
    return ends[:, 0].min(), ends[:, 1].max()
