"""A smoother scale that keeps its steps: averages over what is near in place and alike in scale.

The scale of one component varies from place to place by the packing of its chain. An average over
the neighbourhood evens that out, and would also blur the boundary between components of different
occupancy. Leaving out of the average what differs in scale (a bilateral filter) keeps the boundary
where it is. It is taken level by level, as proposed by Paris and Durand (Int. J. Comput. Vis. 81,
24, 2009): for each of a few levels one Gaussian average on a coarse grid, and between levels and
samples linear interpolation.
"""

import math

import numpy as np

from .threads import in_threads, slabs

#: Alike in scale: Gaussian in the logarithm of the scale, of this width. Levels lie as far apart.
ALIKE = 0.2
#: Scales below this stay as they are.
LEAST_SCALE = 0.05
#: Less weight than this in a surrounding is nothing to average.
LEAST_WEIGHT = 1e-4
#: Samples of the coarse grid per width.
SAMPLES_PER_WIDTH = 1.5
SLAB = 8


def smooth_alike(scale, content, width, least=0.0):
    """A scale averaged over its surroundings, each place over what is like it: a new array.

    scale: float32 (z, y, x), not yet clipped at 1: an average of clipped values would be too low.
    content: `fullest.Content`; only what is above its threshold counts in an average. width: σ of
    the surroundings in Å. least: scales below this, and below 0.05, stay as they are. Time: some 15
    Gaussian filters on a grid of half the width. Memory: two arrays like the scale, at most.
    """
    least = max(least, LEAST_SCALE)
    lengths = content.grid.steps[::-1]
    steps = [max(1, int(width / SAMPLES_PER_WIDTH / length + 1e-6)) for length in lengths]
    sigmas = [width / (length * step) for length, step in zip(lengths, steps, strict=True)]
    sampled = tuple(slice(None, None, step) for step in steps)
    coarse = scale[sampled]
    present = content.density[sampled] > content.threshold
    logarithm = np.log(np.maximum(coarse, LEAST_SCALE))
    result = scale.copy()
    lower = None
    for number in range(math.floor(math.log(max(1, scale.max()) / least) / ALIKE) + 2):
        level = math.log(least) + number * ALIKE
        weight = present * np.exp(-0.5 * ((logarithm - level) / ALIKE) ** 2)
        upper = _average(coarse, weight, sigmas)
        if lower is not None:
            _blend(result, scale, level - ALIKE, (lower, upper), steps)
        lower = upper
    return result


def _average(values, weight, sigmas):
    """The weighted Gaussian average; the values themselves where there is nothing to average."""
    # Here, since loading it takes longer than a small estimate that does not need it.
    from scipy.ndimage import gaussian_filter
    total = gaussian_filter(weight, sigmas, mode='constant', truncate=3)
    some = total > LEAST_WEIGHT
    sums = gaussian_filter(weight * values, sigmas, mode='constant', truncate=3)
    return np.where(some, sums / np.where(some, total, 1), values).astype(np.float32)


def _blend(result, scale, level, averages, steps):
    """Fill in the scales from a logarithmic level up to the next, from the averages of the two."""
    from scipy.ndimage import map_coordinates
    low, high = math.exp(level), math.exp(level + ALIKE)

    def one_slab(planes, step):
        part = scale[planes]
        chosen = np.nonzero((part >= low) & (part < high))
        values = part[chosen]
        share = (np.log(values) - level) / ALIKE
        places = [(where + first) / along for where, first, along in zip(
            chosen, (planes.start, 0, 0), steps, strict=True)]
        lower, upper = (map_coordinates(average, places, order=1, mode='nearest')
                        for average in averages)
        result[planes][chosen] = lower + share * (upper - lower)
        step()

    in_threads(one_slab, slabs(scale.shape[0], SLAB))
