from dataclasses import replace

import numpy as np
import pytest
from chimerax.occupy.core import Modification, Modifier, estimate, modify
from chimerax.occupy.core.curves import gain
from chimerax.occupy.core.histogram import match_histogram
from chimerax.occupy.core.interpolate import resample
from chimerax.occupy.core.wording import SOLVENT_MASK, Remark

KINDS = ('amplify', 'attenuate', 'sigmoid')


@pytest.fixture(scope='module')
def found(pair_map):
    """An occupancy-mode estimate on the map's own grid."""
    return estimate(pair_map, 1.5, mode='occupancy')


@pytest.fixture(scope='module')
def small(pair_map):
    """The same on a working grid that is smaller than the map."""
    return estimate(pair_map, 1.5, mode='occupancy', max_box=40)


@pytest.fixture(params=['full', 'small'])
def either(request, found, small):
    return found if request.param == 'full' else small


@pytest.mark.parametrize('kind', KINDS)
def test_output_is_the_formula_of_the_method(pair_map, either, kind):
    modification = Modification(kind, hedge=2, exclude_solvent=True)
    scale = resample(either.scale, pair_map.shape)
    confidence = resample(either.confidence, pair_map.shape) ** 2
    expected = np.clip(confidence * gain(scale, modification) * pair_map,
                       pair_map.min(), pair_map.max())
    np.testing.assert_allclose(modify(pair_map, either, modification), expected, atol=1e-5)


def test_amplified_map_keeps_its_solvent(pair_map, either):
    modification = Modification('amplify')
    scale = resample(either.scale, pair_map.shape)
    confidence = resample(either.confidence, pair_map.shape)
    expected = pair_map * (1 + confidence * (gain(scale, modification) - 1))
    np.testing.assert_allclose(modify(pair_map, either, modification),
                               np.clip(expected, pair_map.min(), pair_map.max()), atol=1e-5)


@pytest.mark.parametrize('kind', ['attenuate', 'sigmoid'])
def test_weakened_density_is_filled_with_noise_that_keeps_the_variance(pair_map, found, kind):
    modification = Modification(kind, power=5)
    modifier = Modifier(pair_map, found)
    result = modifier.apply(modification)
    noise, mean = modifier._noise_of(0, None)
    weak = np.minimum(gain(found.scale, modification), 1)
    fill = (1 - weak) * mean + np.sqrt(1 - weak ** 2) * noise
    factor = 1 + found.confidence * (gain(found.scale, modification) - 1)
    expected = np.clip(pair_map * factor + found.confidence * fill,
                       pair_map.min(), pair_map.max())
    np.testing.assert_allclose(result, expected, atol=1e-5)


@pytest.mark.parametrize('kind', [*KINDS, 'solvent'])
def test_without_confidence_nothing_changes_where_solvent_is_kept(pair_map, either, kind):
    result = modify(pair_map, either, Modification(kind, exclude_solvent=kind == 'solvent'))
    nothing = resample(either.confidence, pair_map.shape) == 0
    assert nothing.mean() > 0.5
    if kind == 'solvent':
        assert (result[nothing] == 0).all()
    else:
        np.testing.assert_array_equal(result[nothing], pair_map[nothing])


def test_amplification_never_lowers_and_attenuation_never_raises(pair_map, either):
    strong = np.abs(modify(pair_map, either, Modification('amplify', power=8)))
    assert (strong >= np.abs(pair_map) * (1 - 1e-6)).all()
    weak = np.abs(modify(pair_map, either, Modification('attenuate', exclude_solvent=True)))
    assert (weak <= np.abs(pair_map) * (1 + 1e-6)).all()


@pytest.mark.parametrize('kind', KINDS)
def test_power_one_returns_the_input_bit_for_bit(pair_map, either, kind):
    result = modify(pair_map, either, Modification(kind, power=1))
    np.testing.assert_array_equal(result, pair_map)
    assert not np.shares_memory(result, pair_map)
    difference = modify(pair_map, either, Modification(kind, power=1, output='difference'))
    assert not difference.any()


@pytest.mark.parametrize('kind', [*KINDS, 'solvent'])
@pytest.mark.parametrize('factor', [0.01, 100])
def test_a_factor_on_the_map_is_a_factor_on_the_result(pair_map, found, kind, factor):
    modification = Modification(kind)
    plain = modify(pair_map, found, modification)
    scaled_map = pair_map * np.float32(factor)
    again = estimate(scaled_map, 1.5, mode='occupancy')
    scaled = modify(scaled_map, again, modification)
    np.testing.assert_allclose(scaled / factor, plain, atol=3e-3 * float(pair_map.max()))


def test_difference_and_gain(pair_map, found):
    modification = Modification('sigmoid', power=5)
    result = modify(pair_map, found, modification)
    difference = modify(pair_map, found, replace(modification, output='difference'))
    np.testing.assert_array_equal(difference, result - pair_map)
    factor = modify(pair_map, found, replace(modification, output='gain'))
    np.testing.assert_allclose(
        factor, 1 + found.confidence * (gain(found.scale, modification) - 1), atol=1e-6)


def test_partially_occupied_parts_are_lifted_or_lowered(pair_map, found):
    place = (slice(19, 26), slice(21, 28), slice(45, 52))
    before = pair_map[place].mean()
    amplified = modify(pair_map, found, Modification('amplify', power=1000))[place].mean()
    attenuated = modify(pair_map, found, Modification('attenuate', power=5))[place].mean()
    assert amplified / before == pytest.approx(2, abs=0.35)
    assert attenuated / before < 0.2


def test_same_command_same_map(pair_map, small):
    modification = Modification('sigmoid', power=5)
    np.testing.assert_array_equal(modify(pair_map, small, modification),
                                  modify(pair_map, small, modification))
    other = modify(pair_map, small, replace(modification, seed=1))
    assert not np.array_equal(other, modify(pair_map, small, modification))


def test_a_part_of_a_map_is_modified_as_in_the_whole(pair_map, small):
    region = (slice(4, 40, 2), slice(10, 30), slice(0, 72, 3))
    modification = Modification('amplify')
    whole = modify(pair_map, small, modification)
    part = Modifier(pair_map[region], small, region).apply(modification)
    limits = pair_map[region].min(), pair_map[region].max()
    np.testing.assert_allclose(part, np.clip(whole[region], *limits), atol=1e-6)


def test_result_stays_within_the_range_of_the_input(pair_map, found):
    for kind in KINDS:
        result = modify(pair_map, found, Modification(kind, power=10))
        assert result.min() >= pair_map.min()
        assert result.max() <= pair_map.max()


def test_low_pass_and_histogram_of_the_output(pair_map, found):
    plain = modify(pair_map, found, Modification('amplify'))
    smooth = modify(pair_map, found, Modification('amplify', output_low_pass=9))
    assert smooth.std() < plain.std()
    matched = modify(pair_map, found, Modification('amplify', match_histogram=True))
    for share in (0.01, 0.5, 0.9, 0.999):
        assert np.quantile(matched, share) == pytest.approx(
            np.quantile(pair_map, share), abs=2e-3 * float(np.ptp(pair_map)))


def test_histogram_match_keeps_the_order_of_values():
    rng = np.random.default_rng(8)
    array = rng.standard_normal((20, 21, 22)).astype(np.float32)
    reference = rng.gamma(2, size=array.shape).astype(np.float32)
    matched = match_histogram(array, reference).ravel()
    assert (np.diff(matched[np.argsort(array, axis=None)]) >= 0).all()
    for share in np.linspace(0, 0.999, 50):
        assert np.quantile(matched, share) == pytest.approx(np.quantile(reference, share),
                                                            abs=0.01, rel=0.02)


def test_large_maps_keep_what_the_working_grid_cannot_hold(pair_map, small):
    """Shell correlation with the input, where the scale is 1, up to the input's Nyquist."""
    flat = replace(small, scale=np.ones_like(small.scale))
    result = modify(pair_map, flat, Modification('attenuate', power=3))
    np.testing.assert_allclose(result, pair_map, atol=1e-6)


def test_resolution_mode_and_suspect_solvent_are_refused_with_what_to_do(pair_map, found):
    with pytest.raises(ValueError, match='estimate in occupancy mode'):
        modify(pair_map, estimate(pair_map, 1.5), Modification('amplify'))
    odd = Remark('it is odd', (SOLVENT_MASK,))
    suspect = replace(found, solvent=replace(found.solvent, suspect=(odd,)))
    with pytest.raises(ValueError, match='odd; give a solvent_mask or give confidence=False'):
        modify(pair_map, suspect, Modification('amplify'))
    modify(pair_map, suspect, Modification('amplify', confidence=False))


def test_a_map_of_another_box_is_refused(pair_map, found):
    with pytest.raises(ValueError, match='changed its box'):
        modify(pair_map[:-1], found, Modification('amplify'))


def test_inputs_are_not_modified(pair_map, found):
    before = pair_map.copy(), found.scale.copy(), found.confidence.copy()
    for kind in KINDS:
        modify(pair_map, found, Modification(kind, confidence=False, match_histogram=True))
    for now, then in zip((pair_map, found.scale, found.confidence), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_matching_an_array_of_one_value():
    reference = np.linspace(0, 1, 1000, dtype=np.float32).reshape(10, 10, 10)
    for value in (0, 3):
        flat = np.full((10, 10, 10), value, np.float32)
        assert (match_histogram(flat, reference) == value).all()
        assert (match_histogram(flat, reference, out=flat) == value).all()
