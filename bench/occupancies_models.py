"""Models that are wrong, ligands, nucleic acid, real maps and a series: what `occupy fit` reads."""

import csv

import gemmi
import mrcfile
import numpy as np
from bare import core
from kept import kept
from occupancies_cases import FOLDER, OCCUPANCIES, assemblies, atoms_of
from scipy import ndimage
from synthetic import Assembly, Condition, at_atoms

#: Maps whose truth is symmetry, and the models of each; those of PyPI are looked for there.
REAL = {'emd_3488.mrc': ('5ni1', '5me2'), 'emd_0093_segmented_220.mrc.gz': ('6gyn',)}
HAEM_OCCUPANCIES = (1.0, 0.75, 0.5, 0.25, 0.0)
#: RNA of an assembling ribosome beside which the proteins nearest to it are put.
RNA, PROTEINS = 'RNA1.pdb', 'prots1.pdb'
BESIDE = 4


def rows_of(path, wanted, group):
    """(places, elements, groups) of the atoms of a model, and names of the groups, in order.

    wanted: whether a residue counts. group: the name of the group of an atom's chain and residue.
    """
    structure = gemmi.read_structure(str(path))
    structure.remove_alternative_conformations()
    structure.remove_waters()
    structure.remove_hydrogens()
    rows = [(atom.pos.tolist(), atom.element.name, group(chain, residue))
            for chain in structure[0] for residue in chain if wanted(residue) for atom in residue]
    names = tuple(dict.fromkeys(row[2] for row in rows))
    return core.Atoms(np.array([row[0] for row in rows]), [row[1] for row in rows],
                      [names.index(row[2]) for row in rows], names)


def polymers(path):
    """The atoms of a model without waters and what is no polymer, a group for each chain."""
    return rows_of(path, lambda residue: residue.het_flag != 'H', lambda chain, _: chain.name)


def joined(*models, kinds=None):
    """Several `Atoms` as one, their groups beside each other."""
    starts = np.cumsum([0, *(len(m.names) for m in models)])
    return core.Atoms(
        np.concatenate([m.positions for m in models]),
        np.concatenate([m.elements for m in models]),
        np.concatenate([np.where(m.groups < 0, -1, m.groups + s)
                        for m, s in zip(models, starts, strict=False)]),
        tuple(name for m in models for name in m.names), kinds=kinds)


def moved(atoms, positions):
    return core.Atoms(positions, atoms.elements, atoms.groups, atoms.names)


def copied(atoms, shift):
    """With a copy of the first group, moved."""
    first = atoms.groups == 0
    return joined(atoms, core.Atoms(atoms.positions[first] + shift, atoms.elements[first],
                                    np.zeros(first.sum(), int), ('copy',)))


def turned(atoms, group):
    """With one group turned on the spot."""
    positions, own = atoms.positions.copy(), atoms.groups == group
    middle = positions[own].mean(axis=0)
    positions[own] = (positions[own] - middle)[:, [1, 2, 0]] + middle
    return moved(atoms, positions)


def line(found):
    """What is read, and what is said."""
    values = ', '.join(f'{g.name} {g.occupancy:.2f}'
                       + (f' ± {g.error:.2f}' if np.isfinite(g.error) else '')
                       + (f' ({g.note})' if g.note else '') for g in found.groups)
    return values + ''.join(f'; *{warning}*' for warning in found.warnings)


def fitted(array, voxel, atoms, **settings):
    """`line`, or the sentence by which the model is refused."""
    try:
        return line(core.occupancies(array, voxel, atoms, **settings))
    except ValueError as error:
        return f'*refused: {error}*'


def wrong(models):
    """(label, what is read) of models that do not fit."""
    (assembly,) = assemblies(models, ('5ni1',))
    truth = dict(zip(assembly.components, OCCUPANCIES, strict=False))
    made = assembly.map(truth, Condition(3.5, 60, 0.03, 'red', 1.5, 0.5))
    own = atoms_of(assembly, made)
    some = core.Atoms(own.positions, own.elements, np.where(own.groups == 3, -1, own.groups),
                      own.names[:3])
    return [(label, fitted(array, voxel, model)) for label, array, voxel, model in (
        ('in place', made.array, 1.5, own),
        ('detergent belt', made.array + _belt(made), 1.5, own),
        ('last chain not in the model', made.array, 1.5, some),
        ('1 Å off', made.array, 1.5, moved(own, own.positions + 0.577)),
        ('voxel size 2 % off', made.array, 1.53, own),
        ('copy in solvent', made.array, 1.5, copied(own, [0, 0, 40])),
        ('first chain turned', made.array, 1.5, turned(own, 0)))]


def _belt(made):
    """A ring of constant density around the middle of a map."""
    n = made.array.shape[0]
    z, y, x = (np.indices(made.array.shape) - n // 2) * made.voxel
    radius = np.hypot(x, y)
    ring = ((radius > 36) & (radius < 46) & (np.abs(z) < 12)).astype(np.float32)
    return ndimage.gaussian_filter(ring, 2) * np.float32(0.25 * made.array.max())


def haem(models):
    """The haem of chain A at several occupancies in a map at 3 Å: one record each."""
    atoms = rows_of(models['5ni1'], lambda residue: True, lambda chain, residue: (
        f'{chain.name} haem' if residue.name == 'HEM' else chain.name))
    assembly = Assembly(models['5ni1'])
    assembly.components = {
        name: [(place, gemmi.Element(element)) for place, element in zip(
            atoms.positions[atoms.groups == g], atoms.elements[atoms.groups == g], strict=True)]
        for g, name in enumerate(atoms.names)}
    for occupancy in HAEM_OCCUPANCIES:
        truth = dict.fromkeys(atoms.names, 1.0) | {'A haem': occupancy}
        made = assembly.map(truth, Condition(3, 50, 0.03, 'red', 1.0, 0.5))
        found = core.occupancies(made.array, made.voxel, atoms_of(assembly, made))
        haems = [group for group in found.groups if group.name.endswith('haem')]
        yield {'truth': occupancy, 'read': haems[0].occupancy, 'error': haems[0].error,
               'others': [group.occupancy for group in haems[1:]]}


def kinds(maven):
    """Proteins beside RNA, all at full occupancy at 3.5 Å: by the fit, and by the scale."""
    rna = rows_of(maven / RNA, lambda residue: True, lambda chain, _: f'RNA {chain.name}')
    proteins = polymers(maven / PROTEINS)
    near = [np.linalg.norm(proteins.positions[proteins.groups == g][::8, None]
                           - rna.positions[::20], axis=2).min(axis=1).mean()
            for g in range(len(proteins.names))]
    chosen = np.argsort(near)[:BESIDE]
    index = np.full(len(proteins.names), -1)
    index[chosen] = np.arange(BESIDE)
    proteins = core.Atoms(proteins.positions, proteins.elements, index[proteins.groups],
                          tuple(proteins.names[g] for g in chosen))
    both = joined(proteins, rna,
                  kinds=('protein',) * BESIDE + ('nucleic',) * len(rna.names))
    assembly = Assembly(maven / RNA)
    assembly.components = {
        name: [(place, gemmi.Element(element)) for place, element in zip(
            both.positions[both.groups == g], both.elements[both.groups == g], strict=True)]
        for g, name in enumerate(both.names)}
    every = both.positions[both.groups >= 0]
    assembly.centre = (every.min(axis=0) + every.max(axis=0)) / 2
    assembly.extent = float(np.ptp(every, axis=0).max())
    made = assembly.map(dict.fromkeys(both.names, 1.0), Condition(3.5, 60, 0.02, 'red', 1.5, 0.5))
    own = atoms_of(assembly, made)
    own = core.Atoms(own.positions, own.elements, own.groups, own.names, kinds=both.kinds)
    found = core.occupancies(made.array, made.voxel, own)
    result = {'groups': [BESIDE, len(rna.names)], 'fit': [
        [g.occupancy for g in found.groups if g.kind == kind] for kind in ('protein', 'nucleic')]}
    for name, how in (('auto', {'full_scale': 'auto'}), ('against', {'full_scale_model': own})):
        scale = core.estimate(made.array, made.voxel, mode='occupancy', **how).scale
        result[name] = [float(np.median(at_atoms(scale, np.concatenate(
            [places for g, places in zip(own.kinds, made.atoms.values(), strict=True)
             if g == kind])))) for kind in ('protein', 'nucleic')]
    return result


def real(models, maps):
    """(label, what is read) of maps whose truth is symmetry, and of decoys in them."""
    for name, codes in REAL.items():
        if not maps or not (maps / name).exists():
            continue
        with mrcfile.open(maps / name, permissive=True) as file:
            array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
        for code in codes:
            if code not in models:
                continue
            model = polymers(models[code])
            for band in (None, 6.0, 8.0, 12.0, 20.0) if code == codes[0] else (None, 8.0):
                label = f'{name}, {code}, ' + (f'{band:g} Å' if band else 'band by default')
                yield label, kept(FOLDER, label, lambda a=array, v=voxel, m=model, b=band: fitted(
                    a, v, m, fit_resolution=b))
            corner = (0.02 * np.array(array.shape[::-1]) * voxel
                      - model.positions[model.groups == 0].min(axis=0))
            last = len(model.names) - 1
            for what, decoy in (('a copy in the corner', copied(model, corner)),
                                (f'{model.names[-1]} turned', turned(model, last))):
                label = f'{name}, {code}, {what}'
                yield label, kept(FOLDER, label,
                                  lambda a=array, v=voxel, m=decoy: fitted(a, v, m))


def from_pypi():
    """The map and the models that PyPI's ccpem_utils carries: (label, what is read)."""
    import fetch_data
    with mrcfile.open(fetch_data.fetch('emd_3488.mrc'), permissive=True) as file:
        array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
    for name in ('5ni1_updated.cif', 'modelangelo_5ni1.cif'):
        model = polymers(fetch_data.fetch(name))
        yield name, fitted(array, voxel, model)


def maven(folder):
    """Volumes of an assembling ribosome against a published table of relative occupancies."""
    proteins = polymers(folder / PROTEINS)
    others = [polymers(folder / 'prots2.pdb')] + [
        rows_of(path, lambda residue: True, lambda chain, _, p=path: f'{p.stem} {chain.name}')
        for path in sorted(folder.glob('RNA*.pdb'))]
    others[0] = core.Atoms(others[0].positions, others[0].elements, others[0].groups,
                           tuple(f'2 {name}' for name in others[0].names))
    number = len(proteins.names)
    kinds = ('protein',) * (number + len(others[0].names)) + ('nucleic',) * sum(
        len(m.names) for m in others[1:])
    model = joined(proteins, *others, kinds=kinds)
    with open(folder / 'occupancies_expected.csv', encoding='utf-8', newline='') as stream:
        _, heads, *rows = csv.reader(stream)
    columns = [heads.index(name.lower()) for name in proteins.names]
    table = {row[0]: np.array([float(row[c]) for c in columns]) for row in rows}
    largest = np.max(list(table.values()), axis=0)
    volumes = {}
    for path in sorted(folder.glob('vol_*.mrc')):
        with mrcfile.open(path, permissive=True) as file:
            name = str(int(path.stem.removeprefix('vol_')))
            volumes[name] = file.data.astype(np.float32), float(file.voxel_size.x)
    array, voxel = next(iter(volumes.values()))
    design = core.prepare(array.shape, voxel, model)
    first = [core.fit_occupancies(design, array) for array, _ in volumes.values()]
    solvent = core.common_solvent(first)
    found = core.on_one_scale([core.fit_occupancies(design, array, solvent=solvent)
                               for array, _ in volumes.values()])
    read = np.array([[g.occupancy for g in one.groups[:number]] for one in found])
    width = np.array([[g.error for g in one.groups[:number]] for one in found])
    raw = np.array([table[name] for name in volumes])
    truth = raw / largest
    relative = read / np.maximum(read.max(axis=0), 1e-3)
    return {'volumes': len(volumes), 'proteins': number, 'others': len(model.names) - number,
            'error': float(np.median(width)),
            'raw': [float(np.corrcoef(raw.ravel(), values.ravel())[0, 1])
                    for values in (truth, read)], **{
                name: [float(np.corrcoef(values.ravel(), truth.ravel())[0, 1]),
                       float(np.abs(values - truth).mean())]
                for name, values in (('plain', read), ('relative', relative))},
            'between': [float(np.corrcoef(
                (read - read.mean(axis=0)).ravel(), (truth - truth.mean(axis=0)).ravel())[0, 1]),
                float(np.corrcoef(read.mean(axis=0), truth.mean(axis=0))[0, 1])]}
