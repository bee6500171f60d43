"""Speed and memory beside OccuPy 0.1.13, in one run: writes docs/performance.md and its plot.

    python bench/speed.py [--rounds 5] [--boxes 240,256] [--quick]

Both programs take the same maps, EMD-11007 cut or padded with its own solvent to each box, with the
same parameters, in turn, so that a change in the speed of the machine touches both.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import mrcfile
import numpy as np
import ours
import reference
import speed_report
from environments import CACHE, reference_python, use_tools

use_tools()

from fetch_data import fetch  # noqa: E402

RESULTS = CACHE / 'speed.json'
BOXES = (64, 96, 128, 192, 240, 256, 384, 512)
#: OccuPy without its cap takes too much time and memory beyond this.
OCCUPY_BOXES = (64, 96, 128, 192, 240, 256, 384)
#: Boxes of which modifications are measured as well.
MODIFIED = (128, 240, 256, 384)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--boxes', type=lambda text: tuple(map(int, text.split(','))),
                        default=BOXES, help='measure these, and keep the others of the last run')
    parser.add_argument('--quick', action='store_true', help='128³ only, and write no document')
    given = parser.parse_args()
    python = reference_python()
    boxes = (128,) if given.quick else given.boxes
    found = {}
    if boxes != BOXES and not given.quick and RESULTS.exists():
        found = json.loads(RESULTS.read_text(encoding='utf-8'))
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for box, figures in measure(python, Path(folder), boxes, given.rounds):
            found[str(box)] = figures
            if boxes != BOXES:
                found['again'] = sorted({*found.get('again', ()), box})
            if not given.quick:     # what was measured is kept, should a later box fail
                RESULTS.write_text(json.dumps(found, indent=1), encoding='utf-8')
    if given.quick:
        json.dump(found, sys.stdout, indent=1)
        return
    found['chimerax'] = in_chimerax()
    RESULTS.write_text(json.dumps(found, indent=1), encoding='utf-8')
    speed_report.write(found)


def measure(python, folder, boxes, rounds):
    """Box after box: (box, figures), of ours by mode, of OccuPy by mode, of modifications."""
    for box in boxes:
        path = folder / f'{box}.mrc'
        write_map(path, box)
        one = {'ours': {}, 'occupy': {}}
        for _ in range(rounds):
            for mode in ('resolution', 'occupancy'):
                modifying = mode == 'occupancy' and box in MODIFIED
                _append(one['ours'], mode, ours.run(
                    path, mode, modifications=modifying, max_box=0))
                if box in OCCUPY_BOXES:
                    _append(one['occupy'], mode, reference.run(
                        python, path, folder / 'out', mode=mode, max_box=box))
            if box == 256:
                _append(one['occupy'], 'all three', reference.run(
                    python, path, folder / 'out', mode='occupancy', max_box=box, amplify=3,
                    attenuate=3, sigmoid=5, pivot=0.3))
            print(f'{box}³ measured', file=sys.stderr, flush=True)
        path.unlink()
        yield box, one


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
    """What `occupy #1` costs in ChimeraX at 240³, beside the core, contouring and colouring."""
    import subprocess
    script = Path(__file__).with_name('in_chimerax.py')
    done = subprocess.run([sys.executable, script, str(fetch('emd_11007.map'))],
                          stdout=subprocess.PIPE, text=True, encoding='utf-8', check=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == '__main__':
    main()
