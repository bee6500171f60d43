"""Whether numba or pyFFTW would pay: the parts they could take over, beside numpy's and scipy's.

    python -m venv FOLDER && FOLDER/bin/pip install numpy scipy mrcfile numba pyfftw
    FOLDER/bin/python bench/compiled.py [--boxes 128,256,512]

Seconds of processor time on one thread, the least of three runs, so that what else the machine does
counts little. Writes a table to standard output; its results are in docs/performance.md. Neither
package is used by the bundle.
"""

import argparse
import time

import numba
import numpy as np
import pyfftw
from environments import CACHE, prepare_core
from scipy import fft

prepare_core()

from chimerax.occupy.core import Grid, Parameters, estimate  # noqa: E402
from chimerax.occupy.core.histogram import count  # noqa: E402
from chimerax.occupy.core.localmax import local_maximum  # noqa: E402
from chimerax.occupy.core.scale import derive  # noqa: E402
from chimerax.occupy.core.threads import set_threads  # noqa: E402

BINS = 1000
#: Voxel size of EMD-11007 in Å.
VOXEL = 0.834
#: Maps hold no value that is not a number, which lets the compiler use wide registers.
FAST = {'nnan', 'nsz'}


@numba.njit(nogil=True, fastmath=FAST)
def larger(out, one, other):
    """The larger of two rows, voxel by voxel."""
    for x in range(out.shape[0]):
        out[x] = max(one[x], other[x])


@numba.njit(nogil=True, fastmath=FAST)
def fused_maximum(array, lengths, chords, out):
    """The maximum over a kernel of chords (dz, dy, first dx, number of its length), plane by plane.

    Running maxima of each length are kept for as many planes as the kernel reaches over.
    """
    nz, ny, nx = array.shape
    rz, ry = np.abs(chords[:, 0]).max(), np.abs(chords[:, 1]).max()
    rx, depth, number = np.abs(chords[:, 2]).max(), 2 * rz + 1, len(lengths)
    width = nx + 2 * rx
    runs = np.full((depth, number, ny + 2 * ry, width), -np.inf, np.float32)
    for z in range(-rz, nz):
        place = (z + rz) % depth
        if z + rz < nz:
            for y in range(ny):
                before, done = runs[place, 0, y + ry], 1
                before[:] = -np.inf
                before[rx:rx + nx] = array[z + rz, y]
                for i in range(number):
                    row = runs[place, i, y + ry]
                    while done < lengths[i]:
                        shift = min(done, lengths[i] - done)
                        larger(row[:width - shift], before[:width - shift], before[shift:])
                        row[width - shift:] = before[width - shift:]
                        before, done = row, done + shift
        if z < 0:
            continue
        for y in range(ny):
            target = out[z, y]
            target[:] = -np.inf
            for k in range(len(chords)):
                dz, dy, dx, i = chords[k]
                if 0 <= z + dz < nz:
                    start = rx + dx
                    larger(target, target,
                           runs[(z + dz) % depth, i, y + ry + dy, start:start + nx])


@numba.njit(nogil=True, fastmath=FAST)
def fused_count(values, low, factor, counts):
    """Counts of values in equal bins."""
    for i in range(values.size):
        counts[min(int((values[i] - low) * factor), counts.size - 1)] += 1


def chords_of(kernel):
    """Lengths of chord in a kernel, and its chords: (dz, dy, first dx, number of the length)."""
    centre = [edge // 2 for edge in kernel.shape]
    lengths, firsts = kernel.sum(axis=2), kernel.argmax(axis=2)
    known = np.unique(lengths[lengths > 0])
    places = np.argwhere(lengths)
    return known, np.array([
        (z - centre[0], y - centre[1], firsts[z, y] - centre[2],
         np.searchsorted(known, lengths[z, y])) for z, y in places], np.int64)


def least(function, repeats=3):
    """(processor time of the fastest run, result of the last)."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        result = function()
        times.append(time.process_time() - began)
    return min(times), result


def fft_pair(array):
    """A planned pair of transforms, and the processor time that planning took."""
    began = time.process_time()
    real = pyfftw.empty_aligned(array.shape, 'float32')
    half = pyfftw.empty_aligned((*array.shape[:2], array.shape[2] // 2 + 1), 'complex64')
    flags = ('FFTW_MEASURE', 'FFTW_DESTROY_INPUT')
    forward = pyfftw.FFTW(real, half, axes=(0, 1, 2), flags=flags)
    backward = pyfftw.FFTW(half, real, axes=(0, 1, 2), direction='FFTW_BACKWARD', flags=flags)
    planning = time.process_time() - began
    real[:] = array
    return least(lambda: (forward(), backward()))[0], planning


def measure(array):
    """The row of a map: seconds of each part, numpy's or scipy's and the compiled one's."""
    parameters, _, kernel = derive(Parameters(max_box=0), Grid.of(array.shape, VOXEL))
    lengths, chords = chords_of(kernel)
    out, low = np.empty_like(array), np.float32(array.min())
    factor = np.float32(BINS / (float(array.max()) - float(low)))

    def counted():
        counts = np.zeros(BINS, np.int64)
        fused_count(array.ravel(), low, factor, counts)
        return counts

    compiled, _ = least(lambda: fused_maximum(array, lengths, chords, out))
    plain, wanted = least(lambda: local_maximum(array, kernel))
    np.testing.assert_array_equal(out, wanted)
    bins, found = least(counted)
    plain_bins, wanted = least(lambda: count(array, float(low), float(array.max()), BINS))
    np.testing.assert_array_equal(found, wanted)
    pair, planning = fft_pair(array)
    plain_pair, _ = least(lambda: fft.irfftn(fft.rfftn(array), s=array.shape))
    whole = [least(lambda mode=mode: estimate(array, VOXEL, mode=mode, max_box=0))[0]
             for mode in ('resolution', 'occupancy')]
    return plain, compiled, plain_bins, bins, plain_pair, pair, planning, *whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--boxes', type=lambda text: tuple(map(int, text.split(','))),
                        default=(128, 256, 512))
    given = parser.parse_args()
    import tempfile
    from pathlib import Path

    import mrcfile
    from speed import write_map
    set_threads(1)
    began = time.process_time()
    small = np.zeros((3, 3, 3), np.float32)
    fused_maximum(small, *chords_of(np.ones((3, 3, 3), bool)), np.empty_like(small))
    fused_count(small.ravel(), np.float32(0), np.float32(1), np.zeros(2, np.int64))
    print(f'numba {numba.__version__}, compiled once in {time.process_time() - began:.1f} s; '
          f'pyFFTW {pyfftw.__version__}\n')
    print('| box | local maximum, numpy | numba | histogram, numpy | numba | FFT pair, scipy '
          '| pyFFTW | planning once | estimate, resolution | occupancy |\n' + '|---' * 10 + '|')
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for box in given.boxes:
            path = Path(folder) / f'{box}.mrc'
            write_map(path, box)
            with mrcfile.open(path) as file:
                array = np.array(file.data)
            print(f'| {box}³ | ' + ' | '.join(f'{s:.3f}' for s in measure(array)) + ' |',
                  flush=True)


if __name__ == '__main__':
    main()
