"""Small maps that the tests of the core make for themselves."""

import numpy as np
import pytest
from scipy import ndimage


def make_assembly(shape=(48, 48, 48), occupancies=(1.0, 0.5), noise=0.02, seed=1):
    """Balls of atoms side by side along x, at stated occupancies, in coloured noise."""
    rng = np.random.default_rng(seed)
    nz, ny, nx = shape
    atoms = np.zeros(shape)
    centres = []
    for i, occupancy in enumerate(occupancies):
        centre = np.array([nz / 2, ny / 2, nx * (i + 1) / (len(occupancies) + 1)])
        radius = min(nz, ny, nx / len(occupancies)) / 4.5
        places = rng.normal(size=(4000, 3))
        places *= (radius * rng.random(4000) ** (1 / 3) / np.linalg.norm(places, axis=1))[:, None]
        z, y, x = np.rint(places + centre).astype(int).T
        keep = (z >= 0) & (z < nz) & (y >= 0) & (y < ny) & (x >= 0) & (x < nx)
        np.add.at(atoms, (z[keep], y[keep], x[keep]), occupancy)
        centres.append(centre)
    density = ndimage.gaussian_filter(atoms, 1.0, mode='constant')
    density /= density.max()
    static = ndimage.gaussian_filter(rng.standard_normal(shape), 0.8, mode='wrap')
    density += noise * static / static.std()
    return density.astype(np.float32)


@pytest.fixture(scope='session')
def assembly():
    """The function that makes a map of balls at stated occupancies."""
    return make_assembly


@pytest.fixture(scope='session')
def pair_map():
    """Two balls, full and half occupied; not to be written to."""
    density = make_assembly(shape=(44, 48, 72))
    density.flags.writeable = False
    return density
