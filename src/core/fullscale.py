"""Full scale: the contrast that counts as full occupancy and best resolution."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FullScale:
    """A density in the units of the map, how it was found, and what to beware of."""

    value: float
    note: str
    warnings: tuple = ()


def find_full_scale(maximum, tiles, parameters, region=None, other=None):
    """Choose full scale by the parameters.

    maximum: local maximum of the map, float32 (z, y, x). tiles: `Tiles`. parameters: derived
    `Parameters`. region: boolean (z, y, x) known to be at full occupancy, or None. other: a
    `ScaleEstimate` whose full scale is taken over, or None. Returns `FullScale`; raises
    `ValueError` where it would not be positive.
    """
    if sum((region is not None, other is not None, parameters.full_scale != 'published')) > 1:
        raise ValueError('give only one of fullScale, fullScaleRegion and fullScaleFrom')
    if region is not None:
        if not region.any():
            raise ValueError('the region of full scale holds no voxel of the map')
        found = FullScale(float(np.median(maximum[region])), 'median over a region said to be full')
    elif other is not None:
        found = FullScale(other.full_scale, 'taken from another map')
    elif parameters.full_scale == 'published':
        found = FullScale(tiles.full.value, 'largest tile value')
    elif parameters.full_scale == 'naive':
        found = FullScale(parameters.tau * float(maximum.max()),
                          'naive: tau times the largest value')
    else:
        found = FullScale(float(parameters.full_scale), 'given')
    if found.value <= 0:
        raise ValueError(f'full scale came out as {found.value:.4g}, but density must be positive: '
                         'the map may be inverted (in ChimeraX: volume scale #1 factor -1)')
    return found
