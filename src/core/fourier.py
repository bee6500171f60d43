"""Fourier cropping, padding and low-pass filtering of any box, by transforms that skip what is
zero.

A low-pass keeps a small part of Fourier space. Transforming one axis after the other, and carrying
only the components that will be kept to the next axis, does a half to a third of the work of a full
transform, in a fraction of its memory. Work is cut into slabs of fixed size, so that results do not
depend on the number of threads.
"""

import numpy as np
from scipy import fft

from .progress import Stages
from .threads import in_threads, slabs

#: Planes, and columns of planes, that one thread transforms at a time.
SLAB = 8
COLUMNS = 4


def shells(grid, low_pass):
    """Shells kept along (x, y, z) by a low-pass in Å: K = floor(L/r) + 1 of a box edge L."""
    # A box of a whole number of shells must not lose one to rounding.
    return tuple(int(length / low_pass + 1e-6) + 1 for length in grid.lengths)


def low_pass(array, grid, resolution, shape=None, progress=None, b=0.0):
    """A map low-passed to a resolution, and Fourier-cropped to `shape` on the way.

    array: float32 (z, y, x). grid: its `Grid`. resolution: in Å. shape: of the result (z, y, x);
    None for the same. b: a B-factor in Å² that the result gets, negative to take one off. Returns
    float32.

    Components inside the ellipsoid of K shells per axis are kept; in a skewed cell, where indices
    are no distances, those within 1/resolution. After METHOD section 3 (docs/method.md); the
    published program's filter is off-centre by half a Fourier voxel.
    """
    return low_passes(array, grid, resolution, [shape or array.shape], progress, b)[0]


def low_passes(array, grid, resolution, shapes, progress=None, b=0.0):
    """The same low-passed map as often as there are `shapes` of samples, from one transform.

    Each shape (z, y, x) must hold what the low-pass keeps, or be the first. For the rest see
    `low_pass`. Returns a list of float32 arrays.
    """
    target = grid.resampled(shapes[0])
    counts = shells(target, resolution)

    def weight(kz, ky, kx):
        kept = inside(kz, ky, kx)
        return kept * np.exp(frequency_squared(grid, kz, ky, kx) * (-b / 4)) if b else kept

    def inside(kz, ky, kx):
        if grid.is_orthogonal:
            # The components strictly inside, relative to K shells on each axis.
            return ((kx / counts[0]) ** 2 + (ky / counts[1]) ** 2 + (kz / counts[2]) ** 2) < 1
        return frequency_squared(grid, kz, ky, kx) <= resolution ** -2 * (1 + 1e-9)

    return _filtered(array, shapes, _reach(target, counts, resolution), weight, progress)


def sampling(grid, resolution, per_wave, least):
    """The shape (z, y, x) of fewer samples of a map that a low-pass has left no more than that.

    grid: the `Grid` of the map. resolution: of the low-pass, in Å. per_wave: samples along an axis
    per shortest wave that is kept, above 2. least: samples along an axis at least, as far as there
    are so many.
    """
    counts = _reach(grid, shells(grid, resolution), resolution)
    return tuple(min(n, fft.next_fast_len(max(least, int(per_wave * (count + 1))), real=True))
                 for n, count in zip(grid.shape, counts, strict=True))


def _reach(grid, counts, resolution):
    """The largest index along (z, y, x) that a low-pass can keep."""
    if not grid.is_orthogonal:
        # The index along an axis is the projection of the frequency on that step vector.
        counts = [int(length / resolution) + 1 for length in grid.lengths]
    return tuple(min(k, (n - 1) // 2) for k, n in zip(counts[::-1], grid.shape, strict=True))


def crop(array, shape, progress=None):
    """A map Fourier-cropped to a smaller `shape` (z, y, x): the same box, fewer samples; float32.

    Components at the new Nyquist frequency of an even length are left out, since only half of them
    would fit.
    """
    reach = tuple((n - 1) // 2 for n in shape)
    return _filtered(array, [shape], reach, None, progress)[0]


def pad(array, shape, progress=None):
    """A map Fourier-padded to a larger `shape` (z, y, x): the same box, more samples; float32.

    What a map holds at the Nyquist frequency of an even length is left out.
    """
    reach = tuple((n - 1) // 2 for n in array.shape)
    return _filtered(array, [shape], reach, None, progress)[0]


def _filtered(array, shapes, reach, weight, progress):
    """Transform, keep the indices up to `reach` (z, y, x), multiply by `weight`, transform back to
    each of the shapes.

    Along x and y all planes are transformed one after the other; along z, there and back, column by
    column. Nothing outside the kept indices is looked at beyond the first transform.
    """
    kept = tuple(_kept(part) for part in reach[:2])
    stages = Stages(progress, {'forward': 2, 'across': 1, 'backward': 2})
    half = _forward(array, kept[1], reach[2], stages.next('forward'))
    # The first shape last: its transform may take the place of what the others start from.
    results = [_to_shape(half, array.size, shape, kept, reach[2], weight, None, in_place=False)
               for shape in shapes[1:]]
    return [_to_shape(half, array.size, shapes[0], kept, reach[2], weight, stages), *results]


def _to_shape(half, voxels, shape, kept, reach_x, weight, stages, in_place=True):
    """From the planes' transforms to a map of `shape`: float32 (z, y, x)."""
    def on(name):
        return None if stages is None else stages.next(name)

    half = _across(half, shape[0], kept, reach_x, weight, on('across'), in_place)
    half *= np.float32(np.prod(shape) / voxels)
    return _backward(half, kept[1], shape, on('backward'))


def _across(half, mz, kept, reach_x, weight, progress, in_place):
    """The transform along z there and back, of `mz` planes: in place, if allowed, unless that
    number changes.
    """
    kx = np.arange(reach_x + 1)
    in_place = in_place and mz == half.shape[0]
    result = half if in_place else np.empty((mz, *half.shape[1:]), np.complex64)

    def one_slab(columns, step):
        lines = fft.fft(half[:, columns], axis=0)[kept[0]]
        if weight is not None:
            lines *= weight(kept[0][:, None, None], kept[1][columns][:, None], kx)
        full = np.zeros((mz, *lines.shape[1:]), np.complex64)
        full[kept[0]] = lines
        result[:, columns] = fft.ifft(full, axis=0, overwrite_x=True)
        step()

    in_threads(one_slab, slabs(half.shape[1], COLUMNS), progress)
    return result


def _forward(array, kept_y, reach_x, progress):
    """The transform of every plane along x and y, kept indices only: complex64 (z, y, x)."""
    half = np.empty((array.shape[0], len(kept_y), reach_x + 1), np.complex64)

    def one_slab(planes, step):
        rows = fft.rfft(array[planes], axis=2)[:, :, :reach_x + 1]
        half[planes] = fft.fft(rows, axis=1)[:, kept_y]
        step()

    in_threads(one_slab, slabs(array.shape[0], SLAB), progress)
    return half


def _backward(half, kept_y, shape, progress):
    """The transform of every plane back along y and x, to a box of `shape`: float32 (z, y, x)."""
    _, my, mx = shape
    result = np.empty(shape, np.float32)

    def one_slab(planes, step):
        rows = np.zeros((planes.stop - planes.start, my, half.shape[2]), np.complex64)
        rows[:, kept_y] = half[planes]
        rows = fft.ifft(rows, axis=1, overwrite_x=True)
        result[planes] = fft.irfft(rows, n=mx, axis=2, overwrite_x=True)
        step()

    in_threads(one_slab, slabs(shape[0], SLAB), progress)
    return result


def _kept(reach):
    """Indices 0 to reach and -reach to -1, which name the same components in any length of box."""
    return np.concatenate([np.arange(reach + 1), np.arange(-reach, 0)])


def frequency_squared(grid, kz, ky, kx):
    """|f|² in Å⁻² of the Fourier components with indices kz, ky, kx (arrays that broadcast)."""
    edges = np.array(grid.axes) * np.array(grid.shape[::-1])[:, None]
    reciprocal = np.linalg.inv(edges).T
    metric = reciprocal @ reciprocal.T
    squared = kx * kx * metric[0, 0] + (ky * ky * metric[1, 1] + kz * kz * metric[2, 2])
    if grid.is_orthogonal:
        return squared
    return squared + 2 * (
        kx * (ky * metric[0, 1] + kz * metric[0, 2]) + ky * kz * metric[1, 2])


def blurred(array, grid, b, shape, progress=None):
    """A map with its Fourier components multiplied by exp(−b |f|²/4), cropped to `shape`.

    array: float32 (z, y, x). grid: its `Grid`. b: a B-factor in Å². shape: of the result (z, y, x),
    at most that of the array. Returns float32.
    """
    target = grid.resampled(shape)
    reach = tuple((n - 1) // 2 for n in shape)

    def weight(kz, ky, kx):
        return np.exp(frequency_squared(target, kz, ky, kx) * np.float32(-b / 4))

    return _filtered(array, [target.shape], reach, weight, progress)[0]
