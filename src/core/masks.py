"""Masks from a scale, and the occupancy of a region."""

from dataclasses import dataclass

import numpy as np

from . import fourier
from .curves import gain
from .interpolate import Interpolator
from .localmax import order_share
from .memory import as_floats
from .parameters import default
from .threads import in_threads, slabs
from .tiles import search_tiles

SLAB = 8
THRESHOLD = default('mask_threshold')
COVERS = default('covers')
#: A mask of 0 to 1 counts above this. It is one if its values lie so near to that range, and the
#: largest so near to 1.
MASK_LEVEL, MASK_SLACK = 0.5, 0.05


def mask_level(array):
    """The value above which a map that is given as the mask of a region counts.

    array: the whole mask (z, y, x), any real type. 0.5 for a mask of 0 to 1; half of the maximum
    where the values are others, as of a density made from a model. Raises `ValueError` for a mask
    with nothing positive, or with values that are not numbers.
    """
    low, high = float(np.min(array)), float(np.max(array))
    if not np.isfinite([low, high]).all():
        raise ValueError('the mask holds values that are not numbers; replace them first')
    if high <= 0:
        raise ValueError('the mask has nothing above zero')
    is_mask = low >= -MASK_SLACK and abs(high - 1) <= MASK_SLACK
    return MASK_LEVEL if is_mask else high / 2


def solvent_definition(estimate, threshold=THRESHOLD):
    """A mask that is 1 where the scale exceeds a threshold, else 0: float32 (z, y, x), grid of the
    map.
    """
    return _on_source(estimate, lambda scale: scale > threshold)


def subtraction_mask(estimate, modification, covers=COVERS):
    """A soft mask for signal subtraction: float32 (z, y, x), 0 to 1, on the grid of the map.

    modification: attenuate or sigmoid; its gain without the scale limit, at most 1, is the share of
    the signal that is kept. covers: "kept" gives that share (RELION's subtraction), "subtracted"
    its complement (cryoSPARC's).
    """
    if modification.kind not in ('attenuate', 'sigmoid'):
        raise ValueError(
            'a subtraction mask needs a modification that weakens: attenuate or sigmoid')
    kept = _on_source(
        estimate, lambda scale: np.minimum(gain(scale, modification, limit=0), 1))
    if covers == 'kept':
        return kept
    return 1 - kept


def _on_source(estimate, function):
    shape = estimate.source_grid.shape
    scale = Interpolator(estimate.scale, shape)
    result = np.empty(shape, np.float32)

    def one_slab(planes, step):
        result[planes] = function(scale[planes])
        step()

    in_threads(one_slab, slabs(shape[0], SLAB))
    return result


@dataclass(frozen=True)
class TargetedOccupancy:
    """Occupancy of a region: the value, voxels n on the working grid, τ_n, and full scale F_n."""

    occupancy: float
    voxels: int
    tau: float
    full_scale: float


def targeted_occupancy(array, estimate, region):
    """The scale of a whole region as one number, with a kernel of its own size.

    array: the map (z, y, x). estimate: its `ScaleEstimate`, whose mode, low-pass and recalibration
    apply. region: boolean (z, y, x) on the working grid. Returns `TargetedOccupancy`. Raises
    `ValueError` for a region without a voxel.
    """
    n = int(np.count_nonzero(region))
    if not n:
        raise ValueError('the region holds no voxel of the map')
    content = content_map(array, estimate)
    tau = order_share(n)
    tiles = search_tiles(content, estimate.parameters.tile_size, tau)
    full_scale = tiles.full.value
    occupancy = float(content[region].max()) / full_scale
    level = estimate.noise_level
    if level:
        # The edge of the noise is a density; as a share it goes with the full scale in use.
        level *= estimate.full_scale / full_scale
        occupancy = (occupancy - level) / (1 - level)
    return TargetedOccupancy(min(1.0, max(0.0, occupancy)), n, tau, full_scale)


def content_map(array, estimate):
    """W, the map on the working grid that the scale is taken of: float32 (z, y, x)."""
    array = as_floats(array)
    working, source = estimate.grid, estimate.source_grid
    if estimate.parameters.mode == 'occupancy':
        content = fourier.low_pass(array, source, estimate.parameters.low_pass, working.shape)
    elif working.shape != source.shape:
        content = fourier.crop(array, working.shape)
    else:
        content = array
    return content - np.float32(estimate.baseline) if estimate.baseline else content
