#!/usr/bin/env python3
"""Masks in RELION's own programs, beside masks made from the model: tables for docs/refinement.md.

    python bench/masks.py [--seeds 3] [--only subtraction|classes]

A ring of seven subunits, two of which are weak. *Subtraction*: the two are there in 10 % and 15 %
of the particles; RELION refines one class, the mask is made of its map, relion_particle_subtract
subtracts by it, and relion_reconstruct makes maps of the particles before and after. *Classes*: the
two are there together in a third of the particles, and relion_refine tells the particles apart with
and without a mask of what is weak. The orientations are the true ones. Needs RELION's programs (on
Debian: apt-get install relion). Results are printed; files are left in .cache/masks.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy import in_own_environment

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ('relion_refine', 'relion_project', 'relion_particle_subtract', 'relion_reconstruct')
NUMBER = 3000
#: Signal/noise of the particles that are subtracted from, and of those that are told apart.
SUBTRACTED_SNR = 0.1
CLASSES_SNR = (0.1, 0.05)
ITERATIONS = 5
CLASS_ITERATIONS = 15
#: Å around atoms: what counts as theirs, and what a mask made from them covers.
NEAR, AROUND = 3.0, 3.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work', type=Path, default=ROOT / '.cache' / 'masks')
    parser.add_argument('--seeds', type=int, default=3)
    parser.add_argument('--only', choices=('subtraction', 'classes'))
    given = parser.parse_args()
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        sys.exit(f'{", ".join(missing)} not found: install RELION (on Debian: '
                 'apt-get install relion) and start this again')
    in_own_environment()
    studies = {'subtraction': subtraction, 'classes': classes}
    for name, study in studies.items():
        if given.only in (None, name):
            study(given.work, given.seeds)


def run(*words, log):
    """Run one of RELION's programs; what it says goes to a file."""
    with open(log, 'w', encoding='utf-8') as file:
        subprocess.run([str(word) for word in words], check=True, stdout=file,
                       stderr=subprocess.STDOUT, env=dict(os.environ, OMP_NUM_THREADS='1'))


def refine(particles, folder, diameter, *options, seed=1, iterations=ITERATIONS, reference=None):
    """Run relion_refine with the orientations kept; the optimiser star of its last iteration."""
    last = folder / f'run_it{iterations:03d}_optimiser.star'
    if not last.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run('relion_refine', '--i', particles.star, '--o', folder / 'run', '--ref',
            reference or particles.reference, '--iter', iterations, '--tau2_fudge', 4,
            '--particle_diameter', diameter, '--zero_mask', '--flatten_solvent', '--skip_align',
            '--norm', '--scale', '--pad', 2, '--j', 1, '--random_seed', seed, '--dont_check_norm',
            '--ini_high', 20, *options, log=folder / 'relion.log')
    return last


def subtraction(work, seeds):
    """What relion_particle_subtract leaves and takes with each mask."""
    import mrcfile
    import numpy as np
    from models import find_models
    from relion_data import SYSTEMS, atoms_of, make_particles, state_maps
    models, system = find_models(), SYSTEMS['ring']
    atoms, centre = atoms_of(system, models)
    weak, strong = (near(atoms, centre, system, chains) for chains in ('FG', 'ABCDE'))
    for seed in range(1, seeds + 1):
        folder = work / f'ring_{SUBTRACTED_SNR:g}_{NUMBER}_{seed}'
        particles = make_particles('ring', models, folder, NUMBER, SUBTRACTED_SNR, seed)
        states = [mrcfile.read(path) for path in particles.states]
        shares = np.bincount(particles.truth) / len(particles.truth)
        truth = np.tensordot(shares, states, 1)
        of_strong, of_weak = states[0], truth - states[0]
        optimiser = refine(particles, folder / 'one', system.diameter, seed=seed)
        before = reconstructed(particles.star, folder / 'before.mrc')
        fit = (before[strong] * of_strong[strong]).sum() / (of_strong[strong] ** 2).sum()
        print(f'scale of reconstruction {fit:.3f}')
        for name, path in masks(folder, optimiser, atoms, centre, system).items():
            out = folder / f'subtract_{name}'
            if not (out / 'particles_subtracted.star').is_file():
                run('relion_particle_subtract', '--i', optimiser, '--mask', path, '--o', f'{out}/',
                    log=folder / f'subtract_{name}.log')
            after = reconstructed(out / 'particles_subtracted.star', folder / f'{name}.mrc')
            taken = (before - after) / fit
            left = of_weak - taken
            print(seed, name,
                  'left of the weak %.3f' % ((left[weak] ** 2).sum() / (of_weak[weak] ** 2).sum()),
                  'before, beyond %.3f' % ((of_weak[~weak] ** 2).sum() / (of_weak ** 2).sum()),
                  'taken beyond %.3f' % ((taken[~weak] ** 2).sum() / (taken ** 2).sum()),
                  'taken beyond 6 A %.3f' % ((taken[~near(atoms, centre, system, 'FG', 6)] ** 2).sum() / (taken ** 2).sum()),
                  'strong with truth %.4f' % np.corrcoef(after[strong], of_strong[strong])[0, 1],
                  flush=True)


def reconstructed(star, path):
    """The map that relion_reconstruct makes of particles: float32 (z, y, x)."""
    import mrcfile
    if not path.is_file():
        run('relion_reconstruct', '--i', star, '--o', path, log=path.with_suffix('.log'))
    return mrcfile.read(path)


def near(atoms, centre, system, chains, reach=NEAR):
    """Where atoms of some chains are within some Å: boolean (z, y, x)."""
    import numpy as np
    from scipy.spatial import cKDTree
    tree = cKDTree([place - centre for chain, _, place, _ in atoms if chain in chains])
    middle = system.box // 2
    z, y, x = (np.indices((system.box,) * 3) - middle) * system.voxel
    away, _ = tree.query(np.stack([x, y, z], axis=-1), distance_upper_bound=reach)
    return np.isfinite(away)


def masks(folder, optimiser, atoms, centre, system):
    """Paths of masks of what is kept, by OccuPy of the refined map and from the model."""
    import mrcfile
    from bare import core
    from relion_data import write
    array = mrcfile.read(str(optimiser).replace('optimiser.star', 'class001.mrc'))
    found = core.estimate(array, system.voxel, mode='occupancy')
    region = near(atoms, centre, system, 'FG', AROUND)
    curve = core.Modification('sigmoid', power=5, pivot=0.5)
    made = {
        'sigmoid': core.make_mask(array, found, core.Mask('subtraction', modification=curve)),
        'attenuate': core.make_mask(array, found, core.Mask(
            'subtraction', modification=core.Modification('attenuate', power=3))),
        'notweak': 1 - core.make_mask(array, found, core.Mask('weak')),
        'model': 1 - core.make_mask(array, found, core.Mask('region'), region)}
    paths = {}
    for name, values in made.items():
        paths[name] = folder / f'mask_{name}.mrc'
        write(paths[name], values, system.voxel)
    return paths


def classes(work, seeds):
    """How well relion_refine tells the particles apart with each mask."""


if __name__ == '__main__':
    main()
