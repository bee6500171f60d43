"""Small assemblies of atoms and their maps, made from structure factors and not by the core."""

import numpy as np
from chimerax.occupy.core import Atoms
from chimerax.occupy.core.formfactors import scattering_factor


def make_atoms(centres, each=280, radius=9.5, seed=1, kinds=None):
    """Balls of atoms, a group around each centre (Å): `Atoms` named A, B, C…"""
    rng = np.random.default_rng(seed)
    positions, elements, groups = [], [], []
    for g, centre in enumerate(centres):
        places = rng.normal(size=(each, 3))
        places *= (radius * rng.random(each) ** (1 / 3) / np.linalg.norm(places, axis=1))[:, None]
        positions.append(places + centre)
        elements.append(rng.choice(['C', 'N', 'O', 'S'], each, p=[0.62, 0.17, 0.19, 0.02]))
        groups.append(np.full(each, g))
    names = tuple('ABCDEFGH'[:len(centres)])
    return Atoms(np.concatenate(positions), np.concatenate(elements), np.concatenate(groups),
                 names, kinds=kinds)


def make_map(atoms, occupancies, shape, axes, b=60.0, resolution=4.0, noise=0.02, seed=2,
             bulk=0.0):
    """A map float32 (z, y, x) of atoms; `b` one B-factor or one for each group."""
    vectors = np.diag(np.full(3, axes)) if np.isscalar(axes) else np.array(axes)
    edges = vectors * np.array(shape[::-1])[:, None]
    reciprocal = np.linalg.inv(edges)
    index = [np.rint(np.fft.fftfreq(n) * n) for n in shape]
    kz, ky, kx = np.meshgrid(*index, indexing='ij')
    frequency = np.stack([kx, ky, kz], axis=-1) @ reciprocal.T
    s = np.linalg.norm(frequency, axis=-1)
    fractions = atoms.positions @ reciprocal
    factors = np.broadcast_to(b, len(atoms.names))
    total = np.zeros(shape, complex)
    for g, occupancy in enumerate(occupancies):
        for element in np.unique(atoms.elements):
            some = (atoms.groups == g) & (atoms.elements == element)
            phases = [np.exp(-2j * np.pi * np.outer(fractions[some, axis], index[2 - axis]))
                      for axis in (2, 1, 0)]
            sums = np.einsum('nz,ny,nx->zyx', *phases, optimize=True)
            total += (occupancy * scattering_factor(str(element), s)
                      * np.exp(-factors[g] * s ** 2 / 4)) * sums
    edge = 1 / (1 + np.exp((s - 1 / resolution) * resolution / 0.04))
    total *= (1 - bulk * np.exp(-200 * s ** 2 / 4)) * edge
    density = np.fft.ifftn(total).real
    rough = np.random.default_rng(seed).standard_normal(shape)
    rough = np.fft.ifftn(np.fft.fftn(rough) * edge).real
    return (density + noise * density.max() * rough / rough.std()).astype(np.float32)
