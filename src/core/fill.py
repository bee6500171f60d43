"""Noise like the solvent of a map, to take the place of density that is removed."""

import numpy as np
from scipy import fft

from .fourier import low_pass
from .grid import Grid
from .interpolate import Interpolator, resample
from .progress import Stages
from .solvent import inside_sphere
from .spectrum import scale_shells, shell_numbers, single_columns, weighted_spectrum
from .threads import in_threads, slabs, thread_count

SLAB = 8
#: With less of the sphere than this being solvent there is no spectrum to speak of.
LEAST_SOLVENT = 1e-3
#: Width of the soft edge of the solvent, in voxels, and edge of the cubes it is worked out on.
EDGE_VOXELS = 16
BLOCK = 3
#: Solvent counts where this share of the voxels around is solvent.
MOSTLY_SOLVENT = 0.6
#: Whole numbers of 16 bits times this have a variance of 1.
UNIFORM = 12 ** 0.5 / 2 ** 16
#: From this confidence on a voxel is taken for content.
CONTENT_CONFIDENCE = 0.5


def solvent_noise(array, confidence, grid, seed, progress=None):
    """Gaussian noise with the variance and the radial power spectrum of a map's own solvent.

    array: the map, float32 (z, y, x). confidence: what `confidence[planes]` gives for a slice of
    planes is 0 in solvent, float32 (planes, y, x). grid: the `Grid` of the array. seed: the same
    seed gives the same noise, with any number of threads. Returns (noise, mean): float32 (z, y, x)
    of mean zero, and the mean of the solvent. Where there is hardly any solvent the noise is zero
    everywhere.

    Memory: three float32 arrays of the map's size at the most, the result included.
    """
    stages = Stages(progress, {'weights': 2, 'spectrum': 3, 'noise': 3})
    weights = _solvent_weights(array.shape, confidence, grid, stages.next('weights'))
    stages.next('spectrum')
    mean, share = _mean(array, weights)
    if share < LEAST_SOLVENT:
        return np.zeros(array.shape, np.float32), mean
    shells = shell_numbers(grid)
    power, components = weighted_spectrum(array, weights, mean, shells, grid)
    del weights
    stages.next('noise')
    _draw_white(components, array.shape[2], seed)
    # E|F|² of white noise of variance 1 is the number of voxels; its components here have 2.
    scale_shells(components, shells, np.sqrt(power * array.size / 2))
    noise = fft.irfftn(components, s=array.shape, workers=thread_count(), overwrite_x=True)
    return noise, mean


def _solvent_weights(shape, confidence, grid, progress):
    """Weights from 0 to 1 of the solvent inside the sphere, float32 (z, y, x), with soft edges.

    A hard edge would smear the spectrum of the solvent over all shells. Amid solvent, specks that
    are taken for content are mostly noise: they are left out, but make no soft edge around them.
    """
    solvent = np.empty(shape, bool)

    def find_solvent(planes, step):
        solvent[planes] = confidence[planes] < CONTENT_CONFIDENCE
        solvent[planes] &= inside_sphere(shape, np.arange(planes.start, planes.stop))
        step()

    in_threads(find_solvent, slabs(shape[0], SLAB), progress)
    smooth = low_pass(*_block_means(solvent, grid), EDGE_VOXELS * grid.step)
    # Zero up to some distance from the edge, one further on, and a smooth step between.
    np.clip((smooth - MOSTLY_SOLVENT) / (1 - MOSTLY_SOLVENT), 0, 1, out=smooth)
    smooth *= smooth * (3 - 2 * smooth)
    blocks = [BLOCK * n for n in smooth.shape]
    # Along x first, while there are few rows.
    smooth = resample(smooth, (*smooth.shape[:2], blocks[2]))[:, :, :shape[2]]
    edges = Interpolator(smooth, (*blocks[:2], shape[2]),
                         (slice(shape[0]), slice(shape[1]), slice(None)))
    weights = np.zeros(shape, np.float32)

    def soften(planes, step):
        np.copyto(weights[planes], edges[planes], where=solvent[planes])
        step()

    in_threads(soften, slabs(shape[0], SLAB))
    return weights


def _block_means(region, grid):
    """The share of a region in cubes around every `BLOCK`-th voxel, and the `Grid` of these."""
    edges = [np.append(0, np.arange(BLOCK // 2 + 1, n, BLOCK)) for n in region.shape]
    counts, voxels = region, np.float32(1)
    for axis, (starts, n) in enumerate(zip(edges, region.shape, strict=True)):
        # Adding up parts takes a tenth of the time of `np.add.reduceat`; a cube holds 27 voxels at
        # most, which a byte can count.
        counts = np.stack([part.sum(axis=axis, dtype=np.uint8)
                           for part in np.split(counts, starts[1:], axis)], axis)
        voxels = np.multiply.outer(voxels, np.diff(starts, append=n).astype(np.float32))
    means = counts / voxels
    return means, Grid.of(means.shape, np.array(grid.axes) * BLOCK)


def _mean(array, weights):
    """The weighted mean of a map, and the mean weight."""
    def add_up(planes, step):
        part = weights[planes]
        step()
        return np.vdot(part, array[planes]), part.sum(dtype=float)

    total, weight = np.array(in_threads(add_up, slabs(array.shape[0], SLAB)), float).sum(axis=0)
    return float(total / weight) if weight > 0 else 0.0, weight / array.size


def _draw_white(components, nx, seed):
    """Fill a half transform, complex64 (z, y, x), of a box of nx columns with white noise.

    E|F|² is 2. Every plane has a seed of its own, whoever draws it. Where a component and its
    complex conjugate both stand in the half transform, going back to a real map keeps half of their
    variance. Numbers are uniform: each voxel of the map is a sum of very many, and so Gaussian.
    """
    single = single_columns(nx)
    numbers = 2 * components[0].size

    def one_slab(planes, step):
        for z in range(planes.start, planes.stop):
            # The fastest of numpy's generators; each of its numbers is worth four of 16 bits.
            drawn = np.random.SFC64([seed, z]).random_raw(-(-numbers // 4)).view(np.int16)
            plane = components[z].view(np.float32).reshape(-1)
            np.multiply(drawn[:numbers], np.float32(UNIFORM), out=plane)
            plane += np.float32(UNIFORM / 2)
        components[planes, :, single] *= np.sqrt(np.float32(2))
        step()

    in_threads(one_slab, slabs(len(components), SLAB))
