"""From points of the scene to values of a map on a grid: the one way there is.

Colours of surfaces while a handle is dragged and after, the histogram, the values at atoms and
along a sequence all come from here, so that they agree to the last vertex.
"""

import numpy as np
from chimerax.geometry import Place
from chimerax.map_data import interpolate_volume_data


def values_at(array, to_index, points):
    """Values of an array at points, by trilinear interpolation.

    array: (z, y, x). to_index: ChimeraX's `Place` from the points' coordinates to indices (x, y,
    z) of the array. points: (n, 3). Returns values, float32 (n,), 0 outside, and what is inside,
    boolean (n,). The values hold on for less than a voxel beyond the first and the last sample:
    where a map is cut by its box, its surface closes there. May be called in any thread.
    """
    index = np.asarray(to_index * np.asarray(points, np.float64))
    size = np.array(array.shape[::-1])
    inside = ((index > -1) & (index < size)).all(axis=1)
    # ChimeraX counts the very last sample as outside.
    last = np.nextafter((size - 1).astype(np.float32), np.float32(0))
    held = np.clip(index.astype(np.float32), 0, last)
    # Points that are not numbers, or far off, are outside whatever they were clipped to.
    held[~inside] = 0
    values, _ = interpolate_volume_data(held, Place(), np.ascontiguousarray(array))
    values = np.asarray(values, np.float32)
    values[~inside] = 0
    return values, inside


def values_on(scale_map, vertices, position):
    """Values of a map at vertices of a surface at a `position` in the scene; see `values_at`."""
    matrix, to_index = scale_map.matrix_and_transform(position, 'all', (1, 1, 1))
    return values_at(matrix, to_index, vertices)


#: The value of places that belong to no part.
NO_PART = -9.0


def parts_on(part_map, vertices, position):
    """Values of a map of parts at vertices of a surface: those of the nearest voxel.

    As for `values_on`; outside is also what belongs to no part.
    """
    matrix, to_index = part_map.matrix_and_transform(position, 'all', (1, 1, 1))
    index = np.rint(np.asarray(to_index * np.asarray(vertices, np.float64)))
    size = np.array(matrix.shape[::-1])
    inside = ((index >= 0) & (index < size)).all(axis=1)
    x, y, z = np.where(inside[:, None], index, 0).astype(int).T
    values = np.asarray(matrix[z, y, x], np.float32)
    inside &= values != NO_PART
    return np.where(inside, values, np.float32(0)), inside


def known_on(value_map, vertices, position, fills):
    """Values of a map at vertices of a surface, from those voxels that have one.

    fills: values of voxels that have none. As for `values_on`; outside is also where most of the
    voxels around have none.
    """
    matrix, to_index = value_map.matrix_and_transform(position, 'all', (1, 1, 1))
    return known_at(matrix, to_index, vertices, fills)


def known_at(array, to_index, points, fills):
    """As `values_at`, but from voxels that have a value other than `fills`; see `known_on`."""
    known = ~np.isin(array, np.asarray(fills, array.dtype))
    shares, inside = values_at(known.astype(np.float32), to_index, points)
    values, _ = values_at(np.where(known, array, 0).astype(np.float32), to_index, points)
    inside &= shares > 0.5
    return np.where(inside, values / np.where(inside, shares, 1), np.float32(0)), inside


def to_index_of(source, shape):
    """The `Place` from the scene to indices (x, y, z) of a working grid over the box of a map.

    shape: of the working grid (z, y, x).
    """
    factors = [m / n for m, n in zip(reversed(shape), source.data.size, strict=True)]
    matrix = (source.data.xyz_to_ijk_transform * source.scene_position.inverse()).matrix
    return Place(np.array(matrix) * np.array(factors)[:, None])


def scale_at(estimate, source, points):
    """The scale of a map at points of the scene.

    estimate: a `ScaleEstimate` of the map `source`. points: (n, 3) in Å. Returns values, float
    (n,), not-a-number outside the map, and what is inside, boolean (n,); see `values_at`.
    """
    scale = estimate.scale
    values, inside = values_at(scale, to_index_of(source, scale.shape), points)
    return np.where(inside, values.astype(float), np.nan), inside
