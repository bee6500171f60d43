"""The grid on which a map is sampled: box and step vectors, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import next_fast_len

from .wording import STATE_VOXEL_SIZE, MapError

#: A cell is taken as orthogonal when no two axes deviate from a right angle by more than this
#: cosine.
ORTHOGONAL = 1e-4
#: Two grids are the same where no corner of their boxes lies further apart than this share of an
#: edge: headers hold rounded numbers.
SAME_GRID = 1e-4


@dataclass(frozen=True)
class Grid:
    """A box of voxels.

    `shape` is (nz, ny, nx), as numpy sees a map. `axes` are three step vectors in Å, for the x, y
    and z axis in this order, each with its (x, y, z) components. Where the box stands in space does
    not matter to the method and is not kept here.
    """

    shape: tuple[int, ...]
    axes: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, shape: Sequence[int], axes: ArrayLike) -> 'Grid':
        """A grid from a (z, y, x) shape and a voxel size: one number, (x, y, z) in Å, or three
        vectors.

        Raises `MapError` for steps that are missing, negative, not finite, or lie in one plane.
        """
        steps = np.asarray(axes, dtype=float)
        if steps.ndim == 0:
            steps = np.repeat(steps, 3)
        vectors = np.diag(steps) if steps.shape == (3,) else steps
        if vectors.shape != (3, 3):
            raise ValueError(
                'axes must be a voxel size in Å, three voxel sizes, or three step vectors')
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.isfinite(vectors).all() or not (lengths > 0).all() or (
                steps.ndim == 1 and (steps <= 0).any()):
            raise MapError('the map has no voxel size', (STATE_VOXEL_SIZE,))
        if abs(np.linalg.det(vectors / lengths[:, None])) < 1e-3:
            raise MapError('the axes of the map lie in one plane; its cell angles must be wrong')
        return cls(tuple(int(n) for n in shape), tuple(tuple(float(c) for c in v) for v in vectors))

    @property
    def steps(self) -> tuple[float, ...]:
        """Step lengths along (x, y, z) in Å."""
        return tuple(float(length) for length in np.linalg.norm(self.axes, axis=1))

    @property
    def step(self) -> float:
        """The largest of the three step lengths, in Å: the scale of the method's voxel."""
        return max(self.steps)

    @property
    def heights(self) -> tuple[float, ...]:
        """How far apart the planes of voxels across (x, y, z) are, in Å: less than the steps where
        the axes do not stand at right angles.
        """
        return tuple(float(one) for one in 1 / np.linalg.norm(np.linalg.inv(self.axes), axis=0))

    @property
    def lengths(self) -> tuple[float, ...]:
        """Edges of the box along (x, y, z) in Å."""
        return tuple(n * s for n, s in zip(reversed(self.shape), self.steps, strict=True))

    @property
    def voxels(self) -> int:
        """Number of voxels in the box."""
        return int(np.prod(self.shape))

    def same_as(self, other: 'Grid') -> bool:
        """Whether another grid has the same shape and, but for rounding in headers, the same axes.
        """
        if self.shape != other.shape:
            return False
        apart = np.abs(np.array(self.axes) - np.array(other.axes))
        return bool((apart <= SAME_GRID * np.array(self.steps)[:, None]).all())

    @property
    def is_orthogonal(self) -> bool:
        """Whether the axes stand at right angles."""
        unit = np.array(self.axes) / np.array(self.steps)[:, None]
        return bool(np.abs(unit @ unit.T - np.eye(3)).max() < ORTHOGONAL)

    def resampled(self, shape: Sequence[int]) -> 'Grid':
        """The grid that fills the same box with `shape` (z, y, x) voxels; sample 0 stays in place.
        """
        factors = np.array(self.shape[::-1]) / np.array(shape[::-1])
        return Grid.of(shape, np.array(self.axes) * factors[:, None])

    def working(self, max_box: int) -> 'Grid':
        """The grid for estimation: this one, or one of about max_box³ voxels where this one has
        more.

        Every axis shrinks by about the same factor, to a length that suits a Fourier transform.
        `max_box` 0 switches this off.
        """
        if not max_box or self.voxels <= max_box ** 3:
            return self
        factor = max_box / self.voxels ** (1 / 3)
        return self.resampled(tuple(_fast_length(n, n * factor) for n in self.shape))


def _fast_length(n, wanted):
    """The length nearest to `wanted`, at most n, whose only prime factors are 2, 3 and 5."""
    above = next_fast_len(max(1, round(wanted)), real=True)
    below = max(m for m in range(1, max(2, round(wanted) + 1)) if next_fast_len(m, real=True) == m)
    nearest = above if above - wanted < wanted - below else below
    return min(n, nearest)
