"""Studies of fitted occupancies: functions of (models, folder of maps) that give lines of text."""

import itertools

import gemmi
import mrcfile
import numpy as np
from bare import core
from scipy import ndimage
from synthetic import Assembly, Condition, at_atoms

OCCUPANCIES = (1.0, 0.8, 0.5, 0.25, 0.65, 0.0)
#: Those that were looked at while the fit was written; and others, chains cut into so many parts.
CODES = ('5ni1', '6gyn', '1bd2', '3kpr')
HELD_OUT = {'2qiw': 3, '6msm': 6, '19hc': 2, '1a28': 2, '3pwp': 1}


def atoms_of(assembly, made):
    """The atoms of an assembly in the frame of its map, a group for each component."""
    middle = made.array.shape[0] // 2 * made.voxel
    rows = [(place - assembly.centre + middle, element.name, g)
            for g, atoms in enumerate(assembly.components.values()) for place, element in atoms]
    places, elements, groups = zip(*rows, strict=True)
    return core.Atoms(np.array(places), elements, groups, tuple(assembly.components))


def moved(atoms, positions):
    return core.Atoms(positions, atoms.elements, atoms.groups, atoms.names)


def assemblies(models, codes=CODES, **settings):
    return [Assembly(models[code], **settings) for code in codes if code in models]


def sets(models):
    """(label, assemblies) of those tried and those held out."""
    yield 'tried', assemblies(models)
    yield 'held out', [assembly for code, parts in HELD_OUT.items()
                       for assembly in assemblies(models, (code,), parts=parts)]


def occupied(assembly):
    names = list(assembly.components)
    return dict(zip(names, itertools.islice(itertools.cycle(OCCUPANCIES), len(names)),
                    strict=True))


def errors(found, truth):
    """Errors of occupancies, and the same in standard errors where there is one."""
    off = np.array([group.occupancy - truth[group.name] for group in found.groups])
    width = np.array([group.error for group in found.groups])
    return off, off[width > 1e-6] / width[width > 1e-6]


def table(label, cases, note=''):
    """A line: mean and largest error, and the share within one and two standard errors."""
    off, z = (np.concatenate(each) for each in zip(*cases, strict=True))
    return (f'| {label} | {len(off)} | {np.abs(off).mean():.3f} | {np.abs(off).max():.3f} | '
            f'{np.mean(np.abs(z) < 1):.0%} | {np.mean(np.abs(z) < 2):.0%} |{note}')


HEAD = ('| case | groups | mean error | largest | within 1 se | within 2 se |',
        '|---|---|---|---|---|---|')


def chains(models, maps):
    yield from HEAD
    for (kind, some), noise, bulk, resolution in itertools.product(
            list(sets(models)), (0.02, 0.06), (0, 0.5), (3, 4, 6)):
        cases = []
        for assembly in some:
            truth = occupied(assembly)
            made = assembly.map(truth, Condition(resolution, 60 if resolution < 5 else 100, noise,
                                                 'red', 1.5, bulk))
            cases.append(errors(core.occupancies(
                made.array, made.voxel, atoms_of(assembly, made)), truth))
        yield table(f'{kind}, {resolution} Å, noise {noise:.0%}, solvent {bulk:g}', cases)


def mobility(models, maps):
    yield from HEAD
    for (kind, some), bulk, resolution, turn in itertools.product(
            list(sets(models)), (0, 0.5), (3.5, 6), (0, 1)):
        cases = []
        for assembly in some:
            truth, names = occupied(assembly), list(assembly.components)
            b = np.roll(np.linspace(50, 220, len(names)), turn * 2)
            made = assembly.map(truth, Condition(resolution, 60, 0.03, 'red', 1.5, bulk),
                                dict(zip(names, b.tolist(), strict=True)))
            cases.append(errors(core.occupancies(
                made.array, made.voxel, atoms_of(assembly, made)), truth))
        yield table(f'{kind}, B 50–220, {resolution} Å, solvent {bulk:g}, order {turn + 1}', cases)


def mask(models, maps):
    """Solvent as a soft mask of constant density around the parts, another form than is fitted."""
    yield from HEAD
    for (kind, some), b_range, resolution in itertools.product(
            list(sets(models)), ((60, 60), (50, 220)), (3.5, 6)):
        cases = []
        for assembly in some:
            truth, names = occupied(assembly), list(assembly.components)
            b = dict(zip(names, np.linspace(*b_range, len(names)).tolist(), strict=True))
            made = assembly.map(truth, Condition(resolution, 60, 0.02, 'red', 1.5), b)
            atoms = atoms_of(assembly, made)
            body = np.zeros(made.array.shape, np.float32)
            for name, places in made.atoms.items():
                near = np.ones(body.shape, bool)
                near[tuple(np.rint(places).astype(int).T)] = False
                near = ndimage.distance_transform_edt(near, made.voxel) < 2.5
                body = np.maximum(body, truth[name] * ndimage.gaussian_filter(
                    near.astype(np.float32), 1.5 / made.voxel))
            inside = body > 0.5
            level = 0.4 * made.array[inside].mean()
            cases.append(errors(core.occupancies(
                made.array - np.float32(level) * body, made.voxel, atoms), truth))
        yield table(f'{kind}, soft mask, B {b_range[0]}–{b_range[1]}, {resolution} Å', cases)


def parts(models, maps):
    """Slices of chains, as domains are, and windows of some residues' atoms."""
    yield from HEAD
    for label, number, least in (('slices of some 700 atoms', 2, 300),
                                 ('slices of some 80 atoms', 14, 20)):
        for resolution in (3, 4):
            cases = []
            for assembly in assemblies(models, parts=number, least_atoms=least):
                truth = occupied(assembly)
                made = assembly.map(truth, Condition(resolution, 50, 0.03, 'red', 1.2, 0.5))
                cases.append(errors(core.occupancies(
                    made.array, made.voxel, atoms_of(assembly, made)), truth))
            yield table(f'{label}, {resolution} Å', cases)


def atoms(models, maps):
    """The scale at single atoms: auto, and against the model."""
    yield '| model | solvent | auto | against the model | 5th–95th percentile in full parts |'
    yield '|---|---|---|---|---|'
    for assembly, bulk in itertools.product(assemblies(models), (0, 0.5)):
        truth = occupied(assembly)
        made = assembly.map(truth, Condition(3.5, 60, 0.04, 'red', 1.5, bulk))
        places = np.concatenate(list(made.atoms.values()))
        known = np.concatenate([np.full(len(a), truth[n]) for n, a in made.atoms.items()])
        values = [at_atoms(core.estimate(made.array, made.voxel, mode='occupancy', **how).scale,
                           places)
                  for how in ({'full_scale': 'auto'},
                              {'full_scale_model': atoms_of(assembly, made)})]
        low, high = np.percentile(values[1][known == 1], [5, 95])
        a, b = (np.abs(v - known).mean() for v in values)
        yield f'| {assembly.name} | {bulk:g} | {a:.3f} | {b:.3f} | {low:.2f}–{high:.2f} |'


def kinds(models, maps):
    """Protein and nucleic acid at one occupancy."""
    yield '| model | fit: each | scale auto: medians | against the model: medians |'
    yield '|---|---|---|---|'
    some = False
    for path in models.values():
        assembly = Assembly(path, by_kind=True)
        if len(assembly) < 2:
            continue
        some = True
        made = assembly.map(dict.fromkeys(assembly.components, 1.0),
                            Condition(3.5, 60, 0.02, 'red', 1.5, 0.5))
        own = atoms_of(assembly, made)
        fit = core.occupancies(made.array, made.voxel, own)
        cells = [_values(fit)]
        for how in ({'full_scale': 'auto'}, {'full_scale_model': own}):
            scale = core.estimate(made.array, made.voxel, mode='occupancy', **how).scale
            cells.append(', '.join(f'{np.median(at_atoms(scale, a)):.2f}'
                                   for a in made.atoms.values()))
        yield f'| {assembly.name} | ' + ' | '.join(cells) + ' |'
    if not some:
        yield '\nNo model of protein with nucleic acid: put one, such as 5ugo, into the folder.'


def wrong(models, maps):
    """Models that do not fit: what is read, and what is said."""
    (assembly,) = assemblies(models, ('5ni1',))
    names = list(assembly.components)
    truth = dict(zip(names, OCCUPANCIES, strict=False))
    made = assembly.map(truth, Condition(3.5, 60, 0.03, 'red', 1.5, 0.5))
    own = atoms_of(assembly, made)
    first = own.groups == 0
    middle = own.positions[first].mean(axis=0)
    turned = own.positions.copy()
    turned[first] = (turned[first] - middle)[:, [1, 2, 0]] + middle
    belt = made.array + _belt(made)
    copy = core.Atoms(np.concatenate([own.positions, own.positions[first] + [0, 0, 40]]),
                      np.concatenate([own.elements, own.elements[first]]),
                      np.concatenate([own.groups, np.full(first.sum(), len(names))]),
                      (*names, 'copy'))
    some = core.Atoms(own.positions, own.elements, np.where(own.groups == 3, -1, own.groups),
                      own.names[:3])
    yield 'truth: ' + ', '.join(f'{n} {o:g}' for n, o in truth.items()) + '\n'
    for label, array, voxel, model in (
            ('in place', made.array, 1.5, own), ('detergent belt', belt, 1.5, own),
            ('last chain not in the model', made.array, 1.5, some),
            ('1 Å off', made.array, 1.5, moved(own, own.positions + 0.577)),
            ('voxel size 2 % off', made.array, 1.53, own),
            ('copy in solvent', made.array, 1.5, copy),
            ('first chain turned', made.array, 1.5, moved(own, turned))):
        found = core.occupancies(array, voxel, model)
        yield f'- {label}: ' + _values(found)


def _belt(made):
    """A ring of constant density around the middle of a map."""
    n = made.array.shape[0]
    z, y, x = (np.indices(made.array.shape) - n // 2) * made.voxel
    radius = np.hypot(x, y)
    ring = ((radius > 36) & (radius < 46) & (np.abs(z) < 12)).astype(np.float32)
    return ndimage.gaussian_filter(ring, 2) * np.float32(0.25 * made.array.max())


def _values(found):
    values = ', '.join(f'{g.name} {g.occupancy:.2f}'
                       + (f' ± {g.error:.2f}' if np.isfinite(g.error) else '')
                       + (f' ({g.note})' if g.note else '') for g in found.groups)
    return values + ''.join(f'; *{warning}*' for warning in found.warnings)


def real(models, maps):
    """Maps whose truth is symmetry: chains of one kind are alike; decoys read 0, or are told."""
    own = {'emd_3488.mrc': ('5ni1', '5me2'), 'emd_0093_segmented_220.mrc.gz': ('6gyn',)}
    for name, codes in own.items():
        if not maps or not (maps / name).exists():
            continue
        with mrcfile.open(maps / name, permissive=True) as file:
            array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
        for code in codes:
            if code not in models:
                continue
            model = _polymers(models[code])
            for resolution in (6.0, None, 12.0, 20.0) if code == codes[0] else (None,):
                found = core.occupancies(array, voxel, model, fit_resolution=resolution)
                yield f'- {name}, {code}, {found.resolution:g} Å: {_values(found)}'
            for label, decoyed in _decoys(model, np.array(array.shape[::-1]) * voxel):
                found = core.occupancies(array, voxel, decoyed)
                yield f'- {name}, {code}, {label}: {_values(found)}'


def _polymers(path):
    """The atoms of a model without waters and what is no polymer, a group for each chain."""
    structure = gemmi.read_structure(str(path))
    structure.remove_waters()
    structure.remove_hydrogens()
    rows = [(atom.pos.tolist(), atom.element.name, chain.name) for chain in structure[0]
            for residue in chain if residue.het_flag != 'H' for atom in residue]
    names = tuple(dict.fromkeys(row[2] for row in rows))
    return core.Atoms(np.array([row[0] for row in rows]), [row[1] for row in rows],
                      [names.index(row[2]) for row in rows], names)


def _decoys(model, box):
    """(label, atoms): with a copy of a chain in the corner of the box; the last chain turned."""
    first, last = model.groups == 0, model.groups == len(model.names) - 1
    copy = model.positions[first]
    copy = copy - copy.min(axis=0) + 0.02 * box
    yield 'a copy in the corner', core.Atoms(
        np.concatenate([model.positions, copy]),
        np.concatenate([model.elements, model.elements[first]]),
        np.concatenate([model.groups, np.full(first.sum(), len(model.names))]),
        (*model.names, 'copy'))
    turned = model.positions.copy()
    middle = turned[last].mean(axis=0)
    turned[last] = (turned[last] - middle)[:, [1, 2, 0]] + middle
    yield f'{model.names[-1]} turned', moved(model, turned)
