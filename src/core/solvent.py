"""The solvent model: a Gaussian fitted to the main peak of the histogram, and confidence from it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from .gaussianfit import fit_gaussian, gaussian
from .histogram import count
from .parameters import (
    HISTOGRAM_BINS,
    HISTOGRAM_FLOOR,
    SUSPECT_EXPLAINED,
    SUSPECT_FLAT_SHARE,
    SUSPECT_RANGE_SHARE,
    VALUES,
)
from .threads import in_threads, slabs
from .wording import SOLVENT_MASK, UNMASKED, Remark, SettingError

#: No range of density is taken for narrower than this share of the density itself.
LEAST_RANGE = 1e-5
#: About so many voxels tell whether a value is frequent enough to be counted.
FLAT_SAMPLES = 20_000
#: Planes that one thread looks at, at a time.
SLAB = 8


def robust_width(values: np.ndarray) -> float:
    """σ of the Gaussian that most of some values follow, by their median deviation; 0 for none."""
    if not len(values):
        return 0.0
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


@dataclass(frozen=True, eq=False)
class SolventModel:
    """Solvent as a Gaussian, and the confidence that a density is not solvent.

    `low`, `high`: range of the histogram; `density`: its values, one per bin, integrating to 1.
    `height`, `mean`, `width`: the Gaussian (width is its σ). `confidence`: one value per bin,
    rising from 0 to 1. `suspect`: why the fit is not to be trusted, `Remark`s, none when it is.
    Densities are in the map's own units.
    """

    low: float
    high: float
    density: np.ndarray
    height: float
    mean: float
    width: float
    confidence: np.ndarray
    suspect: tuple = ()

    @property
    def centres(self):
        """Densities at the centres of the bins."""
        bin_width = (self.high - self.low) / len(self.density)
        return self.low + (np.arange(len(self.density)) + 0.5) * bin_width

    @property
    def gaussian(self):
        """The Gaussian at the centres of the bins."""
        return gaussian(self.centres, self.height, self.mean, self.width)

    @property
    def half_confident(self):
        """v50: the lowest density whose confidence exceeds one half."""
        return float(self.centres[np.argmax(self.confidence > 0.5)])

    def confidence_of(self, array, out=None, progress=None):
        """The confidence of each density in an array (z, y, x), as float32, linear between bins.

        `out` may be the array itself.
        """
        result = np.empty(array.shape, np.float32) if out is None else out
        zero = np.flatnonzero(self.confidence > 0)[0] - 1 if (self.confidence > 0).any() else -1
        # All that lies below this has no confidence; in most maps that is nearly everything.
        nothing = self.centres[zero] if zero >= 0 else -np.inf

        def one_slab(planes, step):
            values = array[planes]
            some = values > nothing
            found = np.interp(values[some], self.centres, self.confidence)
            result[planes] = 0
            result[planes][some] = found
            step()

        in_threads(one_slab, slabs(array.shape[0], SLAB), progress)
        return result


def inside_sphere(shape, z, stride=1):
    """Whether each voxel of the planes `z` lies in the inscribed sphere (ellipsoid): (len(z), y,
    x), of every `stride`-th row and column.
    """
    squares = [((np.arange(n) - n // 2) / (n / 2)) ** 2 for n in shape]
    flat = squares[1][::stride, None] + squares[2][None, ::stride]
    return squares[0][z][:, None, None] + flat <= 1


def solvent_region(array, mask, threshold):
    """A boolean (z, y, x): the part of the sphere that a solvent mask says is solvent.

    array: the map. mask: an array of the same shape that covers solvent or content, whichever;
    above `threshold` it counts as 1. Inside the sphere the one of mask and complement in which the
    map varies less is taken for solvent. Raises `ValueError` when one of them is empty.
    """
    sphere = inside_sphere(array.shape, np.arange(array.shape[0]))
    covered = (mask > threshold) & sphere
    other = sphere & ~covered
    if not covered.any() or not other.any():
        raise SettingError(
            'solvent_mask',
            f'{{solvent_mask}} has no boundary inside the sphere of the box at its threshold '
            f'{threshold:g}; it should cover either the solvent or the particle')
    return covered if array[covered].var() < array[other].var() else other


def fit_solvent(array, region=None, source=None, progress=None):
    """Fit the solvent of a map.

    array: float32 (z, y, x), low-passed. region: boolean (z, y, x), the solvent region of
    `solvent_region`; None for the inscribed sphere. source: the map before any filter, in which
    flattened solvent is looked for. Returns a `SolventModel`. After METHOD section 5
    (docs/method.md), with its departures: nothing depends on the map's grey level.
    """
    # All of the sphere decides the range: what stands out lies beyond the solvent region.
    low, high = _range(array)
    # Where a low-pass has left one value only, the bins still need a width.
    high = max(high, low + max(abs(low) * LEAST_RANGE, VALUES[0] * LEAST_RANGE))
    counts = count(array, low, high, HISTOGRAM_BINS, _chooser(array.shape, region), progress)
    bin_width = (high - low) / HISTOGRAM_BINS
    density = counts / (counts.sum() * bin_width)
    centres = low + (np.arange(HISTOGRAM_BINS) + 0.5) * bin_width
    (height, mean, width), explained = _fit_peak(centres, density)
    # A Gaussian that went astray must not take the confidence with it into a division by zero.
    peak = height if math.isfinite(height) and height > 0 else float(density.max())
    confidence = confidence_curve(
        density, gaussian(centres, height, mean, width), HISTOGRAM_FLOOR * peak)
    model = SolventModel(low, high, density, height, mean, width, confidence)
    flat = 0 if source is None else flat_share(source)
    reasons = []
    if flat > SUSPECT_FLAT_SHARE:
        # Rounded down, or a part would read as if it were all.
        reasons.append(Remark(
            f'{math.floor(100 * flat)} % of the voxels have one and the same value, as where a '
            'mask has flattened the solvent', (UNMASKED, SOLVENT_MASK)))
    reasons += _why_suspect(model, explained)
    return replace(model, suspect=tuple(reasons))


def confidence_curve(density, fitted, floor):
    """Confidence per bin from a histogram, the Gaussian fitted to it, and a floor for empty bins.

    Going from high to low densities each step down is at least as large as the one before it, until
    zero is reached, where the curve stays.
    """
    raw = np.clip((density + floor - fitted) / (density + floor), 0, 1)
    curve = np.zeros_like(raw)
    value, drop = raw[-1], 0.0
    for i in range(len(raw) - 1, -1, -1):
        lower = min(raw[i], value - drop)
        drop, value = max(drop, value - lower), lower
        if value <= 0:
            break
        curve[i] = value
    return curve


def flat_share(array, region=None):
    """The share of the voxels in a region that have the most frequent value.

    array: (z, y, x). region: boolean (z, y, x) on any grid of the same box; None for the inscribed
    sphere.
    """
    shape = array.shape
    if region is not None:
        stride = max(1, round((region.size / 1_000_000) ** (1 / 3)))
        places = np.nonzero(region[::stride, ::stride, ::stride])
        values = array[tuple(stride * at * n // m for at, n, m in
                             zip(places, shape, region.shape, strict=True))]
        return float(np.unique(values, return_counts=True)[1].max() / len(values)) if len(
            values) else 0.0
    stride = max(1, round((array.size / FLAT_SAMPLES) ** (1 / 3)))
    z = np.arange(0, shape[0], stride)
    sample = array[::stride, ::stride, ::stride][inside_sphere(shape, z, stride)]
    values, counts = np.unique(sample, return_counts=True)
    if not len(counts) or counts.max() < 0.5 * SUSPECT_FLAT_SHARE * len(sample):
        return 0.0
    frequent = values[counts.argmax()]

    def one_slab(planes, step):
        sphere = inside_sphere(shape, np.arange(planes.start, planes.stop))
        step()
        return np.count_nonzero((array[planes] == frequent) & sphere), np.count_nonzero(sphere)

    shares = np.array(in_threads(one_slab, slabs(shape[0], SLAB)))
    return float(shares[:, 0].sum() / shares[:, 1].sum())


def _chooser(shape, region=None):
    """A function that tells which voxels of some planes lie in a region, or in the sphere."""
    if region is not None:
        return lambda planes: region[planes]
    return lambda planes: inside_sphere(shape, np.arange(planes.start, planes.stop))


def _range(array):
    """Smallest and largest value in the inscribed sphere."""
    inside = _chooser(array.shape)

    def one_slab(planes, step):
        values = array[planes][inside(planes)]
        step()
        return (values.min(), values.max()) if len(values) else (np.inf, -np.inf)

    ends = np.array(in_threads(one_slab, slabs(array.shape[0], SLAB)), float)
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _fit_peak(centres, density):
    """Fit a Gaussian to the highest peak; return (height, mean, width) and the share it explains.

    The share is that of the sum of squares over the bins in which the peak stands above half its
    height: all bins decide the fit, these decide whether it is one.
    """
    top = int(density.argmax())
    below = np.flatnonzero(density < density[top] / math.e)
    right = below[below > top]
    left = below[below < top]
    drops = [abs(centres[edge[0 if edge is right else -1]] - centres[top])
             for edge in (left, right) if len(edge)]
    drop = min(drops) if drops else centres[-1] - centres[0]
    start = (density[top], centres[top], drop / math.sqrt(2))
    # Bins are scaled to order one, so that the fit is the same whatever the map's grey level.
    unit, rise = centres[-1] - centres[0], density[top]
    v, wanted = (centres - centres[top]) / unit, density / rise
    fitted = fit_gaussian(v, wanted, (1.0, 0.0, start[2] / unit))
    if fitted is None:
        return start, 0.0       # no convergence
    found = (float(fitted[0] * rise), float(fitted[1] * unit + centres[top]),
             float(abs(fitted[2]) * unit))
    near = _half_height(density, top)
    left_over = density[near] - gaussian(centres[near], *found)
    return found, float(1 - (left_over ** 2).sum() / (density[near] ** 2).sum())


def _half_height(density, top):
    """The bins around the peak that stand above half its height, with one more on either side."""
    low = density < density[top] / 2
    left = np.flatnonzero(low[:top])
    right = np.flatnonzero(low[top:])
    return slice(left[-1] if len(left) else 0,
                 top + right[0] + 1 if len(right) else len(density))


def _why_suspect(model, explained):
    reasons = []
    span, above = model.high - model.low, model.high - model.mean
    if not (model.low <= model.mean <= model.high) or not (0 < model.width < span):
        reasons.append(Remark('the fitted solvent lies outside the range of the map'))
    elif not (model.confidence > 0.5).any() or (
            model.half_confident - model.mean > SUSPECT_RANGE_SHARE * above):
        reasons.append(Remark('hardly any density stands out from the solvent'))
    if explained < SUSPECT_EXPLAINED:
        # Rounded down: it must not read as if it were enough.
        share = math.floor(1000 * max(0, explained)) / 10
        reasons.append(Remark(f'a Gaussian explains only {share:g} % of the histogram\'s peak, of '
                              f'which {100 * SUSPECT_EXPLAINED:g} % are needed'))
    return reasons
