"""Maps of known occupancy and their scales by OccuPy 0.1.13 and by us; what bench/accuracy.py runs.
"""

import itertools
import tempfile
import zlib
from pathlib import Path

import mrcfile
import numpy as np
import reference
from bare import core
from kept import kept as kept_in
from synthetic import Assembly, Condition, at_atoms

CACHE = Path(__file__).resolve().parent.parent / '.cache' / 'accuracy'
#: The models by which the constants of `auto` were chosen; the others only confirmed the choice.
CHOSEN_BY = ('5ni1', '2qiw', '6gyn', '3kpr', '7cfn', '1ncb')
CONDITIONS = [
    Condition(resolution, b, colour=colour, voxel=voxel, bulk=bulk)
    for resolution, b, voxel, colour, bulk in (
        (2.5, 20, 0.8, 'limited', 0), (3, 40, 1.0, 'limited', 0), (3.5, 60, 1.2, 'red', 0),
        (3.5, 60, 1.2, 'white', 0), (3.5, 60, 1.2, 'red', 0.5), (4.5, 80, 1.5, 'red', 0),
        (6, 120, 1.8, 'red', 0), (8, 150, 2.0, 'red', 0))]
NOISES = (0.02, 0.06)
ARRANGEMENTS = ('ramp', 'one full', 'random', 'one weak', 'all full', 'half')
#: A map is a test of `auto` only if so much of the content is full.
LEAST_FULL = 0.1
#: A model is used if it has two components at least and no more atoms than this, and a condition
#: if the box is no larger than this for it.
MOST_ATOMS = 25_000
LARGEST_BOX = 150


def arrangement(kind, assembly, seed):
    """Occupancies of the components, the fullest at 1 and the weakest at 0.15 or more: a dict."""
    rng = np.random.default_rng(seed)
    names = [str(name) for name in rng.permutation(list(assembly.components))]
    # A component too small to be the full one gives its place to the largest.
    if assembly.share(names[0]) < LEAST_FULL:
        largest = max(names, key=assembly.share)
        names.insert(0, names.pop(names.index(largest)))
    n = len(names)
    values = {
        'ramp': np.linspace(1, 0.15, n), 'one full': [1] + [0.15] * (n - 1),
        'random': [1, *rng.uniform(0.15, 1, n - 1)], 'one weak': [1] * (n - 1) + [0.3],
        'all full': [1] * n, 'half': [1] * ((n + 1) // 2) + [0.5] * (n // 2)}[kind]
    values = dict(zip(names, (round(float(v), 2) for v in values), strict=True))
    return {name: values[name] for name in assembly.components}


def assemblies(models):
    """Every model as an `Assembly` of its chains; one of a single chain in four slices."""
    for code, path in models.items():
        assembly = Assembly(path)
        if len(assembly) == 1 and code == '6msm':
            assembly = Assembly(path, parts=4)
        if len(assembly) > 1 and sum(map(len, assembly.components.values())) <= MOST_ATOMS:
            yield code, assembly


def cases(models):
    """(model code, assembly, kind of arrangement, occupancies, condition) of every map."""
    for code, assembly in assemblies(models):
        # A model meets the same maps whatever other models there are.
        turn = itertools.count(zlib.crc32(code.encode()) % len(ARRANGEMENTS))
        for base, noise in itertools.product(CONDITIONS, NOISES):
            kind = ARRANGEMENTS[next(turn) % len(ARRANGEMENTS)]
            if assembly.box(base.voxel) > LARGEST_BOX:
                continue
            condition = Condition(**{**vars(base), 'noise': noise})
            label = f'{code} {kind} {condition}'
            yield (code, assembly, kind,
                   arrangement(kind, assembly, zlib.crc32(label.encode())), condition)


class Scales:
    """The scale of a map by OccuPy and by us."""

    def __init__(self, python):
        self._python = python

    def occupy(self, array, voxel, mode='occupancy'):
        """OccuPy's scale (z, y, x)."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'map.mrc'
            with mrcfile.new(path) as file:
                file.set_data(array)
                file.voxel_size = voxel
            found = reference.run(self._python, path, Path(folder) / 'out', mode=mode,
                                  confidence=False)
            return mrcfile.read(Path(folder) / 'out' / found['files']['scale'])

    @staticmethod
    def ours(array, voxel, **settings):
        """Our `ScaleEstimate`."""
        return core.estimate(array, voxel, **{'mode': 'occupancy', **settings})


def measure(scales, assembly, occupancies, condition, published=True):
    """One map by OccuPy and by us: what is kept of it, ready for JSON.

    published: whether OccuPy is run as well.
    """
    made = assembly.map(occupancies, condition)
    ours = scales.ours(made.array, made.voxel)
    auto = scales.ours(made.array, made.voxel, full_scale='auto')
    found = {'published': ours.scale, 'auto': auto.scale}
    if published:
        found['OccuPy'] = scales.occupy(made.array, made.voxel)
    # What full scale should have been: the median over the atoms that are full.
    probe = scales.ours(made.array, made.voxel, full_scale=100 * ours.full_scale)
    full = np.concatenate([made.atoms[name] for name, o in occupancies.items() if o == 1])
    true_full = float(np.median(at_atoms(probe.scale, full))) * probe.full_scale
    record = {
        'truth': occupancies, 'share': {name: assembly.share(name) for name in occupancies},
        'full_scale': {'published': ours.full_scale / true_full,
                       'auto': auto.full_scale / true_full},
        'noise_floor': auto.noise_floor / true_full, 'warnings': list(auto.warnings),
        'box': made.array.shape[0], 'median': {}, 'mean': {}}
    for name, scale in found.items():
        at = {part: at_atoms(scale, places) for part, places in made.atoms.items()}
        record['median'][name] = {part: float(np.median(s)) for part, s in at.items()}
        record['mean'][name] = {part: float(s.mean()) for part, s in at.items()}
    return record


def kept(name, make):
    """What `make()` returned when it was first called under this name."""
    return kept_in(CACHE.name, name, make)


def run_cases(models, scales):
    """The records of all maps."""
    records = []
    for code, assembly, kind, occupancies, condition in cases(models):
        label = f'{code}, {kind}, {condition}'
        name = f'{code}-{zlib.crc32(f"{label} {sorted(occupancies.items())}".encode()):08x}'
        record = kept(name, lambda a=assembly, o=occupancies, c=condition: measure(scales, a, o, c))
        records.append({'label': label, 'model': code, 'kind': kind, 'noise': condition.noise,
                        'condition': str(condition).replace(f'noise {condition.noise:.0%} ', ''),
                        **record})
        print(len(records), label, flush=True)
    return records


