"""Runs of RELION's Class3D for bench/relion.py: plain, with OccuPy, and with the truth known."""

import csv
import itertools
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import mrcfile
import numpy as np
from models import find_models
from relion_data import SYSTEMS, make_particles

ROOT = Path(__file__).resolve().parent.parent
RESULTS = 'results.csv'
COLUMNS = ('case', 'seed', 'setting', 'accuracy', 'sizes', 'likeness', 'truth', 'seconds')


@dataclass(frozen=True)
class Case:
    """`system`: of relion_data. `classes`: K. `number`: particles in all."""

    system: str
    snr: float
    classes: int = 2
    number: int = 3000
    ctf: bool = False
    iterations: int = 15


CASES = {
    'chain-0.01': Case('chain', 0.01),
    'chain-0.02': Case('chain', 0.02),
    'chain-0.05': Case('chain', 0.05),
    'domain-0.05': Case('domain', 0.05),
    'domain-0.1-ctf': Case('domain', 0.1, ctf=True),
    'ligand-0.05': Case('ligand', 0.05),
    'three-0.05': Case('three', 0.05, classes=3),
    'chain-0.02-K1': Case('chain', 0.02, classes=1),
    'chain-0.02-K4': Case('chain', 0.02, classes=4),
    'chain-0.02-K5': Case('chain', 0.02, classes=5),
    'same-0.02': Case('same', 0.02),
    'same-0.05': Case('same', 0.05),
}
#: Options of `python -m chimerax.occupy.relion`; None is plain RELION, MASK the same with a solvent
#: mask of the reference, TRUTH one step of classification by the true maps, the most that any class
#: maps could bring.
TRUTH, MASK = 'truth', 'mask'
SETTINGS = {'plain': None, MASK: MASK, 'solvent': '--strength 1 --kind solvent',
            'sigmoid': '--strength 1 --kind sigmoid --power 3 --pivot 0.7', TRUTH: TRUTH,
            'half': '--strength 0.5 --kind sigmoid --power 3 --pivot 0.7',
            'early': '--strength 1 --kind sigmoid --power 3 --pivot 0.7 --schedule 2:3:8',
            'solvent-half': '--strength 0.5 --kind solvent',
            'solvent-early': '--strength 1 --kind solvent --schedule 2:3:8',
            'solvent-fading': '--strength 1 --kind solvent --schedule 2:5:5'}
#: The solvent mask of MASK: what lies above this share of the reference's largest value, so many
#: voxels more, and a soft edge of so many.
MASK_ABOVE, MASK_MORE, MASK_EDGE = 0.1, 2, 4


def run_all(models, work, cases, settings, seeds, limit):
    """Make the runs that are not in the results yet, at most `limit`; return their number."""
    paths = find_models(models)
    results = work / RESULTS
    made = 0
    for seed, name, setting in itertools.product(
            range(1, seeds + 1), cases or CASES, settings or SETTINGS):
        case = CASES[name]
        if SYSTEMS[case.system].model not in paths:
            sys.stderr.write(f'{name} is left out: {SYSTEMS[case.system].model} is not in the '
                             'folder of models\n')
            continue
        if (name, str(seed), setting) in done(results):
            continue
        if setting == TRUTH and len(SYSTEMS[case.system].absent) != case.classes:
            continue
        record = run(case, paths, work, seed, setting)
        keep(results, {'case': name, 'seed': seed, 'setting': setting} | record)
        made += 1
        if made == limit:
            break
    return made


def done(results):
    """Which runs are in the results: a set of (case, seed, setting)."""
    return {(row['case'], row['seed'], row['setting']) for row in read(results)}


def read(results):
    """The rows of the results as dicts."""
    if not results.is_file():
        return []
    with results.open(newline='') as file:
        return list(csv.DictReader(file))


def keep(results, row):
    """Add one row to the results."""
    new = not results.is_file()
    with results.open('a', newline='') as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)


def run(case, models, work, seed, setting):
    """One run of RELION; what is known of it afterwards, by column of the results."""
    system = SYSTEMS[case.system]
    ctf = '_ctf' if case.ctf else ''
    particles = make_particles(
        case.system, models, work / f'{case.system}_{case.snr:g}_{case.number}_{seed}{ctf}',
        case.number, case.snr, seed, case.ctf)
    # Studies that run at the same time never share a folder.
    folder = work / f'run_{os.getpid()}'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    options = SETTINGS[setting]
    reference, iterations = particles.reference, case.iterations
    if options == TRUTH:
        reference, iterations = folder / 'references.star', 1
        reference.write_text('data_\n\nloop_\n_rlnReferenceImage\n'
                             + ''.join(f'{path}\n' for path in particles.states))
    command = ['relion_refine', '--i', particles.star, '--o', folder / 'run', '--ref', reference,
               '--iter', iterations, '--tau2_fudge', 4, '--particle_diameter', system.diameter,
               '--zero_mask', '--flatten_solvent', '--skip_align', '--norm', '--scale', '--pad', 2,
               '--j', 1, '--random_seed', seed, '--dont_check_norm', '--ini_high', 20]
    command += [] if options == TRUTH else ['--K', case.classes, '--external_reconstruct']
    command += ['--ctf'] if case.ctf else []
    command += ['--solvent_mask', _mask(particles.reference, folder)] if options == MASK else []
    environment = dict(os.environ, OMP_NUM_THREADS='1')
    if options not in (None, TRUTH, MASK):
        environment |= {
            'RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE':
                f'{sys.executable} -m chimerax.occupy.relion {options}',
            'PYTHONPATH': str(_package(work))}
    began = time.monotonic()
    with (folder / 'relion.log').open('w') as log:
        subprocess.run([str(word) for word in command], check=True, env=environment, stdout=log,
                       stderr=subprocess.STDOUT)
    seconds = time.monotonic() - began
    found = [classes_of(path, len(particles.truth))
             for path in sorted(folder.glob('run_it*_data.star'))[1:]]
    maps = [mrcfile.read(path) for path in sorted(
        folder.glob(f'run_it{iterations:03d}_class*[0-9].mrc'))]
    truth = [mrcfile.read(path) for path in particles.states]
    shutil.rmtree(folder)
    sizes = np.bincount(found[-1], minlength=case.classes) / len(found[-1])
    return {'accuracy': ' '.join(f'{accuracy(particles.truth, some):.4f}' for some in found),
            'sizes': ' '.join(f'{size:.3f}' for size in sizes),
            'likeness': f'{likeness(maps):.4f}',
            'truth': ' '.join(f'{max(_alike(one, other) for one in maps):.4f}' for other in truth),
            'seconds': f'{seconds:.0f}'}


def _mask(reference, folder):
    """A solvent mask of the reference, as one makes it for RELION; its path."""
    path = folder / 'mask.mrc'
    above = MASK_ABOVE * float(mrcfile.read(reference).max())
    subprocess.run(['relion_mask_create', '--i', reference, '--o', path, '--ini_threshold',
                    str(above), '--extend_inimask', str(MASK_MORE), '--width_soft_edge',
                    str(MASK_EDGE)], check=True, stdout=subprocess.DEVNULL)
    return path


def _package(work):
    """A folder from which `chimerax.occupy` is imported: that of this repository."""
    folder = work / 'package'
    link = folder / 'chimerax' / 'occupy'
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(ROOT / 'src')
    return folder


def classes_of(star, number):
    """The class of each particle, counted from 0, in the order of the stack."""
    columns, found = [], np.zeros(number, int)
    for line in star.read_text().split('data_particles')[1].splitlines():
        words = line.split()
        if line.startswith('_'):
            columns.append(words[0])
        elif len(words) == len(columns) > 0:
            image = words[columns.index('_rlnImageName')]
            found[int(image.split('@')[0]) - 1] = int(words[columns.index('_rlnClassNumber')]) - 1
    return found


def accuracy(truth, classes):
    """Share of particles whose class is one in which most particles have their state."""
    table = np.zeros((classes.max() + 1, truth.max() + 1))
    np.add.at(table, (classes, truth), 1)
    return table.max(axis=1).sum() / len(truth)


def likeness(maps):
    """The mean correlation of pairs of class maps; 1 for a single class."""
    pairs = [_alike(one, other) for one, other in itertools.combinations(maps, 2)]
    return float(np.mean(pairs)) if pairs else 1.0


def _alike(one, other):
    if not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
