"""Small maps as open volumes."""

import numpy as np
import pytest


def make_blobs(shape=(40, 44, 48), occupancies=(1.0, 0.4), noise=0.03, seed=3):
    """A float32 map (z, y, x) of two textured balls side by side along x, in weak noise."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    texture = rng.random(shape)
    density = np.zeros(shape)
    for place, occupancy in zip((0.3, 0.7), occupancies, strict=True):
        distance = np.sqrt((z - shape[0] / 2) ** 2 + (y - shape[1] / 2) ** 2
                           + (x - shape[2] * place) ** 2)
        density += occupancy * (0.5 + texture) * (distance < min(shape) / 6)
    return (density + noise * rng.standard_normal(shape)).astype(np.float32)


@pytest.fixture
def two_blobs():
    """The function that makes such maps: `two_blobs(shape, occupancies, noise, seed)`."""
    return make_blobs


@pytest.fixture
def open_array(session):
    """Opens an array as a map: `open_array(array, name=…, step=…, origin=…, cell_angles=…, …)`."""
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData

    def opened(array=None, name='blobs', step=(1.5, 1.5, 1.5), level=0.3, **placement):
        # Lets ChimeraX drop what earlier tests closed before it was drawn: it stumbles over that.
        session.main_view.drawing_bounds()
        array = make_blobs() if array is None else array
        grid = ArrayGridData(array, step=step, name=name, **placement)
        volume = volume_from_grid_data(grid, session, show_dialog=False)
        if level is not None:
            volume.set_parameters(surface_levels=[level])
            volume.update_drawings()
        return volume

    return opened


@pytest.fixture
def blobs(open_array):
    """One open map, #1."""
    return open_array()
