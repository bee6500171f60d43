"""The kernel, and the exact maximum of a map over it.

The maximum over a ball costs one comparison per voxel of the ball when it is taken as it stands. A
ball is a stack of chords, though: running maxima along x for each length of chord that occurs, then
shifted maxima of those over y and z, give the same numbers with a tenth of the comparisons. Strips
of a plane that fit the processor's cache are carried through all steps before the next one is
touched.
"""

import math

import numpy as np
from scipy.optimize import brentq

from .threads import in_threads, thread_count

#: Voxels of a strip: large enough to hide the cost of a numpy call, small enough to stay in cache.
STRIP_VOXELS = 64_000


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
    return brentq(lambda tau: n * math.log(tau) - math.log1p(-tau), 1e-9, 1 - 1e-12, xtol=1e-15)


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
    # The result is exact, so that the strips may go by the number of threads.
    strips = max(thread_count(), -(-nx * ny // STRIP_VOXELS))
    rows = max(8, -(-ny // strips))
    strips = [slice(y, min(ny, y + rows)) for y in range(0, ny, rows)]
    reach = [edge // 2 for edge in kernel.shape]
    in_threads(lambda strip, step: _strip_maximum(array, discs, reach, strip, result, step),
               strips, progress, steps=nz)
    return result


def _discs(kernel):
    """The kernel by z offset: a list of (offsets dz, rows), rows being (dy, first dx, chord
    length).

    Planes of the kernel that are alike share one entry, so that their maximum is taken once.
    """
    centre = [edge // 2 for edge in kernel.shape]
    shared = {}
    for k, plane in enumerate(kernel):
        rows = []
        for j, row in enumerate(plane):
            inside = np.flatnonzero(row)
            if len(inside):
                if inside[-1] - inside[0] + 1 != len(inside):
                    raise ValueError('every row of a kernel must be one run of voxels')
                rows.append((j - centre[1], int(inside[0]) - centre[2], len(inside)))
        if rows:
            shared.setdefault(tuple(rows), []).append(k - centre[0])
    return [(offsets, rows) for rows, offsets in shared.items()]


def _strip_maximum(array, discs, reach, strip, result, step):
    """Fill result[:, strip] plane by plane; `step` is called after each plane."""
    nz, ny, nx = array.shape
    _, ry, rx = reach
    y0, y1 = strip.start, strip.stop
    top, bottom = max(0, y0 - ry), min(ny, y1 + ry)
    padded = np.full((y1 - y0 + 2 * ry, nx + 2 * rx), -np.inf, array.dtype)
    inside = padded[top - y0 + ry:bottom - y0 + ry, rx:rx + nx]
    lengths = sorted({length for _, rows in discs for _, _, length in rows})
    runs = {length: padded if length == 1 else np.empty_like(padded) for length in lengths}
    disc = np.empty((y1 - y0, nx), array.dtype)
    lowest = min(dz for offsets, _ in discs for dz in offsets)
    result[:min(nz, max(0, -lowest)), strip] = -np.inf
    touched = max(0, -lowest)
    for z in range(nz):
        inside[...] = array[z, top:bottom]
        _running_maxima(padded, lengths, runs)
        for offsets, rows in discs:
            targets = [z - dz for dz in offsets if 0 <= z - dz < nz]
            if not targets:
                continue
            shifted = [runs[length][ry + dy:ry + dy + y1 - y0, rx + dx:rx + dx + nx]
                       for dy, dx, length in rows]
            if len(shifted) == 1:
                level = shifted[0]
            else:
                level = np.maximum(shifted[0], shifted[1], out=disc)
                for other in shifted[2:]:
                    np.maximum(disc, other, out=disc)
            for target in targets:
                if target >= touched:
                    result[target, strip] = level
                    touched = target + 1
                else:
                    np.maximum(result[target, strip], level, out=result[target, strip])
        step()


def _running_maxima(padded, lengths, runs):
    """Maxima over runs of each length that start at a voxel and go on along x, in ascending order.

    The last columns of a run lack their right-hand part; no chord that starts there is asked for.
    """
    width = padded.shape[1]
    done, last = 1, padded
    for length in lengths:
        target = runs[length]
        while done < length:
            # Two runs of one length, shifted by no more than that length, cover a longer one.
            shift = min(done, length - done)
            np.maximum(last[:, :width - shift], last[:, shift:], out=target[:, :width - shift])
            target[:, width - shift:] = last[:, width - shift:]
            done, last = done + shift, target
