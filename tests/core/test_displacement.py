"""Displacement and weights, for loops."""

import numpy as np
import pytest
from chimerax.occupy.core import Modification, displacement, estimate, modify, weights

SIZE = 1.5


@pytest.fixture(scope='module')
def found(pair_map):
    return estimate(pair_map, SIZE, mode='occupancy')


@pytest.mark.parametrize('kind', ['amplify', 'attenuate', 'sigmoid', 'solvent'])
def test_it_is_the_difference_times_the_strength(pair_map, found, kind):
    modification = Modification(kind)
    whole = modify(pair_map, found, modification) - pair_map
    for strength in (0, 0.25, 1):
        step = displacement(pair_map, SIZE, modification, strength, estimate=found)
        np.testing.assert_allclose(step, strength * whole, atol=1e-6)
        assert step.dtype == np.float32


def test_it_estimates_by_itself(pair_map, found):
    modification = Modification('attenuate')
    np.testing.assert_array_equal(
        displacement(pair_map, SIZE, modification, 0.5),
        displacement(pair_map, SIZE, modification, 0.5, estimate=found))


def test_the_map_is_not_touched(pair_map, found):
    before = pair_map.copy()
    displacement(pair_map, SIZE, Modification('sigmoid'), 1, estimate=found)
    np.testing.assert_array_equal(pair_map, before)


def test_a_factor_on_the_map_is_a_factor_on_the_displacement(pair_map):
    modification = Modification('sigmoid', pivot=0.7, exclude_solvent=True)
    one = displacement(pair_map, SIZE, modification, 1)
    many = displacement(pair_map * np.float32(100), SIZE, modification, 1)
    np.testing.assert_allclose(many, one * 100, atol=1e-3 * np.abs(many).max())


@pytest.mark.parametrize('strength', [-0.1, 1.1, float('nan'), 'much'])
def test_a_strength_outside_its_range_is_told(pair_map, found, strength):
    with pytest.raises(ValueError, match='strength must be'):
        displacement(pair_map, SIZE, Modification('attenuate'), strength, estimate=found)


def test_an_estimate_of_another_grid_or_mode_is_refused(pair_map, found):
    with pytest.raises(ValueError, match='another grid'):
        displacement(pair_map, 2.0, Modification('attenuate'), 1, estimate=found)
    other = estimate(pair_map, SIZE, mode='resolution')
    with pytest.raises(ValueError, match='resolution mode'):
        displacement(pair_map, SIZE, Modification('attenuate'), 1, estimate=other)
    with pytest.raises(ValueError, match='output'):
        displacement(pair_map, SIZE, Modification('attenuate', output='gain'), 1, estimate=found)


def test_weights_are_the_scale_with_and_without_confidence(pair_map, found):
    np.testing.assert_array_equal(weights(pair_map, SIZE, confidence=False), found.scale)
    np.testing.assert_allclose(weights(pair_map, SIZE, estimate=found),
                               found.scale * found.confidence, atol=1e-7)


def test_weights_come_on_the_grid_of_the_map(pair_map):
    found = estimate(pair_map, SIZE, mode='occupancy', max_box=36)
    result = weights(pair_map, SIZE, estimate=found)
    assert result.shape == pair_map.shape != found.grid.shape
    assert 0 <= result.min() < result.max() <= 1


def test_a_map_that_is_nothing_but_noise_is_refused():
    noise = np.random.default_rng(1).standard_normal((40, 40, 40)).astype(np.float32)
    with pytest.raises(ValueError, match='suspect'):
        displacement(noise, SIZE, Modification('attenuate'), 1)
    with pytest.raises(ValueError, match='suspect'):
        weights(noise, SIZE)
