"""How far values at some voxels of a grid are alike from place to place."""

import numpy as np
from scipy import fft

#: Distances beyond so many steps of the grid count as not alike.
REACH = 6


class Autocorrelation:
    """The mean autocorrelation of values by distance, and what it makes of sums over them.

    values: at the voxels of `support`, boolean (z, y, x) on `grid`. `inflation`: by how much
    the variance of a sum of many values exceeds that of independent ones.
    """

    def __init__(self, values, support, grid):
        self._axes = np.array(grid.axes)
        low, high = (f(np.argwhere(support), axis=0) for f in (np.min, np.max))
        part = tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))
        shape = tuple(fft.next_fast_len(int(b - a) + 1 + REACH + 2, real=True)
                      for a, b in zip(low, high, strict=True))
        there = support[part]
        box = np.zeros(there.shape, np.float32)
        box[there] = values
        both = [fft.irfftn(np.abs(fft.rfftn(a, shape)) ** 2, shape)
                for a in (box, there.astype(np.float32))]
        reach = [min(REACH, n // 2 - 1) for n in shape]
        lags = np.stack(np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing='ij'), -1)
        lags = lags.reshape(-1, 3)
        distance = np.linalg.norm(lags[:, ::-1] @ self._axes, axis=1)
        near = distance <= REACH * min(grid.steps)
        lags, distance = lags[near], distance[near]
        sums, pairs = (a[tuple(lags.T)] for a in both)
        self._step = min(grid.steps)
        bins = np.rint(distance / self._step).astype(int)
        mean = np.bincount(bins, sums) / np.maximum(np.bincount(bins, pairs), 1)
        distances = np.bincount(bins, distance) / np.maximum(np.bincount(bins), 1)
        self._values = np.append(mean / max(mean[0], 1e-30), 0)
        self._distances = np.append(distances, distances[-1] + self._step)
        self.inflation = max(1.0, float(self.at(distance).sum()))
        self._spectra = {}

    def at(self, distance):
        """The correlation at a distance in Å."""
        return np.interp(distance, self._distances, self._values, right=0)

    def root_spectrum(self, shape):
        """Factor on the half transform of a box (z, y, x): what it makes of a column, squared and
        summed, is the variance of that column's sum over the values; kept.
        """
        if shape not in self._spectra:
            index = [np.rint(fft.fftfreq(n) * n) for n in shape]
            lags = np.stack(np.meshgrid(*index, indexing='ij'), axis=-1)[..., ::-1]
            kernel = self.at(np.linalg.norm(lags @ self._axes, axis=-1)).astype(np.float32)
            self._spectra[shape] = np.sqrt(np.maximum(fft.rfftn(kernel).real, 0))
        return self._spectra[shape]
