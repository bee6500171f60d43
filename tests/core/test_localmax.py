import math

import numpy as np
import pytest
from chimerax.occupy.core import Grid, localmax
from chimerax.occupy.core.localmax import ball, kernel_sizes, local_maximum, order_share
from chimerax.occupy.core.threads import Cancelled, set_threads
from scipy import ndimage

SKEWED = ((1.1, 0, 0), (0.3, 1.0, 0), (-0.2, 0.1, 0.9))


def slow_maximum(array, kernel):
    """The maximum filter of scipy, which visits every voxel of the kernel for every voxel."""
    return ndimage.maximum_filter(array, footprint=kernel, mode='constant', cval=-np.inf)


@pytest.fixture(params=[1, 1000, localmax.BLOCK_VOXELS])
def block(request, monkeypatch):
    """Blocks of single planes, of a few, and so large that a small box is one block."""
    monkeypatch.setattr(localmax, 'BLOCK_VOXELS', request.param)


@pytest.mark.parametrize(('voxels', 'tau'), [
    (19, 0.8902), (33, 0.9246), (81, 0.9608), (93, 0.9647), (123, 0.9715), (257, 0.9840)])
def test_order_share_of_the_published_table(voxels, tau):
    found = order_share(voxels)
    assert found == pytest.approx(tau, abs=5e-5)
    assert found ** voxels + found == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize('n', [1, 2, 7, 1000, 100_000, 10_000_000])
def test_order_share_solves_its_equation_at_any_size(n):
    found = order_share(n)
    assert 0 < found < 1
    assert math.exp(n * math.log(found)) == pytest.approx(1 - found, rel=1e-6)


def test_kernel_sizes_are_odd_and_within_limits():
    assert kernel_sizes(8, (1.564,) * 3, (3, 9)) == (5, 5, 5)
    assert kernel_sizes(8, (0.5, 1.0, 3.0), (3, 9)) == (9, 9, 3)
    assert kernel_sizes(3 * 3.54, (3.54,) * 3, (3, 9)) == (3, 3, 3)


@pytest.mark.parametrize(('step', 'n'), [(3.54, 19), (1.564, 81), (1.064, 251), (1.0, 257)])
def test_number_of_voxels_in_a_kernel(step, n):
    grid = Grid.of((50, 50, 50), step)
    low_pass = max(8, 3 * step)
    kernel = ball(grid, kernel_sizes(low_pass, grid.steps, (3, 9)), low_pass / (2 * step))
    assert kernel.sum() == n


def test_ball_in_a_skewed_cell_holds_what_is_near_in_angstrom():
    grid = Grid.of((20, 20, 20), SKEWED)
    kernel = ball(grid, (9, 9, 9), 2.5)
    for z, y, x in np.ndindex(kernel.shape):
        place = (x - 4) * np.array(SKEWED[0]) + (y - 4) * np.array(SKEWED[1])
        place = place + (z - 4) * np.array(SKEWED[2])
        assert kernel[z, y, x] == (np.linalg.norm(place) <= 2.5 * grid.step * (1 + 1e-6))


@pytest.mark.parametrize('shape', [(9, 9, 9), (10, 31, 17), (40, 12, 300), (3, 64, 5), (70, 9, 9)])
@pytest.mark.parametrize('size', [1, 3, 5, 9])
def test_exact_for_balls_on_any_box(shape, size, block):
    array = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    kernel = ball(Grid.of(shape, 1.0), (size,) * 3, size / 2)
    np.testing.assert_array_equal(local_maximum(array, kernel), slow_maximum(array, kernel))


@pytest.mark.parametrize(('axes', 'sizes', 'radius'), [
    (SKEWED, (9, 9, 9), 3.0), (SKEWED, (7, 5, 9), 2.2), ((0.8, 1.4, 2.1), (9, 5, 3), 1.5),
    ((1, 1, 1), (9, 3, 5), 4)])
def test_exact_for_skewed_and_uneven_kernels(axes, sizes, radius, block):
    array = np.random.default_rng(4).standard_normal((23, 37, 29)).astype(np.float32)
    kernel = ball(Grid.of(array.shape, axes), sizes, radius)
    np.testing.assert_array_equal(local_maximum(array, kernel), slow_maximum(array, kernel))


def test_exact_for_a_kernel_that_is_not_symmetric():
    kernel = np.zeros((3, 3, 5), bool)
    kernel[0, 1, 2:5] = kernel[1, 1, 2] = kernel[1, 2, 0:2] = True
    array = np.random.default_rng(5).standard_normal((8, 9, 10)).astype(np.float32)
    expected = np.full(array.shape, -np.inf, np.float32)
    padded = np.pad(array, ((1, 1), (1, 1), (2, 2)), constant_values=-np.inf)
    for z, y, x in np.argwhere(kernel):
        np.maximum(expected, padded[z:z + 8, y:y + 9, x:x + 10], out=expected)
    np.testing.assert_array_equal(local_maximum(array, kernel), expected)


@pytest.mark.parametrize('seed', range(20))
def test_exact_for_any_kernel_whose_rows_are_runs(seed, block):
    generator = np.random.default_rng(seed)
    kernel = np.zeros(generator.choice([1, 3, 5, 7], 3), bool)
    for row in kernel.reshape(-1, kernel.shape[2]):
        first, last = generator.integers(0, len(row) + 1, 2)
        row[first:last] = True
    kernel[generator.integers(0, len(kernel))] = False
    array = generator.standard_normal((13, 17, 11)).astype(np.float32)
    if kernel.any():
        np.testing.assert_array_equal(local_maximum(array, kernel), slow_maximum(array, kernel))


def test_a_row_with_a_gap_is_refused():
    kernel = np.zeros((1, 1, 3), bool)
    kernel[0, 0, [0, 2]] = True
    with pytest.raises(ValueError, match='one run'):
        local_maximum(np.zeros((4, 4, 4), np.float32), kernel)


def test_the_number_of_threads_does_not_show():
    array = np.random.default_rng(6).standard_normal((60, 300, 90)).astype(np.float32)
    kernel = ball(Grid.of(array.shape, 1.0), (7, 7, 7), 3.2)
    results = []
    try:
        for threads in (1, 2, 5):
            set_threads(threads)
            results.append(local_maximum(array, kernel))
    finally:
        set_threads(None)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_progress_rises_to_one_and_can_stop_the_work():
    array = np.zeros((50, 40, 40), np.float32)
    kernel = ball(Grid.of(array.shape, 1.0), (3, 3, 3), 1)
    shares = []
    local_maximum(array, kernel, shares.append)
    assert max(shares) == 1
    assert len(shares) >= 50

    def stop(share):
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        local_maximum(array, kernel, stop)
