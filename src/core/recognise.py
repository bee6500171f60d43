"""Recognising what is not an averaged reconstruction, or no longer as the reconstruction left it.

The method assumes one particle, averaged, in solvent near zero. Nothing stops it from running on a
stack of images, a mask or a tomogram, and the numbers look like any others; so whoever gets them
should be told. Each test asks for what holds of its kind and of no map of a particle that we have
seen (docs/robustness.md lists both sides), and is silent in doubt. Samples and one block of the map
are looked at, never all of it.
"""

import re
from itertools import product

import numpy as np
from scipy import fft

from .solvent import flat_share
from .threads import thread_count
from .wording import (
    ALTERED,
    HALF_MAP,
    IMAGES,
    INVERT,
    INVERTED,
    LOCAL_RESOLUTION,
    MASK,
    SHARPENED,
    TOMOGRAM,
    UNSHARPENED,
    Remark,
)

#: Samples along each axis at which values are looked at.
SAMPLES = 32
#: The same for contrasts, which leave out nothing that a low-pass to a few voxels has left.
CONTRAST_SAMPLES = 64
#: Edge of the blocks, in the middle of the map, in which spectra and neighbours are looked at.
BLOCK, SMALL_BLOCK = 64, 48
#: Fewer voxels than this along an axis say nothing of neighbours or spectra.
LEAST_EDGE = 16
#: Shares of the samples in the tails, beyond which no value is looked at.
TAIL = 5e-4

#: A map of so few different values is none.
FEW_VALUES = 16
#: A mask: this share of the values near the largest, and this share near either end.
PLATEAU, NEAR_END, ENDS_SHARE = 3e-3, 0.01, 0.5
#: Local resolutions (Å): all but what fills the rest, by zero or one value, lies in these limits
#: and is no whole number for the most part; the largest but for a share is so many times the least;
#: neighbours differ by less than this share of the spread; and what is worse than the median
#: spreads more, by the last factor, than what is better.
RESOLUTIONS, RESOLUTION_RATIO, RESOLUTION_STEP, WHOLE_SHARE = (1.0, 200.0), 40.0, 0.8, 0.5
RESOLUTION_SKEW = 1.2
#: Where nothing fills the rest, the corners are worse than the middle by this factor.
OUTSIDE = 1.15
#: So many values at least, or so small a share of the map, tell nothing.
LEAST_RESOLUTIONS, FILL_SHARE = 50, 0.3
#: Images: the variance of means over squares of 4 × 4 pixels over that which noise would have, and
#: their correlation with those of the next plane, also in comparison with the other axes.
IMAGE_VARIANCE, IMAGE_CORRELATION, IMAGE_GAP = 1.5, 0.15, 0.2
#: Inverted: the negative tail of the low-passed map over the positive one.
NEGATIVE = 1.5
#: A tomogram: contrast at the corners over that in the middle, their median and the least; power
#: in the missing wedge over that elsewhere; skewness of density without a particle.
BORDER, LEAST_BORDER, WEDGE, SYMMETRIC = 0.7, 0.5, 0.1, 0.5
#: Half of the missing wedge's opening that is looked at, in degrees: tilts seldom reach 70.
WEDGE_ANGLE = 20
#: Altered: a negative tail of less than this share of the positive one, or half of the values
#: within this share of it.
NO_NEGATIVE, NO_NOISE = 0.01, 5e-4
#: Sharpened: power that rises from lower to higher frequencies by this factor, to at least this
#: share of that at the lowest; or by the lesser factors where noise reaches this share of the peak.
RISE, RISE_SHARE = 12.0, 0.02
NOISY_RISE, NOISY_RISE_SHARE, NOISY = 3.0, 2e-3, 0.8
SHELLS = 32

#: How half maps are called by RELION, cryoSPARC and the EMDB.
_HALF = re.compile(r'(?<![a-z])half(?:[-_ ]?map)?[-_ ]?(?:1|2|a|b)(?![a-z0-9])', re.IGNORECASE)
#: Shares of the samples whose values are looked at, with the smallest and the largest.
LOOKED_AT = (0.0, TAIL, 0.25, 0.5, 0.75, 1 - TAIL, 1.0)


def _sections(axis):
    return Remark(f'neighbouring sections along {axis} have nothing in common, as in a stack of '
                  'images, which is not a map: the scale means nothing here', kind=IMAGES)


def _few_values(number):
    return Remark(f'the map has {number} different values only, as a mask or a segmentation has: '
                  'the scale is that of a map of density', kind=MASK)


MASK_LIKE = Remark('most of the map is either at its lowest or at its highest value, as in a mask: '
                   'the scale is that of a map of density', kind=MASK)
LOCAL_RESOLUTIONS = Remark('its values look like local resolutions in Å, which are no density: '
                           'estimate the map that they were made for, and colour that one by them',
                           kind=LOCAL_RESOLUTION)
INVERTED_MAP = Remark('the strongest density is negative: the map may be inverted, and density '
                      'must be positive', (INVERT,), INVERTED)
SHARPENED_MAP = Remark('power rises towards high frequency, as in a map that was sharpened much: '
                       'in resolution mode the scale then follows noise', (UNSHARPENED,), SHARPENED)


def _tomogram(wedge):
    too = ', and a wedge of its Fourier space is empty' if wedge else ''
    return Remark(f'contrast is as large in the corners of the box as in its middle{too}, as in a '
                  'tomogram, in noise, or in a box cut out of a larger map: the method is for '
                  'averaged reconstructions in solvent, and the scale is not to be trusted here',
                  kind=TOMOGRAM)


def _altered(lack):
    return Remark(f'the map has {lack}, as after machine learning, cutting at a threshold or a '
                  'computation from a model: the scale then shows what was made of the data and is '
                  'less to be trusted', kind=ALTERED)


HALF_MAP_NAMED = Remark('it is a half map by its name: the map made of both halves has less noise, '
                        'and its scale is the one to show', kind=HALF_MAP)


def is_half_map(name):
    """Whether a file or a map is called as half maps are."""
    return bool(_HALF.search(name))


def is_local_resolution(array):
    """Whether an array (z, y, x) of any real type has the values of a map of local resolution (Å).

    As RELION and cryoSPARC write it: some Å at each voxel of the particle, where density has values
    on both sides of zero or close to it; elsewhere zero or one value.
    """
    if min(array.shape) < 2:
        return False
    told = resolutions_in(array, samples=True)
    if len(told) < LEAST_RESOLUTIONS:
        return False
    low, high = _at(told, TAIL), _at(told, 1 - TAIL)
    if low < RESOLUTIONS[0] or high > RESOLUTIONS[1] or not low < high < RESOLUTION_RATIO * low:
        return False
    if len(told) > (1 - FILL_SHARE) * len(_samples(array)):
        if not _is_worse_outside(array):
            return False
    else:
        best, middle, worst = (_at(told, share) for share in (0.01, 0.5, 0.99))
        if worst - middle < RESOLUTION_SKEW * (middle - best):
            return False
    if (told == np.rint(told)).mean() > WHOLE_SHARE:
        return False
    block = _block(array).astype(float)
    known = (block > 0) & (block != _fill(array))
    steps = []
    for axis in range(3):
        both = np.take(known, range(1, known.shape[axis]), axis) & np.take(
            known, range(known.shape[axis] - 1), axis)
        steps.append(np.diff(block, axis=axis)[both])
    steps = np.concatenate(steps)
    spread = float(told.std())
    return bool(len(steps) and np.abs(steps).mean() < RESOLUTION_STEP * spread)


def _is_worse_outside(array):
    """Whether values are higher in the corners than in the middle, as where nothing is resolved.

    Density is the other way round, wherever its zero lies.
    """
    middle = array[tuple(slice(3 * n // 8, n - 3 * n // 8) for n in array.shape)]
    corners = [array[tuple(slice(0, max(1, n // 8)) if low else slice(n - max(1, n // 8), n)
                           for n, low in zip(array.shape, ends, strict=True))]
               for ends in product((True, False), repeat=3)]
    outside = np.median([np.median(corner) for corner in corners])
    return bool(outside > OUTSIDE * np.median(middle))


def resolutions_in(array, samples=False):
    """The local resolutions (Å) in a map of them, in ascending order, without what fills the rest.

    array: (z, y, x). samples: on a coarse grid only. Empty where a value is negative.
    """
    values = _samples(array) if samples else np.ravel(array)
    if values.min() < 0:
        return values[:0]
    return np.sort(values[(values > 0) & (values != _fill(array))])


def resolution_fills(array):
    """The values that fill what is no particle in a map of local resolution: zero, and another."""
    fill = _fill(array)
    return (0.0,) if fill != fill or fill == 0 else (0.0, float(fill))


def _fill(array):
    """The one value, other than zero, that fills what is no particle; not-a-number for none."""
    values, counts = np.unique(_samples(array), return_counts=True)
    most = counts.argmax()
    return values[most] if counts[most] > FILL_SHARE * counts.sum() else np.nan


def is_mask(array):
    """Whether an array (z, y, x) of any real type has the values of a mask or a segmentation."""
    # Differences of small integers would leave their range.
    return _mask_remark(_samples(array).astype(float)) is not None


def recognise(array, grid, low_passed):
    """What kind of map this is, if it is not what the method is for: a list of `Remark`s, or [].

    array: the map, float32 (z, y, x), finite and not constant. grid: its `Grid`. low_passed: the
    same low-passed, on the working grid, float32 (z, y, x). Time: some 10 ms, whatever the size.
    """
    if is_local_resolution(array):
        return [LOCAL_RESOLUTIONS]
    samples = _samples(array)
    block = _block(array)
    # Squares of the values must not leave the range of float32.
    block = block / max(np.abs(block).max(), np.finfo(np.float32).tiny)
    axis = _stacked_axis(_block(block, SMALL_BLOCK), grid)
    if axis is not None:
        return [_sections(axis)]
    kind = _mask_remark(samples)
    if kind:
        return [kind]
    found = []
    smooth = _samples(low_passed)
    if _tails(smooth)[0] > NEGATIVE:
        found.append(INVERTED_MAP)
    if _rises(block, grid, samples, smooth):
        # What the spectrum does then explains what else there is to see.
        return [*found, SHARPENED_MAP]
    if _fills_corners(low_passed):
        wedge = _has_wedge(block, grid)
        if wedge or abs(_skewness(smooth)) < SYMMETRIC:
            found.append(_tomogram(wedge))
    lack = _lack(samples, array)
    if lack:
        found.append(_altered(lack))
    return found


def _samples(array):
    """Values on a coarse grid over the whole box; those at `LOOKED_AT` are where sorting would put
    them.
    """
    steps = [max(1, round(n / SAMPLES)) for n in array.shape]
    values = array[tuple(slice(None, None, step) for step in steps)]
    return np.partition(values, [_rank(values.size, share) for share in LOOKED_AT], axis=None)


def _block(array, edge=BLOCK):
    """The voxels in the middle of the box."""
    starts = [max(0, n - edge) // 2 for n in array.shape]
    return array[tuple(slice(start, start + edge) for start in starts)]


def _rank(number, share):
    return min(number - 1, int(share * number))


def _at(samples, share):
    return float(samples[_rank(len(samples), share)])


def _tails(samples):
    """The negative tail over the positive one, from the median, and the length of the latter."""
    low, middle, high = (_at(samples, share) for share in (TAIL, 0.5, 1 - TAIL))
    return (middle - low) / max(high - middle, np.finfo(np.float32).tiny), high - middle


def _skewness(samples):
    deviations = samples.astype(float)
    deviations -= deviations.mean()
    squares = deviations * deviations
    return float((squares * deviations).mean() / max(squares.mean() ** 1.5, 1e-300))


def _stacked_axis(block, grid):
    """The axis along which images are stacked, "x", "y" or "z", or None.

    Within an image, squares of pixels differ more than noise would let them, and the next image has
    other ones. What all images have in common, such as a round mask, is taken off before. Along the
    other axes of a stack, neighbours are alike; in a map whose noise was sharpened they are so
    along none.
    """
    steps = grid.steps[::-1]
    correlations, contrasts = [], []
    for number in range(3):
        planes = np.moveaxis(block, number, 0)
        if min(planes.shape) < LEAST_EDGE:
            return None
        planes = planes - planes.mean(axis=0)
        squares = _halved(_halved(planes, 1), 2)
        squares = _halved(_halved(squares, 1), 2).astype(float)
        contrasts.append(lambda planes=planes, squares=squares: (
            16 * squares.var() / max(planes.var(dtype=float), 1e-300)))
        correlations.append((squares[1:] * squares[:-1]).mean()
                            / max((squares ** 2).mean(), 1e-300))
    number = int(np.argmin(correlations))
    others = [i for i in range(3) if i != number]
    # Sections far apart may well have little in common.
    near = steps[number] <= 1.5 * max(steps[i] for i in others)
    alone = max(correlations[i] for i in others) - correlations[number] > IMAGE_GAP
    if near and alone and correlations[number] < IMAGE_CORRELATION and (
            contrasts[number]() > IMAGE_VARIANCE):
        return 'zyx'[number]
    return None


def _halved(planes, axis):
    """Means of neighbouring pairs along an axis."""
    pairs = planes.shape[axis] // 2
    ahead = (slice(None),) * axis
    even, odd = (planes[(*ahead, slice(first, 2 * pairs, 2))] for first in (0, 1))
    return (even + odd) / 2


def _mask_remark(samples):
    # A few of the samples tell of most maps that there are more values.
    few = min(FEW_VALUES, len(samples) // 100)
    if len(np.unique(samples[::100])) <= few:
        number = len(np.unique(samples))
        if number <= few:
            return _few_values(number)
    near = NEAR_END * float(samples[-1] - samples[0])
    low = np.count_nonzero(samples <= samples[0] + near) / len(samples)
    high = np.count_nonzero(samples >= samples[-1] - near) / len(samples)
    return MASK_LIKE if high > PLATEAU and low + high > ENDS_SHARE else None


def _fills_corners(low_passed):
    """Whether the corners vary as the middle does, in the plane across the shortest axis.

    In a cube it must be so in the planes across all three.
    """
    shape = low_passed.shape
    if min(shape) < LEAST_EDGE:
        return False

    def contrast(centre, edge):
        part = low_passed[tuple(
            slice(int((c - edge / 2) * n), int((c + edge / 2) * n) + 1,
                  max(1, n // CONTRAST_SAMPLES)) for c, n in zip(centre, shape, strict=True))]
        return float(part.std(dtype=float))

    flat = max(shape) > 1.15 * min(shape)
    axes = [int(np.argmin(shape))] if flat else [0, 1, 2]
    middle = contrast((0.5, 0.5, 0.5), 0.4)
    corners = []
    for axis in axes:
        for ends in product((0.07, 0.93), repeat=2):
            corner = contrast(np.insert(np.array(ends), axis, 0.5), 0.14)
            # One empty corner, such as the first of most maps, is enough.
            if corner <= LEAST_BORDER * middle:
                return False
            corners.append(corner)
    return middle > 0 and bool(np.median(corners) > BORDER * middle)


def _power(block, grid):
    """|F|² of a block, tapered towards its faces: (z, y, x), and the frequencies of each axis."""
    tapered = block - np.float32(block.mean(dtype=float))
    for number, n in enumerate(block.shape):
        window = np.hanning(n + 2)[1:-1].astype(np.float32)
        tapered *= np.expand_dims(window, [i for i in range(3) if i != number])
    components = fft.rfftn(tapered, workers=thread_count())
    steps = grid.steps[::-1]
    nz, ny, nx = block.shape
    frequencies = np.ix_(np.fft.fftfreq(nz, steps[0]), np.fft.fftfreq(ny, steps[1]),
                         np.fft.rfftfreq(nx, steps[2]))
    return components.real ** 2 + components.imag ** 2, frequencies


def _has_wedge(block, grid):
    """Whether the power within a wedge about one axis is missing, whichever way the tilt axis lies.
    """
    if min(block.shape) < LEAST_EDGE:
        return False
    power, frequencies = _power(block, grid)
    radius = np.sqrt(sum(f ** 2 for f in frequencies)) * 2 * grid.step
    band = (radius > 0.15) & (radius < 0.7)
    shell = (radius * 20).astype(int)
    narrow, wide = np.tan(np.radians([WEDGE_ANGLE, 45]))
    for beam, tilt in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)):
        across, along = np.abs(frequencies[3 - beam - tilt]), np.abs(frequencies[beam])
        # Near the tilt axis the wedge is too thin to be seen.
        clear = band & (np.abs(frequencies[tilt]) * 2 * grid.step < 0.7 * radius)
        inside = clear & (across < narrow * along)
        outside = clear & (across > wide * along)
        ratios = []
        for number in range(3, 14):
            there = power[inside & (shell == number)], power[outside & (shell == number)]
            if min(map(len, there)) > 4 and there[1].mean() > 0:
                ratios.append(there[0].mean() / there[1].mean())
        if ratios and np.median(ratios) < WEDGE:
            return True
    return False


def _lack(samples, array):
    """What a reconstruction has and this map lacks, in words, or ''."""
    positive = _tails(samples)[1]
    middle = _at(samples, 0.5)
    # What a mask has set to one value says nothing of what the map had.
    others = samples[samples != middle]
    rank = _rank(len(others), TAIL)
    if len(others) and positive > 0 and (
            middle - float(np.partition(others, rank)[rank]) < NO_NEGATIVE * positive):
        return 'no negative density'
    half = _at(samples, 0.75) - _at(samples, 0.25)
    # A mask leaves one value in the solvent, which the solvent model tells.
    if half < NO_NOISE * positive and not flat_share(array):
        return 'next to no noise in its solvent'
    return ''


def _rises(block, grid, samples, smooth):
    """Whether power rises towards high frequency as only sharpening makes it."""
    if min(block.shape) < 2 * LEAST_EDGE:
        return False
    power, frequencies = _power(block, grid)
    shell = (np.sqrt(sum(f ** 2 for f in frequencies)) * 2 * grid.step * SHELLS).astype(int)
    number = np.bincount(shell.ravel())[:SHELLS]
    means = np.bincount(shell.ravel(), power.ravel())[:SHELLS] / np.maximum(number, 1)
    # The first shells hold the outline of the block, single shells much chance.
    means = np.convolve(means, np.full(3, 1 / 3), 'valid')[1:]
    strength = means / max(means[:3].max(), 1e-300)
    rise = means / np.maximum(np.minimum.accumulate(means), 1e-12 * means.max() + 1e-300)
    if ((rise > RISE) & (strength > RISE_SHARE)).any():
        return True
    noisy = _tails(samples)[0] > NOISY and _tails(smooth)[0] < NOISY / 2
    return bool(noisy and ((rise > NOISY_RISE) & (strength > NOISY_RISE_SHARE)).any())
