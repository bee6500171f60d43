"""Exact distances to a region, as far as they are wanted, and the soft edge that follows from them.

A distance is that between centres of voxels, in Å, on any cell. Only a few Å around a region matter
to a mask. That allows the squared distance to be taken axis by axis from few neighbours, in threads
and in the memory of one map, where a full distance transform takes that of five.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .threads import in_threads, slabs, thread_count

SLAB = 8
#: Layers into which a graded mask is cut to soften its edges.
LAYERS = 8
#: Values of an edge are whole shares of this many, so that halfway is a half and not a rounding
#: beside it, in the complement of a mask too.
STEPS = np.float32(2 ** 16)
#: Voxels of a skewed cell whose neighbours are looked for in one go.
_POINTS_AT_ONCE = 100_000


def soft_edge(values, grid, extend, width, progress=None):
    """A mask extended by some Å, and then brought down to 0 over some Å by a raised cosine.

    values: (z, y, x), boolean or 0 to 1. grid: its `Grid`. extend, width: in Å, 0 for neither.
    Returns float32 (z, y, x), 0 to 1, nowhere below `values`. At a distance d of a region the mask
    is 1 to `extend`, then (1 + cos(π (d − extend) / width)) / 2. A graded mask is the mean of its
    layers, each extended and softened so.
    """
    graded = values.dtype != bool
    layers = LAYERS if graded else 1
    result = np.zeros(values.shape, np.float32)
    for number in range(layers):
        layer = values >= (number + 0.5) / LAYERS if graded else values
        part, away = distances(layer, grid, extend + width)
        if part is not None:
            _add_edge(result[part], away, extend, width)
        if progress is not None:
            progress((number + 1) / layers)
    if graded:
        result /= layers
        # Inside, the values are what they were, and not their layers.
        np.maximum(result, values, out=result)
    return result


def _add_edge(result, away, extend, width):
    """Add the mask that some distances make, in place."""
    def one_slab(planes, step):
        result[planes] += _edge(away[planes], extend, width)
        step()

    in_threads(one_slab, slabs(result.shape[0], SLAB))


def _edge(away, extend, width):
    """The mask at some distances."""
    if width == 0:
        return np.isfinite(away)
    share = np.clip((away - np.float32(extend)) / np.float32(width), 0, 1)
    edge = np.float32(0.5) + np.float32(0.5) * np.cos(np.float32(np.pi) * share)
    return np.rint(edge * STEPS) / STEPS


def distances(region, grid, reach):
    """Distance in Å from each voxel to the nearest voxel of a region, where it is within reach.

    region: boolean (z, y, x). grid: its `Grid`. reach: in Å. Returns a part of the box, slices (z,
    y, x), and float32 over it: 0 in the region, infinity where the distance exceeds `reach`; None
    and None for an empty region. The box does not repeat itself.
    """
    part = _around(region, grid, reach)
    if part is None:
        return None, None
    inside = region[part]
    found = (_orthogonal if grid.is_orthogonal else _skewed)(inside, grid, reach)
    # One voxel's rounding must not decide over a distance that is met exactly.
    found[found > reach * (1 + 1e-6)] = np.inf
    return part, found


def _around(region, grid, reach):
    """The part of the box that lies within reach of a region, slices (z, y, x); None for none."""
    margins = _index_reach(grid, reach)
    part = []
    for axis, margin in enumerate(margins):
        others = tuple(other for other in range(3) if other != axis)
        used = np.flatnonzero(region.any(axis=others))
        if not len(used):
            return None
        part.append(slice(max(0, used[0] - margin), used[-1] + 1 + margin))
    return tuple(part)


def _index_reach(grid, reach):
    """How many voxels along (z, y, x) a sphere of radius `reach` spans at most."""
    return [int(reach / height + 1e-6) for height in grid.heights[::-1]]


def _orthogonal(region, grid, reach):
    """Distances on right-angled axes: squares are added up axis by axis."""
    squares = np.where(region, np.float32(0), np.float32(np.inf))
    for axis, (step, voxels) in enumerate(
            zip(grid.steps[::-1], _index_reach(grid, reach), strict=True)):
        squares = _along(squares, axis, step, voxels)
    return np.sqrt(squares, out=squares)


def _along(squares, axis, step, voxels):
    """The least of the squares along an axis, each with the square of the way to it added."""
    across = 1 if axis == 0 else 0
    result = np.empty_like(squares)

    def one_slab(planes, tell):
        part = (slice(None),) * across + (planes,)
        before = np.moveaxis(squares[part], axis, 0)
        found = before.copy()
        for k in range(1, min(voxels, len(before) - 1) + 1):
            square = np.float32((k * step) ** 2)
            np.minimum(found[k:], before[:-k] + square, out=found[k:])
            np.minimum(found[:-k], before[k:] + square, out=found[:-k])
        np.moveaxis(result[part], axis, 0)[...] = found
        tell()

    in_threads(one_slab, slabs(squares.shape[across], SLAB))
    return result


def _skewed(region, grid, reach):
    """Distances on a skewed cell, where no axis can be taken by itself: by a tree of places."""
    near = ndimage.binary_dilation(
        region, np.ones((3, 3, 3)), iterations=max(1, *_index_reach(grid, reach)))
    wanted = np.argwhere(near & ~region)
    tree = cKDTree(_places(np.argwhere(region), grid))
    result = np.where(region, np.float32(0), np.float32(np.inf))
    for begin in range(0, len(wanted), _POINTS_AT_ONCE):
        some = wanted[begin:begin + _POINTS_AT_ONCE]
        found, _ = tree.query(_places(some, grid), distance_upper_bound=reach * (1 + 1e-5),
                              workers=thread_count())
        result[tuple(some.T)] = found
    return result


def _places(indices, grid):
    """Where voxels (z, y, x) lie, in Å (x, y, z)."""
    return indices[:, ::-1] @ np.array(grid.axes)
