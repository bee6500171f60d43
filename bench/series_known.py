"""A series of known occupancies: chain D of a tetramer rises while chain C falls."""

from pathlib import Path

import gemmi
import mrcfile
import numpy as np
from series_run import cells, run
from synthetic import Assembly, Condition

VOLUMES = 20
#: As 5ni1 at 6 Å, with noise that ends where the map does.
CONDITION = Condition(6, 100, 0.03, 'limited', 2.0)
KINDS = {'chains': False, 'haems': True}


def truth_of(chain, number):
    """Occupancy of a chain, and of its haem, in a volume."""
    return {'C': 1 - 0.7 * number / (VOLUMES - 1), 'D': number / (VOLUMES - 1)}.get(chain, 1.0)


def make(folder, path):
    """Write the volumes of a model, and that on them."""
    assembly = Assembly(path)
    (folder / 'series').mkdir()
    for number in range(VOLUMES):
        made = assembly.map({name: truth_of(name, number) for name in assembly.components},
                            Condition(**{**vars(CONDITION), 'seed': number}))
        with mrcfile.new(folder / 'series' / f'vol_{number:03d}.mrc', made.array) as file:
            file.voxel_size = made.voxel
    structure = gemmi.read_structure(str(path))
    structure.remove_alternative_conformations()
    structure.remove_waters()
    structure.remove_hydrogens()
    shift = made.array.shape[0] // 2 * made.voxel - assembly.centre
    for atom in structure[0].all():
        atom.atom.pos = gemmi.Position(*(np.array(atom.atom.pos.tolist()) + shift))
    structure.make_mmcif_document().write_file(str(folder / 'model.cif'))
    return made.array.shape[0]


def study(folder, given=None):
    """Print the errors of cells.

    folder: an empty one, to work in. given: a folder with such volumes, vol_000.mrc and so on, and
    model.cif, made elsewhere; None to make them of 5ni1 of PyPI.
    """
    import fetch_data
    if given is None:
        box = make(folder, fetch_data.fetch('5ni1_updated.cif'))
        print(f'Known occupancies: {VOLUMES} volumes of {box}³, {CONDITION}')
        volumes, model = folder / 'series', folder / 'model.cif'
    else:
        print(f'Known occupancies: {given}')
        volumes, model = given, Path(given) / 'model.cif'
    run(volumes, '--model', model, '-o', folder / 'out', '--images', 'none', '--quiet')
    rows = cells(folder / 'out')
    off = np.array([abs(value - truth_of(group[1], int(volume[4:])))
                    for volume, group, value, _ in rows])
    z = off / np.array([error for *_, error in rows])
    haem = np.array([' ' in group for _, group, *_ in rows])
    print('       cells  mean error  largest  within 1 and 2 errors')
    for name, some in (*((name, haem == wanted) for name, wanted in KINDS.items()),
                       ('all', haem | True)):
        print(f'{name:6} {some.sum():5d}  {off[some].mean():10.4f}  {off[some].max():7.3f}  '
              f'{(z[some] < 1).mean():.0%} and {(z[some] < 2).mean():.0%}', flush=True)
