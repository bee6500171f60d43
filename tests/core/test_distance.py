import numpy as np
import pytest
from chimerax.occupy.core import Grid
from chimerax.occupy.core.distance import LAYERS, soft_edge
from chimerax.occupy.core.threads import set_threads
from scipy import ndimage
from scipy.spatial.distance import cdist

from .distances import distances

SHAPE = (17, 20, 23)
SKEWED = np.array([[1.3, 0, 0], [-0.7, 1.2, 0], [0.4, 0.5, 1.1]])


@pytest.fixture
def region():
    """Scattered voxels, one of them in a corner of the box."""
    found = np.random.default_rng(3).random(SHAPE) < 0.004
    found[0, 0, 0] = True
    return found


@pytest.mark.parametrize('voxel', [1.0, (1.1, 1.4, 0.9)])
@pytest.mark.parametrize('reach', [0.5, 3.3, 9.0, 60.0])
def test_distances_are_those_of_a_full_transform(region, voxel, reach):
    grid = Grid.of(SHAPE, voxel)
    expected = ndimage.distance_transform_edt(~region, sampling=grid.steps[::-1])
    expected[expected > reach * (1 + 1e-6)] = np.inf
    np.testing.assert_allclose(distances(region, grid, reach), expected, rtol=1e-6)


@pytest.mark.parametrize('reach', [2.1, 6.0])
def test_distances_in_a_skewed_cell(region, reach):
    grid = Grid.of(SHAPE, SKEWED)
    places = np.indices(SHAPE).reshape(3, -1).T[:, ::-1] @ SKEWED
    expected = cdist(places, places[region.ravel()]).min(axis=1).reshape(SHAPE)
    assert 0.02 < (expected <= reach).mean() < 0.98
    expected[expected > reach * (1 + 1e-6)] = np.inf
    np.testing.assert_allclose(distances(region, grid, reach), expected, rtol=1e-6)


def test_a_distance_that_is_met_exactly_counts():
    region = np.zeros((9, 9, 9), bool)
    region[4, 4, 4] = True
    for voxel in (0.1, 1.05, 1.3):
        assert np.isfinite(distances(region, Grid.of(region.shape, voxel), 3 * voxel)).sum() == 123


def test_an_empty_region_is_nowhere():
    grid = Grid.of(SHAPE, 1.0)
    assert np.isinf(distances(np.zeros(SHAPE, bool), grid, 5.0)).all()
    assert not soft_edge(np.zeros(SHAPE, bool), grid, 2, 3).any()


def test_the_number_of_threads_does_not_show(region):
    grid = Grid.of(SHAPE, (1.1, 1.4, 0.9))
    several = soft_edge(region, grid, 2.0, 4.0)
    set_threads(1)
    try:
        np.testing.assert_array_equal(soft_edge(region, grid, 2.0, 4.0), several)
    finally:
        set_threads(None)


@pytest.mark.parametrize(('extend', 'width'), [(0, 4), (3, 5), (2.5, 0), (0, 0)])
def test_the_edge_is_a_raised_cosine_of_the_distance(region, extend, width):
    grid = Grid.of(SHAPE, (1.1, 1.4, 0.9))
    away = ndimage.distance_transform_edt(~region, sampling=grid.steps[::-1])
    expected = (away <= extend).astype(float)
    if width:
        within = (away > extend) & (away < extend + width)
        expected[within] = 0.5 + 0.5 * np.cos(np.pi * (away[within] - extend) / width)
    mask = soft_edge(region, grid, extend, width)
    assert mask.dtype == np.float32
    assert mask.min() == 0
    assert mask.max() == 1
    np.testing.assert_allclose(mask, expected, atol=1e-5)


def test_a_graded_mask_is_softened_layer_by_layer():
    grid = Grid.of((12, 12, 60), 1.0)
    values = np.zeros(grid.shape, np.float32)
    values[..., 10:30] = 0.5
    values[..., 30:40] = 1.0
    mask = soft_edge(values, grid, 0, 6)
    assert (mask >= values).all()
    np.testing.assert_array_equal(mask[..., 12:24], 0.5)    # half of the layers end here
    assert mask.max() == 1
    assert np.abs(np.diff(mask, axis=2)).max() < 0.3
    middle = mask[6, 6]
    assert middle[27] == pytest.approx(0.75)
    assert middle[7] == pytest.approx(0.25)
    assert middle[42] == pytest.approx(0.5)


def test_a_graded_mask_of_zeros_and_ones_is_that_of_the_region(region):
    grid = Grid.of(SHAPE, 1.0)
    np.testing.assert_allclose(
        soft_edge(region.astype(np.float32), grid, 1, 4), soft_edge(region, grid, 1, 4), atol=1e-5)
    assert LAYERS >= 4
