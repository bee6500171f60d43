"""What a fit of occupancies needs of a model and a grid, worked out once for all maps of the grid.
"""

import numpy as np
from scipy import fft

from . import fourier
from .displaced import draw_flat
from .memory import as_floats
from .modeldensity import Frame
from .threads import in_threads
from .wording import MapError, SettingError

#: Solvent's noise, and what is wrong with a model of solvent, lie at low frequencies: those below
#: one over this length (Å) count less.
EVEN_LENGTH = 30.0
#: Samples of the working grid per resolution of the band.
SAMPLES = 3.0
#: Space around the atoms of a group that its density may reach into, in units of the band's
#: resolution.
PAD = 2.2
#: A voxel is looked at where the model gives more than this share of what it gives at its atoms.
SUPPORT = 0.04
#: The finer band is taken where atoms times groups are no more than the first number, or than the
#: second where there is a group of fewer atoms than the third, which is hardly told in the coarser.
FINE_WORK, MOST_WORK = 400_000, 3_000_000
SMALL = 250
#: Groups times voxels that are looked at: some four gigabytes while they are fitted.
MOST_VALUES = 160_000_000


class Design:
    """Densities of the groups of a model on the working grid.

    `frame`: the grid and the blur. `support`: boolean (z, y, x), the voxels that are looked at.
    `densities`: a `LocalDensity` for each group that has atoms on the map. `used`: their indices
    among the groups. `inside`: share of atoms inside the map, of each group.
    """

    def __init__(self, grid, atoms, parameters, progress=None, near=None):
        self.source = grid
        self.atoms = atoms
        self.parameters = parameters
        resolution = parameters.derive_resolution(grid.step, _is_fine(atoms))
        target = resolution / SAMPLES
        shape = tuple(n if s >= 0.8 * target else max(2, fourier_length(n * s / target, n))
                      for n, s in zip(grid.shape, grid.steps[::-1], strict=True))
        self.grid = grid if shape == grid.shape else grid.resampled(shape)
        self._evening = {}
        self.frame = Frame(self.grid, resolution, PAD * resolution)
        self.inside_atoms = (atoms.groups >= 0) & _inside(
            self.grid, self.frame.indices(atoms.positions))
        order = np.argsort(atoms.groups, kind='stable')
        counts = np.bincount(atoms.groups[atoms.groups >= 0], minlength=len(atoms.names))
        parts = np.split(order[np.count_nonzero(atoms.groups < 0):], np.cumsum(counts)[:-1])
        self.inside = np.array([self.inside_atoms[part].mean() if len(part) else 0.0
                                for part in parts])
        self.used = [g for g, part in enumerate(parts) if self.inside_atoms[part].any()]

        def one_group(g, step):
            part = parts[g]
            found = self.frame.draw(
                atoms.positions[part], atoms.elements[part], atoms.weights[part])
            step()
            return found

        self.densities = in_threads(one_group, self.used, progress)
        draw_flat(self.frame, self.densities, [parts[g] for g in self.used], atoms)
        self._find_support(near)

        #: Scattering of each group used, by which groups are weighted.
        self.sizes = np.array([d.transform[0, 0, 0].real for d in self.densities], float)
        #: Positions among `used` of the groups of each kind.
        kinds = [atoms.kind(g) for g in self.used]
        self.kinds = {one: np.array([i for i, kind in enumerate(kinds) if kind == one])
                      for one in sorted(set(kinds))}

    @property
    def resolution(self):
        """The resolution of the band in Å."""
        return self.frame.resolution

    def _find_support(self, near):
        total = self.total(np.ones(len(self.used)))
        level = np.median(total[_nearest(self.frame, self.atoms.positions[self.inside_atoms])])
        self.support = total > SUPPORT * level
        if near is not None:
            self.support &= near
        self._check_number(int(np.count_nonzero(self.support)))
        rows = np.full(self.grid.shape, -1, np.int32)
        rows[self.support] = np.arange(np.count_nonzero(self.support))
        for density in self.densities:
            there, here = density.slices(self.grid.shape)
            number = rows[there]
            seen = number >= 0
            places = np.arange(np.prod(density.shape), dtype=np.int32).reshape(density.shape)
            density.rows, density.places = number[seen], places[here][seen]

    def _check_number(self, voxels):
        number = len(self.used)
        volume = voxels * abs(np.linalg.det(self.grid.axes))
        places = int(volume / (self.resolution / 2) ** 3)
        if number > places:
            raise MapError(f'the map can tell no more than {places} groups apart near this model '
                           f'at {self.resolution:g} Å, not {number}; make them larger')
        if number * voxels > MOST_VALUES:
            raise SettingError(
                'fit_resolution',
                f'{number} groups on {voxels} voxels do not fit into memory; make the groups '
                'larger, fit a part of the model, or give a larger {fit_resolution}')

    def total(self, amplitudes, factors=None, flat=()):
        """The sum of the groups' densities on the working grid, float32 (z, y, x).

        factors: a function of (position among `used`, |f|²/4) that gives a factor, or None. flat:
        strengths of the flat bodies of displaced solvent, which are taken off.
        """
        result = np.zeros(self.grid.shape, np.float32)
        for i, (amplitude, density) in enumerate(zip(amplitudes, self.densities, strict=True)):
            factor = np.float32(amplitude)
            if factors is not None:
                factor = factor * factors(i, self.frame.squares(density.shape))
            there, here = density.slices(self.grid.shape)
            solvent = [amplitude * one for one in flat]
            result[there] += density.values(factor, solvent)[here]
        return result

    def evening(self, shape, b=0.0):
        """Factor on the half transform of a box (z, y, x) that makes solvent's noise even; kept.

        b: B-factor in Å² of a further blur.
        """
        if shape not in self._evening:
            # Four times |f|²/4.
            squares = np.float32(4 * EVEN_LENGTH ** 2) * self.frame.squares(shape)
            self._evening[shape] = np.sqrt(1 + squares)
        found = self._evening[shape]
        return found * np.exp(-np.float32(b) * self.frame.squares(shape)) if b else found

    def even(self, blurred, b=0.0):
        """A map of the working grid with its noise made even, float32 (z, y, x).

        b: B-factor in Å² of a further blur.
        """
        half = fft.rfftn(blurred)
        half *= self.evening(blurred.shape, b)
        return fft.irfftn(half, blurred.shape)

    def blurred(self, array):
        """A map of the source grid on the working grid, under the blur of the design; float32."""
        return fourier.blurred(as_floats(array), self.source, self.frame.blur, self.grid.shape)


def _is_fine(atoms):
    """Whether the finer band can be afforded."""
    counts = atoms.counts()
    return counts.sum() * len(counts) <= (MOST_WORK if counts.min() < SMALL else FINE_WORK)


def fourier_length(wanted, most):
    """The least even length from `wanted` on that suits a transform, at most `most`."""
    n = int(np.ceil(wanted))
    while n % 2 or fft.next_fast_len(n, real=True) != n:
        n += 1
    return min(n, most)


def _inside(grid, places):
    last = np.array(grid.shape[::-1]) - 1
    return ((places >= -0.5) & (places <= last + 0.5)).all(axis=1)


def _nearest(frame, positions):
    places = np.rint(frame.indices(positions)).astype(int)[:, ::-1]
    return tuple(np.clip(places, 0, np.array(frame.grid.shape) - 1).T)
