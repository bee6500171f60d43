"""Our core, timed in a process of its own: `run` is for bench/speed.py.

Beside every figure stand those of the machine at that moment: one float32 `rfftn` and `irfftn` of
the box, and reading and copying the array once.
"""

import argparse
import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import mrcfile
import numpy as np
from environments import prepare_core
from reference import PeakMemory
from scipy import fft

prepare_core()

from chimerax.occupy.core import (  # noqa: E402
    Grid,
    Modification,
    Modifier,
    Parameters,
    estimate,
    fourier,
    modify,
)
from chimerax.occupy.core.parameters import HISTOGRAM_EDGE, HISTOGRAM_SAMPLES  # noqa: E402
from chimerax.occupy.core.scale import derive  # noqa: E402
from chimerax.occupy.core.threads import thread_count  # noqa: E402
from chimerax.occupy.mapfiles import read_map, write_map  # noqa: E402

MODIFICATIONS = {
    'amplify': Modification('amplify', power=3),
    'attenuate': Modification('attenuate', power=3, exclude_solvent=True),
    'sigmoid': Modification('sigmoid', power=5, pivot=0.3, exclude_solvent=True),
    'attenuate and fill': Modification('attenuate', power=3),
    'sigmoid and fill': Modification('sigmoid', power=5, pivot=0.3),
}


def run(map_path, mode='occupancy', repeats=1, modifications=False, **settings):
    """Estimate (and modify) a map in a new process; return the figures as a dict.

    "seconds" of each estimate, "confidence": of making that when asked for it,
    "with_files" with reading the map and writing scale and confidence, as a batch does, "plain":
    reading and writing so many bytes and nothing else, "floor": the low-pass alone, which is the
    work of an FFT library, and copying the array once,
    "stages" of the fastest, "copies": memory beyond the input in float32 arrays of the working
    grid, at its height. "modify": seconds of each modification, and "modify_copies" beyond the
    input and the output; "all three": seconds for amplify, attenuate and sigmoid with fill, which
    share what they have in common. "pair", "read", "copy": what the machine takes for those.
    """
    request = {'mode': mode, 'repeats': repeats, 'modifications': modifications,
               'settings': settings}
    done = subprocess.run([sys.executable, __file__, str(map_path), json.dumps(request)],
                          stdout=subprocess.PIPE, text=True, encoding='utf-8', check=True)
    return json.loads(done.stdout)


def timed(function):
    """(seconds, result) of a call."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def machine(array):
    """Seconds for an FFT pair of the box, for reading an array and for copying it once."""
    workers = thread_count()

    def pair():
        return fft.irfftn(fft.rfftn(array, workers=workers), s=array.shape, workers=workers)

    target = np.empty_like(array)
    return {'pair': timed(pair)[0], 'read': timed(array.max)[0],
            'copy': timed(lambda: np.copyto(target, array))[0]}


def _estimate(array, voxel, mode, settings):
    """One estimate: seconds, seconds of each stage, and the result."""
    marks = []

    def progress(_share, stage):
        if not marks or marks[-1][0] != stage:
            marks.append((stage, time.perf_counter()))

    start = time.perf_counter()
    found = estimate(array, voxel, mode=mode, progress=progress, **settings)
    end = time.perf_counter()
    stages = {'Checking': marks[0][1] - start}
    for (stage, begin), (_, then) in zip(marks, [*marks[1:], ('', end)], strict=True):
        if stage:
            stages[stage] = then - begin
    return end - start, stages, found


def _with_files(path, mode, settings):
    """Reading, estimating and writing, as OccuPy's own run does."""
    source = read_map(path)
    found = estimate(source.array, source.axes, mode=mode, **settings)
    write_map(f'{path}.scale', found.scale, source)
    write_map(f'{path}.confidence', found.confidence, source)


def _plain(path):
    """Reading the bytes of a map, and writing them twice."""
    stored = np.fromfile(path, np.uint8)
    for name in ('scale', 'confidence'):
        stored.tofile(f'{path}.{name}')


def _low_pass(array, voxel, mode, settings):
    """What an estimate asks of an FFT library: a low-pass, in resolution mode to fewer samples."""
    parameters, grid, _ = derive(Parameters(mode=mode, **settings),
                                 Grid.of(array.shape, voxel))
    shape = fourier.sampling(grid, parameters.low_pass, HISTOGRAM_SAMPLES, HISTOGRAM_EDGE)
    fourier.low_pass(array, grid, parameters.low_pass,
                     shape if mode == 'resolution' else grid.shape)


def measure(path, mode, repeats, modifications, settings):
    """What `run` returns."""
    with mrcfile.open(path) as file:
        array, voxel = np.array(file.data), float(file.voxel_size.x)
    # Not counted: what is imported on first use, and pages that were never touched.
    middle = slice(array.shape[0] // 2 - 16, array.shape[0] // 2 + 16)
    estimate(array[middle, middle, middle], voxel, mode=mode)
    figures = {'box': array.shape[0], 'seconds': [], 'confidence': [], 'with_files': [],
               'plain': [], 'floor': [], 'stages': [], 'pair': [], 'read': [], 'copy': [],
               'copies': 0, 'modify': {}, 'modify_copies': 0,
               'all three': []}
    for _ in range(repeats):
        for name, seconds in machine(array).items():
            figures[name].append(seconds)
        seconds, stages, found = _estimate(array, voxel, mode, settings)
        figures['seconds'].append(seconds)
        figures['stages'].append(stages)
        figures['confidence'].append(timed(lambda made=found: made.confidence)[0])
        figures['with_files'].append(timed(lambda: _with_files(path, mode, settings))[0])
        figures['plain'].append(timed(lambda: _plain(path))[0])
        figures['floor'].append(
            timed(lambda: _low_pass(array, voxel, mode, settings))[0] + figures['copy'][-1])
        for name, modification in MODIFICATIONS.items() if modifications else ():
            seconds = timed(partial(modify, array, found, modification))[0]
            figures['modify'].setdefault(name, []).append(seconds)
        if modifications:
            figures['all three'].append(timed(partial(_all_three, array, found))[0])
    for name in ('scale', 'confidence'):
        Path(f'{path}.{name}').unlink()
    figures['kernel_voxels'] = found.kernel_voxels
    _measure_memory(figures, array, voxel, mode, modifications, settings)
    return figures


def _all_three(array, found):
    """Amplified, attenuated and sigmoid maps of one estimate, as a batch makes them."""
    modifier = Modifier(array, found)
    for name in ('amplify', 'attenuate and fill', 'sigmoid and fill'):
        modifier.apply(MODIFICATIONS[name])


def _measure_memory(figures, array, voxel, mode, modifications, settings):
    """Memory at its height, apart from the times, which watching it would lengthen."""
    with PeakMemory(0.001) as memory:
        found = estimate(array, voxel, mode=mode, **settings)
        assert found.confidence is not None     # made when asked for
    figures['copies'] = (memory.peak - memory.start) / (4 * found.grid.voxels)
    for modification in MODIFICATIONS.values() if modifications else ():
        with PeakMemory(0.001) as memory:
            modify(array, found, modification)
        beyond = (memory.peak - memory.start) / array.nbytes - 1
        figures['modify_copies'] = max(figures['modify_copies'], beyond)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('map')
    parser.add_argument('request', type=json.loads)
    given = parser.parse_args()
    print(json.dumps(measure(given.map, **given.request)))
