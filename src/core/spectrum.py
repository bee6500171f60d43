"""Radial spectra of maps, and what weighting a map does to its spectrum."""

import numpy as np
from scipy import fft

from .fourier import frequency_squared
from .grid import Grid
from .threads import in_threads, slabs, thread_count

SLAB = 8
#: Weights are smooth: every so many voxels of them tell their autocorrelation.
WEIGHT_STRIDE = 4
#: The correlation of noise is looked at up to where that of the weights falls to this share.
LEAST_OVERLAP = 0.2
#: Steps per voxel at which correlations are worked out.
STEPS_PER_VOXEL = 4


def weighted_spectrum(array, weights, mean, shells, grid):
    """The radial power spectrum of a stationary map of which only a weighted part is seen.

    array, weights: float32 (z, y, x), the weights smooth, 0 to 1; their memory is used up. mean: of
    the map. shells: of `shell_numbers`. grid: `Grid` of both. Returns E|F|² per voxel in each
    shell, as a map of the same noise without weights would have it, and a half transform whose
    memory may be used again.

    Weights multiply the correlation of the map, as a function of distance, by their own. Dividing
    that out undoes the smearing of the spectrum that they cause.
    """
    distances = np.arange(0, min(grid.lengths) / 3, grid.step / STEPS_PER_VOXEL)
    overlap = _autocorrelation(weights, grid, distances)

    def apply_weights(planes, step):
        part = weights[planes]
        squares = np.vdot(part, part)
        part *= array[planes] - np.float32(mean)
        step()
        return squares

    squares = sum(in_threads(apply_weights, slabs(array.shape[0], SLAB)))
    components = fft.rfftn(weights, workers=thread_count())
    power, number = radial_power(components, shells, array.shape[2])
    return power / squares * _unsmearing(power, number, distances, overlap, grid), components


def _unsmearing(power, number, distances, overlap, grid):
    """The factor on each shell of a smeared spectrum that gives the one without weights.

    overlap: the autocorrelation of the weights at the distances (Å).
    """
    frequencies = np.arange(len(power)) / max(grid.lengths)
    small = np.flatnonzero(overlap < LEAST_OVERLAP)
    end = small[0] if len(small) else len(distances)
    if end < 2 * STEPS_PER_VOXEL:
        return np.ones(len(power))
    distances, overlap = distances[:end], overlap[:end]
    waves = np.sinc(2 * frequencies[:, None] * distances)
    correlation = (power * number) @ waves
    # Shut smoothly over the outer half, so that the end does not ring through the spectrum.
    outer = np.clip(2 * distances / distances[-1] - 1, 0, 1)
    correlation *= distances ** 2 * np.cos(np.pi / 2 * outer) ** 2
    plain, mended = waves @ correlation, waves @ (correlation / overlap)
    factor = np.divide(mended, plain, out=np.ones_like(plain), where=plain > 0)
    return np.clip(factor, 0.02, 2)


def _autocorrelation(weights, grid, distances):
    """The autocorrelation of weights at some distances in Å, averaged over directions; 1 at 0."""
    stride = min(WEIGHT_STRIDE, max(1, min(weights.shape) // 16))
    coarse = np.ascontiguousarray(weights[::stride, ::stride, ::stride])
    coarse_grid = Grid.of(coarse.shape, np.array(grid.axes) * stride)
    power, number = radial_power(
        fft.rfftn(coarse), shell_numbers(coarse_grid), coarse.shape[2])
    frequencies = np.arange(len(power)) / max(coarse_grid.lengths)
    found = (power * number) @ np.sinc(2 * frequencies[:, None] * distances)
    return found / found[0]


def shell_numbers(grid):
    """The number of the shell of each component of a half transform: uint16 (z, y, x).

    Shells are as wide as the finest frequency step of the box.
    """
    nz, ny, nx = grid.shape
    kz, ky = (np.fft.fftfreq(n, 1 / n).astype(np.float32) for n in (nz, ny))
    kx = np.arange(nx // 2 + 1, dtype=np.float32)
    edge = np.float32(max(grid.lengths))
    shells = np.empty((nz, ny, len(kx)), np.uint16)

    def one_slab(planes, step):
        squared = frequency_squared(grid, kz[planes, None, None], ky[:, None], kx)
        np.sqrt(squared, out=squared)
        shells[planes] = np.rint(squared * edge)
        step()

    in_threads(one_slab, slabs(nz, SLAB))
    return shells


def radial_power(components, shells, nx):
    """The mean of |F|² over each shell, and the number of components in it.

    components: half transform, complex64 (z, y, x), of a map of `nx` columns; each component is
    counted as in a whole transform. shells: of `shell_numbers`.
    """
    single = single_columns(nx)
    length = int(shells.max()) + 1

    def one_slab(planes, step):
        part = components[planes]
        power = part.real ** 2 + part.imag ** 2
        # Converted here, or every call of bincount would.
        numbers = shells[planes].astype(np.intp)
        step()

        def sums(numbers, weights=None):
            weights = None if weights is None else weights.ravel()
            return np.bincount(numbers.ravel(), weights, minlength=length)

        once = numbers[:, :, single]
        return (2 * sums(numbers, power) - sums(once, power[:, :, single]),
                2 * sums(numbers) - sums(once))

    found = in_threads(one_slab, slabs(components.shape[0], SLAB))
    total, number = (sum(one[i] for one in found) for i in (0, 1))
    return total / np.maximum(number, 1), number


def single_columns(nx):
    """Columns of a half transform that stand for themselves only; all others stand for two."""
    return [0, -1] if nx % 2 == 0 else [0]


def scale_shells(components, shells, factors):
    """Multiply the components of each shell of a half transform by its factor, in place."""
    factors = factors.astype(np.float32)

    def one_slab(planes, step):
        components[planes] *= factors[shells[planes]]
        step()

    in_threads(one_slab, slabs(components.shape[0], SLAB))
