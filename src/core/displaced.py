"""The solvent that a model displaces, as it is missing around and under the model's density.

It is taken as three bodies, each so many times the density of the groups in all: two that are the
groups' own density, smoothed, and a flat one, which fills the space of the atoms evenly. What fills
it evenly has an edge, and is what solvent does; what is smoothed follows the model's own density,
and takes up whatever else a map has lost or gained at low frequency.
"""

import numpy as np
from scipy import fft

from .modeldensity import add_gaussians, cropped

#: B-factors in Å² of the smooth bodies.
SMOOTH = (200.0, 1200.0)
#: The flat bodies end so far from an atom that stands alone, over about so many Å: where solvent
#: begins is not known better.
FLAT = ((1.6, 0.8), (2.6, 1.0))
#: What is expected of the strength of each body, the flat ones last, and how far each may go.
MEANS = np.array([0.0, 0.0, 0.15, 0.15])
WIDTHS = np.array([0.4, 0.3, 0.4, 0.4])
LOW, HIGH = np.array([-0.95, -0.9, -0.5, -0.5]), np.array([0.95, 0.9, 1.3, 1.3])
#: The grid that flat bodies are drawn on is not coarser than this (Å), or half the working grid's.
FINE = 1.5


def draw_flat(frame, densities, parts, atoms):
    """Give each of the groups' densities its share of the flat bodies, as half transforms, `flat`.

    frame: `Frame`. densities: `LocalDensity` of each group. parts: indices of the atoms of each.
    What lies between two groups is shared out by how near each is. All shares of a body together
    have the scattering that all groups have.
    """
    for density in densities:
        density.flat = []
    for radius, edge in FLAT:
        _draw_one(frame, densities, parts, atoms, radius, edge)


def _draw_one(frame, densities, parts, atoms, radius, edge):
    finer = 1 if frame.grid.step <= FINE else 2
    axes = np.array(frame.grid.axes) / finer
    low = np.min([d.start for d in densities], axis=0)
    high = np.max([np.add(d.start, d.shape) for d in densities], axis=0)
    everything = np.zeros(tuple((high - low) * finer), np.float32)
    edge = max(edge, 0.8 * frame.grid.step / finer)
    b = 8 * np.pi ** 2 * edge ** 2
    # Half of the body is left at the radius.
    height = np.log(2) * np.exp(radius ** 2 / (2 * edge ** 2)) * (b / (4 * np.pi)) ** 1.5

    def add(array, start, part):
        part = part[~np.isin(atoms.elements[part], ('H', 'D'))]
        places = (frame.indices(atoms.positions[part]) - start[::-1]) * finer
        add_gaussians(array, places, height * np.minimum(atoms.weights[part], 1), b, axes)

    drawn = []
    for density, part in zip(densities, parts, strict=True):
        own = np.zeros(tuple(finer * n for n in density.shape), np.float32)
        add(own, np.array(density.start), part)
        there = tuple(slice((s - a) * finer, (s - a + n) * finer)
                      for s, a, n in zip(density.start, low, density.shape, strict=True))
        everything[there] += own
        drawn.append((there, own))
    whole = 0.0
    for density, (there, own) in zip(densities, drawn, strict=True):
        near = everything[there]
        own *= -np.expm1(-near) / np.maximum(near, 1e-6)
        half = cropped(fft.rfftn(own), density.shape, finer)
        half *= np.exp(-np.float32(frame.blur) * frame.squares(density.shape))
        density.flat.append(half.astype(np.complex64))
        whole += float(half[0, 0, 0].real)
    factor = np.float32(sum(float(d.transform[0, 0, 0].real) for d in densities) / whole)
    for density in densities:
        density.flat[-1] *= factor


def transfer(q, k):
    """What the smooth bodies of strengths k leave of a frequency, on squares |f|²/4."""
    return 1 - sum(np.float32(one) * np.exp(-np.float32(beta) * q)
                   for one, beta in zip(k, SMOOTH, strict=False))


def model_map(design, amplitudes, b, k):
    """What groups give on the working grid at amplitudes and B-factors: float32 (z, y, x)."""
    return design.total(
        amplitudes, lambda i, q: np.exp(-np.float32(b[i]) * q) * transfer(q, k), k[len(SMOOTH):])
