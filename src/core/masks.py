"""Masks from a scale, and the occupancy of a region."""

from dataclasses import dataclass

import numpy as np

from . import fourier
from .content import connected_at, content_region, opened, without_specks
from .curves import gain
from .distance import LAYERS, soft_edge
from .interpolate import resample
from .localmax import order_share
from .memory import as_floats
from .parameters import Mask
from .progress import Progress, Stages
from .scale import ScaleEstimate
from .tiles import search_tiles
from .wording import REPLACE_VALUES, MapError, SettingError

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
        raise MapError('the mask holds values that are not numbers', (REPLACE_VALUES,))
    if high <= 0:
        raise MapError('the mask has nothing above zero')
    is_mask = low >= -MASK_SLACK and abs(high - 1) <= MASK_SLACK
    return MASK_LEVEL if is_mask else high / 2


def make_mask(array: np.ndarray, estimate: ScaleEstimate, mask: Mask,
              region: np.ndarray | None = None, progress: Progress | None = None,
              at: tuple | None = None) -> np.ndarray:
    """A mask that other programs can use: float32 (z, y, x), 0 to 1, on the grid of the map.

    array: the map (z, y, x). estimate: its `ScaleEstimate`. mask: a `Mask`. region: boolean (z, y,
    x) on the grid of the map, to which what the mask covers (or subtracts) is confined before it is
    extended and softened. progress: as for `estimate`. at: a place, as an index (z, y, x) on the
    grid of the map; only the connected part there, or nearest within the low-pass, is covered.

    Weak parts, strong parts and what is subtracted are confined to content (`content_region`).
    Weak parts and what is subtracted have no place where they are thinner than 3/4 of the low-pass:
    that is the foot of strong density. A mask of what is kept is the complement of what is
    subtracted, so that it is 1 in solvent. Raises `ValueError` where the mask would cover nothing.
    Section 8 of docs/method.md.
    """
    stages = Stages(progress, {'Content': 2, 'Parts': 2, 'Soft edge': 3})
    grid = estimate.source_grid
    if mask.kind == 'region':
        values = region
    elif mask.kind == 'solvent':
        values = resample(estimate.scale, grid.shape) > mask.threshold
    else:
        stages.next('Content')
        content = content_region(array, estimate)
        stages.next('Parts')
        values = _parts(estimate, mask, content)
    if region is not None:
        values = values & region if values.dtype == bool else values * region
    if not values.any():
        raise SettingError(*_nothing(mask, region))
    if at is not None:
        values = connected_at(values, at, grid, estimate.parameters.low_pass)
    width = mask.derive_soft_edge(estimate.parameters.low_pass, grid)
    result = soft_edge(values, grid, mask.extend, width, stages.next('Soft edge'))
    if mask.kind == 'subtraction' and mask.covers == 'kept':
        np.subtract(1, result, out=result)
    stages.finish()
    return result


def _parts(estimate, mask, content):
    """What a mask of parts covers before its edge, on the grid of the map: boolean or 0 to 1."""
    scale, grid, low_pass = estimate.scale, estimate.grid, estimate.parameters.low_pass
    if mask.kind == 'strong':
        values = (content & (scale > mask.above)).astype(np.float32)
    else:
        if mask.kind == 'weak':
            values = (content & (scale < mask.below)).astype(np.float32)
        else:
            values = 1 - np.minimum(gain(scale, mask.modification, limit=0), 1)
            values *= content
        values = opened(values, grid, low_pass)
    values *= without_specks(values >= 0.5 / LAYERS, grid, low_pass)
    values = resample(values, estimate.source_grid.shape)
    return values if mask.kind == 'subtraction' else values >= 0.5


def _nothing(mask, region):
    """Which setting makes a mask that covers nothing, and what to do, in a sentence."""
    where = '' if region is None else ' in the region'
    if mask.kind == 'weak':
        return 'below', (f'no part of the map{where} has a scale below {mask.below:g} and is thick '
                         'enough to be one; raise {below}, or look at the scale first')
    if mask.kind == 'strong':
        return 'above', (f'no part of the map{where} has a scale above {mask.above:g}; '
                         'lower {above}')
    if mask.kind == 'solvent':
        return 'mask_threshold', (f'the scale{where} is nowhere above the threshold '
                                  f'{mask.threshold:g}; lower it')
    return 'power', (f'the curve subtracts nothing{where}: no part of the map is weak enough; '
                     'try a larger {power}'
                     + (' or {pivot}' if mask.modification.kind == 'sigmoid' else ''))


@dataclass(frozen=True)
class TargetedOccupancy:
    """Occupancy of a region: the value, voxels n on the working grid, τ_n, and full scale F_n."""

    occupancy: float
    voxels: int
    tau: float
    full_scale: float


def targeted_occupancy(array: np.ndarray, estimate: ScaleEstimate,
                       region: np.ndarray) -> TargetedOccupancy:
    """The scale of a whole region as one number, with a kernel of its own size.

    array: the map (z, y, x). estimate: its `ScaleEstimate`, whose mode, low-pass and recalibration
    apply. region: boolean (z, y, x) on the working grid. Returns `TargetedOccupancy`. Raises
    `ValueError` for a region without a voxel.
    """
    n = int(np.count_nonzero(region))
    if not n:
        raise MapError('the region holds no voxel of the map')
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


def content_map(array: np.ndarray, estimate: ScaleEstimate) -> np.ndarray:
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
