"""Maps in memory: in which form they are worked on, and how much an estimate takes."""

import math

import numpy as np

from .parameters import default
from .threads import thread_count
from .tiles import GATHERED_VOXELS

TILE_SIZE = default('tile_size')
_FLOAT = 4
_COMPLEX = 8
#: float32 arrays of the working grid that an estimate takes at its height, and that it keeps once
#: its confidence was made: scale, confidence, and the low-passed map on half the samples or less,
#: or on all of a small grid.
ESTIMATE_ARRAYS = 4
KEPT_ARRAYS = 3
#: Bytes that each thread keeps to itself meanwhile: blocks of planes for each length of chord.
THREAD_BYTES = 6 * 2**20
#: float32 arrays of the map that a modification takes at its height, the result included.
MODIFY_ARRAYS = 4
#: The same for a mask, the mask included, and for a targeted occupancy on the working grid.
MASK_ARRAYS = 2
TARGET_ARRAYS = 2


def as_floats(array):
    """A map (z, y, x) as contiguous float32: itself where it is that, otherwise a copy.

    Files whose axes are stored in another order come as transposed views, on which everything would
    take three times as long.
    """
    return np.ascontiguousarray(array, np.float32)


def estimate_bytes(array, working, tile_size=TILE_SIZE):
    """Bytes that an estimate of a map (z, y, x) takes at its height beyond the map.

    working: the `Grid` it is made on. tile_size: edge of the tiles in voxels.
    """
    needed = ESTIMATE_ARRAYS * _FLOAT * working.voxels + _copy_bytes(array)
    tile = _FLOAT * math.prod(min(tile_size, n) for n in working.shape)
    # Tiles are gathered, and then laid out for sorting.
    needed += max(THREAD_BYTES, 2 * max(tile, _FLOAT * GATHERED_VOXELS)) * thread_count()
    if working.shape != array.shape:
        _, my, mx = working.shape
        needed += _COMPLEX * array.shape[0] * my * (mx // 2 + 1)
    return needed


def kept_bytes(working):
    """Bytes of what an estimate keeps, its confidence included, at most."""
    return KEPT_ARRAYS * _FLOAT * working.voxels


def modify_bytes(array):
    """Bytes that a modification of a map (z, y, x) takes at its height, the result included."""
    return MODIFY_ARRAYS * _FLOAT * array.size + _copy_bytes(array)


def array_bytes(array):
    """Bytes of a result on the grid of a map (z, y, x)."""
    return _FLOAT * array.size


def mask_bytes(array):
    """Bytes that making a mask on the grid of a map (z, y, x) takes, the mask included."""
    return MASK_ARRAYS * _FLOAT * array.size


def confidence_bytes(working):
    """Bytes of a map of confidence on the working grid."""
    return _FLOAT * working.voxels


def target_bytes(array, working):
    """Bytes that a targeted occupancy on a map (z, y, x) takes at its height."""
    return TARGET_ARRAYS * _FLOAT * working.voxels + _copy_bytes(array)


def _copy_bytes(array):
    """Bytes of the copy that `as_floats` makes of a map."""
    ready = array.dtype == np.float32 and array.flags.c_contiguous
    return 0 if ready else _FLOAT * array.size
