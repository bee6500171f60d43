"""Noise like the solvent of a map, to take the place of density that is removed."""

import numpy as np
from scipy import fft

from .fourier import frequency_squared
from .solvent import inside_sphere
from .threads import in_threads, slabs, thread_count

SLAB = 8
#: With less of the sphere than this being solvent there is no spectrum to speak of.
LEAST_SOLVENT = 1e-3


def solvent_noise(array, confidence, grid, seed, progress=None):
    """Gaussian noise with the variance and the radial power spectrum of a map's own solvent.

    array: the map, float32 (z, y, x). confidence: what `confidence[planes]` gives for a slice of
    planes is 0 in solvent, float32 (planes, y, x). grid: the `Grid` of the array. seed: the same
    seed gives the same noise, with any number of threads. Returns (noise, mean): float32 (z, y, x)
    of mean zero, and the mean of the solvent. Where there is hardly any solvent the noise is zero
    everywhere.

    Memory: three float32 arrays of the map's size at the most, the result included.
    """
    masked, mean, solvent_voxels = _masked_solvent(array, confidence)
    if solvent_voxels < LEAST_SOLVENT * array.size:
        return np.zeros(array.shape, np.float32), mean
    components = fft.rfftn(masked, workers=thread_count(), overwrite_x=True)
    del masked
    power = _radial_power(components, grid) / solvent_voxels
    del components
    if progress is not None:
        progress(0.4)
    components = fft.rfftn(_white(array.shape, seed), workers=thread_count(), overwrite_x=True)
    _scale_shells(components, grid, np.sqrt(power).astype(np.float32))
    if progress is not None:
        progress(0.8)
    noise = fft.irfftn(components, s=array.shape, workers=thread_count(), overwrite_x=True)
    if progress is not None:
        progress(1.0)
    return noise, mean


def _masked_solvent(array, confidence):
    """The solvent minus its mean, zero elsewhere; the mean; the number of voxels."""
    shape = array.shape

    def is_solvent(planes):
        sphere = inside_sphere(shape, np.arange(planes.start, planes.stop))
        return (confidence[planes] == 0) & sphere

    masked = np.zeros(shape, np.float32)

    def take(planes, step):
        solvent = is_solvent(planes)
        values = array[planes]
        np.copyto(masked[planes], values, where=solvent)
        step()
        return values[solvent].sum(dtype=float), np.count_nonzero(solvent)

    total, voxels = np.array(in_threads(take, slabs(shape[0], SLAB))).sum(axis=0)
    mean = float(total / voxels) if voxels else 0.0

    def centre(planes, step):
        np.subtract(masked[planes], np.float32(mean), out=masked[planes], where=is_solvent(planes))
        step()

    in_threads(centre, slabs(shape[0], SLAB))
    return masked, mean, int(voxels)


def _shells(grid, planes):
    """The number of the shell of each component in some planes of a half transform (z, y, x).

    Shells are as wide as the finest frequency step of the box.
    """
    nz, ny, nx = grid.shape
    kz = np.fft.fftfreq(nz, 1 / nz)[planes]
    ky = np.fft.fftfreq(ny, 1 / ny)
    kx = np.arange(nx // 2 + 1)
    squared = frequency_squared(
        grid, *(k.astype(np.float32).reshape(shape) for k, shape in
                ((kz, (-1, 1, 1)), (ky, (1, -1, 1)), (kx, (1, 1, -1)))))
    return np.rint(np.sqrt(squared) * max(grid.lengths)).astype(np.intp)


def _radial_power(components, grid):
    """The mean of |F|² over each shell of a half transform, each component counted as in a whole.
    """
    nx = grid.shape[2]
    times = np.full(nx // 2 + 1, 2.0)
    times[0] = 1
    if nx % 2 == 0:
        times[-1] = 1

    def one_slab(planes, step):
        part = components[planes]
        power = (part.real ** 2 + part.imag ** 2) * times
        shells = _shells(grid, planes).ravel()
        step()
        return (np.bincount(shells, power.ravel()),
                np.bincount(shells, np.broadcast_to(times, power.shape).ravel()))

    sums = in_threads(one_slab, slabs(components.shape[0], SLAB))
    length = max(len(power) for power, _ in sums)
    total, number = (sum(np.pad(one[i], (0, length - len(one[i]))) for one in sums) for i in (0, 1))
    return total / np.maximum(number, 1)


def _scale_shells(components, grid, factors):
    def one_slab(planes, step):
        components[planes] *= factors[_shells(grid, planes)]
        step()

    in_threads(one_slab, slabs(components.shape[0], SLAB))


def _white(shape, seed):
    """White noise of variance 1; every plane has a seed of its own, whoever draws it."""
    noise = np.empty(shape, np.float32)

    def one_slab(planes, step):
        for z in range(planes.start, planes.stop):
            np.random.default_rng([seed, z]).standard_normal(dtype=np.float32, out=noise[z])
        step()

    in_threads(one_slab, slabs(shape[0], SLAB))
    return noise
