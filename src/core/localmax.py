"""The kernel, and the exact maximum of a map over it.

The maximum over a ball costs one comparison per voxel of the ball when it is taken as it stands. A
ball is a stack of chords, though: running maxima along x for each length of chord that occurs, then
shifted maxima of those over y and z, give the same numbers with a tenth of the comparisons. Blocks
of planes that fit the processor's cache are carried through all steps before the next one is
touched.
"""

import math

import numpy as np

from .threads import in_threads, thread_count

#: Voxels of a block: so many that threads do not wait for each other between the calls of numpy,
#: and so few that a block stays in the cache.
BLOCK_VOXELS = 160_000


def kernel_sizes(low_pass, steps, limits):
    """Edges of the kernel's box along (x, y, z) for a low-pass and step lengths in Å: odd, in
    limits.
    """
    low, high = limits
    return tuple(min(high, max(low, int(low_pass / s + 1e-6) // 2 * 2 + 1)) for s in steps)


def ball(grid, sizes, radius):
    """The kernel: the voxels of a box whose centres lie within a radius of its own.

    grid: the `Grid`, for its step vectors. sizes: edges of the box along (x, y, z), odd, voxels.
    radius: in voxels of the coarsest axis. Returns a boolean array (z, y, x).
    """
    offsets = [np.arange(size) - size // 2 for size in sizes]
    z, y, x = np.meshgrid(offsets[2], offsets[1], offsets[0], indexing='ij')
    places = np.stack([x, y, z], axis=-1) @ np.array(grid.axes)
    # Voxels that lie exactly on the surface belong to the kernel whatever the rounding.
    return (places ** 2).sum(axis=-1) <= (radius * grid.step * (1 + 1e-6)) ** 2


def order_share(n):
    """τ, the root of τⁿ + τ = 1 in (0, 1), for a kernel of n voxels.

    The maximum over n voxels exceeds the level below which the share τ of the voxels lies with
    probability 1 − τⁿ = τ.
    """
    low, high = 1e-9, 1 - 1e-12
    # Halved until no number lies between: scipy.optimize takes longer to import than all this.
    while low < (middle := (low + high) / 2) < high:
        if n * math.log(middle) < math.log1p(-middle):
            low = middle
        else:
            high = middle
    return high


def local_maximum(array, kernel, progress=None):
    """The largest value within the kernel around each voxel.

    array: float32 (z, y, x), finite. kernel: boolean (z, y, x) with odd edges, each row one run of
    voxels, as `ball` makes it. Returns a new array of the shape of `array`. What lies outside the
    box never wins. The result is exact, and the same for any number of threads. `progress(share)`
    is called now and then, with 0…1.
    """
    nz, ny, nx = array.shape
    discs = _discs(kernel)
    result = np.empty_like(array)
    reach = [edge // 2 for edge in kernel.shape]
    # The result is exact, so that the strips may go by the number of threads.
    strips = max(thread_count(), -(-nx * ny // BLOCK_VOXELS))
    rows = max(8, -(-ny // strips))
    voxels = (rows + 2 * reach[1]) * (nx + 2 * reach[2])
    planes = min(nz, max(1, BLOCK_VOXELS // voxels))
    strips = [slice(y, min(ny, y + rows)) for y in range(0, ny, rows)]
    in_threads(lambda strip, step: _strip_maximum(
        array, discs, reach, strip, planes, result, step), strips, progress, steps=nz)
    return result


def _discs(kernel):
    """The planes of a kernel, small ones first: a list of (offsets dz, rows, grows).

    rows: (dy, first dx, chord length). Planes that are alike share one entry, so that their maximum
    is taken once. Where a plane holds all of the one before it, as in a ball, it grows from that
    one's maximum, and `rows` are only those that differ.
    """
    centre = [edge // 2 for edge in kernel.shape]
    shared = {}
    lengths = kernel.sum(axis=2)
    firsts = kernel.argmax(axis=2)
    if (kernel[:, :, ::-1].argmax(axis=2) + firsts + lengths != kernel.shape[2])[lengths > 0].any():
        raise ValueError('every row of a kernel must be one run of voxels')
    for k, (chords, starts) in enumerate(zip(lengths.tolist(), firsts.tolist(), strict=True)):
        rows = {j - centre[1]: (start - centre[2], chord)
                for j, (chord, start) in enumerate(zip(chords, starts, strict=True)) if chord}
        if rows:
            shared.setdefault(tuple(rows.items()), []).append(k - centre[0])
    discs, before = [], {}
    for rows in sorted(map(dict, shared), key=_area):
        grows = bool(before) and _holds(rows, before)
        new = [(dy, *chord) for dy, chord in rows.items()
               if not grows or before.get(dy) != chord]
        discs.append((shared[tuple(rows.items())], new, grows))
        before = rows
    return discs


def _area(rows):
    return sum(length for _, length in rows.values())


def _holds(rows, others):
    """Whether each of the other rows lies within the one of the same dy."""
    return all(dy in rows and rows[dy][0] <= first and first + length <= sum(rows[dy])
               for dy, (first, length) in others.items())


def _strip_maximum(array, discs, reach, strip, planes, result, step):
    """Fill result[:, strip], some planes at a time; `step` is called for each plane."""
    nz, ny, nx = array.shape
    _, ry, rx = reach
    y0, y1 = strip.start, strip.stop
    top, bottom = max(0, y0 - ry), min(ny, y1 + ry)
    padded = np.full((planes, y1 - y0 + 2 * ry, nx + 2 * rx), -np.inf, array.dtype)
    lengths = sorted({length for _, rows, _ in discs for _, _, length in rows})
    runs = {length: padded if length == 1 else np.empty_like(padded) for length in lengths}
    disc = np.empty((planes, y1 - y0, nx), array.dtype)
    # Planes of the result below this one hold a maximum already; no plane of the kernel reaches
    # the first ones where it does not begin at its box.
    touched = min(nz, max(0, -min(dz for offsets, _, _ in discs for dz in offsets)))
    result[:touched, strip] = -np.inf
    for z in range(0, nz, planes):
        number = min(planes, nz - z)
        padded[:number, top - y0 + ry:bottom - y0 + ry, rx:rx + nx] = array[
            z:z + number, top:bottom]
        _running_maxima(padded, lengths, runs)
        level = None
        for offsets, rows, grows in discs:
            shifted = [runs[length][:number, ry + dy:ry + dy + y1 - y0, rx + dx:rx + dx + nx]
                       for dy, dx, length in rows]
            if grows:
                shifted.insert(0, level)
            level = shifted[0]
            for other in shifted[1:]:
                level = np.maximum(level, other, out=disc[:number])
            for dz in offsets:
                begin, end = max(0, z - dz), min(nz, z + number - dz)
                known = min(max(begin, touched), end)
                if begin < known:
                    target = result[begin:known, strip]
                    np.maximum(target, level[begin - z + dz:known - z + dz], out=target)
                if known < end:
                    result[known:end, strip] = level[known - z + dz:end - z + dz]
                    touched = end
        for _ in range(number):
            step()
    result[touched:, strip] = -np.inf


def _running_maxima(padded, lengths, runs):
    """Maxima over runs of each length that start at a voxel and go on along x, in ascending order.

    The last columns of a run lack their right-hand part; no chord that starts there is asked for.
    """
    width = padded.shape[-1]
    done, last = 1, padded
    for length in lengths:
        target = runs[length]
        while done < length:
            # Two runs of one length, shifted by no more than that length, cover a longer one.
            shift = min(done, length - done)
            np.maximum(last[..., :width - shift], last[..., shift:],
                       out=target[..., :width - shift])
            target[..., width - shift:] = last[..., width - shift:]
            done, last = done + shift, target
