"""Errors of what changed between two maps, as `occupy compare` tells it, over noise."""

import itertools

import numpy as np
from bare import core
from occupancies_cases import assemblies, atoms_of
from synthetic import Condition

CODES = ('5ni1', '1bd2')
NOISES = (0.02, 0.06, 0.1, 0.15, 0.2)
#: Occupancies in the first map and the second, in turn.
FIRST, SECOND = (1, 1, 0.8, 0.5), (1, 0.7, 0.8, 0.9)


def study(pairs):
    """Print how errors of changes compare with those that are stated, of so many pairs of maps."""
    from models import find_models
    print('                changes  mean error  stated  root mean square in standard errors  '
          'within 1 and 2')
    every = []
    for assembly in assemblies(find_models(), CODES):
        for noise in NOISES:
            off, stated = _measured(assembly, noise, pairs)
            every.append(off / stated)
            _tell(f'{assembly.name} noise {noise:3.0%}', off, stated)
    z = np.concatenate(every)
    print(f'all {z.size} changes: {np.sqrt((z ** 2).mean()):.2f}  {(abs(z) < 1).mean():.0%} and '
          f'{(abs(z) < 2).mean():.0%}')


def _tell(name, off, stated):
    z = off / stated
    print(f'{name}  {z.size:7d}  {abs(off).mean():10.3f}  {stated.mean():6.3f}  '
          f'{np.sqrt((z ** 2).mean()):36.2f}  {(abs(z) < 1).mean():.0%} and '
          f'{(abs(z) < 2).mean():.0%}', flush=True)


def _measured(assembly, noise, pairs):
    """Errors of the changes of all groups, and standard errors, of so many pairs of maps."""
    from chimerax.occupy.core.changes import changes
    truths = [dict(zip(assembly.components, itertools.cycle(values), strict=False))
              for values in (FIRST, SECOND)]
    off, stated, design = [], [], None
    for pair in range(pairs):
        made = [assembly.map(truth, Condition(6, 60, noise, 'red', 2.0, 0.5, 2 * pair + number))
                for number, truth in enumerate(truths)]
        if design is None:
            design = core.prepare(made[0].array.shape, made[0].voxel, atoms_of(assembly, made[0]))
        solvent = core.common_solvent([core.fit_occupancies(design, one.array) for one in made])
        found = changes(*(core.fit_occupancies(design, one.array, solvent=solvent)
                          for one in made))
        for one in found.groups:
            off.append(one.change - (truths[1][one.name] - truths[0][one.name]))
            stated.append(one.error)
    return np.array(off), np.array(stated)
