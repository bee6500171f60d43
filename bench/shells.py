"""Shell correlation of a modified map with its input, up to the input's Nyquist, at 384³.

    python bench/shells.py [--box 384]

EMD-11007 is brought to the box by padding its transform, and gets white noise, so that there is
something in every shell. It is estimated on a working grid of 256³ and attenuated. Correlations are
those inside a soft mask of the part that is left alone: a gain of 1, and solvent.
"""

import argparse

import mrcfile
import numpy as np
from environments import prepare_core, use_tools
from scipy import fft, ndimage

use_tools()
prepare_core()

from chimerax.occupy.core import Grid, Modification, estimate, modify  # noqa: E402
from chimerax.occupy.core.spectrum import shell_numbers  # noqa: E402
from fetch_data import fetch  # noqa: E402


def padded(box):
    """EMD-11007 with `box` samples an axis over the same edge, and its voxel size in Å."""
    with mrcfile.open(fetch('emd_11007.map')) as file:
        array, voxel = file.data.astype(np.float32), float(file.voxel_size.x)
    n = array.shape[0]
    centred = fft.fftshift(fft.fftn(array, workers=2))
    wide = np.pad(centred, (box - n) // 2)
    fine = fft.ifftn(fft.ifftshift(wide), workers=2).real * (box / n) ** 3
    noise = np.random.default_rng(1).standard_normal(fine.shape, np.float32)
    return (fine + fine.std() * noise).astype(np.float32), voxel * n / box


def shell_correlation(one, other, grid):
    """Correlation in each shell of two maps (z, y, x)."""
    shells = shell_numbers(grid).ravel()
    a, b = (fft.rfftn(array, workers=2).ravel() for array in (one, other))

    def total(values):
        return np.bincount(shells, values)

    return total((a * b.conj()).real) / np.sqrt(total(abs(a) ** 2) * total(abs(b) ** 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--box', type=int, default=384)
    array, voxel = padded(parser.parse_args().box)
    found = estimate(array, voxel, mode='occupancy')
    modification = Modification('attenuate', power=3)
    result = modify(array, found, modification)
    gain = modify(array, found, Modification('attenuate', power=3, output='gain'))
    alone = ndimage.gaussian_filter((gain > 0.99).astype(np.float32), 2)
    grid = Grid.of(array.shape, voxel)
    correlation = shell_correlation(array * alone, result * alone, grid)[1:array.shape[0] // 2 + 1]
    limit = found.grid.shape[0] // 2
    print(f'working grid {found.grid.shape[0]}³ of {array.shape[0]}³; left alone: '
          f'{(gain > 0.99).mean():.0%} of the voxels')
    print(f'least shell correlation up to the Nyquist of the working grid '
          f'{correlation[:limit].min():.4f}, beyond it {correlation[limit:].min():.4f}')
    print(f'largest change where the gain is 1: {abs(result - array)[gain == 1].max():.3g}')


if __name__ == '__main__':
    main()
