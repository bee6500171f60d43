"""Volumes of an assembling ribosome as a series, beside a published table of its proteins.

The table is of density in masks over each protein's largest, which is no truth. Models and volumes
are those of MAVEn's example: `vol_*.mrc`, `prots1.pdb` and others, `occupancies_expected.csv`.
"""

import csv

import numpy as np
from bare import core  # noqa: F401 - so that chimerax.occupy can be imported
from chimerax.occupy.series.particles import cut
from series_run import cells, run

#: Into so many clusters the volumes and the proteins are cut.
CLUSTERS = (2, 3, 4)
PROTEINS = 'prots1.pdb'


def study(folder, maven):
    """Print how fit and scale compare with the table. folder: an empty one, to work in."""
    models = [maven / PROTEINS, *sorted(path for path in maven.glob('*.pdb')
                                        if path.name != PROTEINS)]
    volumes = sorted(maven.glob('vol_*.mrc'))
    proteins, expected = _table(maven)
    expected = np.array([expected[str(int(path.stem.removeprefix('vol_')))] for path in volumes]).T
    expected /= expected.max(axis=1, keepdims=True)
    print(f'MAVEn: {len(volumes)} volumes, {len(proteins)} proteins; r and mean difference, as '
          f'read and over each largest;\nadjusted Rand index of {CLUSTERS} clusters of volumes, '
          'and of proteins')
    for method in ('fit', 'scale'):
        out = folder / method
        run(*volumes, '--model', *models, '--method', method, '-o', out, '--images', 'none',
            '--quiet')
        read = {(volume, group): value for volume, group, value, _ in cells(out)}
        others = len({group for _, group in read}) - len(proteins)
        values = np.array([[read[path.stem, f'#1/{name}'] for path in volumes]
                           for name in proteins])
        over = values / np.maximum(values.max(axis=1, keepdims=True), 1e-3)
        told = [f'{np.corrcoef(one.ravel(), expected.ravel())[0, 1]:.3f}, '
                f'{np.abs(one - expected).mean():.3f}' for one in (values, over)]
        alike = [' '.join(f'{rand_index(cut(ours, count), cut(theirs, count)):.2f}'
                          for count in CLUSTERS)
                 for ours, theirs in ((over, expected), (over.T, expected.T))]
        print(f'{method:5}  {told[0]}  {told[1]}  volumes {alike[0]}  proteins {alike[1]}  '
              f'(beside {others} other groups)',
              flush=True)


def _table(maven):
    """Chains of the proteins, and the row of the table for each volume, by its number."""
    with open(maven / 'occupancies_expected.csv', encoding='utf-8', newline='') as stream:
        _, heads, *rows = csv.reader(stream)
    return ([name.upper() for name in heads[1:]],
            {row[0]: np.array(row[1:], float) for row in rows})


def rand_index(one, other):
    """How alike two ways to sort the same things into clusters are: 1 the same, 0 by chance.

    Lists of lists of indices; the adjusted Rand index of Hubert & Arabie (J. Classif. 2, 193,
    1985).
    """
    counts = np.array([[len(set(a) & set(b)) for b in other] for a in one], float)

    def pairs(number):
        return (number * (number - 1) / 2).sum()

    first, second = pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    chance = first * second / pairs(np.array([counts.sum()]))
    most = (first + second) / 2
    return 1.0 if most == chance else float((pairs(counts) - chance) / (most - chance))
