"""What of a map's content its contour level leaves out of sight.

A surface tells nothing of parts that are weaker than its level: they are not on it. This asks of
each place where the low-passed map stands out from solvent at which level something there, or near
by, comes into view.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import ndimage

from .parameters import (
    CONTENT_SHARE,
    CONTENT_WIDTHS,
    HIDDEN_SHARE,
    LEAST_PART,
    LEFT_HIDDEN,
    NOISE_IN_VIEW,
)
from .scale import ScaleEstimate

#: Edge of the cubes that are looked at, as a share of the low-pass, and how many of them on each
#: side are near by: a low-passed map reaches beyond the surface of strong density.
_CUBE, _NEAR = 0.5, 2


@dataclass(frozen=True, eq=False)
class InView:
    """`levels`: for each cube with content the level at which it comes into view, rising, float32
    (n,). `noise`: the level at which noise does. In the map's units.
    """

    levels: np.ndarray = field(repr=False)
    noise: float

    def hidden(self, level: float) -> float:
        """The share of the content, by volume, that is not in view at a contour level, 0 to 1."""
        if not len(self.levels):
            return 0.0
        return float(np.searchsorted(self.levels, level)) / len(self.levels)

    def lower(self, level: float) -> float | None:
        """A lower level, of three digits, at which nearly all is in view; None where at `level` it
        is, or where noise would come into view before a third of what is hidden.
        """
        hidden = self.hidden(level)
        if hidden < HIDDEN_SHARE:
            return None
        wanted = max(float(np.quantile(self.levels, LEFT_HIDDEN)), self.noise)
        if wanted <= 0:
            return None
        digit = 10.0 ** (np.floor(np.log10(wanted)) - 2)
        lower = float(f'{np.floor(wanted / digit) * digit:.3g}')
        return lower if self.hidden(lower) < 2 / 3 * hidden else None


def in_view(shown: np.ndarray, estimate: ScaleEstimate) -> InView | None:
    """At which levels the content of a map comes into view.

    shown: the map (z, y, x), or every so many of its voxels, over its whole box; not modified.
    estimate: its `ScaleEstimate`. Content is where the low-passed map lies four widths of the
    solvent and 2 % of its own maximum above it, in bodies of half a cubed low-pass or more. None
    where the estimate, of an old session, holds no low-passed map, or the map has no content.
    """
    low_passed, solvent = estimate.low_passed, estimate.solvent
    if low_passed is None:
        return None
    edge = _CUBE * estimate.parameters.low_pass
    cubes = [max(1, min(round(n * height / edge), m, k)) for n, height, m, k in zip(
        estimate.grid.shape, estimate.grid.heights[::-1], low_passed.shape, shown.shape,
        strict=True)]
    # Not of full scale, which in resolution mode is another: the content is the same in both.
    above = max(CONTENT_WIDTHS * solvent.width, CONTENT_SHARE * float(low_passed.max()))
    content = _largest_in(low_passed, cubes) > solvent.mean + above
    bodies, count = ndimage.label(content)
    large = np.bincount(bodies.ravel(), minlength=count + 1) * _CUBE ** 3 >= LEAST_PART
    large[0] = False
    content = large[bodies]
    if not content.any():
        return None
    largest = _largest_in(shown, cubes)
    levels = ndimage.maximum_filter(largest, 2 * _NEAR + 1, mode='constant', cval=-np.inf)[content]
    empty = largest[~ndimage.binary_dilation(content, np.ones((3, 3, 3)), _NEAR)]
    noise = float(np.quantile(empty, NOISE_IN_VIEW)) if len(empty) else solvent.mean
    return InView(np.sort(levels).astype(np.float32), noise)


def _largest_in(array, cubes):
    """The largest value in each of so many cubes along the axes (z, y, x)."""
    for axis, number in enumerate(cubes):
        edges = np.arange(number + 1) * array.shape[axis] // number
        # Several times as fast as reduceat.
        array = np.stack([array[(slice(None),) * axis + (slice(*ends),)].max(axis)
                          for ends in pairwise(edges)], axis)
    return array.astype(np.float32)
