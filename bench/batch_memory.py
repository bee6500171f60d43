"""Peak memory and time of a batch on one map: python bench/batch_memory.py [BOX…]

Makes maps of white noise around a ball in a temporary folder and runs `python -m chimerax.occupy`
on each, which must be installed in this Python.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mrcfile
import numpy as np

WORK = {'estimate': ['--mode', 'occupancy', '--confidence'], 'modify': ['--attenuate', '3']}


def write_ball(path, box):
    """A ball of ragged density in noise, box³ voxels."""
    rng = np.random.default_rng(0)
    array = rng.normal(0, 0.05, (box,) * 3).astype(np.float32)
    z, y, x = np.ogrid[:box, :box, :box]
    inside = (z - box / 2) ** 2 + (y - box / 2) ** 2 + (x - box / 2) ** 2 < (box / 4) ** 2
    array[inside] += rng.random(np.count_nonzero(inside), np.float32)
    with mrcfile.new(path, array) as file:
        file.voxel_size = 1.0


def main():
    boxes = [int(word) for word in sys.argv[1:]] or [256, 320, 384]
    print('box   work      seconds   GB   bytes per voxel')
    with tempfile.TemporaryDirectory() as folder:
        for box in boxes:
            path = Path(folder) / f'ball{box}.mrc'
            write_ball(path, box)
            for work, options in WORK.items():
                _measure(path, box, work, options)


def _measure(path, box, work, options):
    command = [sys.executable, '-m', 'chimerax.occupy', path, *options, '--quiet',
               '-o', path.parent / work]
    # In a process of its own, because the system tells the peak of all children so far.
    code = ('import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True)\n'
            'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    began = time.monotonic()
    peak = int(subprocess.run([sys.executable, '-c', code, *map(str, command)], check=True,
                              capture_output=True, text=True, encoding='utf-8').stdout)
    peak *= 1 if sys.platform == 'darwin' else 1024
    seconds = time.monotonic() - began
    print(f'{box:<5} {work:<9} {seconds:7.1f} {peak / 1e9:6.2f} {peak / box ** 3:8.1f}')


if __name__ == '__main__':
    main()
