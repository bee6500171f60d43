"""What a contour level leaves out of sight."""

import dataclasses

import numpy as np
import pytest
from chimerax.occupy.core import estimate
from chimerax.occupy.core.inview import InView, in_view
from scipy.ndimage import gaussian_filter


def bodies(weak=0.25, noise=0.02, shape=(48, 48, 80), voxel=2.0):
    """A strong body of atoms and a weak one of a third of its volume, far apart."""
    rng = np.random.default_rng(5)
    z, y, x = np.indices(shape)
    density = np.zeros(shape)
    for occupancy, place, radius in ((1, 25, 13), (weak, 60, 9)):
        inside = (z - 24) ** 2 + (y - 24) ** 2 + (x - place) ** 2 < radius ** 2
        density += occupancy * gaussian_filter(((rng.random(shape) < 0.12) & inside) * 1.0, 1)
    density /= density.max()
    return (density + noise * rng.standard_normal(shape)).astype(np.float32), voxel


@pytest.fixture(scope='module')
def two():
    array, voxel = bodies()
    return array, estimate(array, voxel, mode='occupancy')


def test_a_weak_body_is_hidden_by_a_high_level_and_seen_at_the_lower_one(two):
    known = in_view(*two)
    # A third of the strong one's volume is a quarter of the whole.
    assert 0.15 < known.hidden(0.5) < 0.35
    lower = known.lower(0.5)
    assert known.noise < lower < 0.3
    assert known.hidden(lower) < 0.02
    assert known.lower(lower) is None
    assert known.hidden(0.01) == 0
    assert known.hidden(10) == 1
    assert float(f'{lower:.3g}') == lower


def test_the_foot_of_strong_density_is_in_view():
    array, voxel = bodies(weak=1)
    known = in_view(array, estimate(array, voxel, mode='occupancy'))
    assert known.hidden(0.5) < 0.02
    assert known.lower(0.5) is None


def test_every_other_voxel_and_other_types_tell_the_same(two):
    array, found = two
    whole = in_view(array, found)
    coarse = in_view(array[::2, ::2, ::2], found)
    assert len(coarse.levels) == len(whole.levels)
    assert coarse.hidden(0.45) == pytest.approx(whole.hidden(0.5), abs=0.1)
    steps = in_view(np.round(100 * array).astype(np.int8), found)
    assert steps.hidden(50) == pytest.approx(whole.hidden(0.5), abs=0.02)
    mode = in_view(array, estimate(array, 2.0, mode='resolution'))
    assert mode.hidden(0.5) == pytest.approx(whole.hidden(0.5), abs=0.002)


def test_nothing_is_told_where_nothing_is_known(two):
    array, found = two
    assert in_view(array, dataclasses.replace(found, low_passed=None)) is None
    empty = dataclasses.replace(found, low_passed=np.zeros_like(found.low_passed))
    assert in_view(array, empty) is None


def test_no_level_is_named_at_which_noise_hides_it():
    levels = np.linspace(0.1, 1, 100, dtype=np.float32)
    assert InView(levels, 0.05).lower(0.9) == pytest.approx(0.113, abs=0.001)
    assert InView(levels, 0.4).lower(0.9) == 0.4
    assert InView(levels, 0.85).lower(0.9) is None
    assert InView(levels, 0.95).lower(0.9) is None
    assert InView(-levels[::-1], -2.0).lower(0.0) is None
