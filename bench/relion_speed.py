#!/usr/bin/env python3
"""What OccuPy adds to RELION's own reconstruction of one class: a table of seconds by box.

    python bench/relion_speed.py [64 128]

Each reconstruction is asked for as RELION asks for it, with weights of one. OccuPy's process is
timed whole, from its start to its end, with a program that does nothing in the place of RELION's,
and RELION's program alone, in turn: seconds of processor, the least of several, which other work on
the machine changes least. *Python alone* is a process that imports numpy, scipy.fft and mrcfile
and ends. At 256³ RELION takes minutes. Needs RELION (on Debian: apt-get install relion).
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mrcfile
import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = 'relion_external_reconstruct'
VOXEL, TIMES = 1.5, 7
#: RELION's program is slow, and its time hardly varies.
TIMES_RELION = 2
IMPORTS = 'import argparse, mrcfile, numpy, scipy.fft'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('boxes', type=int, nargs='*', default=[64, 128])
    given = parser.parse_args()
    if not shutil.which(PROGRAM):
        sys.exit(f'{PROGRAM} not found: install RELION (on Debian: apt-get install relion)')
    sys.stdout.write('| box | RELION\'s program | OccuPy | Python alone | OccuPy/RELION |\n'
                     f'{"|---" * 5}|\n')
    for box in given.boxes:
        with tempfile.TemporaryDirectory() as folder:
            relion, ours, python = measure(Path(folder), box)
        sys.stdout.write(f'| {box}³ | {relion:.2f} s | {ours:.2f} s | {python:.2f} s | '
                         f'{ours / relion:.2f} |\n')


def measure(folder, box):
    """Seconds of processor of RELION's program, of OccuPy's process, and of Python's start."""
    star = request(folder, box)
    (folder / 'chimerax').mkdir()
    (folder / 'chimerax' / 'occupy').symlink_to(ROOT / 'src')
    environment = dict(os.environ, PYTHONPATH=str(folder), OMP_NUM_THREADS='1')
    relion = min(_seconds([PROGRAM, star], environment) for _ in range(TIMES_RELION))
    made = star.with_suffix('.mrc')
    own = made.read_bytes()
    occupy = [sys.executable, '-m', 'chimerax.occupy.relion', '--reconstruct', shutil.which('true'),
              '--angpix', str(VOXEL), '--iterations', '25', '--strength', '1', star]
    ours, python = [], []
    for _ in range(TIMES):
        made.write_bytes(own)
        ours.append(_seconds(occupy, environment))
        python.append(_seconds([sys.executable, '-c', IMPORTS], environment))
    log = (folder / 'occupy_relion.log').read_text()
    if log.count('status=changed') != TIMES:
        sys.exit(f'at {box}³ the map was not changed')
    return relion, min(ours), min(python)


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
    """Seconds of processor, its own and the system's, that a program and its children take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == '__main__':
    main()
