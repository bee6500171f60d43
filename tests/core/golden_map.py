"""A map that is the same everywhere, and places in it: for golden numbers of OccuPy 0.1.13."""

import numpy as np

BOX, VOXEL = 60, 1.5


def golden_map():
    """A float32 cube of two lumps of waves, one at 0.4, in weak noise."""
    z, y, x = np.indices((BOX, BOX, BOX)) * VOXEL
    texture = (np.sin(1.9 * x + 0.3 * y) * np.cos(1.3 * y - 0.7 * z) * np.sin(1.7 * z + 0.9 * x)
               + 0.6 * np.sin(0.8 * x - 1.1 * z) * np.cos(0.9 * y + 0.4 * x))
    # numpy promises that this old generator gives the same numbers for ever.
    density = 0.02 * np.random.RandomState(1).standard_normal(z.shape)
    for place, occupancy in ((0.32, 1.0), (0.68, 0.4)):
        away = ((x - place * BOX * VOXEL) ** 2 + (y - BOX * VOXEL / 2) ** 2
                + (z - BOX * VOXEL / 2) ** 2)
        density += occupancy * np.exp(-away / 150) * (1 + texture)
    return density.astype(np.float32)


def golden_places():
    """Indices (z, y, x) of 300 voxels, spread over the middle of the map."""
    numbers = np.arange(300)
    return np.stack([12 + numbers * 7 % 36, 12 + numbers * 11 % 36, 6 + numbers * 13 % 48], axis=1)
