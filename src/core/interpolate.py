"""Trilinear interpolation from one grid of a box to another, or to a part of it."""

import numpy as np

from .threads import in_threads, slabs

SLAB = 8


class Interpolator:
    """Values of an array on the samples of another grid of the same box, some planes at a time.

    array: float32 (z, y, x). shape: of the other grid (z, y, x), whose sample 0 is that of the
    array. region: the part of the other grid that is wanted, three slices (z, y, x) with steps;
    None for all. Beyond the last sample of the array its value holds on. Where the grids are the
    same, what is returned is a view of the array.
    """

    def __init__(self, array, shape, region=None):
        region = tuple(slice(None) for _ in shape) if region is None else region
        self._array = array
        self._same = array.shape == tuple(shape)
        self._region = region
        wanted = [np.arange(n)[part] for n, part in zip(shape, region, strict=True)]
        self.shape = tuple(len(indices) for indices in wanted)
        self._same_x = self.shape[2] == array.shape[2] == shape[2]
        if not self._same:
            self._axes = [self._places(indices, n, m)
                          for indices, n, m in zip(wanted, array.shape, shape, strict=True)]

    @staticmethod
    def _places(indices, n, m):
        """Along one axis: the sample below each place, the one above it, and the latter's share."""
        places = np.minimum(indices * (n / m), n - 1)
        below = places.astype(np.intp)
        return below, np.minimum(below + 1, n - 1), (places - below).astype(np.float32)

    def __getitem__(self, planes):
        """The values on a slice of planes (of the region): float32 (planes, y, x)."""
        if self._same:
            z, y, x = self._region
            first = range(self._array.shape[0])[z][planes]
            return self._array[first.start:first.stop if first.stop >= 0 else None:first.step, y, x]
        (z0, z1, fz), (y0, y1, fy), (x0, x1, fx) = self._axes
        result = np.empty((len(range(self.shape[0])[planes]), *self.shape[1:]), np.float32)
        for plane, (below, above, share) in zip(
                result, zip(z0[planes], z1[planes], fz[planes], strict=True), strict=True):
            flat = _blend(self._array[below], self._array[above], share)
            flat = _blend(flat[y0], flat[y1], fy[:, None])
            plane[...] = flat if self._same_x else _blend(
                np.take(flat, x0, axis=1), np.take(flat, x1, axis=1), fx)
        return result


def _blend(below, above, share):
    return below + (above - below) * share


def resample(array, shape):
    """An array (z, y, x) brought to another number of samples of the same box, as float32."""
    values = Interpolator(np.asarray(array, np.float32), shape)
    result = np.empty(tuple(shape), np.float32)

    def one_slab(planes, step):
        result[planes] = values[planes]
        step()

    in_threads(one_slab, slabs(shape[0], SLAB))
    return result
