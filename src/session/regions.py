"""Regions of a map that a user names, by a mask or by atoms, as voxels of the working grid."""

import numpy as np
from chimerax.core.errors import UserError

from ..core.parameters import default
from . import volumes

#: A mask given as a region counts where it exceeds this.
MASK_LEVEL = 0.5
#: Pairs of an atom and a voxel around it that are looked at in one go.
_PAIRS_AT_ONCE = 200_000


def region_of(objects, source, shape, distance=None):
    """The voxels of a region, boolean (z, y, x) on a working grid of `shape` over the map `source`.

    objects: ChimeraX `Objects`: one map, taken for a mask, or atoms. distance: how near to an atom
    a voxel must be, in Å; None for the default. Returns the region and what it is, in words. Raises
    `UserError` where it holds no voxel.
    """
    from chimerax.map import Volume
    masks = [model for model in objects.models if isinstance(model, Volume)]
    atoms = objects.atoms
    if len(masks) == 1 and not len(atoms):
        region = volumes.sampled_on(masks[0], source, shape) > MASK_LEVEL
        words = f'{volumes.label(masks[0])} above {MASK_LEVEL:g}'
    elif len(atoms) and not masks:
        distance = default('region_distance') if distance is None else distance
        region = _near(atoms.scene_coords, source, shape, distance)
        words = f'within {distance:g} Å of {len(atoms)} atoms'
    else:
        raise UserError('a region is one mask or some atoms; name either, such as #3 or #2/A')
    if not region.any():
        raise UserError(f'the region ({words}) holds no voxel of {volumes.label(source)}')
    return region, words


def _near(points, source, shape, distance):
    """The voxels of a working grid within a distance (Å) of points in the scene."""
    factors = np.array([m / n for m, n in zip(reversed(shape), source.data.size, strict=True)])
    to_index = source.data.xyz_to_ijk_transform * source.scene_position.inverse()
    places = (to_index * np.asarray(points)) * factors
    axes = volumes.axes_of(source) / factors[:, None]
    # The box around an atom that holds the sphere: the reach along each reciprocal axis.
    reach = np.ceil(distance * np.linalg.norm(np.linalg.inv(axes), axis=0)).astype(int)
    offsets = np.stack(np.meshgrid(*[np.arange(-r, r + 2) for r in reach], indexing='ij'), axis=-1)
    offsets = offsets.reshape(-1, 3)
    region = np.zeros(shape, bool)
    size = np.array(shape[::-1])
    # Squares of distances by the metric of the lattice, from one product for all pairs.
    metric = axes @ axes.T
    own = ((offsets @ metric) * offsets).sum(axis=1)
    some = max(1, _PAIRS_AT_ONCE // len(offsets))
    for begin in range(0, len(places), some):
        part = places[begin:begin + some]
        corner = np.floor(part)
        left = corner - part
        squares = (((left @ metric) * left).sum(axis=1)[:, None]
                   + 2 * (left @ metric) @ offsets.T + own)
        atom, offset = np.nonzero(squares <= distance ** 2)
        indices = corner[atom].astype(int) + offsets[offset]
        x, y, z = indices[((indices >= 0) & (indices < size)).all(axis=1)].T
        region[z, y, x] = True
    return region
