import dataclasses

import numpy as np
import pytest
from chimerax.occupy.core import (
    Cancelled,
    Grid,
    Parameters,
    check_map,
    content_map,
    derive,
    estimate,
    fourier,
    refit_solvent,
)
from chimerax.occupy.core.threads import set_threads
from chimerax.occupy.core.wording import VOXEL_SIZE
from scipy import ndimage


@pytest.fixture(scope='module')
def resolution(pair_map):
    return estimate(pair_map, 1.5)


@pytest.fixture(scope='module')
def occupancy(pair_map):
    return estimate(pair_map, 1.5, mode='occupancy')


def test_scale_is_the_local_maximum_over_full_scale(pair_map, resolution):
    _, _, kernel = derive(Parameters(), Grid.of(pair_map.shape, 1.5))
    assert resolution.kernel_voxels == kernel.sum()
    largest = ndimage.maximum_filter(pair_map, footprint=kernel, mode='constant', cval=-np.inf)
    full = np.float32(resolution.tiles.full.value)
    np.testing.assert_array_equal(resolution.scale, np.clip(largest / full, 0, 1))
    assert resolution.full_scale == resolution.tiles.full.value


def test_occupancy_mode_takes_the_scale_of_the_low_passed_map(pair_map, occupancy):
    low_passed = content_map(pair_map, occupancy)
    assert low_passed.std() < pair_map.std()
    again = estimate(low_passed, 1.5)
    np.testing.assert_array_equal(again.scale, occupancy.scale)


def test_the_half_occupied_ball_reads_about_half(pair_map, occupancy):
    full, half = (occupancy.scale[22, 24, x] for x in (24, 48))
    assert full > 0.85
    assert half / full == pytest.approx(0.5, abs=0.08)


def test_variability_limit_is_told_in_occupancy_mode_only(pair_map, resolution, occupancy):
    assert resolution.variability_limit is None
    content = content_map(pair_map, occupancy)
    expected = content[occupancy.scale == 1].mean(dtype=float) / occupancy.full_scale
    assert occupancy.variability_limit == pytest.approx(expected, rel=1e-5)


def test_every_derived_parameter_is_told(resolution):
    parameters = dataclasses.asdict(resolution.parameters)
    parameters.pop('worst_resolution')
    assert all(value is not None for value in parameters.values())
    assert parameters['low_pass'] == 8
    assert parameters['kernel_size'] == (5, 5, 5)
    assert parameters['kernel_radius'] == pytest.approx(8 / 3)


def test_what_is_derived_may_be_given(pair_map, resolution):
    told = resolution.parameters
    again = estimate(pair_map, 1.5, told)
    np.testing.assert_array_equal(again.scale, resolution.scale)
    other = estimate(pair_map, 1.5, kernel_size=3, kernel_radius=1, tau=0.9, tile_size=8)
    assert other.kernel_voxels == 7
    assert other.parameters.tau == 0.9
    assert other.tiles.full.size == (8, 8, 8)


def test_naive_and_given_full_scale(pair_map):
    naive = estimate(pair_map, 1.5, full_scale='naive')
    assert naive.full_scale == pytest.approx(naive.parameters.tau * float(pair_map.max()))
    given = estimate(pair_map, 1.5, full_scale=2.5)
    assert given.full_scale == 2.5
    assert given.scale.max() == pytest.approx(pair_map.max() / 2.5)


def test_full_scale_of_a_region_and_of_another_map(pair_map, occupancy):
    region = np.zeros(pair_map.shape, bool)
    region[20:25, 22:27, 46:51] = True
    half = estimate(pair_map, 1.5, mode='occupancy', full_scale_region=region)
    assert half.full_scale == pytest.approx(0.5 * occupancy.full_scale, rel=0.2)
    assert half.scale[22, 24, 48] > 0.9
    taken = estimate(pair_map * np.float32(0.5), 1.5, mode='occupancy', full_scale_from=half)
    assert taken.full_scale == half.full_scale
    with pytest.raises(ValueError, match='only one of'):
        estimate(pair_map, 1.5, full_scale=2.0, full_scale_region=region)
    with pytest.raises(ValueError, match='no voxel'):
        estimate(pair_map, 1.5, full_scale_region=np.zeros(pair_map.shape, bool))


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
@pytest.mark.parametrize('factor', [0.01, 100])
def test_a_positive_factor_changes_nothing(pair_map, mode, factor):
    plain = estimate(pair_map, 1.5, mode=mode, recalibrate=True)
    scaled = estimate(pair_map * np.float32(factor), 1.5, mode=mode, recalibrate=True)
    np.testing.assert_allclose(scaled.scale, plain.scale, atol=1e-5)
    np.testing.assert_allclose(scaled.confidence, plain.confidence, atol=2e-3)


def test_recalibration_puts_zero_at_the_edge_of_the_noise(pair_map, occupancy):
    found = estimate(pair_map, 1.5, mode='occupancy', recalibrate=True)
    q = found.noise_level
    assert q == pytest.approx(found.solvent.half_confident / found.full_scale)
    assert 0 < q < 0.3
    np.testing.assert_allclose(found.scale, np.clip((occupancy.scale - q) / (1 - q), 0, 1),
                               atol=1e-6)


def test_solvent_away_from_zero_is_said_and_can_be_subtracted(assembly):
    plain = assembly()
    lifted = plain + np.float32(0.4)
    found = estimate(lifted, 1.5, mode='occupancy')
    assert any("baseline='solvent'" in warning for warning in found.warnings)
    mended = estimate(lifted, 1.5, mode='occupancy', baseline='solvent')
    assert mended.baseline == pytest.approx(0.4, abs=0.02)
    assert not mended.warnings
    reference = estimate(plain, 1.5, mode='occupancy', baseline='solvent')
    np.testing.assert_allclose(mended.scale, reference.scale, atol=1e-3)


def test_large_maps_are_estimated_on_a_smaller_grid(pair_map):
    small = estimate(pair_map, 1.5, mode='occupancy', max_box=40)
    assert small.grid.voxels <= 1.05 * 40 ** 3
    assert small.source_grid.shape == pair_map.shape
    assert small.scale.shape == small.confidence.shape == small.grid.shape
    whole = estimate(pair_map, 1.5, mode='occupancy', max_box=0)
    assert whole.grid.shape == pair_map.shape
    factor = small.grid.shape[2] / pair_map.shape[2]
    for x in (24, 48):
        place = tuple(round(i * factor) for i in (22, 24, x))
        assert small.scale[place] == pytest.approx(whole.scale[22, 24, x], abs=0.12)


@pytest.mark.parametrize('shape', [(9, 9, 9), (11, 16, 60), (31, 33, 35), (5, 40, 40), (17, 9, 5)])
@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
def test_any_box_down_to_one_kernel(assembly, shape, mode):
    density = np.random.default_rng(1).random(shape).astype(np.float32)
    found = estimate(density, (1.5, 1.5, 1.5), mode=mode)
    assert found.scale.shape == shape
    assert np.isfinite(found.scale).all()
    assert found.scale.min() >= 0
    assert found.scale.max() <= 1
    assert np.isfinite(found.confidence).all()


@pytest.mark.parametrize('dtype', ['int8', 'int16', 'uint16', 'float16', '>f4', 'float64'])
def test_any_type_of_values_and_inputs_stay_as_they_are(pair_map, dtype):
    density = (pair_map - pair_map.min()) * 100
    typed = density.astype(dtype)
    before = typed.copy()
    found = estimate(typed, 1.5)
    np.testing.assert_array_equal(typed, before)
    plain = estimate(density.astype(dtype).astype(np.float32), 1.5)
    np.testing.assert_array_equal(found.scale, plain.scale)


@pytest.mark.parametrize(('array', 'axes', 'words'), [
    (np.ones((4, 4)), 1, 'three dimensions'),
    (np.random.default_rng(0).random((1, 40, 40)), 1, 'single plane'),
    (np.ones((20, 20, 20)), 1, 'constant'),
    (np.full((20, 20, 20), np.nan), 1, 'not numbers'),
    (np.where(np.arange(8000).reshape(20, 20, 20) == 17, np.inf, 1.0), 1, 'not numbers'),
    (np.where(np.arange(8000).reshape(20, 20, 20) == 17, np.nan, 1.0), 1, 'not numbers'),
    (-np.random.default_rng(0).random((20, 20, 20)), 1, 'no positive density'),
    (np.random.default_rng(0).random((20, 20, 20)), 0, 'no voxel size'),
    (np.random.default_rng(0).random((20, 20, 20)) * 1e30, 1, 'too large'),
    (np.random.default_rng(0).random((20, 20, 20)) * 1e-30, 1, 'too small'),
    (np.where(np.arange(8000).reshape(20, 20, 20) == 17, -1e30, 1.0), 1, 'too large'),
])
def test_what_is_no_map_is_refused_in_a_sentence(array, axes, words):
    with pytest.raises(ValueError, match=words) as error:
        check_map(array, axes)
    assert '\n' not in str(error.value)
    with pytest.raises(ValueError, match=words):
        estimate(array, axes)


def test_a_box_smaller_than_the_kernel_and_a_mostly_negative_map_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match='fewer than the kernel'):
        estimate(rng.random((6, 20, 20)), 1.0)
    inverted = -rng.random((30, 30, 30))
    inverted[3, 3, 3] = 1
    with pytest.raises(ValueError, match='density must be positive'):
        estimate(inverted, 1.0)


def test_the_number_of_threads_does_not_show(pair_map):
    results = []
    try:
        for threads in (1, 2, 3):
            set_threads(threads)
            results.append(estimate(pair_map, 1.5, mode='occupancy', recalibrate=True))
    finally:
        set_threads(None)
    for other in results[1:]:
        np.testing.assert_array_equal(other.scale, results[0].scale)
        np.testing.assert_array_equal(other.confidence, results[0].confidence)


def test_progress_rises_and_names_what_is_done(pair_map):
    told = []
    estimate(pair_map, 1.5, progress=lambda share, name: told.append((share, name)))
    shares = [share for share, _ in told]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert max(np.diff(shares)) < 0.3
    names = list(dict.fromkeys(name for _, name in told if name))
    assert names == ['Low-passing', 'Fitting solvent', 'Local maximum', 'Full scale', 'Scale']


def test_work_can_be_cancelled_at_any_stage(pair_map):
    for limit in (0.0, 0.2, 0.5, 0.9):
        def stop(share, _name, limit=limit):
            if share >= limit:
                raise Cancelled

        with pytest.raises(Cancelled):
            estimate(pair_map, 1.5, mode='occupancy', progress=stop)


@pytest.mark.parametrize(('step', 'odd'), [
    (0.14, True), (0.25, False), (1.4, False), (20.0, False), (140.0, True)])
def test_a_voxel_size_that_is_unusual_is_said(assembly, step, odd):
    found = estimate(assembly(), step)
    said = [warning for warning in found.warnings if getattr(warning, 'kind', '') == VOXEL_SIZE]
    assert bool(said) is odd
    assert not odd or f'{step:g} Å' in said[0]


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
def test_confidence_of_a_large_map_is_made_when_asked_for(mode):
    """From fewer samples that hold the low-passed map, as from the map itself; and it is kept."""
    rng = np.random.default_rng(5)
    array = rng.standard_normal((168, 162, 176)).astype(np.float32)
    array[50:100, 40:90, 60:120] += 8 * rng.random((50, 50, 60), np.float32)
    found = estimate(array, 1.4, mode=mode)
    assert 'confidence' not in vars(found)
    assert 2 * found.low_passed.size < found.scale.size
    low_passed = fourier.low_pass(array, found.source_grid, found.parameters.low_pass)
    np.testing.assert_allclose(
        found.confidence, found.solvent.confidence_of(low_passed), atol=2e-3)
    assert found.confidence is found.confidence
    # All voxels decide the solvent model where the scale rests on it: that differs within a few
    # hundredths of its width.
    exact = estimate(array, 1.4, mode=mode, full_scale='auto')
    assert exact.solvent.mean == pytest.approx(found.solvent.mean, abs=0.02 * found.solvent.width)
    assert exact.solvent.width == pytest.approx(found.solvent.width, rel=0.02)
    assert np.abs(exact.confidence - found.confidence).mean() < 5e-3
    again = refit_solvent(array, found)
    assert again.solvent.mean == found.solvent.mean
    np.testing.assert_array_equal(again.confidence, found.confidence)
