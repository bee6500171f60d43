"""The fullest component of a map: the highest level that a body of content has in common.

The local maximum varies within a component of one occupancy, mostly over distances of a few Å: by
the packing of the chain, and towards the surface. Its average over a neighbourhood, each place
counting by its density, varies less, and there the components of a map stand apart as levels. The
highest of them is taken, going down from the top until what lies above is as spread out as one
component is. Nothing is known of which part of the map is full, and nothing needs to be.
"""

from dataclasses import dataclass

import numpy as np

from .grid import Grid
from .solvent import SolventModel
from .wording import FULL_SCALE, Remark

#: Width (σ) of the neighbourhood, in units of the low-pass: 4.8 Å where that is 8 Å. The content
#: that counts for a place lies within some 10 Å.
NEIGHBOURHOOD = 0.6
#: Samples of the map that are looked at: one per so much of the low-pass along each axis.
SAMPLE = 0.5
#: Widths (σ) beyond which a place counts for nothing in the average.
TRUNCATE = 3
#: The mean of one component over the lowest level that still belongs to it.
SPREAD = 1.09
#: A component is at least this share of the content, and small enough for a warning below that.
LEAST_SHARE = 0.05
SMALL_SHARE = 0.15
#: A warning is due, too, where so much of the content lies so far above full scale.
ABOVE_SHARE = 0.02
ABOVE = 1.15
#: Content stands out from the solvent by so many of its widths.
SOLVENT_WIDTHS = 4
#: Fewer samples of content than this say nothing.
LEAST_SAMPLES = 30


@dataclass(frozen=True, eq=False)
class Content:
    """Where a map has content, on its working grid.

    `density`: the low-passed map, float32 (z, y, x). `low_pass`: its resolution in Å. `solvent`:
    the solvent model of `density`. `baseline`: the density that counts as nothing.
    """

    density: np.ndarray
    grid: Grid
    low_pass: float | None
    solvent: SolventModel
    baseline: float = 0.0

    @property
    def threshold(self):
        """The density above which there is content."""
        return max(self.baseline, self.solvent.mean + SOLVENT_WIDTHS * self.solvent.width)

    def steps(self):
        """Voxels from one sample to the next along (z, y, x)."""
        return tuple(max(1, int(SAMPLE * self.low_pass / step + 1e-6))
                     for step in self.grid.steps[::-1])

    def samples(self):
        """Slices (z, y, x) that take the samples out of an array, as near as can be to centred."""
        return tuple(slice((n - 1) % step // 2, None, step)
                     for n, step in zip(self.grid.shape, self.steps(), strict=True))


@dataclass(frozen=True)
class Fullest:
    """`value`: the level of the fullest component, as a local maximum. `share`: its share of the
    content. `warnings`: sentences.
    """

    value: float
    share: float
    warnings: tuple = ()


def find_fullest(maximum, content):
    """Find the fullest component.

    maximum: local maximum of the map, float32 (z, y, x). content: `Content` of the same map.
    Returns `Fullest`, or None where the map has too little content to tell.

    On synthetic maps of known occupancy the level is within 2 % of the median of the local maximum
    over the atoms of the full component in most, and within 6 % in nearly all: docs/accuracy.md.
    Time: that of a few passes over one voxel in 64, where voxels are 1 Å. A neighbourhood follows
    the axes, also in a skewed cell.
    """
    level, weight = _levels(maximum, content)
    if len(level) < LEAST_SAMPLES:
        return None
    order = np.argsort(-level, kind='stable')
    level, weight = level[order], weight[order]
    share = np.cumsum(weight)
    above = np.cumsum(weight * level) / share
    share /= share[-1]
    spread = (above >= SPREAD * level) & (share >= LEAST_SHARE)
    last = int(spread.argmax()) if spread.any() else len(level) - 1
    value = float(above[last])
    return Fullest(value, float(share[last]), tuple(_doubts(value, share[last], level, share)))


def _doubts(value, own_share, level, share):
    """What to be said of a full scale: `level` descending, `share` of the content down to it."""
    if own_share < SMALL_SHARE:
        yield Remark(
            f'full scale rests on {own_share:.0%} of the content: so small a part may set it too '
            'high, if it is denser than the rest, or too low, if it is too small to stand apart; '
            'compare {full_scale_region}', kind=FULL_SCALE)
    elif level[np.searchsorted(share, ABOVE_SHARE)] > ABOVE * value:
        yield Remark(
            f'a small part of the map lies more than {ABOVE - 1:.0%} above full scale: if it is '
            'the fuller one, and not only denser, full scale is too low; compare '
            '{full_scale_region}', kind=FULL_SCALE)


def _levels(maximum, content):
    """The averaged local maximum at the samples that are content, and their densities; float64."""
    samples = content.samples()
    density = content.density[samples]
    weight = np.where(density > content.threshold, density - content.baseline, 0).astype(np.float64)
    inside = weight > 0
    widths = [NEIGHBOURHOOD * content.low_pass / (step * length) for step, length in zip(
        content.steps(), content.grid.steps[::-1], strict=True)]

    level = _averaged(weight * maximum[samples], widths)[inside]
    level /= _averaged(weight, widths)[inside]
    return level, weight[inside]


def _averaged(array, widths):
    """A Gaussian average of an array (z, y, x), with a σ along each axis, in samples; what lies
    outside counts as zero.
    """
    # By matrices, as the arrays are small: loading scipy.ndimage takes longer than a small map.
    for axis, width in enumerate(widths):
        places = np.arange(array.shape[axis])
        apart = abs(places[:, None] - places)
        reach = int(TRUNCATE * width + 0.5)
        matrix = np.exp(-0.5 * (apart / width) ** 2) * (apart <= reach)
        matrix /= np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2).sum()
        array = np.moveaxis(np.tensordot(matrix, array, (1, axis)), 0, axis)
    return array
