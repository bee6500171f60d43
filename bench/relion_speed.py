#!/usr/bin/env python3
"""What OccuPy adds to RELION's own reconstruction of one class: a table of seconds by box.

    python bench/relion_speed.py [64 128]

Each reconstruction is asked for as RELION asks for it, with weights of one; the whole process is
timed, with its imports, and RELION's program alone beside it, three times in turn; medians are
printed. At 256³ RELION takes minutes for each. Needs RELION (on Debian: apt-get install relion).
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mrcfile
import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = 'relion_external_reconstruct'
VOXEL, TIMES = 1.5, 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('boxes', type=int, nargs='*', default=[64, 128])
    given = parser.parse_args()
    if not shutil.which(PROGRAM):
        sys.exit(f'{PROGRAM} not found: install RELION (on Debian: apt-get install relion)')
    sys.stdout.write('| box | RELION alone | OccuPy adds | ratio |\n|---|---|---|---|\n')
    for box in given.boxes:
        with tempfile.TemporaryDirectory() as folder:
            own, added = measure(Path(folder), box)
        sys.stdout.write(f'| {box}³ | {own:.2f} s | {added:.2f} s | {added / own:.2f} |\n')


def measure(folder, box):
    """Seconds of RELION's program, and of what this one takes beyond it."""
    star = request(folder, box)
    (folder / 'chimerax').mkdir()
    (folder / 'chimerax' / 'occupy').symlink_to(ROOT / 'src')
    environment = dict(os.environ, PYTHONPATH=str(folder), OMP_NUM_THREADS='1')
    occupy = [sys.executable, '-m', 'chimerax.occupy.relion', '--angpix', str(VOXEL),
              '--iterations', '25', '--strength', '1', '--kind', 'sigmoid', star]
    own, added = [], []
    for _ in range(TIMES):
        seconds = [_seconds(command, environment) for command in ([PROGRAM, star], occupy)]
        own.append(seconds[0])
        added.append(seconds[1] - seconds[0])
    if 'status=changed' not in (folder / 'occupy_relion.log').read_text():
        sys.exit(f'at {box}³ the map was not changed')
    return statistics.median(own), statistics.median(added)


def request(folder, box):
    """Write a request for a reconstruction of two blobs; return its star."""
    random = np.random.default_rng(1)
    z, y, x = (index / box for index in np.indices((box,) * 3, np.float32))
    density = np.zeros((box,) * 3, np.float32)
    for place, occupancy in ((0.38, 1), (0.62, 0.5)):
        near = (z - 0.5) ** 2 + (y - 0.5) ** 2 + (x - place) ** 2 < 0.13 ** 2
        density += occupancy * near * random.random((box,) * 3, np.float32) ** 4
    density = gaussian_filter(density, 1.5)
    density += 0.05 * density.max() * random.standard_normal((box,) * 3, np.float32)
    padded = np.zeros((2 * box,) * 3, np.float32)
    middle = slice(box // 2, box // 2 + box)
    padded[middle, middle, middle] = density
    half = fft.rfftn(fft.ifftshift(padded), workers=2)
    paths = {}
    # RELION takes the ending _real.mrc or _imag.mrc off and puts it on again.
    for name, ending, part in (('DataReal', 'data_real', half.real),
                               ('DataImag', 'data_imag', half.imag),
                               ('Weight', 'weight', np.ones(half.shape))):
        path = folder / f'run_it005_class001_external_reconstruct_{ending}.mrc'
        with mrcfile.new(path) as file:
            file.set_data(np.ascontiguousarray(part, np.float32))
        paths[name] = path
    star = folder / 'run_it005_class001_external_reconstruct.star'
    pairs = {**{f'rlnExtRecons{name}': path for name, path in paths.items()},
             'rlnExtReconsResult': star.with_suffix('.mrc'),
             'rlnExtReconsResultStarfile': folder / 'out.star', 'rlnTau2FudgeFactor': 4,
             'rlnPaddingFactor': 2, 'rlnReferenceDimensionality': 3, 'rlnOriginalImageSize': box,
             'rlnCurrentImageSize': box}
    lines = ['data_external_reconstruct_general', '',
             *(f'_{label} {value}' for label, value in pairs.items()), '',
             'data_external_reconstruct_tau2', '', 'loop_', '_rlnSpectralIndex #1',
             '_rlnReferenceTau2 #2', '_rlnGoldStandardFsc #3',
             *(f'{shell} 1000 0.9' for shell in range(box // 2 + 1))]
    star.write_text('\n'.join(lines) + '\n')
    return star


def _seconds(command, environment):
    began = time.monotonic()
    subprocess.run([str(word) for word in command], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == '__main__':
    main()
