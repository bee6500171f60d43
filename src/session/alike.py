"""Whether maps are alike enough to be compared: their grid, their grey level, and their place."""

import numpy as np

from ..core.parameters import default
from ..core.solvent import robust_width
from . import volumes
from .values import scale_at

#: About so many points, and so many values of solvent, are looked at.
_POINTS, _VALUES = 20_000, 200_000


def have_one_grid(one, other):
    """Whether two maps have one box and voxel size, but for the rounding of headers."""
    return volumes.grid_of(one).same_as(volumes.grid_of(other))


def solvent_spread(array, found):
    """The spread of a map's own values in its solvent, as the standard deviation of a Gaussian.

    array: (z, y, x). found: its `ScaleEstimate`, whose confidence tells where solvent is. Taken at
    full resolution, where noise is most of it: of the low-passed map much is what content leaves
    around it. 0 where solvent was set to one value. May be called in a thread.
    """
    index = np.flatnonzero(found.confidence.ravel() < 0.5)
    index = np.array(np.unravel_index(index[::max(1, len(index) // _VALUES)], found.grid.shape))
    factors = np.array(array.shape) / np.array(found.grid.shape)
    values = array[tuple((index * factors[:, None]).astype(int))].astype(float)
    return robust_width(values)


def lies_as(one, other):
    """Whether two maps of one grid lie at the same place, to a tenth of a voxel."""
    a, b = (volume.scene_position * volume.data.ijk_to_xyz_transform for volume in (one, other))
    corners = np.array([(0, 0, 0), one.data.size], float)
    return bool(np.abs(a * corners - b * corners).max() < 0.1 * max(one.data.step))


def content_points(found, source):
    """Points of the scene at which a map has content, (n, 3); at most some ten thousand."""
    index = np.argwhere(found.scale > default('mask_threshold'))
    index = index[::max(1, len(index) // _POINTS)]
    return volumes.scene_points(source, found.scale.shape, index)


def share_in_content(points, estimates, sources):
    """The share of points of the scene at which any of the maps has content."""
    seen = np.zeros(len(points), bool)
    for found, source in zip(estimates, sources, strict=True):
        values, inside = scale_at(found, source, points)
        seen |= inside & (np.nan_to_num(values) > default('mask_threshold'))
    return float(seen.mean()) if len(seen) else 0.0
