import numpy as np
import pytest
from chimerax.occupy.core import Grid
from chimerax.occupy.core.fourier import crop, frequency_squared, low_pass, shells
from chimerax.occupy.core.threads import set_threads
from scipy import fft

SHAPES = [(32, 32, 32), (31, 44, 27), (16, 50, 33), (20, 8, 9)]


def plain_low_pass(array, counts):
    """The filter by whole transforms in double precision."""
    axes = zip(array.shape, counts[::-1], strict=True)
    parts = [(np.fft.fftfreq(n, 1 / n) / k) ** 2 for n, k in axes]
    keep = parts[0][:, None, None] + parts[1][:, None] + parts[2] < 1
    return np.fft.ifftn(np.fft.fftn(array.astype(float)) * keep).real


@pytest.fixture(params=SHAPES, ids=str)
def noise(request):
    return np.random.default_rng(1).standard_normal(request.param).astype(np.float32)


@pytest.mark.parametrize('resolution', [4.0, 6.5, 9.0])
def test_low_pass_equals_that_of_whole_transforms(noise, resolution):
    grid = Grid.of(noise.shape, (1.5, 1.3, 1.7))
    counts = shells(grid, resolution)
    assert counts == tuple(int(n * s / resolution) + 1
                           for n, s in zip(noise.shape[::-1], (1.5, 1.3, 1.7), strict=False))
    np.testing.assert_allclose(low_pass(noise, grid, resolution),
                               plain_low_pass(noise, counts), atol=2e-6)


def test_a_whole_number_of_shells_is_not_lost_to_rounding():
    assert shells(Grid.of((90, 90, 90), 3.54), 3 * 3.54) == (31, 31, 31)
    assert shells(Grid.of((99, 99, 99), 0.1), 0.3) == (34, 34, 34)


def test_low_pass_in_a_skewed_cell_keeps_frequencies_within_the_resolution():
    axes = np.array([[1.2, 0, 0], [0.4, 1.1, 0], [-0.3, 0.2, 1.4]])
    grid = Grid.of((24, 30, 28), axes)
    noise = np.random.default_rng(2).standard_normal(grid.shape).astype(np.float32)
    found = fft.fftn(low_pass(noise, grid, 5.0).astype(float))
    k = np.meshgrid(*[np.fft.fftfreq(n, 1 / n) for n in grid.shape], indexing='ij')
    edges = axes * np.array(grid.shape[::-1])[:, None]
    frequency = np.stack(k[::-1], axis=-1) @ np.linalg.inv(edges).T
    inside = np.linalg.norm(frequency, axis=-1) <= 1 / 5
    original = fft.fftn(noise.astype(float))
    np.testing.assert_allclose(found[inside], original[inside], atol=2e-3)
    assert np.abs(found[~inside]).max() < 2e-3
    np.testing.assert_allclose(frequency_squared(grid, *k), (frequency ** 2).sum(-1), rtol=1e-9)


@pytest.mark.parametrize(('shape', 'small'), [
    ((32, 32, 32), (20, 20, 20)), ((31, 45, 27), (20, 30, 18)), ((40, 24, 25), (25, 15, 15))])
def test_crop_keeps_band_limited_maps_exactly(shape, small):
    rng = np.random.default_rng(3)
    components = np.zeros(shape, complex)
    for index in np.ndindex(3, 3, 3):
        components[index] = rng.standard_normal() + 1j * rng.standard_normal()
    fine = np.fft.ifftn(components).real * np.prod(shape)
    # The same waves on the coarse samples, sample 0 in the same place.
    coarse = np.zeros(small, complex)
    coarse[:3, :3, :3] = components[:3, :3, :3]
    expected = np.fft.ifftn(coarse).real * np.prod(small)
    np.testing.assert_allclose(crop(fine.astype(np.float32), small), expected, atol=1e-4)


def test_low_pass_and_crop_in_one_step_equals_one_after_the_other():
    noise = np.random.default_rng(4).standard_normal((45, 48, 40)).astype(np.float32)
    grid = Grid.of(noise.shape, 1.0)
    small = (30, 32, 27)
    cropped = crop(noise, small)
    np.testing.assert_allclose(low_pass(noise, grid, 5.0, small),
                               low_pass(cropped, grid.resampled(small), 5.0), atol=1e-5)


def test_input_is_not_modified_and_threads_do_not_show():
    noise = np.random.default_rng(5).standard_normal((50, 45, 41)).astype(np.float32)
    before = noise.copy()
    grid = Grid.of(noise.shape, 1.0)
    results = []
    try:
        for threads in (1, 2, 3):
            set_threads(threads)
            results.append(low_pass(noise, grid, 4.0))
    finally:
        set_threads(None)
    np.testing.assert_array_equal(noise, before)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])
