"""Time and memory of fits: python occupancies_speed.py CASE, each in a process of its own.

Models are copies of a chain of 5ni1, or the first residues of 6msm; maps are Gaussians around their
atoms, with noise. Prints seconds, seconds of processors, and bytes of the fit as JSON.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

APART, NOISE, WIDTH, WINDOW = 45.0, 0.04, 1.6, 10
#: Case: what, groups, edge of the box in voxels, voxel size in Å, target in seconds and in bytes.
CASES = {'chains': ('4 chains at 100³', 4, 100, 1.5, 1, None),
         'groups': ('60 groups at 256³', 60, 256, 1.1, 20, 3e9),
         'windows': ('51 windows of ten residues at 200³', 51, 200, 1.0, 60, None)}


def run(case, models):
    """The figures of a case, from a new process."""
    path = models['6msm' if case == 'windows' else '5ni1']
    done = subprocess.run([sys.executable, __file__, case, str(path)], check=True,
                          stdout=subprocess.PIPE, text=True, encoding='utf-8')
    return json.loads(done.stdout)


def main(case, path):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from bare import core
    from occupancies_models import rows_of
    _, number, box, voxel, _, _ = CASES[case]
    rng = np.random.default_rng(0)
    if case == 'windows':
        chain = rows_of(path, lambda residue: residue.het_flag != 'H', lambda chain, residue: (
            f'{chain.name} {residue.seqid}'))
        groups = chain.groups // WINDOW
        kept = groups < number
        positions = chain.positions[kept]
        atoms = core.Atoms(positions - positions.mean(axis=0) + box * voxel / 2,
                           chain.elements[kept], groups[kept], tuple(map(str, range(number))))
    else:
        chain = rows_of(path, lambda residue: residue.het_flag != 'H', lambda chain, _: chain.name)
        first = chain.groups == 0
        own = chain.positions[first] - chain.positions[first].mean(axis=0)
        edge = int(np.ceil(number ** (1 / 3)))
        places = []
        for g in range(number):
            turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
            middle = (np.array([g % edge, g // edge % edge, g // edge ** 2]) - (edge - 1) / 2)
            places.append(own @ turn.T * np.linalg.det(turn) + middle * APART + box * voxel / 2)
        atoms = core.Atoms(np.concatenate(places), np.tile(chain.elements[first], number),
                           np.repeat(np.arange(number), len(own)), tuple(map(str, range(number))))
    truth = np.clip(rng.uniform(0, 1.5, number), 0, 1).astype(np.float32)
    array = np.zeros((box,) * 3, np.float32)
    index = np.rint(atoms.positions / voxel).astype(int)[:, ::-1]
    np.add.at(array, tuple(index.T), truth[atoms.groups])
    array = gaussian_filter(array, WIDTH / voxel)
    array += NOISE * array.max() * rng.standard_normal(array.shape).astype(np.float32)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu = time.monotonic(), time.process_time()
    found = core.occupancies(array, voxel, atoms)
    print(json.dumps({
        'seconds': time.monotonic() - began, 'processor': time.process_time() - cpu,
        'bytes': 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        'before': 1024 * before, 'atoms': len(atoms), 'resolution': found.resolution,
        'error': float(np.abs([g.occupancy - t for g, t in zip(
            found.groups, truth, strict=True)]).mean())}))


if __name__ == '__main__':
    main(*sys.argv[1:])
