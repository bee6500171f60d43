"""A map from one file on the grid of another, wherever the two lie."""

import numpy as np
from scipy.ndimage import affine_transform

#: Samples that lie nearer to one another than this share of a voxel are the same.
SAME_PLACE = 1e-3


def sampled_on(one, source, shape=None):
    """A map interpolated on the grid of another, as a window does with maps that are opened.

    one, source: `MapFile`s. shape: (z, y, x) of a working grid over the box of `source`; None for
    its own grid. Returns float32 (z, y, x), trilinear, 0 outside `one`; where the two grids are the
    same, the array of `one` itself.
    """
    size = source.array.shape
    shape = size if shape is None else tuple(shape)
    matrix, offset = _indices(one, source, [n / m for n, m in zip(size, shape, strict=True)])
    if shape == one.array.shape and _stays(matrix, offset, shape):
        return one.array
    return affine_transform(one.array, matrix, offset, shape, order=1, mode='constant')


def _indices(one, source, factors):
    """What makes indices (z, y, x) of `one` of those of a grid over the box of `source`."""
    to_scene = [(file.rotation @ np.array(file.axes).T, np.array(file.position))
                for file in (one, source)]
    (own, own_place), (other, other_place) = to_scene
    matrix = np.linalg.solve(own, other * np.array(factors)[::-1])
    offset = np.linalg.solve(own, other_place - own_place)
    # Rounded, so that a sample on the border of a map does not fall outside by a rounding error.
    return matrix[::-1, ::-1].round(9), offset[::-1].round(6)


def _stays(matrix, offset, shape):
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in shape], indexing='ij')).reshape(3, -1)
    return np.abs(matrix @ corners + offset[:, None] - corners).max() < SAME_PLACE
