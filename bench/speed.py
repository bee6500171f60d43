"""Speed and memory beside OccuPy 0.1.13, in one run: writes docs/performance.md and its plot.

    python bench/speed.py [--boxes 240,256] [--quick] [--anew] [--chimerax]

The machine should do nothing else meanwhile. A run that was interrupted goes on where it was, as
long as the code that is measured is the same. Both programs take the same maps, EMD-11007 cut or
padded with its own solvent to each box, with the same parameters, in turn, so that a change in the
speed of the machine touches both.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import mrcfile
import numpy as np
import ours
import reference
import speed_report
from environments import CACHE, ROOT, reference_python, use_tools

use_tools()

from fetch_data import fetch  # noqa: E402

RESULTS = CACHE / 'speed.json'
#: Of a run that is not finished.
PART = CACHE / 'speed-part.json'
BOXES = (64, 96, 128, 192, 240, 256, 384, 512)
#: Rounds in which each box is measured; large ones stray less.
ROUNDS = {box: 5 if box <= 128 else 3 for box in BOXES}
#: The same of OccuPy, which without its cap takes minutes at 384³, and too much memory beyond.
OCCUPY_ROUNDS = {box: {384: 1, 512: 0}.get(box, ROUNDS[box]) for box in BOXES}
#: Boxes of which modifications are measured as well.
MODIFIED = (128, 256, 384)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--boxes', type=lambda text: tuple(map(int, text.split(','))),
                        default=BOXES, help='measure these, and keep the others of the last run')
    parser.add_argument('--quick', action='store_true', help='128³ only, and write no document')
    parser.add_argument('--chimerax', action='store_true', help='measure ChimeraX only, again')
    parser.add_argument('--anew', action='store_true', help='forget a run that is not finished')
    given = parser.parse_args()
    if not set(given.boxes) <= set(BOXES):
        parser.error(f'boxes are some of {", ".join(map(str, BOXES))}')
    if (given.boxes != BOXES or given.chimerax) and not given.quick and not RESULTS.exists():
        parser.error('measure all boxes first: the document needs them')
    if given.chimerax:
        found = json.loads(RESULTS.read_text(encoding='utf-8')) | {'chimerax': in_chimerax()}
        RESULTS.write_text(json.dumps(found, indent=1), encoding='utf-8')
        speed_report.write(found)
        return
    python = reference_python()
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        if given.quick:
            one = {}
            for _ in range(ROUNDS[128]):
                measure_round(python, Path(folder), 128, one)
            json.dump({'128': one}, sys.stdout, indent=1)
            return
        part = {'code': code_measured(), 'boxes': given.boxes, 'measured': {}}
        if not given.anew:
            part = _started(given.boxes) or part
        for box in given.boxes:
            one = part['measured'].setdefault(str(box), {})
            while one.get('rounds', 0) < ROUNDS[box]:
                measure_round(python, Path(folder), box, one)
                PART.write_text(json.dumps(part), encoding='utf-8')
                print(f'{box}³: {one["rounds"]} of {ROUNDS[box]} rounds', file=sys.stderr,
                      flush=True)
            (Path(folder) / f'{box}.mrc').unlink(missing_ok=True)
    found = part['measured']
    if given.boxes != BOXES and RESULTS.exists():
        found = json.loads(RESULTS.read_text(encoding='utf-8')) | found
        found['again'] = sorted({*found.get('again', ()), *given.boxes})
    found['chimerax'] = in_chimerax()
    RESULTS.write_text(json.dumps(found, indent=1), encoding='utf-8')
    PART.unlink()
    speed_report.write(found)


def _started(boxes):
    """A run of the same code and boxes that was interrupted, or {}."""
    if not PART.exists():
        return {}
    part = json.loads(PART.read_text(encoding='utf-8'))
    same = part['code'] == code_measured() and part['boxes'] == list(boxes)
    print('going on with the run that was interrupted' if same else
          'the code or the boxes have changed since the run that was interrupted: anew',
          file=sys.stderr)
    return part if same else {}


def code_measured():
    """A digest of what is measured: figures of one run must be of the same code."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / 'src/core').glob('*.py'), *(ROOT / 'src/mapfiles').glob('*.py'),
                        Path(ours.__file__), Path(__file__)]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def measure_round(python, folder, box, figures):
    """One round of a box, added to its figures: of ours and of OccuPy, by mode."""
    path = folder / f'{box}.mrc'
    if not path.exists():
        write_map(path, box)
    mine, theirs = (figures.setdefault(name, {}) for name in ('ours', 'occupy'))
    compared = figures.get('rounds', 0) < OCCUPY_ROUNDS[box]
    for mode in ('resolution', 'occupancy'):
        modifying = mode == 'occupancy' and box in MODIFIED
        _append(mine, mode, ours.run(path, mode, modifications=modifying, max_box=0))
        if compared:
            _append(theirs, mode, reference.run(
                python, path, folder / 'out', mode=mode, max_box=box))
    if box == 256:
        _append(theirs, 'all three', reference.run(
            python, path, folder / 'out', mode='occupancy', max_box=box, amplify=3,
            attenuate=3, sigmoid=5, pivot=0.3))
    figures['rounds'] = figures.get('rounds', 0) + 1


def _append(figures, name, more):
    """Add the figures of one run to those of earlier ones: lists go on, the rest is the largest."""
    known = figures.setdefault(name, {})
    for key, value in more.items():
        if isinstance(value, list):
            known.setdefault(key, []).extend(value)
        elif isinstance(value, dict):
            _append(known, key, value)
        elif isinstance(value, (int, float)):
            known[key] = max(known.get(key, value), value)


def write_map(path, box):
    """EMD-11007 at its own voxel size in a box of another size."""
    with mrcfile.open(fetch('emd_11007.map')) as file:
        array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
    n = array.shape[0]
    if box <= n:
        start = (n - box) // 2
        array = array[(slice(start, start + box),) * 3]
    else:
        # Whole copies of a corner block, which holds solvent only, keep the noise what it is.
        block = array[:30, :30, :30]
        times = -(-box // 30)
        wide = np.tile(block, (times,) * 3)[:box, :box, :box].copy()
        start = (box - n) // 2
        wide[(slice(start, start + n),) * 3] = array
        array = wide
    with mrcfile.new(path, np.ascontiguousarray(array), overwrite=True) as file:
        file.voxel_size = voxel


def in_chimerax():
    """What `occupy #1` costs in ChimeraX beside the core, contouring and colouring, by box.

    The map as it is, 240³, and with 512³ samples of the same box.
    """
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        large = Path(folder) / '512.mrc'
        with mrcfile.open(fetch('emd_11007.map')) as file:
            array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
        with mrcfile.new(large, ours.fourier.pad(array, (512,) * 3)) as file:
            file.voxel_size = voxel * array.shape[0] / 512
        return {'240': _in_chimerax(fetch('emd_11007.map')), '512': _in_chimerax(large)}


def _in_chimerax(path):
    """What bench/in_chimerax.py says of a map, from a process of its own."""
    import subprocess
    script = Path(__file__).with_name('in_chimerax.py')
    done = subprocess.run([sys.executable, script, str(path)],
                          stdout=subprocess.PIPE, text=True, encoding='utf-8', check=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == '__main__':
    main()
