"""What a map is at first sight, before anything is estimated: for whoever opens it."""

import numpy as np
from numpy.typing import ArrayLike

from . import fourier
from .mapcheck import check_map
from .memory import as_floats
from .parameters import Parameters
from .recognise import (
    HALF_MAP_NAMED,
    LOCAL_RESOLUTIONS,
    MASK_LIKE,
    is_half_map,
    is_local_resolution,
    is_mask,
    recognise,
)
from .scale import derive
from .wording import NO_RECONSTRUCTION, Remark

#: Maps of more voxels are looked at by their values alone: their Fourier transform takes too long.
MOST_VOXELS = 2 ** 24


def first_sight(array: np.ndarray, axes: ArrayLike, name: str = '') -> Remark | None:
    """What a map is, as a `Remark`, where it is no reconstruction or one half of one; else None.

    array: the map (z, y, x), or of a larger one what is at hand. axes: as `estimate` takes them.
    name: of the map or its file, which tells of half maps. Time: of one Fourier transform.
    """
    if is_local_resolution(array):
        return LOCAL_RESOLUTIONS
    if is_mask(array):
        return MASK_LIKE
    if array.size <= MOST_VOXELS:
        try:
            grid = check_map(array, axes)
            resolved, working, _ = derive(Parameters(mode='occupancy'), grid)
        except ValueError:      # told when it is estimated
            return None
        array = as_floats(array)
        smooth = fourier.low_pass(array, grid, resolved.low_pass, working.shape)
        for remark in recognise(array, grid, smooth):
            if remark.kind in NO_RECONSTRUCTION:
                return remark
    return HALF_MAP_NAMED if is_half_map(name) else None
