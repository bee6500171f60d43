"""Random map files and random parameters, for fuzz.py: sound, odd, damaged and nonsensical.

Everything follows from a seed and the number of the case. It imports nothing of the bundle.
"""

import bz2
import gzip

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE

MODES = {'i1': 0, 'i2': 1, 'f4': 2, 'u2': 6, 'f2': 12}
WILD = (0.0, -0.0, -1.0, 1e-30, 1e30, 1e-3, float('nan'), float('inf'), -float('inf'), 90.0, 3e38)


def generator(seed, number):
    """The random numbers of one case."""
    return np.random.default_rng([seed, number])


def shape_of(rng):
    """A box (z, y, x): mostly small, sometimes long, flat or a single plane."""
    kind = rng.random()
    if kind < 0.05:
        return tuple(int(n) for n in rng.integers(1, 6, 3))
    if kind < 0.1:
        long = [8, 9, 120]
        rng.shuffle(long)
        return tuple(long)
    return tuple(int(n) for n in rng.integers(6, 33, 3))


def values_of(rng, shape):
    """Densities, float64 (z, y, x), and what they are."""
    array = 0.05 * rng.standard_normal(shape)
    for _ in range(rng.integers(1, 4)):
        corner = [rng.integers(0, max(1, n - 5)) for n in shape]
        block = array[tuple(slice(c, c + rng.integers(2, 8)) for c in corner)]
        block += rng.uniform(0.1, 1) * rng.random(block.shape)
    kinds = {
        'blobs': lambda: array,
        'noise': lambda: rng.standard_normal(shape),
        'constant': lambda: np.full(shape, rng.choice([0.0, 1.0, -2.0])),
        'inverted': lambda: -array,
        'all negative': lambda: -np.abs(array) - 0.1,
        'lifted': lambda: array + rng.uniform(-3, 100),
        'mostly zero': lambda: np.where(array > 0.2, array, 0),
        'mask': lambda: (array > 0.2).astype(float),
        'one voxel': lambda: _with(np.zeros(shape), rng, [1.0]),
        'not numbers': lambda: _with(array.copy(), rng, [np.nan, np.inf, -np.inf]),
        'spike': lambda: _with(array.copy(), rng, [1e6, -1e6, 1e30]),
        'huge': lambda: array * 10.0 ** rng.integers(10, 38),
        'tiny': lambda: array * 10.0 ** -rng.integers(10, 46),
        'few levels': lambda: np.rint(3 * array),
        'ramp': lambda: np.arange(array.size, dtype=float).reshape(shape),
        'planes': lambda: array * (np.arange(shape[0]) % 2)[:, None, None],
    }
    names = list(kinds)
    weights = np.array([8 if name == 'blobs' else 1 for name in names], float)
    name = str(rng.choice(names, p=weights / weights.sum()))
    return kinds[name](), name


def _with(array, rng, values):
    array[tuple(rng.integers(0, n) for n in array.shape)] = rng.choice(values)
    return array


def file_of(rng, path):
    """Write a random map file; return its path, whose suffix is random, and a line on it."""
    shape = shape_of(rng)
    values, what = values_of(rng, shape)
    kind = str(rng.choice(list(MODES), p=[0.1, 0.15, 0.55, 0.1, 0.1]))
    if kind[0] != 'f' and what not in ('huge', 'tiny'):
        values = values * 100
    order = str(rng.choice(['<', '>'], p=[0.8, 0.2]))
    with np.errstate(all='ignore'):
        if kind[0] != 'f':
            ends = np.iinfo(kind)
            values = np.clip(np.nan_to_num(values), ends.min, ends.max)
        data = values.astype(np.dtype(kind).newbyteorder(order)).tobytes()
    header = _header(rng, shape, kind, order)
    content = header.tobytes() + data
    damage = rng.random()
    if damage < 0.08:       # somebody's disk
        raw = bytearray(content)
        for place in rng.integers(0, 1024, rng.integers(1, 12)):
            raw[place] = rng.integers(0, 256)
        content = bytes(raw)
    elif damage < 0.11:
        content = content[:rng.integers(0, len(content))]
    elif damage < 0.13:
        content += bytes(rng.integers(1, 100))
    suffix = str(rng.choice(['.mrc', '.map', '.ccp4', '.mrcs', '.rec'], p=[.6, .2, .1, .05, .05]))
    packing = rng.random()
    if packing < 0.08:
        content, suffix = gzip.compress(content, 1), suffix + '.gz'
    elif packing < 0.1:
        content, suffix = bz2.compress(content, 1), suffix + '.bz2'
    path = path.with_name(path.name + suffix)
    path.write_bytes(content)
    return path, f'{what} {kind}{order} {"×".join(map(str, shape[::-1]))} {suffix}'


def _header(rng, shape, kind, order):
    header = np.zeros(1, HEADER_DTYPE.newbyteorder(order))

    def rarely(usual, odd, share=0.06):
        return odd() if rng.random() < share else usual

    axes = [1, 2, 3]
    if rng.random() < 0.3:
        rng.shuffle(axes)
    header['nz'], header['ny'], header['nx'] = shape
    header['mode'] = rarely(MODES[kind], lambda: rng.integers(-2, 110), 0.02)
    header['mx'], header['my'], header['mz'] = rarely(
        [shape[::-1][axis - 1] for axis in axes], lambda: rng.integers(-1, 60, 3), 0.15)
    voxel = rng.uniform(0.5, 6) * (rng.uniform(0.6, 1.6, 3) if rng.random() < 0.3 else np.ones(3))
    cell = [voxel[i] * float(header[name][0]) for i, name in enumerate(('mx', 'my', 'mz'))]
    header['cella'] = tuple(rarely(cell, lambda: rng.choice(WILD, 3), 0.04))
    angles = rarely([90.0] * 3, lambda: rng.uniform(50, 130, 3), 0.15)
    header['cellb'] = tuple(rarely(angles, lambda: rng.choice(WILD, 3), 0.04))
    header['mapc'], header['mapr'], header['maps'] = rarely(
        axes, lambda: rng.integers(0, 5, 3), 0.03)
    for name in ('nxstart', 'nystart', 'nzstart'):
        header[name] = rarely(0, lambda: rng.integers(-500, 500), 0.25)
        header[name] = rarely(header[name][0], lambda: rng.integers(-2 ** 31, 2 ** 31), 0.02)
    origin = rarely([0.0] * 3, lambda: rng.uniform(-300, 300, 3), 0.25)
    header['origin'] = tuple(rarely(origin, lambda: rng.choice(WILD, 3), 0.04))
    header['ispg'] = rarely(1, lambda: rng.choice([0, 0, 4, 401, -5, 10 ** 6]), 0.12)
    header['nsymbt'] = rarely(0, lambda: rng.choice([80, 160, -80, 10 ** 9]), 0.03)
    header['map'] = rarely(b'MAP ', lambda: rng.bytes(4), 0.06)
    header['machst'] = (0x44, 0x44, 0, 0) if order == '<' else (0x11, 0x11, 0, 0)
    if rng.random() < 0.05:
        header['nlabl'] = rng.integers(-1, 12)
        header['label'][0][0] = rng.choice([b'Chimera rotation: 0 0 1 30', rng.bytes(79)])
    return header


def _number(rng, low, high):
    """A number within limits; sometimes at one, sometimes beyond."""
    kind = rng.random()
    if kind < 0.1:
        return float(rng.choice([low, high]))
    if kind < 0.12:
        return float(rng.choice([low - 1, high + 1, 0, -1, float('nan'), float('inf')]))
    return float(np.exp(rng.uniform(np.log(max(low, 1e-3)), np.log(high))))


def settings_of(rng):
    """Settings of an estimate as keywords, in range or not."""
    wanted = {
        'mode': lambda: str(rng.choice(['resolution', 'occupancy'])),
        'low_pass': lambda: _number(rng, 3, 60),
        'worst_resolution': lambda: _number(rng, 3, 60),
        'kernel_size': lambda: int(rng.choice([3, 5, 7, 9, 4, 15], p=[.3, .3, .2, .1, .05, .05])),
        'kernel_radius': lambda: _number(rng, 1, 8),
        'tau': lambda: _number(rng, 0.01, 0.9999999),
        'tile_size': lambda: int(rng.integers(1, 40)),
        'max_box': lambda: int(rng.choice([0, 16, 20, 24, 256, 8], p=[.2, .2, .2, .2, .15, .05])),
        'full_scale': lambda: rng.choice(['published', 'naive', 'auto', 0.3, 1e-9, 1e9, -1]),
        'recalibrate': lambda: bool(rng.integers(2)),
        'baseline': lambda: str(rng.choice(['zero', 'solvent'])),
        'smooth': lambda: _number(rng, 1e-2, 30),
    }
    chosen = {name: make() for name, make in wanted.items()
              if rng.random() < (0.9 if name == "mode" else 0.12)}
    if 'full_scale' in chosen and chosen['full_scale'] not in ('published', 'naive', 'auto'):
        chosen['full_scale'] = float(chosen['full_scale'])
    elif 'full_scale' in chosen:
        chosen['full_scale'] = str(chosen['full_scale'])
    return chosen


def modification_of(rng):
    """Kind and settings of a modification, in range or not."""
    wanted = {
        'power': lambda: _number(rng, 1, 1000), 'pivot': lambda: _number(rng, 0.01, 0.99),
        'scale_limit': lambda: float(rng.choice([0, 0.05, 0.5, 1, 2])),
        'hedge': lambda: _number(rng, 1, 20), 'exclude_solvent': lambda: bool(rng.integers(2)),
        'output_low_pass': lambda: _number(rng, 1, 50),
        'match_histogram': lambda: bool(rng.integers(2)),
        'seed': lambda: int(rng.integers(0, 2 ** 31)),
        'output': lambda: str(rng.choice(['map', 'difference', 'gain'])),
    }
    kind = str(rng.choice(['amplify', 'attenuate', 'sigmoid', 'solvent']))
    chosen = {name: make() for name, make in wanted.items() if rng.random() < 0.25}
    if rng.random() < 0.7:
        chosen['confidence'] = False
    return kind, chosen
