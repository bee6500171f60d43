import numpy as np
import pytest
from chimerax.occupy.core.interpolate import Interpolator, resample
from scipy import ndimage


def plain(array, shape, region):
    """scipy's linear interpolation in double precision; the last value holds on beyond the end."""
    wanted = [np.arange(n)[part] * (m / n)
              for n, m, part in zip(shape, array.shape, region, strict=True)]
    places = np.meshgrid(*wanted, indexing='ij')
    return ndimage.map_coordinates(array.astype(float), places, order=1, mode='nearest')


@pytest.mark.parametrize('region', [
    (slice(None),) * 3, (slice(3, 20), slice(0, 30, 2), slice(5, 6)),
    (slice(1, 33, 3), slice(None), slice(2, None, 4))])
def test_equals_scipys_on_the_whole_and_on_parts(region):
    array = np.random.default_rng(1).random((20, 17, 24)).astype(np.float32)
    shape = (33, 30, 37)
    values = Interpolator(array, shape, region)
    expected = plain(array, shape, region)
    assert values.shape == expected.shape
    np.testing.assert_allclose(values[:], expected, atol=1e-6)
    np.testing.assert_allclose(values[2:5], expected[2:5], atol=1e-6)


def test_the_same_grid_is_looked_at_and_not_copied():
    array = np.random.default_rng(2).random((6, 7, 8)).astype(np.float32)
    values = Interpolator(array, array.shape)
    assert np.shares_memory(values[1:3], array)
    np.testing.assert_array_equal(values[1:3], array[1:3])
    part = Interpolator(array, array.shape, (slice(1, 6, 2), slice(2, 5), slice(0, 8, 3)))
    np.testing.assert_array_equal(part[1:], array[1:6:2, 2:5, ::3][1:])


def test_resampled_samples_that_coincide_are_kept():
    array = np.random.default_rng(3).random((10, 12, 14)).astype(np.float32)
    fine = resample(array, (20, 24, 28))
    np.testing.assert_allclose(fine[::2, ::2, ::2], array, atol=1e-6)
