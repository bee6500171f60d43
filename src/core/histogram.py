"""Matching the grey levels of one map to those of another."""

import numpy as np

from .threads import in_threads, slabs

SLAB = 8
#: Levels that grey values are told apart by.
LEVELS = 2 ** 16


def match_histogram(array, reference):
    """An array (z, y, x) with its values replaced, in their order, by those of a reference;
    float32.

    Both are float32. The value that a share p of the array lies below becomes the one that a share
    p of the reference lies below, linear between 65,536 levels.
    """
    edges, share = _cumulative(array)
    reference_edges, reference_share = _cumulative(reference)
    # Levels that do not occur in the reference share one value of p; the first of them is meant.
    target = np.interp(share, reference_share, reference_edges)
    result = np.empty_like(array)

    def one_slab(planes, step):
        result[planes] = np.interp(array[planes], edges, target)
        step()

    in_threads(one_slab, slabs(array.shape[0], SLAB))
    return result


def _cumulative(array):
    """Levels, and the share of the array below each."""
    counts, edges = np.histogram(array, LEVELS)
    return edges, np.concatenate([[0], np.cumsum(counts)]) / array.size
