"""Where a map has content, as a region: also where it is so weak that single voxels do not show it.

A voxel of a part at a tenth of full occupancy is often lost in noise, and voxels of noise often
look like content. The mean of the density over some Å decides better: protein is dense on average,
noise is not. The region so found reaches beyond the surface of strong density, whose foot
is no weak part though its scale is low: a region of weak parts is opened by a ball, which leaves
out what is thinner than the ball.
"""

import numpy as np
from scipy import ndimage

from . import fourier
from .distance import LAYERS
from .grid import Grid
from .localmax import ball, local_maximum
from .memory import as_floats
from .parameters import CONTENT_SHARE, CONTENT_WIDTHS, FOOT, LEAST_PART
from .scale import ScaleEstimate
from .solvent import fit_solvent
from .wording import MapError, SettingError


def content_region(array: np.ndarray, estimate: ScaleEstimate) -> np.ndarray:
    """The region of a map that holds content, on the working grid: boolean (z, y, x).

    array: the map (z, y, x). estimate: its `ScaleEstimate`. The low-passed map is averaged (a
    Gaussian of 3/8 of the low-pass, along the axes) and solvent is fitted to the averages; content
    lies four of its widths and 2 % of full scale above its mean. Bodies smaller than half a cubed
    low-pass are left out. Raises `ValueError` where nothing is left.
    """
    grid, low_pass = estimate.grid, estimate.parameters.low_pass
    density = fourier.low_pass(as_floats(array), estimate.source_grid, low_pass, grid.shape)
    widths = [FOOT * low_pass / step for step in grid.steps[::-1]]
    density = ndimage.gaussian_filter(density, widths, mode='constant', truncate=3)
    solvent = fit_solvent(density)
    above = max(CONTENT_WIDTHS * solvent.width, CONTENT_SHARE * estimate.full_scale)
    region = without_specks(density > solvent.mean + above, grid, low_pass)
    if not region.any():
        raise SettingError('low_pass', 'no content stands out from the solvent of the map; try a '
                           'larger {low_pass} if it is noisy, and if the particle fills the box a '
                           'solvent mask, which goes by the scale alone')
    return region


def opened(values, grid, low_pass):
    """A region, or a graded one, without what is thinner than a ball of 3/4 of the low-pass.

    values: float32 (z, y, x) on a `Grid`. low_pass: in Å. Returns a new array, nowhere above
    `values`: the least value over a ball around each voxel, and of that the largest.
    """
    radius = FOOT * low_pass
    sizes = [2 * int(radius / step + 1e-6) + 1 for step in grid.heights]
    kernel = ball(grid, sizes, radius / grid.step)
    return local_maximum(-local_maximum(-values, kernel), kernel)


def without_specks(region, grid, low_pass):
    """A region (boolean z, y, x) without bodies smaller than half a cubed low-pass (Å)."""
    bodies, count = ndimage.label(region)
    voxels = np.bincount(bodies.ravel(), minlength=count + 1)
    volume = abs(np.linalg.det(grid.axes))
    large = voxels * volume >= LEAST_PART * low_pass ** 3
    large[0] = False
    return large[bodies]


def connected_at(values: np.ndarray, at: tuple, grid: Grid, reach: float) -> np.ndarray:
    """What of a mask is connected with a place: the mask there, 0 elsewhere.

    values: boolean, or 0 to 1, (z, y, x) on `grid`; what is not next to nothing holds together,
    over faces, edges and corners of voxels. at: index (z, y, x), not necessarily whole. reach: in
    Å; where the place lies outside, the part nearest to it counts if it is no farther. Raises
    `ValueError` where none is.
    """
    labels, _ = ndimage.label(values > 0.5 / LAYERS, np.ones((3, 3, 3)))
    axes = np.array(grid.axes)[::-1]
    voxels = np.ceil(reach / np.array(grid.heights[::-1])).astype(int)
    low = np.maximum(np.floor(at).astype(int) - voxels, 0)
    high = np.ceil(at).astype(int) + voxels + 1
    places = low + np.argwhere(labels[tuple(map(slice, low, high))])
    distances = np.linalg.norm((places - np.asarray(at)) @ axes, axis=1)
    if not len(places) or distances.min() > reach:
        raise MapError(f'nothing of what the mask would cover lies within {reach:.3g} Å of the '
                       'place; look at the scale there first')
    chosen = labels == labels[tuple(places[distances.argmin()])]
    return chosen if values.dtype == bool else np.where(chosen, values, np.float32(0))
