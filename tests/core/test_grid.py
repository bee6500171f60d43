import numpy as np
import pytest
from chimerax.occupy.core import Grid


def test_axes_from_one_size_three_sizes_or_three_vectors():
    assert Grid.of((4, 5, 6), 1.5) == Grid.of((4, 5, 6), (1.5, 1.5, 1.5))
    assert Grid.of((4, 5, 6), (1, 2, 3)) == Grid.of((4, 5, 6), np.diag([1, 2, 3]))
    grid = Grid.of((4, 5, 6), (1, 2, 3))
    assert grid.steps == (1, 2, 3)
    assert grid.step == 3
    assert grid.lengths == (6, 10, 12)
    assert grid.is_orthogonal
    assert grid.voxels == 120


def test_a_skewed_cell_is_told_from_an_orthogonal_one():
    skewed = Grid.of((4, 5, 6), ((1, 0, 0), (0.1, 1, 0), (0, 0, 1)))
    assert not skewed.is_orthogonal
    turned = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    assert Grid.of((4, 5, 6), turned).is_orthogonal


@pytest.mark.parametrize('axes', [0, -1, (1, 0, 1), (1, 1, float('nan')), (1, 1, -1)])
def test_no_voxel_size_is_refused(axes):
    with pytest.raises(ValueError, match='no voxel size'):
        Grid.of((4, 4, 4), axes)


def test_axes_in_one_plane_and_odd_shapes_of_axes_are_refused():
    with pytest.raises(ValueError, match='in one plane'):
        Grid.of((4, 4, 4), ((1, 0, 0), (0, 1, 0), (1, 1, 0)))
    with pytest.raises(ValueError, match='three voxel sizes'):
        Grid.of((4, 4, 4), (1, 1))


def test_working_grid_of_a_large_cube_is_exactly_the_limit():
    working = Grid.of((384, 384, 384), 0.8).working(256)
    assert working.shape == (256, 256, 256)
    assert working.steps == pytest.approx((1.2, 1.2, 1.2))


def test_working_grid_keeps_the_box_and_its_proportions():
    grid = Grid.of((300, 400, 500), (1, 1.1, 1.2))
    working = grid.working(128)
    assert working.lengths == pytest.approx(grid.lengths)
    assert working.voxels == pytest.approx(128 ** 3, rel=0.1)
    factors = np.array(working.shape) / grid.shape
    assert np.ptp(factors) < 0.03
    assert all(set(_factors(n)) <= {2, 3, 5} for n in working.shape)


def test_small_maps_and_a_limit_of_none_leave_the_grid_alone():
    grid = Grid.of((61, 67, 71), 1)
    assert grid.working(256) is grid
    assert grid.working(0) is grid
    assert grid.working(32) is not grid


def _factors(n):
    return [p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, p))]


@pytest.mark.parametrize(('other', 'same'), [
    (1.4, True), (1.4 * (1 + 1e-7), True), (1.4 * (1 - 5e-5), True), (1.4 * 1.001, False),
    ((1.4, 1.4, 1.4002), False), (1.41, False)])
def test_a_header_s_rounding_makes_no_other_grid(other, same):
    grid = Grid.of((30, 40, 50), 1.4)
    assert grid.same_as(Grid.of((30, 40, 50), other)) is same
    assert Grid.of((30, 40, 50), other).same_as(grid) is same
    assert not grid.same_as(Grid.of((30, 40, 51), other))
