"""Synthetic maps of known occupancy and what `occupy fit` reads in them: records, kept one by one.

A record holds the case, the model, the seed, the errors of the occupancies (`off`) and the same in
standard errors (`z`), those groups left out that are full by definition.
"""

import itertools

import numpy as np
from bare import core
from kept import kept
from scipy import ndimage
from synthetic import BASE_B, Assembly, Condition, at_atoms, frequency_squared, soft_edge

FOLDER = 'occupancies'
OCCUPANCIES = (1.0, 0.8, 0.5, 0.25, 0.65, 0.0)
#: Those that were looked at while the fit was written; and others, chains cut into so many parts.
CODES = ('5ni1', '6gyn', '1bd2', '3kpr')
HELD_OUT = {'2qiw': 3, '6msm': 6, '19hc': 2, '1a28': 2, '3pwp': 1}
#: Radius and edge (Å) of the soft masks that solvent is simulated by: usual, tight and wide.
MASKS = {'': (2.5, 1.5), ', tight': (1.8, 1.0), ', wide': (3.2, 2.0)}
#: Density of such solvent, as a share of the model's mean.
MASK_LEVEL = 0.4


def atoms_of(assembly, made):
    """The atoms of an assembly in the frame of its map, a group for each component."""
    middle = made.array.shape[0] // 2 * made.voxel
    rows = [(place - assembly.centre + middle, element.name, g)
            for g, atoms in enumerate(assembly.components.values()) for place, element in atoms]
    places, elements, groups = zip(*rows, strict=True)
    return core.Atoms(np.array(places), elements, groups, tuple(assembly.components))


def assemblies(models, codes=CODES, **settings):
    return [Assembly(models[code], **settings) for code in codes if code in models]


def sets(models):
    """(label, assemblies) of those tried and those held out."""
    yield 'tried', assemblies(models)
    yield 'held out', [assembly for code, parts in HELD_OUT.items()
                       for assembly in assemblies(models, (code,), parts=parts)]


def occupied(assembly, seed=0):
    """Occupancies of the components, which take turns with the seed: a dict."""
    names = list(assembly.components)
    names = names[seed % len(names):] + names[:seed % len(names)]
    found = dict(zip(names, itertools.islice(itertools.cycle(OCCUPANCIES), len(names)),
                     strict=True))
    return {name: found[name] for name in assembly.components}


def errors(found, truth):
    """Errors of occupancies, and the same in standard errors where there is one."""
    off = np.array([group.occupancy - truth[group.name] for group in found.groups])
    width = np.array([group.error for group in found.groups])
    return off, off[width > 1e-6] / width[width > 1e-6]


def record(label, kind, assembly, seed, condition, b_range=None, mask=None, more=None):
    """The record of one map; more: a function of (assembly, truth) that adds to it."""
    def make():
        truth, names = occupied(assembly, seed), list(assembly.components)
        b = b_range and dict(zip(names, np.linspace(*b_range, len(names)).tolist(), strict=True))
        seeded = Condition(**{**vars(condition), 'seed': seed})
        made = assembly.map(truth, seeded, b)
        array = made.array if mask is None else with_mask(made, truth, *mask)
        off, z = errors(core.occupancies(array, made.voxel, atoms_of(assembly, made)), truth)
        return {'off': off.tolist(), 'z': z.tolist(), **(more(assembly, truth) if more else {})}

    found = kept(FOLDER, f'{label} {assembly.name}-{len(assembly)}-{seed}', make)
    return {'case': label, 'kind': kind, 'model': assembly.name, 'seed': seed, **found}


def with_mask(made, truth, radius, edge):
    """The map with a solvent of constant density taken off, as the occupied parts displace it."""
    body = np.zeros(made.array.shape, np.float32)
    for name, places in made.atoms.items():
        near = np.ones(body.shape, bool)
        near[tuple(np.rint(places).astype(int).T)] = False
        near = ndimage.distance_transform_edt(near, made.voxel) < radius
        body = np.maximum(body, truth[name] * ndimage.gaussian_filter(
            near.astype(np.float32), edge / made.voxel))
    return made.array - np.float32(MASK_LEVEL * made.array[body > 0.5].mean()) * body


def chains(models, seeds):
    """Chains of one B-factor; the noise limit where there is much noise."""
    for (kind, some), noise, bulk, resolution in itertools.product(
            list(sets(models)), (0.02, 0.06), (0, 0.5), (3, 4, 6)):
        condition = Condition(resolution, 60 if resolution < 5 else 100, noise, 'red', 1.5, bulk)
        more = (lambda a, o, c=condition: {'limit': limit(a, o, c)}) if noise > 0.05 else None
        for assembly, seed in itertools.product(some, range(seeds)):
            yield record(f'{resolution} Å, noise {noise:.0%}, solvent {bulk:g}', kind, assembly,
                         seed, condition, more=more)


def mobility(models, seeds):
    """B-factors of their own."""
    for (kind, some), bulk, resolution in itertools.product(
            list(sets(models)), (0, 0.5), (3.5, 6)):
        for assembly, seed in itertools.product(some, range(seeds)):
            yield record(f'B 50–220, {resolution} Å, noise 3%, solvent {bulk:g}', kind, assembly,
                         seed, Condition(resolution, 60, 0.03, 'red', 1.5, bulk), (50, 220))


def mask(models, seeds):
    """Solvent as a soft mask of constant density around the parts."""
    for (kind, some), form, b_range, resolution in itertools.product(
            list(sets(models)), MASKS, ((60, 60), (50, 220)), (3.5, 6)):
        if form and (resolution > 5 or b_range[1] == 60):
            continue
        b = f'B {b_range[0]}–{b_range[1]}' if b_range[1] > 60 else 'B 60'
        for assembly, seed in itertools.product(some, range(1 if form else seeds)):
            yield record(f'soft mask{form}, {b}, {resolution} Å, noise 2%', kind, assembly, seed,
                         Condition(resolution, 60, 0.02, 'red', 1.5), b_range, MASKS[form])


def parts(models, seeds):
    """Slices of chains, as domains are, and windows of some residues' atoms."""
    for label, number, least in (('slices of some 700 atoms', 2, 300),
                                 ('slices of some 80 atoms', 14, 20)):
        for resolution, assembly in itertools.product(
                (3, 4), assemblies(models, parts=number, least_atoms=least)):
            yield record(f'{label}, {resolution} Å', 'tried', assembly, 0,
                         Condition(resolution, 50, 0.03, 'red', 1.2, 0.5))


def limit(assembly, truth, condition):
    """The mean error that noise alone leaves to any fit without priors, by Cramér and Rao.

    Of occupancies relative to the full ones; B-factors and the solvent's strengths are unknown too.
    """
    n, names = assembly.box(condition.voxel), list(assembly.components)
    squares = frequency_squared(n, condition.voxel)
    edge = soft_edge(np.sqrt(squares) * condition.resolution)
    clean = assembly.map(truth, Condition(**{**vars(condition), 'noise': 0})).array
    weight = np.full(squares.shape, 2.0)
    weight[..., 0] = weight[..., -1] = 1
    power = 1 / (1 + 900 * squares)
    power *= n ** 6 * (condition.noise * clean.max()) ** 2 / (weight * power).sum()
    seen = edge > 0.01
    q = squares[seen] / 4
    weight = weight[seen] / power[seen]
    solvent = 1 - condition.bulk * np.exp(-200 * q)
    densities = [assembly.density(name, condition.voxel)[seen]
                 * np.exp(-(condition.b_factor - BASE_B) * q) * edge[seen] for name in names]
    total = sum(truth[name] * d for name, d in zip(names, densities, strict=True))
    columns = np.stack([
        *(d * solvent for d in densities),
        *(-q * truth[name] * d * solvent for name, d in zip(names, densities, strict=True)),
        *(-np.exp(-beta * q) * total for beta in (200, 1200))])
    information = ((columns * weight) @ columns.conj().T).real
    scale = np.sqrt(np.maximum(np.diag(information), 1e-30))
    # An absent part has no B-factor to know.
    information = information / np.outer(scale, scale) + 1e-9 * np.eye(len(scale))
    covariance = (np.linalg.inv(information) / np.outer(scale, scale))[:len(names), :len(names)]
    occupancies = np.array([truth[name] for name in names])
    full = (occupancies == 1) / np.count_nonzero(occupancies == 1)
    relative = np.eye(len(names)) - np.outer(occupancies, full)
    width = np.sqrt(np.maximum(np.diag(relative @ covariance @ relative.T), 0))
    return float(np.sqrt(2 / np.pi) * width.mean())


def atoms(models, seeds):
    """The scale at single atoms: auto, and against the model."""
    for assembly, bulk in itertools.product(assemblies(models), (0, 0.5)):
        def make(assembly=assembly, bulk=bulk):
            truth = occupied(assembly)
            made = assembly.map(truth, Condition(3.5, 60, 0.04, 'red', 1.5, bulk))
            places = np.concatenate(list(made.atoms.values()))
            known = np.concatenate([np.full(len(a), truth[n]) for n, a in made.atoms.items()])
            auto, against = (
                at_atoms(core.estimate(made.array, made.voxel, mode='occupancy', **how).scale,
                         places)
                for how in ({'full_scale': 'auto'},
                            {'full_scale_model': atoms_of(assembly, made)}))
            return {'auto': float(np.abs(auto - known).mean()),
                    'against': float(np.abs(against - known).mean()),
                    'ends': np.percentile(against[known == 1], [5, 95]).tolist()}
        yield {'model': assembly.name, 'bulk': bulk,
               **kept(FOLDER, f'atoms-{assembly.name}-{bulk:g}', make)}
