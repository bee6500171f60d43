import numpy as np
import pytest
from chimerax.occupy.core import (
    Grid,
    Mask,
    Modification,
    content_map,
    content_region,
    estimate,
    make_mask,
    targeted_occupancy,
)
from chimerax.occupy.core.curves import gain
from chimerax.occupy.core.distance import soft_edge
from chimerax.occupy.core.interpolate import resample
from chimerax.occupy.core.localmax import order_share
from chimerax.occupy.core.masks import mask_level
from chimerax.occupy.core.tiles import search_tiles
from scipy import ndimage

from .distances import distances


@pytest.fixture(scope='module', params=[0, 40], ids=['full', 'small'])
def found(request, pair_map):
    return estimate(pair_map, 1.5, mode='occupancy', max_box=request.param)


def test_a_hard_solvent_mask_is_the_published_definition(pair_map, found):
    scale = resample(found.scale, pair_map.shape)
    for threshold in (0.3, 0.6):
        mask = make_mask(pair_map, found, Mask('solvent', threshold=threshold, soft_edge=0))
        assert mask.dtype == np.float32
        np.testing.assert_array_equal(mask, scale > threshold)


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


STEEP = Modification('sigmoid', power=5, pivot=0.3)
VOXEL = 1.5


@pytest.fixture(scope='module')
def three(assembly):
    """Balls at occupancies 1, 1 and 0.15: the map, what of it is the weak one, its estimate."""
    shape = (44, 44, 108)
    array = assembly(shape, (1.0, 1.0, 0.15), noise=0.01, seed=4)
    clean = assembly(shape, (1.0, 1.0, 0.15), noise=0, seed=4)
    weak = np.where(np.arange(shape[2]) > 66, clean, 0)
    return array, weak, estimate(array, VOXEL, mode='occupancy')


def far_from(part, angstrom):
    """Whether voxels are farther than some Å from density above a hundredth of its maximum."""
    region = part > 0.01 * part.max()
    return np.isinf(distances(region, Grid.of(part.shape, VOXEL), angstrom))


@pytest.mark.parametrize('mask', [
    Mask('weak'), Mask('weak', below=0.3),
    Mask('subtraction', modification=STEEP, covers='subtracted')], ids=lambda mask: mask.kind)
def test_what_is_weak_is_covered_and_little_else(three, mask):
    array, weak, found = three
    made = make_mask(array, found, mask)
    assert made.dtype == np.float32
    assert made.shape == array.shape
    assert (made.min(), made.max()) == (0, pytest.approx(1, abs=0.06))
    left = (((1 - made) * weak) ** 2).sum() / (weak ** 2).sum()
    assert left < 0.05
    taken = (made * array) ** 2
    assert taken[far_from(weak, 3)].sum() < 0.02 * taken.sum()


def test_what_is_kept_is_the_complement_and_holds_the_solvent(three):
    array, weak, found = three
    kept = make_mask(array, found, Mask('subtraction', modification=STEEP))
    subtracted = make_mask(array, found, Mask('subtraction', modification=STEEP,
                                              covers='subtracted'))
    np.testing.assert_allclose(kept, 1 - subtracted, atol=1e-6)
    assert (kept[far_from(weak, 12)] == 1).all()
    # The published one takes solvent away, and jumps.
    published = np.minimum(gain(found.scale, STEEP, limit=0), 1)
    assert (published < 0.5).mean() > 0.5
    assert steepest_crossing(published) > 0.6
    assert steepest_crossing(kept) < 0.55


def steepest_crossing(mask):
    """The largest step from a voxel to the next that crosses one half."""
    steps = []
    for axis in range(3):
        below, above = np.delete(mask, -1, axis), np.delete(mask, 0, axis)
        crossing = (below < 0.5) != (above < 0.5)
        steps.append(np.abs(above - below)[crossing].max(initial=0))
    return max(steps)


def test_weak_and_strong_parts_share_the_content(three):
    array, _, found = three
    content = content_region(array, found)
    weak = make_mask(array, found, Mask('weak', soft_edge=0)) > 0
    strong = make_mask(array, found, Mask('strong', soft_edge=0)) > 0
    assert not (weak & strong).any()
    assert not ((weak | strong) & ~content).any()
    assert (strong == (content & (found.scale > 0.5))).mean() > 0.999
    assert (weak <= (found.scale < 0.5)).all()


def test_content_leaves_solvent_out_and_finds_the_weak_part(three):
    array, weak, found = three
    content = content_region(array, found)
    assert content[weak > 0.2 * weak.max()].mean() > 0.95
    assert not content[far_from(np.maximum(weak, array - 0.1), 12)].any()
    np.testing.assert_array_equal(
        content_region(100 * array, estimate(100 * array, VOXEL, mode='occupancy')), content)


def test_a_working_grid_of_its_own_changes_little(three):
    array, weak, full = three
    small = estimate(array, VOXEL, mode='occupancy', max_box=40)
    assert small.grid.shape != array.shape
    one, other = (make_mask(array, found, Mask('weak', below=0.3)) for found in (full, small))
    assert one.shape == other.shape
    assert np.minimum(one, other).sum() > 0.85 * np.maximum(one, other).sum()


def test_extension_and_edge_are_in_angstrom(three):
    array, _, found = three
    grid = found.source_grid
    hard = make_mask(array, found, Mask('weak', soft_edge=0))
    away = distances(hard > 0, grid, 40)
    mask = make_mask(array, found, Mask('weak', extend=3, soft_edge=6))
    assert (mask[away <= 3] == 1).all()
    assert (mask[away >= 9] == 0).all()
    np.testing.assert_allclose(mask[np.isclose(away, 6)], 0.5, atol=1e-5)
    # Derived: half of the low-pass of 8 Å is more than two voxels of 1.5 Å and less than three.
    np.testing.assert_array_equal(make_mask(array, found, Mask('weak')),
                                  make_mask(array, found, Mask('weak', soft_edge=4.5)))


@pytest.mark.parametrize(('low_pass', 'step', 'width'), [
    (8, 1.0, 4), (8, 4 / 3, 4), (8, 1.5, 4.5), (8, 1.99, 5.97), (8, 2.0, 4), (9, 3.0, 6),
    (34.2, 11.4, 22.8), (8, (1.0, 1.1, 1.2), 4), (8, (2.0, 2.2, 2.4), 7.2),
])
def test_derived_edge(low_pass, step, width):
    grid = Grid.of((40, 40, 40), step)
    assert Mask('weak').derive_soft_edge(low_pass, grid) == pytest.approx(width)
    assert Mask('weak', soft_edge=1).derive_soft_edge(low_pass, grid) == 1


@pytest.mark.parametrize('axes', [
    0.8, 1.05, 1.564, 1.9, 2.64, 3.0, 11.4, (1.1, 1.4, 0.9), (2.7, 2.6, 2.2),
    [(2.4, 0, 0), (0.4, 2.4, 0), (0, -0.5, 2.3)]], ids=str)
def test_a_derived_edge_never_falls_by_more_than_half_in_a_voxel(axes):
    grid = Grid.of((26, 28, 30), axes)
    rough = ndimage.gaussian_filter(np.random.default_rng(2).standard_normal(grid.shape), 3)
    share = np.clip(0.5 + 8 * rough, 0, 1).astype(np.float32) * (rough > 0)
    width = Mask('weak').derive_soft_edge(max(8, 3 * grid.step), grid)
    for values in (rough > 0.05, share):
        mask = soft_edge(values, grid, 0, width)
        # A mask of what is kept is the complement.
        for one in (mask, 1 - mask):
            for axis in range(3):
                pairs = np.stack([one.take(range(1, one.shape[axis]), axis),
                                  one.take(range(one.shape[axis] - 1), axis)])
                low, high = pairs.min(axis=0), pairs.max(axis=0)
                crossing = (low < 0.5) & (high >= 0.5)
                assert crossing.sum() > 300
                assert (high - low)[crossing].max() <= 0.5


def test_a_solvent_mask_begins_where_the_scale_passes_the_threshold(three):
    array, _, found = three
    hard = make_mask(array, found, Mask('solvent', threshold=0.6, soft_edge=0)) > 0
    mask = make_mask(array, found, Mask('solvent', threshold=0.6))
    assert ((mask == 1) == hard).all()
    assert ((mask > 0) & (mask < 1)).any()


def test_a_region_confines_a_mask_or_makes_one(three):
    array, _, found = three
    region = np.zeros(array.shape, bool)
    region[:, :22, 66:] = True
    half = make_mask(array, found, Mask('weak', soft_edge=0), region)
    assert half.any()
    np.testing.assert_array_equal(half, make_mask(array, found, Mask('weak', soft_edge=0)) * region)
    mask = make_mask(array, found, Mask('region', extend=2), region)
    np.testing.assert_array_equal(mask, soft_edge(region, found.source_grid, 2, 4.5))
    assert (mask[region] == 1).all()
    assert mask[:, :, :60].max() == 0


@pytest.mark.parametrize(('mask', 'words'), [
    (Mask('weak', below=0.02), 'raise below'),
    (Mask('solvent', threshold=1.0), 'nowhere above the threshold'),
    (Mask('strong', above=0.99), 'lower above'),
    (Mask('subtraction', modification=Modification('attenuate', power=1)), 'subtracts nothing'),
])
def test_a_mask_of_nothing_is_refused(three, mask, words):
    array, _, found = three
    region = np.zeros(array.shape, bool)
    region[:, :, 95:] = mask.kind == 'strong'
    with pytest.raises(ValueError, match=words) as error:
        make_mask(array, found, mask, region if mask.kind == 'strong' else None)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(('settings', 'words'), [
    ({'kind': 'hole'}, 'kind must be one of'),
    ({'kind': 'weak', 'below': 1.5}, 'below must be at most 1'),
    ({'kind': 'weak', 'extend': -1}, 'extend must be at least 0 Å'),
    ({'kind': 'solvent', 'threshold': 2}, 'threshold must be at most 1'),
    ({'kind': 'weak', 'soft_edge': 1000}, 'soft_edge must be at most 100 Å'),
    ({'kind': 'subtraction'}, 'attenuate or sigmoid'),
    ({'kind': 'subtraction', 'modification': Modification('amplify')}, 'attenuate or sigmoid'),
])
def test_wrong_masks_are_refused_in_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words):
        Mask(**settings)


def test_a_flipped_map_gives_the_flipped_mask(three):
    array, _, found = three
    mask = Mask('weak', below=0.3)
    flipped = np.ascontiguousarray(array[:, ::-1])
    other = estimate(flipped, VOXEL, mode='occupancy')
    assert other.full_scale == pytest.approx(found.full_scale, rel=0.01)
    difference = make_mask(flipped, other, mask)[:, ::-1] - make_mask(array, found, mask)
    assert np.abs(difference).mean() < 1e-3
