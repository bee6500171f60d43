"""Modified maps: density weakened, strengthened or removed by its scale, at full resolution."""

from functools import cached_property

import numpy as np

from . import fourier
from .curves import gain
from .fill import solvent_noise
from .grid import Grid
from .histogram import match_histogram
from .interpolate import Interpolator
from .mapcheck import value_range
from .memory import as_floats
from .parameters import Modification
from .progress import Progress, Stages
from .scale import ScaleEstimate
from .threads import in_threads, slabs
from .wording import NO_RECONSTRUCTION, MapError, SettingError, plain, reason_of

SLAB = 8


def check_modification(estimate: ScaleEstimate, modification: Modification) -> None:
    """Raise `ValueError`, one sentence, where an estimate cannot drive a modification."""
    if modification.kind != 'solvent' and estimate.parameters.mode != 'occupancy':
        raise SettingError('mode', 'a scale of resolution mode mixes resolution with occupancy and '
                                   'cannot drive a modification; estimate in occupancy mode first')
    if modification.confidence and estimate.solvent.suspect:
        suspect = [*(warning for warning in estimate.warnings
                     if getattr(warning, 'kind', '') in NO_RECONSTRUCTION),
                   *estimate.solvent.suspect]
        ways = [remedy for reason in suspect for remedy in getattr(reason, 'remedies', ())]
        if modification.kind != 'solvent':      # which is suppressed by its confidence
            ways.append(('confidence', False))
        raise SettingError(
            'confidence',
            plain('the solvent model is suspect: ' + '; '.join(map(reason_of, suspect))),
            tuple(dict.fromkeys(ways)))


def modify(array: np.ndarray, estimate: ScaleEstimate, modification: Modification,
           progress: Progress | None = None) -> np.ndarray:
    """Modify a map by its scale.

    array: the map (z, y, x) that the estimate was made of, any real type. estimate: its
    `ScaleEstimate`, of occupancy mode. modification: a `Modification`. progress: as for `estimate`.
    Returns float32 (z, y, x) on the grid of the map, of whatever size the working grid was. Raises
    `ValueError` for an estimate that cannot drive a modification. Section 7 of docs/method.md.
    """
    check_modification(estimate, modification)
    return Modifier(array, estimate).apply(modification, progress)


class Modifier:
    """A map, or a part of one, ready to be modified again and again, as a slider moves.

    array: the map (z, y, x), or its samples in `region`, three slices with steps. What does not
    depend on the modification (range of values, noise) is worked out once, of the array given. With
    `keep`, the voxels that are not solvent for certain are gathered once as well, for which some
    six numbers are kept for each of them.
    """

    def __init__(self, array: np.ndarray, estimate: ScaleEstimate,
                 region: tuple[slice, ...] | None = None, keep: bool = False) -> None:
        source = estimate.source_grid
        self._array = as_floats(array)
        self._scale = Interpolator(estimate.scale, source.shape, region)
        self._estimate, self._region = estimate, region
        if self._scale.shape != self._array.shape:
            raise MapError(f'the map has changed its box since it was estimated: '
                           f'{self._array.shape} voxels instead of {self._scale.shape}')
        strides = [1 if part is None or part.step is None else part.step
                   for part in (region or (None,) * 3)]
        axes = np.array(source.axes) * np.array(strides[::-1])[:, None]
        self._grid = Grid.of(self._array.shape, axes)
        self._range = None
        self._noise: dict = {}
        self._kept: dict | None = {} if keep else None

    @cached_property
    def _confidence(self):
        return Interpolator(self._estimate.confidence, self._estimate.source_grid.shape,
                            self._region)

    def apply(self, modification: Modification,
              progress: Progress | None = None) -> np.ndarray:
        """The modified map as a new float32 array; see `modify`."""
        if modification.output == 'gain':
            return self._factor(modification, Stages(progress, {'Gain': 1}).next('Gain'))
        if modification.is_identity:
            if modification.output == 'difference':
                return np.zeros_like(self._array)
            return self._finished(self._array.copy(), modification, None)
        stages = Stages(progress, {'Solvent noise': 4, 'Modifying': 2, 'Finishing': 1})
        noise = mean = None
        if modification.keeps_solvent and modification.kind != 'amplify':
            noise, mean = self._noise_of(modification.seed, stages.next('Solvent noise'))
        result = self._applied(modification, noise, mean, stages.next('Modifying'))
        return self._finished(result, modification, stages)

    def _limits(self, modification):
        """The range to which a result is clipped; None for one that is filtered or matched."""
        if modification.output_low_pass or modification.match_histogram:
            return None
        if self._range is None:
            self._range = value_range(self._array)
        return tuple(np.float32(end) for end in self._range)

    def _content(self, planes, modification, noise):
        """Of some planes: where voxels are modified, and their scale, confidence, value, noise."""
        if not modification.confidence:
            return (slice(None), self._scale[planes], np.float32(1), self._array[planes],
                    None if noise is None else noise[planes])
        key = (planes.start, modification.seed if noise is not None else None)
        if self._kept is not None and key in self._kept:
            return self._kept[key]
        confidence = self._confidence[planes]
        # Most voxels of most maps are solvent for certain: nothing is worked out there.
        some = np.nonzero(confidence > 0)
        found = (some, self._scale[planes][some], confidence[some], self._array[planes][some],
                 None if noise is None else noise[planes][some])
        if self._kept is not None:
            self._kept[key] = found
        return found

    def _confidence_on(self, planes, modification):
        """The hedged confidence on some planes; None where every voxel counts."""
        if not modification.confidence:
            return None
        confidence = self._confidence[planes]
        hedge = np.float32(modification.hedge)
        return confidence if hedge == 1 else confidence ** hedge

    def _factor(self, modification, progress):
        """What the map is multiplied by, before any fill."""
        result = np.empty(self._array.shape, np.float32)

        def one_slab(planes, step):
            factor = gain(self._scale[planes], modification)
            confidence = self._confidence_on(planes, modification)
            if confidence is not None:
                factor = (1 + confidence * (factor - 1) if modification.keeps_solvent
                          else confidence * factor)
            result[planes] = factor
            step()

        in_threads(one_slab, slabs(result.shape[0], SLAB), progress)
        return result

    def _applied(self, modification, noise, mean, progress):
        """The map times its factor, filled up with noise."""
        keeps = modification.keeps_solvent
        limits = self._limits(modification)
        hedge = np.float32(modification.hedge)
        result = np.empty(self._array.shape, np.float32)

        def one_slab(planes, step):
            some, scale, share, inside, fill = self._content(planes, modification, noise)
            if hedge != 1:
                share = share ** hedge
            factor = gain(scale, modification)
            if keeps:
                new = inside + inside * (share * (factor - 1))
                if fill is not None:
                    new += share * _fill(factor, fill, mean)
                result[planes] = self._array[planes]
            else:
                new = inside * (share * factor)
                result[planes] = 0 if limits is None else np.clip(np.float32(0), *limits)
            # What is as it was needs no clipping.
            result[planes][some] = new if limits is None else np.clip(new, *limits, out=new)
            if modification.output == 'difference':
                result[planes] -= self._array[planes]
            step()

        in_threads(one_slab, slabs(result.shape[0], SLAB), progress)
        return result

    def _finished(self, result, modification, stages):
        """Low-pass or match the result where that is wanted."""
        if modification.output_low_pass:
            result = fourier.low_pass(result, self._grid, modification.output_low_pass)
        if modification.match_histogram:
            result = match_histogram(result, self._array, out=result)
        if stages is not None:
            stages.finish()
        return result

    def _noise_of(self, seed, progress):
        if seed not in self._noise:
            self._noise = {seed: solvent_noise(
                self._array, self._confidence, self._grid, seed, progress)}
        return self._noise[seed]


def _fill(factor, noise, mean):
    """What takes the place of weakened density: it keeps the mean and the variance of solvent."""
    weak = np.minimum(factor, 1)
    return (1 - weak) * np.float32(mean) + np.sqrt(1 - weak * weak) * noise
