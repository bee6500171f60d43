"""Regions of a map that a user names, by a mask or by atoms, as voxels of the working grid."""

import numpy as np
from chimerax.core.errors import UserError

from ..core.masks import MASK_LEVEL, mask_level
from ..core.parameters import default
from . import volumes

#: Pairs of an atom and a voxel around it that are looked at in one go.
_PAIRS_AT_ONCE = 200_000


class Region:
    """The voxels of a map that a mask covers, or that lie near atoms.

    objects: ChimeraX `Objects`: one map, taken for a mask, or atoms. source: the map. distance: how
    near to an atom a voxel must be, in Å; None for the default. `words`: what it is; `models`: what
    it is made of. Raises `UserError` for anything else. Models are looked at when it is made, so
    that `voxels` can be called in a thread.
    """

    def __init__(self, objects, source, distance=None):
        from chimerax.map import Volume
        masks = [model for model in objects.models if isinstance(model, Volume)]
        atoms = objects.atoms
        self._source = volumes.label(source)
        if len(masks) == 1 and not len(atoms):
            self._of_mask(masks[0], source)
        elif len(atoms) and not masks:
            distance = default('region_distance') if distance is None else distance
            self.models = list(atoms.unique_structures)
            self.words = f'within {distance:g} Å of {len(atoms)} atoms'
            points, place = atoms.scene_coords.copy(), _Placement(source)
            self._voxels = lambda shape: _near(points, place, shape, distance)
        else:
            raise UserError('a region is one mask or some atoms; name either, such as #3 or #2/A')

    @classmethod
    def around(cls, point, source, distance=None):
        """The voxels within a distance (Å) of a point (x, y, z) of the scene; at least one of them.
        """
        region = cls.__new__(cls)
        region._source, region.models = volumes.label(source), []
        distance = default('region_distance') if distance is None else distance
        points, place = np.array([point], float), _Placement(source)
        region.words = 'around ' + ','.join(f'{c:.4g}' for c in point)
        # However coarse the grid: as far as the farthest corner of a voxel can be.
        region._voxels = lambda shape: _near(
            points, place, shape, max(distance, place.reach(shape)))
        return region

    def _of_mask(self, mask, source):
        try:
            level = mask_level(mask.full_matrix())
        except ValueError as error:
            raise UserError(f'{volumes.label(mask)}: {error}') from None
        self.models = [mask]
        self.words = f'{volumes.label(mask)} above {level:.4g}'
        if level != MASK_LEVEL:
            self.words += ', half of its maximum'
        sampled = volumes.sampler(mask, source)
        self._voxels = lambda shape: sampled(shape) > level

    def voxels(self, shape):
        """The region, boolean (z, y, x), on a working grid of `shape` over the map.

        `UserError` where it holds no voxel.
        """
        region = self._voxels(shape)
        if not region.any():
            raise UserError(f'the region ({self.words}) holds no voxel of {self._source}')
        return region


class _Placement:
    """How a map lies in the scene."""

    def __init__(self, source):
        self.size = tuple(source.data.size)
        self.to_index = source.data.xyz_to_ijk_transform * source.scene_position.inverse()
        self.axes = volumes.axes_of(source)

    def reach(self, shape):
        """Half of the longest diagonal of a voxel of a working grid, in Å."""
        factors = np.array([m / n for m, n in zip(reversed(shape), self.size, strict=True)])
        corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        return float(np.linalg.norm(corners @ (self.axes / factors[:, None]), axis=1).max() / 2)


def _near(points, place, shape, distance):
    """The voxels of a working grid within a distance (Å) of points in the scene."""
    factors = np.array([m / n for m, n in zip(reversed(shape), place.size, strict=True)])
    places = (place.to_index * points) * factors
    axes = place.axes / factors[:, None]
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
