"""Whether OccuPy in a Refine3D inflates the gold-standard FSC: a control against the truth.

    python bench/relion_fsc.py [--seeds 2] [--number 400]

Needs RELION with MPI. Particles of one state, whose orientations are a few degrees off, are refined
by RELION plain and with OccuPy, each half by itself, aligned anew in each iteration. Two half maps
whose errors have nothing in common correlate, shell by shell, by the product of their correlations
with the true map; what their FSC has above that is inflation. Prints a table, which is carried to
docs/refinement.md by hand.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy import in_own_environment

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ('relion_refine_mpi', 'mpirun', 'relion_project', 'relion_external_reconstruct')
#: By how much orientations are off (standard deviation of each angle), and what is allowed.
OFF, SEARCH = 3.0, 2.0
SNR = 0.3
RESOLVED = 0.143
SETTINGS = ('plain', 'solvent', 'sigmoid')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', type=Path, help='folder of PDB entries, beside those of PyPI')
    parser.add_argument('--work', type=Path, default=ROOT / '.cache' / 'relion')
    parser.add_argument('--seeds', type=int, default=2)
    parser.add_argument('--number', type=int, default=400)
    given = parser.parse_args()
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        sys.exit(f'{", ".join(missing)} not found; on Debian: apt-get install relion')
    in_own_environment()
    import numpy as np
    from models import find_models
    from relion_data import SYSTEMS, make_particles
    system = SYSTEMS['same']
    print('| seed | refined | resolution at 0.143 (Å) | by the truth (Å) | FSC above that, mean '
          '| most |\n|---|---|---|---|---|---|')
    for seed in range(1, given.seeds + 1):
        particles = make_particles(
            'same', find_models(given.models),
            given.work / f'same_{SNR:g}_{given.number}_{seed}', given.number, SNR, seed)
        star = _off(particles.star, np.random.default_rng(seed))
        for setting in SETTINGS:
            gold, true = refine(star, particles, system, given.work, seed, setting)
            above = gold - true
            print(f'| {seed} | {setting} | {_resolution(gold, system):.1f} | '
                  f'{_resolution(true, system):.1f} | {above[1:].mean():+.3f} | '
                  f'{above[1:].max():+.3f} |', flush=True)


def _off(star, random):
    """A star of the same particles whose orientations are off; its path."""
    columns, lines = [], []
    for line in star.read_text().splitlines():
        words = line.split()
        columns = [] if line.startswith('loop_') else columns
        if line.startswith('_'):
            columns.append(words[0])
        elif len(words) == len(columns) and '_rlnAngleRot' in columns:
            for name in ('_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi'):
                place = columns.index(name)
                words[place] = f'{float(words[place]) + random.normal(0, OFF):.3f}'
            line = ' '.join(words)
        lines.append(line)
    path = star.with_name('off.star')
    path.write_text('\n'.join(lines) + '\n')
    return path


def refine(star, particles, system, work, seed, setting):
    """Refine; the FSC of the half maps, and the product of theirs with the truth, by shell."""
    import mrcfile
    from relion_runs import SETTINGS as OPTIONS, _package
    folder = work / f'fsc_{os.getpid()}'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = ['mpirun', '-n', '3', 'relion_refine_mpi', '--i', star, '--o', folder / 'run',
               '--ref', particles.reference, '--auto_refine', '--split_random_halves',
               '--particle_diameter', system.diameter, '--zero_mask', '--flatten_solvent', '--norm',
               '--scale', '--pad', 1, '--oversampling', 0, '--j', 1, '--random_seed', seed,
               '--dont_check_norm', '--ini_high', 20, '--low_resol_join_halves', 40,
               '--healpix_order', 3, '--auto_local_healpix_order', 3, '--sigma_ang', SEARCH,
               '--offset_range', 1, '--offset_step', 1, '--external_reconstruct']
    environment = dict(
        os.environ, OMP_NUM_THREADS='1', OMPI_ALLOW_RUN_AS_ROOT='1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1', OMPI_MCA_rmaps_base_oversubscribe='1',
        OMPI_MCA_mpi_yield_when_idle='1')
    if OPTIONS[setting] is not None:
        environment |= {
            'RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE':
                f'{sys.executable} -m chimerax.occupy.relion {OPTIONS[setting]}',
            'PYTHONPATH': str(_package(work))}
    with (folder / 'relion.log').open('w') as log:
        subprocess.run([str(word) for word in command], check=True, env=environment, stdout=log,
                       stderr=subprocess.STDOUT)
    halves = [mrcfile.read(folder / f'run_half{half}_class001_unfil.mrc') for half in (1, 2)]
    (truth,) = (mrcfile.read(path) for path in particles.states)
    shutil.rmtree(folder)
    return fsc(*halves), fsc(halves[0], truth) * fsc(halves[1], truth)


def fsc(one, other):
    """The correlation of two maps by shells of one Fourier voxel."""
    import numpy as np
    edge = one.shape[0]
    k = np.fft.fftfreq(edge, 1 / edge)
    shell = np.rint(np.sqrt(sum(np.square(axis) for axis in np.meshgrid(k, k, k)))).astype(int)
    first, second = np.fft.fftn(one), np.fft.fftn(other)

    def sums(values):
        return np.bincount(shell.ravel(), values.ravel())[:edge // 2]

    return sums((first * second.conj()).real) / np.sqrt(
        sums(np.abs(first) ** 2) * sums(np.abs(second) ** 2))


def _resolution(curve, system):
    """Where a curve falls below 0.143 for the first time, in Å."""
    import numpy as np
    below = np.flatnonzero(curve[1:] < RESOLVED)
    return system.box * system.voxel / (below[0] + 1 if len(below) else len(curve))


if __name__ == '__main__':
    main()
