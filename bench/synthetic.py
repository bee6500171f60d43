"""Synthetic maps of real assemblies whose occupancies are known, the same for everyone.

An assembly is a model file cut into components: its chains, or slices of a chain across its long
axis, which stand for domains. The density of a component is computed once, by gemmi from electron
form factors; a map is their sum at stated occupancies and B-factors, cut off at a resolution, with
seeded noise. Occupancy acts on density alone, as in an average over particles that lack a part.

Needs gemmi beside numpy and scipy. It imports nothing of the bundle.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import gemmi
import numpy as np
from scipy import fft

#: B-factor (Å²) at which component densities are computed; a map's own B-factor is larger.
BASE_B = 20.0
#: Width of the soft edge at the resolution, as a share of it in reciprocal space.
EDGE = 0.1
#: Empty space around the model (Å).
MARGIN = 25.0


@dataclass(frozen=True)
class Condition:
    """How a map is made. `resolution`, `voxel`: Å. `b_factor`: Å². `noise`: its standard deviation
    as a share of the largest density of the noise-free map. `colour`: "white" up to Nyquist;
    "limited": white up to the resolution, as in a map that was low-passed there; "red": its power
    falls with frequency, P ∝ 1/(1 + (30 Å · f)²), as solvent's does. `bulk`: density of the solvent
    that the model displaces, as a share of the model's mean density; 0 is a model in vacuum.
    """

    resolution: float = 3.5
    b_factor: float = 60.0
    noise: float = 0.02
    colour: str = 'red'
    voxel: float = 1.2
    bulk: float = 0.0
    seed: int = 0

    def __str__(self):
        bulk = f', bulk {self.bulk:g}' if self.bulk else ''
        return (f'{self.resolution:g} Å, B {self.b_factor:g}, {self.voxel:g} Å/voxel, '
                f'noise {self.noise:.0%} {self.colour}{bulk}')


@dataclass(frozen=True, eq=False)
class SyntheticMap:
    """`array`: float32 (z, y, x), a cube of even edge. `voxel`: Å. `atoms`: per component, the
    places of its heavy atoms as voxel indices (n, 3) in (z, y, x). `truth`: per component.
    """

    array: np.ndarray
    voxel: float
    atoms: dict
    truth: dict


class Assembly:
    """A model cut into components. `parts`: into how many slices each chain is cut; or a dict of
    chain name to number, 1 where it says nothing. `by_kind`: protein and nucleic acid are the
    components instead. Components of fewer than `least_atoms` are left out.
    """

    def __init__(self, path, parts=1, least_atoms=300, by_kind=False):
        self.path = Path(path)
        self.name = self.path.name.split('.')[0].split('_')[0].lower()
        self.components = {}
        for name, atoms in _chains(self.path, by_kind):
            if len(atoms) < least_atoms:
                continue
            number = parts.get(name, 1) if isinstance(parts, dict) else parts
            for i, some in enumerate(_slices(atoms, number)):
                self.components[f'{name}{i + 1}' if number > 1 else name] = some
        every = [atom[0] for atoms in self.components.values() for atom in atoms]
        low, high = np.min(every, axis=0), np.max(every, axis=0)
        self.centre = (low + high) / 2
        self.extent = float((high - low).max())
        self._densities, self._voxel = {}, None

    def __len__(self):
        return len(self.components)

    def share(self, name):
        """Share of the assembly's atoms that are in a component."""
        return len(self.components[name]) / sum(map(len, self.components.values()))

    def box(self, voxel):
        """Edge of the box in voxels: even, and good for a Fourier transform."""
        n = int(np.ceil((self.extent + 2 * MARGIN) / voxel))
        while n % 2 or fft.next_fast_len(n, real=True) != n:
            n += 1
        return n

    def density(self, name, voxel):
        """Density of a component at full occupancy: half transform, complex64, B = `BASE_B`."""
        if voxel != self._voxel:
            self._densities, self._voxel = {}, voxel
        if name not in self._densities:
            n = self.box(voxel)
            # Density that is sharp against the voxel is blurred for the sampling and sharpened
            # again in Fourier space.
            blur = max(0.0, 8 * np.pi ** 2 * (0.7 * voxel) ** 2 - BASE_B)
            values = gemmi_density(self.components[name], self.centre, n, voxel, BASE_B + blur)
            half = fft.rfftn(values, workers=2)
            half *= np.exp(blur / 4 * frequency_squared(n, voxel))
            self._densities[name] = half.astype(np.complex64)
        return self._densities[name]

    def map(self, occupancies, condition, b_factors=None):
        """A `SyntheticMap` at the given occupancies (a dict by component).

        b_factors: a dict of B-factors by component that replace the condition's.
        """
        voxel = condition.voxel
        n = self.box(voxel)
        squares = frequency_squared(n, voxel)
        total = np.zeros(squares.shape[:2] + (n // 2 + 1,), np.complex64)
        for name, occupancy in occupancies.items():
            b = (b_factors or {}).get(name, condition.b_factor)
            total += (occupancy * np.exp(-(b - BASE_B) / 4 * squares)) * self.density(name, voxel)
        if condition.bulk:
            # Solvent is displaced by a smooth body: the model at 5 Å or so.
            total *= 1 - condition.bulk * np.exp(-200 / 4 * squares)
        frequency = np.sqrt(squares) * condition.resolution
        total *= soft_edge(frequency)
        array = fft.irfftn(total, (n, n, n), workers=2).astype(np.float32)
        if condition.noise:
            shape = {'white': None, 'limited': soft_edge(frequency),
                     'red': 1 / np.sqrt(1 + 900 * squares)}[condition.colour]
            label = f'{self.name} {sorted(occupancies.items())} {condition}'
            seed = [condition.seed, zlib.crc32(label.encode())]
            array += _noise(n, shape, seed) * np.float32(condition.noise * array.max())
        atoms = {name: self._places(name, voxel, n) for name in occupancies}
        return SyntheticMap(array, voxel, atoms, dict(occupancies))

    def _places(self, name, voxel, n):
        places = np.array([atom[0] for atom in self.components[name]])
        return ((places - self.centre) / voxel + n // 2)[:, ::-1]


def _chains(path, by_kind):
    """(name, [(place, element)]) of every chain's or kind's heavy atoms; waters left out."""
    structure = gemmi.read_structure(str(path))
    structure.remove_alternative_conformations()
    structure.remove_waters()
    structure.remove_hydrogens()
    found = {}
    for chain in structure[0]:
        for residue in chain:
            kind = gemmi.find_tabulated_residue(residue.name)
            if by_kind and not (kind.is_amino_acid() or kind.is_nucleic_acid()):
                continue
            name = chain.name
            if by_kind:
                name = 'protein' if kind.is_amino_acid() else 'nucleic acid'
            found.setdefault(name, []).extend(
                (np.array(atom.pos.tolist()), atom.element) for atom in residue)
    return found.items()


def _slices(atoms, number):
    """The atoms in so many slices of equal number across the long axis."""
    if number == 1:
        return [atoms]
    places = np.array([place for place, _ in atoms])
    places = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(places, full_matrices=False)
    axis = axes[0] * np.sign(axes[0][np.abs(axes[0]).argmax()])
    order = np.argsort(places @ axis, kind='stable')
    return [[atoms[i] for i in some] for some in np.array_split(order, number)]


def gemmi_density(atoms, centre, n, voxel, b):
    """Density of atoms with one B-factor in a cubic box: float32 (z, y, x)."""
    model, chain, residue = gemmi.Model(1), gemmi.Chain('A'), gemmi.Residue()
    residue.name, residue.seqid = 'UNK', gemmi.SeqId('1')
    for place, element in atoms:
        atom = gemmi.Atom()
        atom.element, atom.b_iso, atom.occ = element, b, 1.0
        atom.pos = gemmi.Position(*((place - centre) + (n // 2) * voxel))
        residue.add_atom(atom)
    chain.add_residue(residue)
    model.add_chain(chain)
    calculator = gemmi.DensityCalculatorE()
    calculator.grid.set_unit_cell(gemmi.UnitCell(*[n * voxel] * 3, 90, 90, 90))
    calculator.grid.set_size(n, n, n)
    calculator.add_model_density_to_grid(model)
    return np.ascontiguousarray(np.array(calculator.grid, copy=False).T)


def frequency_squared(n, voxel):
    """|f|² in Å⁻² on the half transform (z, y, x)."""
    full, half = fft.fftfreq(n, voxel) ** 2, fft.rfftfreq(n, voxel) ** 2
    return (full[:, None, None] + full[:, None] + half).astype(np.float32)


def soft_edge(frequency):
    """1 below the resolution, 0 above, a cosine between; frequency in units of it."""
    return (0.5 + 0.5 * np.cos(np.pi * np.clip((frequency - 1) / EDGE + 0.5, 0, 1))).astype(
        np.float32)


def _noise(n, shape, seed):
    """Noise of standard deviation 1 with the given amplitude spectrum; None is white."""
    noise = np.random.default_rng(seed).standard_normal((n, n, n), np.float32)
    if shape is not None:
        half = fft.rfftn(noise, workers=2)
        half *= shape
        noise = fft.irfftn(half, (n, n, n), workers=2).astype(np.float32)
    noise -= noise.mean()
    return noise / noise.std()


def at_atoms(array, places):
    """Values of an array (z, y, x) at places given as voxel indices (n, 3), trilinear."""
    below = np.floor(places).astype(int)
    share = places - below
    result = np.zeros(len(places))
    for corner in np.ndindex(2, 2, 2):
        index = np.minimum(below + corner, np.array(array.shape) - 1)
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        result += weight * array[tuple(index.T)]
    return result
