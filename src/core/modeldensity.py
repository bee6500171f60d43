"""What the atoms of a model would give on a grid: densities of groups, each in a box of its own.

An atom is one Gaussian (`formfactors.one_gaussian`) under a blur that is put on the map, too, so
that everything is smooth on the grid and ends within some Å. The box of a group is kept as its
Fourier transform: another B-factor, or the solvent that the group displaces, is a factor there.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import fft

from .formfactors import one_gaussian, symbol_of
from .fourier import frequency_squared
from .grid import Grid
from .wording import MapError

#: An atom is drawn out to so many widths of its Gaussian.
WIDTHS = 3.7
#: Atoms drawn at a time, so that their values stay below some ten megabytes.
VALUES = 2_000_000


@dataclass(frozen=True, eq=False)
class Atoms:
    """The atoms of a model, sorted into groups.

    `positions`: (n, 3), x y z in Å in the map's own frame: voxel (0, 0, 0) is at the origin, and
    from there the grid's step vectors lead. `elements`: n atomic numbers or symbols. `groups`: n
    indices into `names`, negative for an atom that is to be left out. `weights`: n shares, of
    alternate conformers, or None for 1 each. `kinds`: for each group a word (protein, nucleic,
    ligand), for reports and for what may set full scale, or None.

    Raises `MapError` for lengths that do not fit, for places that are no numbers, and for
    elements that are not known.
    """

    positions: np.ndarray
    elements: Any
    groups: Any
    names: tuple
    weights: Any = None
    kinds: tuple | None = None

    def __post_init__(self):
        positions = np.asarray(self.positions, float).reshape(-1, 3)
        number = len(positions)
        groups = np.asarray(self.groups, int)
        weights = np.ones(number) if self.weights is None else np.asarray(self.weights, float)
        if not len(self.elements) == len(groups) == len(weights) == number:
            raise MapError('positions, elements, groups and weights must be of one length, '
                           'an entry for each atom')
        if not np.isfinite(positions).all() or not np.isfinite(weights).all():
            raise MapError('the model has atoms whose place or weight is not a number')
        if number and groups.max() >= len(self.names):
            raise MapError('a group of an atom has no name')
        if self.kinds is not None and len(self.kinds) != len(self.names):
            raise MapError('kinds must have an entry for each group')
        plain = self.elements.tolist() if isinstance(self.elements, np.ndarray) else self.elements
        known = {element: symbol_of(element) for element in set(plain)}
        symbols = np.array([known[element] for element in plain], dtype='U2')
        for name, value in (('positions', positions), ('elements', symbols), ('groups', groups),
                            ('names', tuple(str(name) for name in self.names)),
                            ('weights', weights)):
            object.__setattr__(self, name, value)

    def __len__(self):
        return len(self.positions)

    def kind(self, group: int) -> str:
        """The kind of a group, '' where nothing is said."""
        return self.kinds[group] if self.kinds else ''

    def counts(self) -> np.ndarray:
        """Atoms of each group."""
        return np.bincount(self.groups[self.groups >= 0], minlength=len(self.names))


@dataclass(eq=False)
class LocalDensity:
    """The density of some atoms in a box of the working grid.

    `start`: first voxel of the box (z, y, x), which may lie outside the grid. `shape`: voxels of
    it. `transform`: complex64 half transform (z, y, x). `places`, flat, in the box, and `rows`: of
    the voxels that are looked at. `flat`: half transforms of the flat bodies (`displaced.py`).
    """

    start: tuple
    shape: tuple
    transform: np.ndarray = field(repr=False)
    places: np.ndarray | None = field(default=None, repr=False)
    rows: np.ndarray | None = field(default=None, repr=False)
    flat: list = field(default_factory=list, repr=False)

    def values(self, factor, flat=()):
        """The density (z, y, x) with its transform multiplied by a factor of that shape.

        flat: factors of the flat bodies, which are taken off.
        """
        half = self.transform * factor
        for body, strength in zip(self.flat, flat, strict=False):
            half -= body * np.float32(strength)
        return fft.irfftn(half, self.shape, overwrite_x=True)

    def at_rows(self, factor):
        """The same at the voxels that are looked at, `rows`."""
        return self.values(factor).reshape(-1)[self.places]

    def flat_at_rows(self, factor):
        """The flat bodies, their transforms times a factor, at the same voxels: (bodies, rows)."""
        return np.stack([fft.irfftn(one * factor, self.shape).reshape(-1)[self.places]
                         for one in self.flat])

    def slices(self, shape):
        """Slices of a grid of `shape` that the box covers, and of the box: two triples."""
        there, here = [], []
        for start, length, n in zip(self.start, self.shape, shape, strict=True):
            first, last = max(0, start), min(n, start + length)
            there.append(slice(first, max(first, last)))
            here.append(slice(first - start, max(first, last) - start))
        return tuple(there), tuple(here)


class Frame:
    """The grid on which densities of groups are drawn, and the blur that maps and models get.

    grid: the working `Grid`. resolution: in Å, where the blur leaves a fifth. pad: Å around the
    atoms of a group that its box holds.
    """

    def __init__(self, grid, resolution, pad):
        self.grid, self.resolution, self.pad = grid, resolution, pad
        self.blur = blur_of(resolution)
        self._inverse = np.linalg.inv(np.array(grid.axes))
        # A grid that is coarse against the blur: atoms are drawn on one of half the step.
        self.finer = 1 if grid.step <= 0.4 * resolution else 2
        self._squares = {}

    def squares(self, shape):
        """|f|²/4 in Å⁻² on the half transform of a box of `shape` (z, y, x), float32; kept."""
        if shape not in self._squares:
            box = Grid.of(shape, self.grid.axes)
            kz, ky = (np.rint(fft.fftfreq(n) * n) for n in shape[:2])
            kx = np.arange(shape[2] // 2 + 1)
            values = frequency_squared(box, kz[:, None, None], ky[:, None], kx) / 4
            self._squares[shape] = values.astype(np.float32)
        return self._squares[shape]

    def indices(self, positions):
        """Places in Å as voxel indices (n, 3), x y z."""
        return positions @ self._inverse

    def draw(self, positions, symbols, weights):
        """The `LocalDensity` of some atoms; positions (n, 3) in Å."""
        places = self.indices(positions)
        pads = np.linalg.norm(self._inverse, axis=0) * self.pad
        low = np.floor(places.min(axis=0) - pads).astype(int)
        lengths = np.ceil(places.max(axis=0) + pads).astype(int) - low + 1
        lengths = [_even_fast(n) for n in lengths]
        shape = tuple(lengths[::-1])
        fine = tuple(self.finer * n for n in shape)
        axes = np.array(self.grid.axes) / self.finer
        drawn = np.zeros(fine, np.float32)
        for symbol in np.unique(symbols):
            some = symbols == symbol
            amplitude, b = one_gaussian(str(symbol), self.resolution)
            add_gaussians(drawn, (places[some] - low) * self.finer, amplitude * weights[some],
                           b + self.blur, axes)
        half = cropped(fft.rfftn(drawn), shape, self.finer)
        return LocalDensity(tuple(int(v) for v in low[::-1]), shape, half.astype(np.complex64))


def blur_of(resolution):
    """The B-factor in Å² of a blur that leaves a fifth of the amplitude at a resolution in Å."""
    return 4 * np.log(5) * resolution ** 2


def _even_fast(n):
    """A length of at least n that is even and suits a transform."""
    n = int(n)
    while n % 2 or fft.next_fast_len(n, real=True) != n:
        n += 1
    return n


def cropped(half, shape, finer):
    """The half transform on a box of even `shape` (z, y, x) of one on a `finer` grid, no Nyquist.
    """
    if finer == 1:
        return half
    result = np.zeros((*shape[:2], shape[2] // 2 + 1), half.dtype)
    z, y = (np.r_[0:n // 2, 1 - n // 2:0] for n in shape[:2])
    x = shape[2] // 2
    result[np.ix_(z, y, np.arange(x))] = half[np.ix_(z, y, np.arange(x))]
    return result / finer ** 3


def add_gaussians(array, places, amplitudes, b, axes):
    """Add Gaussians to an array (z, y, x).

    places: voxel indices (n, 3) in x, y, z. amplitudes: integral of each Gaussian in density times
    Å³. b: their B-factor (Å²). axes: step vectors (Å).
    """
    reach = WIDTHS * np.sqrt(b / 8) / np.pi
    inverse = np.linalg.inv(axes)
    half = np.ceil(np.linalg.norm(inverse, axis=0) * reach + 0.5).astype(int)
    x, y, z = (np.arange(-n, n + 1) for n in half)
    offsets = np.stack(np.meshgrid(x, y, z, indexing='ij'), axis=-1).reshape(-1, 3)
    vectors = offsets @ axes
    near = np.linalg.norm(vectors, axis=1) <= reach + 0.5 * np.linalg.norm(axes, axis=1).sum() / 2
    offsets, vectors = offsets[near], vectors[near].astype(np.float32)
    squares = (vectors ** 2).sum(axis=1)
    steps = (offsets[:, 0] + array.shape[2] * (offsets[:, 1] + array.shape[1] * offsets[:, 2]))
    height = amplitudes * (4 * np.pi / b) ** 1.5
    exponent = np.float32(4 * np.pi ** 2 / b)
    flat = array.reshape(-1)
    for start in range(0, len(places), max(1, VALUES // len(offsets))):
        part = slice(start, start + max(1, VALUES // len(offsets)))
        nearest = np.rint(places[part]).astype(int)
        rest = ((places[part] - nearest) @ axes).astype(np.float32)
        values = rest @ vectors.T
        values *= 2
        values -= squares
        values -= (rest ** 2).sum(axis=1)[:, None]
        values *= exponent
        np.exp(values, out=values)
        values *= height[part, None].astype(np.float32)
        first = nearest[:, 0] + array.shape[2] * (
            nearest[:, 1] + array.shape[1] * nearest[:, 2])
        index = first[:, None] + steps
        low = index.min()
        added = np.bincount((index - low).ravel(), values.ravel())
        flat[low:low + len(added)] += added.astype(np.float32)
