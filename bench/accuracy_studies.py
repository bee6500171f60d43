"""What lies behind the accuracy: studies of one question each.

A study is a function of (models, scales, folder of maps) that returns what JSON can hold.
"""

import mrcfile
import numpy as np
from accuracy_measure import assemblies, measure
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from scipy.stats import spearmanr
from synthetic import Assembly, Condition, at_atoms

#: Near a boundary, and well inside a component (Å from the nearest atom across it).
NEAR, FAR = 6, 12


def small_component(models, scales, maps):
    """One slice of CFTR full and the rest at 0.4 or 0.8: how small may the full part be?"""
    found = []
    for parts in (2, 3, 5, 8, 12, 20, 40):
        assembly = Assembly(models['6msm'], parts=parts, least_atoms=200)
        names = list(assembly.components)
        for rest in (0.4, 0.8):
            occupancies = dict.fromkeys(names, rest)
            occupancies[names[len(names) // 2]] = 1.0
            record = measure(scales, assembly, occupancies, Condition(noise=0.02, voxel=1.5),
                             published=False)
            found.append({'full': 1 / parts, 'rest': rest, 'full_scale': record['full_scale'],
                          'warnings': record['warnings']})
    return found


def noise(models, scales, maps):
    """The same maps with and without noise: what noise adds to the local maximum."""
    found = []
    conditions = [Condition(3.5, 60, 0.06, 'red', 1.5), Condition(3.5, 60, 0.06, 'white', 1.5),
                  Condition(3, 40, 0.06, 'limited', 1.2), Condition(6, 120, 0.06, 'red', 2.0),
                  Condition(3.5, 60, 0.06, 'red', 1.5, bulk=0.5)]
    for code in ('5ni1', '1bd2', '6msm'):
        assembly = Assembly(models[code], parts=4 if code == '6msm' else 1)
        n = len(assembly)
        occupancies = dict(zip(assembly.components, np.linspace(0.15, 1, n).tolist(), strict=True))
        for condition in conditions:
            quiet = assembly.map(occupancies, Condition(**{**vars(condition), 'noise': 0.0}))
            loud = assembly.map(occupancies, condition)
            floor = scales.ours(loud.array, loud.voxel, full_scale='auto').noise_floor
            a, m = ({name: np.median(at_atoms(_local_maximum(scales, made), places))
                     for name, places in made.atoms.items()} for made in (quiet, loud))
            found += [{'model': code, 'colour': condition.colour, 'floor': floor,
                       'without': float(a[name] / floor), 'with': float(m[name] / floor)}
                      for name in occupancies]
    return found


def _local_maximum(scales, made):
    """The local maximum in the units of the map, where it is positive: a scale that is not cut."""
    full = 2 * float(made.array.max())
    return scales.ours(made.array, made.voxel, full_scale=full).scale * full


#: What the spread within a component may depend on: name and settings.
VARIANTS = (
    [('as published', {})]
    + [(f'low-pass {r} Å', {'low_pass': float(r)}) for r in (10, 12, 16)]
    + [(f'kernel radius {r:g} Å', {'radius': r}) for r in (2.5, 6)]
    + [(f'mean over {s} Å', {'gaussian': float(s)}) for s in (2, 4)]
    + [(f'smooth {s}', {'smooth': float(s)}) for s in (2, 4, 6, 8)])


def spread(models, scales, maps):
    """Spread within a component, and what is left of the boundary, by ways to estimate."""
    found = {name: [] for name, _ in VARIANTS}
    for code, parts, share in (('5ni1', 1, 0.02), ('5ni1', 1, 0.06), ('1bd2', 1, 0.02),
                               ('6msm', 4, 0.02)):
        assembly = Assembly(models[code], parts=parts)
        n = len(assembly)
        made = assembly.map(dict(zip(assembly.components, ([1, 0.3] * n)[:n], strict=True)),
                            Condition(noise=share, voxel=1.5))
        places = np.concatenate(list(made.atoms.values()))
        truth = np.concatenate([np.full(len(at), made.truth[c]) for c, at in made.atoms.items()])
        full = truth == 1
        trees = [cKDTree(places[some] * made.voxel) for some in (full, ~full)]
        across = np.where(full, trees[1].query(places * made.voxel)[0],
                          trees[0].query(places * made.voxel)[0])
        for name, settings in VARIANTS:
            found[name].append(_spread(scales, made, settings, places, truth, across))
    return found


def _spread(scales, made, settings, places, truth, across):
    settings = dict(settings)
    gaussian, radius = settings.pop('gaussian', None), settings.pop('radius', None)
    if radius:
        settings |= {'kernel_radius': radius / made.voxel,
                     'kernel_size': 2 * int(radius / made.voxel) + 1}
    # A full scale that cuts nothing off shows the whole spread.
    scale = scales.ours(made.array, made.voxel, full_scale=float(made.array.max()),
                        **settings).scale
    if gaussian:
        scale = gaussian_filter(scale, gaussian / made.voxel)
    values = at_atoms(scale, places)
    values /= np.median(values[truth == 1])
    low, high = np.percentile(values[truth == 1], [5, 95])
    error = np.abs(values - truth)
    weak = truth < 1
    return {'low': float(low), 'high': float(high), 'near': float(error[across < NEAR].mean()),
            'far': float(error[across > FAR].mean()),
            'weak': float(np.median(values[weak]) - 0.3),
            'weak near': float(np.median(values[weak & (across < NEAR)]) - 0.3)}


def nucleic_acid(models, scales, maps):
    """Protein and nucleic acid, all of it full: what their densities make of the scale."""
    found = []
    for code, path in models.items():
        assembly = Assembly(path, by_kind=True)
        if len(assembly) < 2:
            continue
        voxel = 2.0 if assembly.extent > 150 else 1.5
        for resolution, b in ((3.5, 60), (6, 120)):
            record = measure(scales, assembly, dict.fromkeys(assembly.components, 1.0),
                             Condition(resolution, b, 0.02, voxel=voxel), published=False)
            found.append({'model': code, 'resolution': resolution, 'share': record['share'],
                          'median': record['median'], 'warnings': record['warnings']})
    return found


def resolution(models, scales, maps):
    """Rank correlation of the resolution-mode scale with what is known of local resolution."""
    found = {'synthetic': [], 'real': []}
    for code, assembly in assemblies({code: models[code] for code in ('5ni1', '1bd2', '6msm')}):
        for seed, share in enumerate((0.02, 0.06)):
            names = list(assembly.components)
            b = np.random.default_rng(seed).permutation(np.linspace(30, 250, len(names)))
            factors = dict(zip(names, b.tolist(), strict=True))
            made = assembly.map(dict.fromkeys(names, 1.0), Condition(3, 30, share), factors)
            known = np.concatenate([np.full(len(at), -factors[c]) for c, at in made.atoms.items()])
            places = np.concatenate(list(made.atoms.values()))
            found['synthetic'].append({'model': code, 'noise': share, **_correlations(
                scales, made.array, made.voxel, lambda s, p=places: at_atoms(s, p), known)})
    path = maps and maps / 'betagal_relion_100.mrc'
    if path and path.exists():
        with mrcfile.open(path) as file:
            array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
        known = mrcfile.read(maps / 'betagal_relion_100_localres.mrc')
        # The particle: where the low-passed map stands out from its solvent.
        sure = scales.ours(array, voxel).confidence > 0.9
        sure &= known > 0
        for width in (0, 4, 8, 12):
            def take(scale, width=width):
                return gaussian_filter(scale, width / voxel)[sure]
            found['real'].append({
                'averaged': width, 'voxels': int(sure.sum()),
                'known': [float(v) for v in np.percentile(known[sure], [0, 50, 95])],
                **_correlations(scales, array, voxel, take, -known[sure])})
    return found


def _correlations(scales, array, voxel, take, known):
    ours = {name: scales.ours(array, voxel, mode='resolution', **settings).scale
            for name, settings in (('published', {}), ('auto', {'full_scale': 'auto'}),
                                   ('smooth 6', {'smooth': 6.0}))}
    found = {'OccuPy': scales.occupy(array, voxel, mode='resolution'), **ours,
             'occupancy mode': scales.ours(array, voxel).scale}
    return {name: float(spearmanr(take(scale), known)[0]) for name, scale in found.items()}


STUDIES = {study.__name__: study for study in (
    small_component, noise, spread, nucleic_acid, resolution)}
