#!/usr/bin/env python3
"""Masks in RELION's own programs, beside masks made from the model: tables for docs/refinement.md.

    python bench/masks.py [--seeds 3] [--only subtraction|classes]

A ring of seven subunits, two of which are weak. *Subtraction*: the two are there in 10 % and 15 %
of the particles; RELION refines one class, the mask is made of its map, relion_particle_subtract
subtracts by it, and relion_reconstruct makes maps of the particles before and after; beside it a
mask made of the true maps, which leaves what no mask could take. *Classes*: the
two are there together in a third of the particles, and relion_refine tells the particles apart with
and without a mask of what is weak. The orientations are the true ones. Needs RELION's programs (on
Debian: apt-get install relion). Results are printed; files are left in .cache/masks.
"""

import argparse
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy import in_own_environment

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ('relion_refine', 'relion_project', 'relion_particle_subtract', 'relion_reconstruct')
#: Particles to subtract from, and to tell apart.
NUMBER, CLASSES_NUMBER = 2500, 1200
#: Signal/noise of the particles that are subtracted from, and of those that are told apart.
SUBTRACTED_SNR = (4.0, 1.0)
CLASSES_SNR = (0.05,)
ITERATIONS, CLASS_ITERATIONS = 5, 8
#: Of the largest value of the true map: below it there is nothing that a mask could part.
PRESENT = 0.01
#: Å around atoms: what counts as theirs, and what a mask made from them covers.
NEAR = 3.0


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


def subtraction(work, seeds):
    """What relion_particle_subtract leaves and takes with each mask."""
    import mrcfile
    import numpy as np
    print('| signal/noise | seed | mask | left of the weak part | taken elsewhere | '
          'strong part with truth |')
    print('|---|---|---|---|---|---|')
    for snr, seed in itertools.product(SUBTRACTED_SNR, range(1, seeds + 1)):
        ring = Ring('ring', work, NUMBER, snr, seed)
        states = [mrcfile.read(path) for path in ring.particles.states]
        shares = np.bincount(ring.particles.truth) / len(ring.particles.truth)
        of_strong = states[0]
        of_weak = np.tensordot(shares, states, 1) - of_strong
        weak, strong = ring.near('FG'), ring.near('ABCDE')
        grey = (ring.before[strong] * of_strong[strong]).sum() / (of_strong[strong] ** 2).sum()
        for name, mask in ring.masks(subtraction=True).items():
            after = reconstructed(ring.subtracted(mask, name), ring.folder / f'{name}.mrc')
            # What was subtracted, without the noise of the particles, which is in both.
            taken = (ring.before - after) / grey
            left = ((of_weak - taken)[weak] ** 2).sum() / (of_weak[weak] ** 2).sum()
            elsewhere = (taken[~weak] ** 2).sum() / (taken ** 2).sum()
            alike = np.corrcoef(after[strong], of_strong[strong])[0, 1]
            print(f'| {snr:g} | {seed} | {name} | {left:.1%} | {elsewhere:.1%} | {alike:.3f} |',
                  flush=True)


def classes(work, seeds):
    """How well relion_refine tells the particles apart with each mask."""
    import numpy as np
    from relion_runs import classes_of
    print('| signal/noise | seed | mask | present found | absent found | mean |')
    print('|---|---|---|---|---|---|')
    for snr, seed in itertools.product(CLASSES_SNR, range(1, seeds + 1)):
        ring = Ring('ring-both', work, CLASSES_NUMBER, snr, seed)
        truth = ring.particles.truth
        weak, model = ring.masks(subtraction=False).values()
        kept = ring.subtracted(weak, 'the rest')
        for name, star, mask in (
                ('none', ring.particles.star, None), ('weak', ring.particles.star, weak),
                ('weak, the rest subtracted', kept, weak),
                ('model', ring.particles.star, model)):
            options = ['--K', 2, '--ini_high', 20, '--tau2_fudge', 4, '--pad', 1]
            options += ['--solvent_mask', mask] if mask else []
            last = refine(star, ring.folder / f'classes {name}'.replace(' ', '_'), ring.map,
                          ring.system.diameter, *options, seed=seed, iterations=CLASS_ITERATIONS)
            found = classes_of(Path(str(last).replace('optimiser', 'data')), len(truth))
            present = max((0, 1), key=lambda one: np.mean((found == one) == (truth == 1)))
            right = [np.mean(found[truth == 1] == present), np.mean(found[truth == 0] != present)]
            print(f'| {snr:g} | {seed} | {name} | {right[0]:.3f} | {right[1]:.3f} | '
                  f'{np.mean(right):.3f} |', flush=True)


class Ring:
    """Particles of a ring, the map that RELION refines of them, and what is made by that."""

    def __init__(self, name, work, number, snr, seed):
        from models import find_models
        from relion_data import SYSTEMS, atoms_of, make_particles
        models, self.system = find_models(), SYSTEMS[name]
        self.folder = work / f'{name}_{snr:g}_{number}_{seed}'
        self._atoms, self._centre = atoms_of(self.system, models)
        self.particles = make_particles(name, models, self.folder, number, snr, seed)
        start = self.folder / 'before.mrc'
        self.before = reconstructed(self.particles.star, start)
        self.optimiser = refine(self.particles.star, self.folder / 'one', start,
                                self.system.diameter, '--ini_high', 8, '--pad', 2, seed=seed)
        self.map = Path(str(self.optimiser).replace('optimiser.star', 'class001.mrc'))

    def near(self, chains, reach=NEAR):
        """Where atoms of some chains are within some Å: boolean (z, y, x)."""
        import numpy as np
        from scipy.spatial import cKDTree
        tree = cKDTree([place - self._centre for chain, _, place, _ in self._atoms
                        if chain in chains])
        z, y, x = (np.indices(self.before.shape) - self.system.box // 2) * self.system.voxel
        away, _ = tree.query(np.stack([x, y, z], axis=-1), distance_upper_bound=reach)
        return np.isfinite(away)

    def masks(self, subtraction):
        """Paths of masks by name: of what is kept in a subtraction, or of what is weak."""
        import mrcfile
        from bare import core
        from relion_data import write
        array = mrcfile.read(self.map)
        found = core.estimate(array, self.system.voxel, mode='occupancy')
        made = {}
        if subtraction:
            for curve in (core.Modification('sigmoid', power=5, pivot=0.5),
                          core.Modification('attenuate', power=3)):
                made[curve.kind] = core.make_mask(
                    array, found, core.Mask('subtraction', modification=curve))
            made['truth'] = self.true_shares()
        else:
            made['weak'] = core.make_mask(array, found, core.Mask('weak'))
        model = core.make_mask(array, found, core.Mask('region'), self.near('FG'))
        made['model'] = 1 - model if subtraction else model
        paths = {name: self.folder / f'mask_{name}.mrc' for name in made}
        for name, path in paths.items():
            write(path, made[name], self.system.voxel)
        return paths

    def true_shares(self):
        """The share of the true density in each voxel that is not the weak part's: no mask can
        part the two better, so that what it leaves is what RELION's map lacks.
        """
        import mrcfile
        import numpy as np
        states = [mrcfile.read(path) for path in self.particles.states]
        shares = np.bincount(self.particles.truth) / len(self.particles.truth)
        strong = np.maximum(states[0], 0)
        weak = np.maximum(np.tensordot(shares, states, 1) - states[0], 0)
        present = weak > PRESENT * strong.max() * shares[1:].max()
        return np.where(present, strong / np.where(present, strong + weak, 1), 1).astype(np.float32)

    def subtracted(self, mask, name):
        """The star of the particles from which what a mask leaves out was subtracted."""
        out = self.folder / f'subtracted_{name}'.replace(' ', '_')
        star = out / 'particles_subtracted.star'
        if not star.is_file():
            run('relion_particle_subtract', '--i', self.optimiser, '--mask', mask, '--o', f'{out}/',
                log=out.with_suffix('.log'))
        return star


def refine(star, folder, reference, diameter, *options, seed, iterations=ITERATIONS):
    """Run relion_refine with the orientations kept; the optimiser star of its last iteration."""
    last = folder / f'run_it{iterations:03d}_optimiser.star'
    if not last.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run('relion_refine', '--i', star, '--o', folder / 'run', '--ref', reference, '--iter',
            iterations, '--particle_diameter', diameter, '--zero_mask', '--flatten_solvent',
            '--skip_align', '--j', 1, '--random_seed', seed, '--dont_check_norm',
            *options, log=folder / 'relion.log')
    return last


def reconstructed(star, path):
    """The map that relion_reconstruct makes of particles: float32 (z, y, x)."""
    import mrcfile
    if not path.is_file():
        run('relion_reconstruct', '--i', star, '--o', path, log=path.with_suffix('.log'))
    return mrcfile.read(path)


def run(*words, log):
    """Run one of RELION's programs; what it says goes to a file."""
    with open(log, 'w', encoding='utf-8') as file:
        subprocess.run([str(word) for word in words], check=True, stdout=file,
                       stderr=subprocess.STDOUT, env=dict(os.environ, OMP_NUM_THREADS='1'))


if __name__ == '__main__':
    main()
