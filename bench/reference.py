"""OccuPy 0.1.13, the published program, run as a black box and timed.

`run` is for everyone else in bench/: it starts this file as a script in OccuPy's own environment,
which writes what OccuPy writes, and `run.json` beside it. From a shell:

    .cache/occupy-0.1.13/bin/python bench/reference.py MAP FOLDER '{"mode": "occupancy"}'

OccuPy is GPL; nothing of it is copied or imported into this project.
"""

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

#: Our names of OccuPy's options; those with other values are translated by `_options`.
OPTIONS = {
    'tile_size': 'tile_size', 'low_pass': 'lowpass_input', 'worst_resolution': 'resolution',
    'kernel_size': 'kernel_size', 'kernel_radius': 'kernel_radius', 'tau': 'tau',
    'max_box': 'max_box', 'naive': 's0', 'recalibrate': 'nlrc', 'solvent_mask': 'solvent_def',
    'target_mask': 'target_mask', 'amplify': 'amplify', 'attenuate': 'attenuate',
    'sigmoid': 'sigmoid', 'pivot': 'pivot', 'exclude_solvent': 'exclude_solvent',
    'hedge': 'hedge_confidence', 'scale_limit': 'scale_limit', 'output_low_pass': 'lowpass_output',
    'match_histogram': 'hist_match', 'save_low_pass': 'save_all_maps',
}
#: How the names of OccuPy's files begin.
OUTPUTS = {
    'scale_': 'scale', 'conf_': 'confidence', 'ampl_': 'amplify', 'attn_': 'attenuate',
    'sigm_': 'sigmoid', 'solExcl_': 'solvent', 'lowpass_': 'low_pass',
}


def run(python, map_path, folder, repeats=1, **options):
    """Run OccuPy on a map and return what `run.json` holds, as a dict.

    python: OccuPy's own, from `environments.reference_python`. folder: where its output is put.
    repeats: how often it is run in one process. options: `mode` ("resolution" or "occupancy"),
    `confidence` and the names in `OPTIONS`; what is left out has OccuPy's default, except tiles
    of 12 voxels, which its GUI uses.

    "seconds": wall time of each run, reading and writing files included. "peak_bytes": memory at
    its height, "start_bytes": the same before the first run, with everything imported. "log": what
    OccuPy wrote into its log file. "files": the maps it wrote, by what they are.
    Raises `RuntimeError` where OccuPy fails.
    """
    command = [str(python), '-W', 'ignore', __file__, str(map_path), str(folder),
               json.dumps(options), '--repeats', str(repeats)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, encoding='utf-8')
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ['no reason given'])[-1]
        raise RuntimeError(f'OccuPy failed on {map_path} with {options}: {reason}')
    return json.loads((Path(folder) / 'run.json').read_text(encoding='utf-8'))


def _options(mode='resolution', confidence=True, tile_size=12, **others):
    """OccuPy's options from ours."""
    unknown = set(others) - set(OPTIONS)
    if unknown:
        raise SystemExit(f'OccuPy has no {", ".join(sorted(unknown))}')
    if mode not in ('resolution', 'occupancy'):
        raise SystemExit(f'mode must be resolution or occupancy, not "{mode}"')
    occupancy = mode == 'occupancy'
    return {
        'scale_mode': 'occ' if occupancy else 'res', 'lp_scale': occupancy,
        'omit_confidence': not confidence, 'quiet': True, 'chimerax': False,
        **{OPTIONS[name]: value for name, value in {'tile_size': tile_size, **others}.items()}}


class PeakMemory:
    """Memory of this process at its height between entering and leaving: `start`, `peak` (bytes).

    Sampled in a thread, because the system's own peak includes whatever the parent process held.
    """

    def __init__(self, interval=0.005):
        _give_back_free_memory()
        self.start = self.peak = resident_bytes()
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.wait(self._interval):
            self.peak = max(self.peak, resident_bytes())


def _give_back_free_memory():
    """Give memory that was freed back to the system, or growth into it would not be seen."""
    # Only the C library of Linux has it.
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def resident_bytes():
    """Memory that this process holds now; where that is not known, the most it has held."""
    statistics = Path('/proc/self/statm')
    if statistics.exists():
        return int(statistics.read_text(encoding='utf-8').split()[1]) * os.sysconf('SC_PAGE_SIZE')
    import resource
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == 'darwin' else 1024 * most


def _occupy(map_path, folder, options, repeats):
    """What the script does, inside OccuPy's environment."""
    import matplotlib
    matplotlib.use('Agg')
    import occupy_lib.estimate  # `args` cannot be imported before it
    from occupy_lib import args

    seconds = []
    with tempfile.TemporaryDirectory() as scratch, PeakMemory() as memory:
        for i in range(repeats):
            here = Path(scratch) / str(i)
            here.mkdir()
            os.chdir(here)
            request = args.occupy_options(input_map=str(map_path), **options)
            start = time.perf_counter()
            occupy_lib.estimate.occupy_run(request)
            seconds.append(time.perf_counter() - start)
        os.chdir(folder)
        names = sorted(path.name for path in here.iterdir())
        for name in names:
            shutil.move(here / name, folder / name)
    log = next((name for name in names if name.startswith('log_')), None)
    return {
        'map': map_path.name, 'occupy': options, 'seconds': seconds,
        'start_bytes': memory.start, 'peak_bytes': memory.peak,
        'log': (folder / log).read_text(encoding='utf-8') if log else '',
        'files': {kind: name for name in names for start, kind in OUTPUTS.items()
                  if name.startswith(start)}}


def main():
    parser = argparse.ArgumentParser(description='Run OccuPy 0.1.13 and time it.')
    parser.add_argument('map', type=Path)
    parser.add_argument('folder', type=Path, help='for the output')
    parser.add_argument('options', type=json.loads, nargs='?', default={}, help='JSON')
    parser.add_argument('--repeats', type=int, default=1)
    given = parser.parse_args()
    warnings.simplefilter('ignore')
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for option in ('solvent_mask', 'target_mask'):
        if option in given.options:
            given.options[option] = str(Path(given.options[option]).resolve())
    found = _occupy(given.map.resolve(), folder, _options(**given.options), given.repeats)
    found['options'] = given.options
    (folder / 'run.json').write_text(json.dumps(found, indent=1), encoding='utf-8')


if __name__ == '__main__':
    main()
