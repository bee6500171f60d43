"""Maps of local resolution (Å), as RELION's and cryoSPARC's, beside the scale. None is derived."""

import numpy as np
from chimerax.core.errors import UserError

from ..core.recognise import is_local_resolution, resolution_fills
from . import volumes
from .values import known_at, known_on

TITLE = 'local resolution (Å)'
#: Colours span what lies between these percentiles on the surface.
_PERCENTILES = (1, 99)


def is_local_resolution_map(volume):
    """Whether a map has the values of one of local resolution."""
    return not volumes.is_result(volume) and is_local_resolution(volumes.array_of(volume))


def fills_of(volume):
    """What fills the places without a value: (0, one value) or (0,)."""
    return resolution_fills(volumes.array_of(volume))


def check_place(local, source):
    """`UserError` where a map of local resolution is of the box of `source`, but for its header."""
    if tuple(local.data.size) != tuple(source.data.size) or np.allclose(
            local.data.step, source.data.step, rtol=1e-3):
        return
    size = ','.join(f'{step:.6g}' for step in source.data.step)
    raise UserError(f'{volumes.label(local)} has the box of {volumes.label(source)} and another '
                    f'voxel size, which some programs leave out; type "volume '
                    f'#{local.id_string} voxelSize {size}" if they belong together')


def resolutions_at(local, points):
    """Local resolution (Å) at points of the scene, (n, 3): values and what is told, both (n,)."""
    matrix = volumes.array_of(local)
    to_index = local.data.xyz_to_ijk_transform * local.scene_position.inverse()
    return known_at(matrix, to_index, points, fills_of(local))


def range_on(local, surfaces):
    """The range of local resolution on surfaces, (low, high) in Å, to a tenth."""
    fills, values = fills_of(local), []
    for surface in surfaces:
        if surface.vertices is not None and len(surface.vertices):
            some, told = known_on(local, surface.vertices, surface.scene_position, fills)
            values.append(some[told])
    values = np.concatenate(values) if values else np.zeros(0)
    if not len(values):
        raise UserError(f'{volumes.label(local)} tells no resolution on these surfaces; place it '
                        'where they are')
    low, high = (round(float(value), 1) for value in np.percentile(values, _PERCENTILES))
    return low, max(high, low + 0.1)
