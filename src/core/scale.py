"""The estimate: local scale of a map, relative to the place of largest contrast."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from . import fourier
from .fullest import Content
from .fullscale import find_full_scale
from .grid import Grid
from .interpolate import resample
from .localmax import ball, kernel_sizes, local_maximum, order_share
from .mapcheck import check_map
from .memory import as_floats
from .noisefloor import without_noise
from .parameters import (
    BASELINE_SHARE,
    BASELINE_WIDTHS,
    HISTOGRAM_EDGE,
    HISTOGRAM_SAMPLES,
    KERNEL_SIZES,
    PLAUSIBLE_VOXELS,
    SUSPECT_FLAT_SHARE,
    Parameters,
    default,
)
from .progress import Progress, Stages
from .recognise import recognise
from .smoothing import smooth_alike
from .solvent import SolventModel, fit_solvent, flat_share, solvent_region
from .threads import in_threads, slabs
from .tiles import Tiles, search_tiles
from .wording import (
    FLAT_SOLVENT,
    OFF_ZERO,
    STATE_VOXEL_SIZE,
    SUSPECT,
    UNMASKED,
    VOXEL_SIZE,
    Remark,
    SettingError,
    plain,
    reason_of,
)

if TYPE_CHECKING:
    from .modeldensity import Atoms

SLAB = 8


@dataclass(frozen=True, eq=False)
class ScaleEstimate:
    """What an estimate found.

    `scale`: float32 (z, y, x) on the working grid `grid`, 0 to 1. `low_passed`: the low-passed map,
    on as few samples (z, y, x) of the same box as hold it, from which `confidence` is made when it
    is first asked for. `source_grid`: grid of the map. `full_scale`: density that counts as full,
    in the map's units (after subtraction of `baseline`), and `full_scale_note`: how it was found.
    `tiles`: where the largest and the smallest contrast were found. `variability_limit`: in
    occupancy mode a level at which to contour the scale, else None. `solvent`: the solvent model on
    the low-passed map. `noise_level`: the scale put to zero by recalibration, else None.
    `parameters`: all of them, with what was derived filled in; `kernel_voxels`: voxels in the
    kernel. `warnings`: `Remark`s. `noise_floor`: what noise alone makes of the local maximum, in
    the map's units, where the scale is corrected for it (full scale "auto" in occupancy mode), else
    0. `saved_confidence`: the confidence itself, of an estimate from a session that does not hold
    `low_passed`, else None.
    """

    scale: np.ndarray = field(repr=False)
    low_passed: np.ndarray = field(repr=False)
    grid: Grid
    source_grid: Grid
    parameters: Parameters
    kernel_voxels: int
    full_scale: float
    full_scale_note: str
    tiles: Tiles
    solvent: SolventModel = field(repr=False)
    variability_limit: float | None = None
    noise_level: float | None = None
    baseline: float = 0.0
    warnings: tuple[str, ...] = ()
    noise_floor: float = 0.0
    saved_confidence: np.ndarray | None = field(default=None, repr=False)

    @cached_property
    def confidence(self) -> np.ndarray:
        """The confidence that a voxel is not solvent, 0 to 1, without hedge: float32 (z, y, x) on
        `grid`. Made when first asked for, in less than the time of an FFT pair, and kept.
        """
        if self.saved_confidence is not None:
            return self.saved_confidence
        if self.low_passed.shape == self.grid.shape:
            return self.solvent.confidence_of(self.low_passed)
        density = fourier.pad(self.low_passed, self.grid.shape)
        return self.solvent.confidence_of(density, out=density)


def derive(parameters: Parameters, grid: Grid) -> tuple[Parameters, Grid, np.ndarray]:
    """Fill in what is derived from the map.

    parameters: `Parameters`. grid: the `Grid` of the map (not the working grid). Returns the
    parameters, the working grid, and the kernel as a boolean array (z, y, x). Raises `ValueError`
    for a low-pass that is too fine and for a box smaller than the kernel.
    """
    working = grid.working(parameters.max_box)
    low_pass = parameters.derive_low_pass(working)
    sizes = parameters.kernel_size or kernel_sizes(low_pass, working.steps, KERNEL_SIZES)
    sizes = tuple(int(size) for size in np.broadcast_to(sizes, 3))
    for size, n, axis in zip(sizes, working.shape[::-1], 'xyz', strict=True):
        if n < size:
            raise SettingError(
                'kernel_size' if parameters.kernel_size else 'low_pass',
                f'the box has {n} voxels along {axis}, fewer than the kernel of {size}; give a '
                'smaller {kernel_size} or {low_pass}, or a larger map')
    radius = parameters.kernel_radius or max(1.0, low_pass / (2 * working.step))
    kernel = ball(working, sizes, radius)
    tau = parameters.tau or order_share(int(kernel.sum()))
    return parameters.with_values(low_pass=low_pass, kernel_size=sizes, kernel_radius=radius,
                                  tau=tau), working, kernel


def estimate(array: np.ndarray, axes: ArrayLike, parameters: Parameters | None = None, *,
             solvent_mask: np.ndarray | None = None, full_scale_region: np.ndarray | None = None,
             full_scale_from: 'ScaleEstimate | None' = None,
             full_scale_model: 'Atoms | None' = None, full_groups: Any = None,
             progress: Progress | None = None,
             **settings: Any) -> 'ScaleEstimate':
    """Estimate the local scale of a map.

    array: (z, y, x), density positive, any real type; it is not modified. axes: voxel size in Å,
    one number or (x, y, z), or three step vectors. parameters: `Parameters`, or their values as
    keywords (`estimate(a, 1.2, mode='occupancy')`). solvent_mask: an array on the working grid or
    on the map's that covers solvent or content. full_scale_region: boolean (z, y, x) on the working
    grid, known to be at full occupancy. full_scale_from: another `ScaleEstimate` whose full scale
    is taken over. full_scale_model: `Atoms` in the map's own frame: near them the scale is the
    local maximum over that of the map which they would give at full occupancy; full_groups: which
    of their groups are full, as `full` of `occupancies`. progress: called with (share done 0…1,
    what is being done), perhaps in another thread; may raise `Cancelled`.

    Returns a `ScaleEstimate`. Raises `ValueError`, one sentence, before any long work for a map or
    a parameter that will not do. Method: Forsberg et al., Nat. Commun. 14 (2023), sections 1 to 6
    of docs/method.md. Memory: at most four float32 arrays of the working grid beyond the input, the
    result included, some megabytes for each thread, and a copy of an input that is not
    contiguous float32.
    """
    parameters = parameters or Parameters(**settings)
    grid = check_map(array, axes)
    resolved, working, kernel = derive(parameters, grid)
    if full_scale_model is not None:
        if full_scale_region is not None or full_scale_from is not None:
            raise SettingError(
                ('full_scale_model', 'full_scale_region', 'full_scale_from'),
                'give only one of {full_scale_model}, {full_scale_region} and {full_scale_from}')
        # Here, since most estimates have no model, and what it needs takes long to load.
        from .modelscale import check_model, scale_against
        check_model(full_scale_model, grid, resolved)
    stages = Stages(progress, {
        'Low-passing': 3, 'Fitting solvent': 1, 'Local maximum': 4,
        'Full scale': 1 if full_scale_model is None else 12, 'Scale': 1})
    array = as_floats(array)
    resolution_mode = resolved.mode == 'resolution'

    on_low_pass = stages.next('Low-passing')
    exact = full_scale_model is not None or _rests_on_solvent(
        resolved, solvent_mask, full_scale_from)
    if resolution_mode:
        content = array if working is grid else fourier.crop(array, working.shape)
    if resolution_mode and not exact:
        low_passed = None
        sampled = fourier.low_pass(content, working, resolved.low_pass,
                                   _samples(working, resolved), on_low_pass)
    else:
        low_passed, sampled = _low_passed(array, grid, working, resolved, on_low_pass)
    if not resolution_mode:
        content = low_passed

    on_solvent = stages.next('Fitting solvent')
    solvent, region = _solvent_of(low_passed if exact else sampled, array, solvent_mask, on_solvent)
    warnings = [*voxel_warnings(grid), *recognise(array, grid, sampled),
                *solvent_warnings(solvent, array, region)]
    baseline = solvent.mean if resolved.baseline == 'solvent' else 0.0
    if baseline:
        content = content - np.float32(baseline)

    maximum = local_maximum(content, kernel, stages.next('Local maximum'))
    on_full = stages.next('Full scale')
    tiles = search_tiles(content, resolved.tile_size, resolved.tau, on_full)
    # Needed where every voxel of the low-passed map was.
    around = None if low_passed is None else Content(
        low_passed, working, resolved.low_pass, solvent, baseline)
    if full_scale_model is None:
        found = find_full_scale(
            maximum, tiles, resolved, around, full_scale_region, full_scale_from)
    else:
        scale, found = scale_against(array, grid, full_scale_model, full_groups, maximum, around,
                                     resolved, kernel, on_full)
    warnings += found.warnings
    if resolved.baseline == 'zero' and _is_off_zero(solvent, found.value):
        warnings.append(Remark(
            f'the solvent lies at {solvent.mean:.4g}, not at zero, which lifts every scale',
            (('baseline', 'solvent'),), OFF_ZERO))

    on_scale = stages.next('Scale')
    if full_scale_model is None:
        scale = _divide(maximum, found, on_scale, clip=not resolved.smooth)
    if resolved.smooth:
        scale = smooth_alike(scale, around, resolved.smooth)
    if resolved.smooth or full_scale_model is not None:
        np.clip(scale, 0, 1, out=scale)
    limit = None if resolution_mode else _mean_where_full(content, scale, found.value)
    noise_level = None
    if resolved.recalibrate:
        if resolution_mode:
            noise = fit_solvent(content, region).half_confident
        else:
            noise = solvent.half_confident - baseline
        noise_level = _recalibrate(scale, noise / found.value)
    stages.finish()
    return ScaleEstimate(
        scale, sampled, working, grid, resolved, int(kernel.sum()), found.value, found.note,
        tiles, solvent, limit, noise_level, baseline, tuple(warnings), found.noise_floor)


def refit_solvent(array: np.ndarray, found: 'ScaleEstimate',
                  solvent_mask: np.ndarray | None = None,
                  progress: Progress | None = None) -> 'ScaleEstimate':
    """An estimate with another solvent model, and the confidence that follows from it.

    array: the map (z, y, x). found: its `ScaleEstimate`. solvent_mask: as for `estimate`. Scale and
    full scale stay as they are. Returns a new `ScaleEstimate`.
    """
    stages = Stages(progress, {'Low-passing': 3, 'Fitting solvent': 2})
    array = as_floats(array)
    low_passed, sampled = _low_passed(array, found.source_grid, found.grid, found.parameters,
                                      stages.next('Low-passing'))
    exact = _rests_on_solvent(found.parameters, solvent_mask)
    solvent, region = _solvent_of(low_passed if exact else sampled, array, solvent_mask,
                                  stages.next('Fitting solvent'))
    stages.finish()
    kept = [warning for warning in found.warnings
            if getattr(warning, 'kind', '') not in (SUSPECT, FLAT_SOLVENT)]
    return replace(found, solvent=solvent, low_passed=sampled, saved_confidence=None,
                   warnings=(*kept, *solvent_warnings(solvent, array, region)))


def _rests_on_solvent(parameters, solvent_mask, full_scale_from=None):
    """Whether every voxel of the low-passed map is to decide the solvent model.

    Where the scale depends on it. Elsewhere fewer samples, which hold the same map, give the same
    model within the spread of its fit.
    """
    occupancy = parameters.mode == 'occupancy'
    return bool(solvent_mask is not None or full_scale_from is not None or parameters.smooth
                or parameters.full_scale == 'auto' or parameters.baseline == 'solvent'
                or (occupancy and parameters.recalibrate))


def _samples(working, parameters):
    """The shape (z, y, x) of the samples that hold the low-passed map."""
    shape = fourier.sampling(working, parameters.low_pass, HISTOGRAM_SAMPLES, HISTOGRAM_EDGE)
    # Where little is saved, every voxel counts.
    return shape if 2 * math.prod(shape) < working.voxels else working.shape


def _low_passed(array, grid, working, parameters, progress):
    """The low-passed map on the working grid, and on as few samples as hold it."""
    shapes = [working.shape, _samples(working, parameters)]
    if shapes[0] == shapes[1]:
        low_passed = fourier.low_pass(array, grid, parameters.low_pass, shapes[0], progress)
        return low_passed, low_passed
    return fourier.low_passes(array, grid, parameters.low_pass, shapes, progress)


def _solvent_of(low_passed, source, mask, progress):
    """The solvent model, and the solvent region that a mask defines (None without a mask)."""
    if mask is None:
        return fit_solvent(low_passed, None, source, progress), None
    if mask.shape != low_passed.shape:
        mask = resample(mask, low_passed.shape)
    region = solvent_region(low_passed, mask, default('solvent_mask_threshold'))
    # The mask says where solvent is: flattened solvent elsewhere is no news.
    return fit_solvent(low_passed, region, progress=progress), region


def voxel_warnings(grid):
    """What is to be said of a voxel size: nothing, or one sentence."""
    low, high = PLAUSIBLE_VOXELS
    odd = [step for step in grid.steps if not low <= step <= high]
    if odd:
        yield Remark(f'a voxel size of {odd[0]:g} Å is unusual for a map of molecules: if it is '
                     'wrong, so are low-pass and kernel', (STATE_VOXEL_SIZE,), VOXEL_SIZE)


def solvent_warnings(solvent, array, region=None):
    """What is to be said of a solvent fit: nothing, or a sentence or two.

    array: the map (z, y, x). region: the solvent region of a mask, or None.
    """
    flat = 0 if region is None else flat_share(array, region)
    if flat > SUSPECT_FLAT_SHARE:
        yield Remark(f'{math.floor(100 * flat)} % of what the solvent mask calls solvent has one '
                     'and the same value, as where another mask has flattened it: confidence then '
                     'tells what lies outside that mask, not what is noise', (UNMASKED,),
                     FLAT_SOLVENT)
    if solvent.suspect:
        remedies = dict.fromkeys(
            remedy for reason in solvent.suspect for remedy in getattr(reason, 'remedies', ()))
        reasons = '; '.join(reason_of(reason) for reason in solvent.suspect)
        yield Remark('the solvent model is suspect: ' + plain(reasons) + '. The scale does not '
                     'need it; confidence and modified maps do', tuple(remedies), SUSPECT)


def _is_off_zero(solvent, full_scale):
    off = abs(solvent.mean)
    return off > BASELINE_WIDTHS * solvent.width and off > BASELINE_SHARE * full_scale


def _divide(maximum, found, progress, clip):
    """The scale, in the memory of the local maximum, from the `FullScale` found."""
    floor = np.float32(found.noise_floor)
    divisor = np.float32(without_noise(found.value, found.noise_floor) if floor else found.value)

    def one_slab(planes, step):
        part = maximum[planes]
        if floor:
            part[...] = without_noise(part, floor)
        np.divide(part, divisor, out=part)
        if clip:
            np.clip(part, 0, 1, out=part)
        step()

    in_threads(one_slab, slabs(maximum.shape[0], SLAB), progress)
    return maximum


def _mean_where_full(content, scale, full_scale):
    """Mean of the map where the scale is 1, as a share of full scale; None where it never is."""
    def one_slab(planes, step):
        values = content[planes][scale[planes] == 1]
        step()
        return values.sum(dtype=float), len(values)

    total, number = np.array(in_threads(one_slab, slabs(scale.shape[0], SLAB))).sum(axis=0)
    return float(total / number / full_scale) if number else None


def _recalibrate(scale, noise_level):
    """Put zero scale at the edge of the noise, in place; return that edge."""
    noise_level = max(0.0, noise_level)
    if noise_level >= 1:
        raise SettingError('recalibrate', '{recalibrate} finds no content above the noise; leave '
                                          'it out')

    def one_slab(planes, step):
        part = scale[planes]
        part -= np.float32(noise_level)
        part /= np.float32(1 - noise_level)
        np.clip(part, 0, 1, out=part)
        step()

    in_threads(one_slab, slabs(scale.shape[0], SLAB))
    return noise_level
