import numpy as np
import pytest
from chimerax.occupy.core import (
    Modification,
    content_map,
    estimate,
    solvent_definition,
    subtraction_mask,
    targeted_occupancy,
)
from chimerax.occupy.core.curves import gain
from chimerax.occupy.core.interpolate import resample
from chimerax.occupy.core.localmax import order_share
from chimerax.occupy.core.masks import mask_level
from chimerax.occupy.core.tiles import search_tiles
from scipy import ndimage


@pytest.fixture(scope='module', params=[0, 40], ids=['full', 'small'])
def found(request, pair_map):
    return estimate(pair_map, 1.5, mode='occupancy', max_box=request.param)


def test_solvent_definition_is_the_scale_above_a_threshold(pair_map, found):
    scale = resample(found.scale, pair_map.shape)
    for threshold in (0.3, 0.6):
        mask = solvent_definition(found, threshold)
        assert mask.shape == pair_map.shape
        np.testing.assert_array_equal(mask, (scale > threshold).astype(np.float32))


@pytest.mark.parametrize('modification', [
    Modification('attenuate', power=3), Modification('sigmoid', power=5, pivot=0.3)])
def test_subtraction_masks_cover_what_is_kept_or_what_is_subtracted(pair_map, found, modification):
    scale = resample(found.scale, pair_map.shape)
    kept = subtraction_mask(found, modification)
    expected = np.minimum(gain(scale, modification, limit=0), 1)
    np.testing.assert_allclose(kept, expected, atol=1e-6)
    np.testing.assert_allclose(subtraction_mask(found, modification, 'subtracted'), 1 - expected,
                               atol=1e-6)
    assert kept.min() >= 0
    assert kept.max() == 1


def test_amplification_makes_no_subtraction_mask(found):
    with pytest.raises(ValueError, match='attenuate or sigmoid'):
        subtraction_mask(found, Modification('amplify'))


def test_targeted_occupancy_of_each_ball(pair_map, found):
    content = content_map(pair_map, found)
    factor = np.array(found.grid.shape) / pair_map.shape
    z, y, x = np.indices(found.grid.shape)
    for centre, truth in ((24, 1.0), (48, 0.5)):
        away = [(i / f - c) for i, f, c in zip((z, y, x), factor, (22, 24, centre), strict=True)]
        region = sum(a * a for a in away) <= 16
        target = targeted_occupancy(pair_map, found, region)
        assert target.voxels == region.sum()
        assert target.tau == order_share(target.voxels)
        assert target.full_scale == search_tiles(content, 12, target.tau).full.value
        assert target.occupancy == pytest.approx(
            min(1, content[region].max() / target.full_scale), rel=1e-6)
        assert target.occupancy == pytest.approx(truth, abs=0.2)


def test_recalibration_lowers_targeted_occupancy(pair_map):
    plain = estimate(pair_map, 1.5, mode='occupancy')
    recalibrated = estimate(pair_map, 1.5, mode='occupancy', recalibrate=True)
    region = np.zeros(pair_map.shape, bool)
    region[20:25, 22:27, 46:51] = True
    before = targeted_occupancy(pair_map, plain, region)
    after = targeted_occupancy(pair_map, recalibrated, region)
    level = recalibrated.noise_level * plain.full_scale / before.full_scale
    assert after.occupancy == pytest.approx((before.occupancy - level) / (1 - level))


def test_an_empty_region_is_refused(pair_map, found):
    with pytest.raises(ValueError, match='no voxel'):
        targeted_occupancy(pair_map, found, np.zeros(found.grid.shape, bool))


def test_content_map_follows_the_mode(pair_map):
    np.testing.assert_array_equal(content_map(pair_map, estimate(pair_map, 1.5)), pair_map)
    low_passed = content_map(pair_map, estimate(pair_map, 1.5, mode='occupancy'))
    smooth = ndimage.gaussian_filter(pair_map, 1.5)
    assert np.corrcoef(low_passed.ravel(), smooth.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(('low', 'high', 'level'), [
    (0, 1, 0.5), (-0.01, 1.02, 0.5), (0, 0.97, 0.5),
    (0, 0.3, 0.15), (0, 255, 127.5), (-0.4, 1, 0.5), (-2, 1.0, 0.5), (0, 1e-8, 5e-9), (-9, 4, 2)])
def test_masks_of_other_values_count_above_half_of_their_maximum(low, high, level):
    for kind in (np.float32, np.float64):
        array = np.linspace(low, high, 27, dtype=kind).reshape(3, 3, 3)
        assert mask_level(array) == pytest.approx(level)


def test_a_mask_of_nothing_has_no_level():
    for array in (np.zeros((2, 2, 2)), np.full((2, 2, 2), -1.0)):
        with pytest.raises(ValueError, match='nothing above zero'):
            mask_level(array)
    with pytest.raises(ValueError, match='not numbers'):
        mask_level(np.array([0, np.nan, 1]))
