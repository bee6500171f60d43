"""Whether maps are alike enough to be compared: their grid, their grey level, and their place."""

import numpy as np

from ..core.parameters import default
from . import volumes
from .values import scale_at

#: Grey levels differ where full scale and the width of the solvent do so by the same factor: by
#: more than the first, as a ratio, and alike to within the second.
GREY_RATIO, GREY_ALIKE = 1.15, 1.1
#: Places with less than this share of content in common hardly overlap.
OVERLAP = 0.25
#: At most so many points are looked at.
_POINTS = 20_000


def have_one_grid(one, other):
    """Whether two maps have one box and voxel size, but for the rounding of headers."""
    return volumes.grid_of(one).same_as(volumes.grid_of(other))


def grey_ratio(found, reference):
    """How many times the grey level of `reference` that of an estimate is; 1 unless both agree.

    Full scale and the solvent's width both go with the grey level of a map. Occupancy moves the one
    and noise the other, hardly ever both alike. Where no solvent is left to be measured, 1.
    """
    if min(one.solvent.width for one in (found, reference)) <= 0 or found.solvent.suspect or (
            reference.solvent.suspect):
        return 1.0
    full = found.tiles.full.value / reference.tiles.full.value
    width = found.solvent.width / reference.solvent.width
    if full <= 0 or max(full, 1 / full) < GREY_RATIO:
        return 1.0
    return full if max(full / width, width / full) < GREY_ALIKE else 1.0


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
