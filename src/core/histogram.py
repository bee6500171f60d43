"""Histograms of maps, and matching the grey levels of one map to those of another."""

import numpy as np

from .threads import in_threads, slabs

SLAB = 4
#: Parts of an array that are counted at a time.
PARTS = 8
#: Levels that grey values are told apart by.
LEVELS = 2 ** 16
#: What differs by less is one value.
LEAST_RANGE = 1e-25


def count(array, low, high, bins, choose=None, progress=None):
    """Counts of the values of an array (z, y, x) in equal bins from `low` to `high`: int (bins,).

    All values must lie within. choose: a function from a slice of planes to a boolean
    (planes, y, x) of the voxels that count; None for all.
    """
    factor = np.float32(bins / (high - low))

    def one_part(part, step):
        counts = np.zeros(bins, np.intp)
        for start in range(part.start, part.stop, SLAB):
            planes = slice(start, min(part.stop, start + SLAB))
            values = array[planes] if choose is None else array[planes][choose(planes)]
            # Values below `low` by rounding are cast to bin 0 as well.
            numbers = ((values - np.float32(low)) * factor).astype(np.intp).ravel()
            np.minimum(numbers, bins - 1, out=numbers)
            counts += np.bincount(numbers, minlength=bins)
        step()
        return counts

    # Few parts, each with its own counts, which may be as many as the voxels of some planes.
    parts = slabs(array.shape[0], -(-array.shape[0] // PARTS))
    return sum(in_threads(one_part, parts, progress))


def match_histogram(array, reference, out=None):
    """An array (z, y, x) with its values replaced, in their order, by those of a reference;
    float32.

    Both are float32. The value that a share p of the array lies below becomes the one that a share
    p of the reference lies below, linear between 65,536 levels. An array of one value, in which
    there is no order, stays as it is.
    """
    if array.max() - array.min() < LEAST_RANGE:
        result = np.empty_like(array) if out is None else out
        result[...] = array
        return result
    low, high, share = _cumulative(array)
    reference_low, reference_high, reference_share = _cumulative(reference)
    target = np.interp(share, reference_share,
                       np.linspace(reference_low, reference_high, LEVELS + 1)).astype(np.float32)
    rise = np.append(np.diff(target), np.float32(0))
    factor = np.float32(LEVELS / (high - low))
    result = np.empty_like(array) if out is None else out

    def one_slab(planes, step):
        places = (array[planes] - np.float32(low)) * factor
        levels = places.astype(np.int32)
        places -= levels
        places *= rise[levels]
        np.add(places, target[levels], out=result[planes])
        step()

    in_threads(one_slab, slabs(array.shape[0], SLAB))
    return result


def _cumulative(array):
    """Smallest and largest value, and the share of the array below each level between them."""
    low, high = float(array.min()), float(array.max())
    counts = count(array, low, high, LEVELS)
    return low, high, np.concatenate([[0], np.cumsum(counts)]) / array.size
