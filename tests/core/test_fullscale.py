"""Full scale: published, automatic, from a region or another map; noise floor; smoothing."""

import numpy as np
import pytest
from chimerax.occupy.core import estimate
from chimerax.occupy.core.noisefloor import without_noise
from chimerax.occupy.core.threads import set_threads
from scipy import ndimage

VOXEL = 2.0
SHAPE = (40, 40, 84)
CENTRES = ((20, 20, 15), (20, 20, 42), (20, 20, 69))
RADIUS = 9.5
#: How far an atom is from its place on a lattice (voxels), by which packing varies.
UNEVENNESS = 0.6


def three_chains(occupancies, noise, seed=0):
    """A map of three balls of atoms, and per ball the voxel indices of its atoms.

    Atoms lie some 2.6 Å apart, unevenly, as in a folded chain; noise is coloured, its σ a share of
    the map's peak.
    """
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(*(np.arange(0, n, 1.3) for n in SHAPE), indexing='ij'), axis=-1)
    lattice = lattice.reshape(-1, 3)
    lattice += rng.normal(scale=UNEVENNESS, size=lattice.shape)
    density, atoms = np.zeros(SHAPE), []
    for centre, occupancy in zip(CENTRES, occupancies, strict=True):
        places = np.rint(lattice[((lattice - centre) ** 2).sum(axis=1) < RADIUS ** 2]).astype(int)
        np.add.at(density, tuple(places.T), occupancy)
        atoms.append(tuple(places.T))
    density = ndimage.gaussian_filter(density, 0.9)
    static = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 1.0, mode='wrap')
    density += noise * density.max() * static / static.std()
    return density.astype(np.float32), atoms


def readings(array, atoms, **settings):
    """The median scale of each ball, and the estimate."""
    found = estimate(array, VOXEL, mode='occupancy', **settings)
    return np.array([np.median(found.scale[places]) for places in atoms]), found


@pytest.fixture(scope='module')
def ramp():
    return three_chains((1.0, 0.5, 0.15), noise=0.02)


@pytest.fixture(scope='module')
def noisy():
    return three_chains((1.0, 0.5, 0.15), noise=0.06)


@pytest.mark.parametrize('occupancies', [
    (1, 0.5, 0.15), (0.15, 0.15, 1), (1, 1, 1), (0.3, 1, 1), (1, 0.8, 0.6)])
@pytest.mark.parametrize('noise', [0.02, 0.06])
def test_auto_reads_occupancy(occupancies, noise):
    array, atoms = three_chains(occupancies, noise, seed=7)
    found, estimated = readings(array, atoms, full_scale='auto')
    assert np.abs(found - occupancies).mean() < 0.03
    assert not estimated.warnings
    assert estimated.full_scale_note.startswith('auto')


def test_published_reads_noise_as_occupancy(noisy):
    published, _ = readings(*noisy)
    auto, _ = readings(*noisy, full_scale='auto')
    assert published[2] > 0.19
    assert abs(auto[2] - 0.15) < abs(published[2] - 0.15)
    assert auto[2] == pytest.approx(0.15, abs=0.035)


def test_published_follows_the_extreme_of_small_tiles(ramp):
    array, atoms = ramp
    published, _ = readings(array, atoms, tile_size=5)
    auto, _ = readings(array, atoms, tile_size=5, full_scale='auto')
    assert published[0] < 0.93
    assert auto[0] > 0.97


def test_noise_is_taken_off_weak_content(noisy):
    array, atoms = noisy
    corrected, found = readings(array, atoms, full_scale='auto')
    plain, _ = readings(array, atoms, full_scale=found.full_scale)
    assert found.noise_floor > 0
    assert corrected[2] < plain[2] - 0.02
    assert abs(corrected[2] - 0.15) < abs(plain[2] - 0.15)
    assert corrected[0] == pytest.approx(plain[0], abs=0.01)


def test_a_factor_changes_nothing(noisy):
    array, _ = noisy
    one = estimate(array, VOXEL, mode='occupancy', full_scale='auto')
    for factor in (0.01, 300.0):
        other = estimate(array * np.float32(factor), VOXEL, mode='occupancy', full_scale='auto')
        np.testing.assert_allclose(other.scale, one.scale, atol=2e-3)
        assert other.full_scale == pytest.approx(factor * one.full_scale, rel=1e-4)
        assert other.noise_floor == pytest.approx(factor * one.noise_floor, rel=1e-3)


@pytest.mark.parametrize('settings', [{}, {'smooth': 6.0}])
def test_threads_change_nothing(noisy, settings):
    array, _ = noisy
    many = estimate(array, VOXEL, mode='occupancy', full_scale='auto', **settings)
    set_threads(1)
    try:
        one = estimate(array, VOXEL, mode='occupancy', full_scale='auto', **settings)
    finally:
        set_threads(None)
    np.testing.assert_array_equal(one.scale, many.scale)


def test_flipped_maps_agree(noisy):
    array, _ = noisy
    one = estimate(array, VOXEL, mode='occupancy', full_scale='auto')
    flipped = estimate(np.ascontiguousarray(array[:, ::-1, ::-1]), VOXEL, mode='occupancy',
                       full_scale='auto')
    assert flipped.full_scale == pytest.approx(one.full_scale, rel=0.02)


def test_resolution_mode_is_not_corrected_for_noise(noisy):
    array, _ = noisy
    found = estimate(array, VOXEL, full_scale='auto')
    assert found.noise_floor == 0
    assert 0.7 < found.full_scale / estimate(array, VOXEL).full_scale < 1.3


def test_recalibration_takes_the_place_of_the_correction(noisy):
    array, _ = noisy
    found = estimate(array, VOXEL, mode='occupancy', full_scale='auto', recalibrate=True)
    assert found.noise_floor == 0
    assert found.noise_level > 0


def test_region_known_to_be_full(ramp):
    array, atoms = ramp
    region = np.zeros(array.shape, bool)
    region[atoms[1]] = True
    found, _ = readings(array, atoms, full_scale_region=region)
    assert found[1] == pytest.approx(1, abs=0.01)
    with pytest.raises(ValueError, match='holds no voxel'):
        estimate(array, VOXEL, full_scale_region=np.zeros(array.shape, bool))


def test_classes_of_one_data_set_compare(ramp):
    array, atoms = ramp
    full = estimate(array, VOXEL, mode='occupancy', full_scale='auto')
    other, atoms = three_chains((0.5, 0.5, 0.3), 0.02)
    found, taken = readings(other, atoms, full_scale_from=full)
    assert taken.full_scale == full.full_scale
    assert taken.noise_floor > 0
    np.testing.assert_allclose(found, (0.5, 0.5, 0.3), atol=0.04)
    published = estimate(array, VOXEL, mode='occupancy')
    assert estimate(other, VOXEL, mode='occupancy', full_scale_from=published).noise_floor == 0


def test_only_one_source_of_full_scale(ramp):
    array, _ = ramp
    with pytest.raises(ValueError, match='only one'):
        estimate(array, VOXEL, full_scale='auto', full_scale_region=np.ones(array.shape, bool))


def test_small_dense_part_is_told(ramp):
    array, _ = ramp
    array = array.copy()
    blob = np.zeros(array.shape, np.float32)
    blob[20, 12, 15] = 1
    blob = ndimage.gaussian_filter(blob, 1.5)
    array += 3 * array.max() * blob / blob.max()
    found = estimate(array, VOXEL, mode='occupancy', full_scale='auto')
    assert any('so small a part' in warning for warning in found.warnings)


def test_small_full_part_is_told():
    array, atoms = three_chains((0.6, 0.6, 0.6), 0.02)
    full, _ = three_chains((1, 1, 1), 0)
    corner = tuple(slice(int(c) - 3, int(c) + 4) for c in CENTRES[1])
    array[corner] = full[corner]
    found = estimate(array, VOXEL, mode='occupancy', full_scale='auto')
    assert any('full_scale_region' in warning for warning in found.warnings)


def test_flattened_solvent_is_told(ramp):
    array, _ = ramp
    masked = np.where(ndimage.gaussian_filter(array, 3) > 0.1 * array.max(), array, 0)
    found = estimate(masked.astype(np.float32), VOXEL, mode='occupancy', full_scale='auto')
    assert found.noise_floor == 0
    assert any('not corrected for noise' in warning for warning in found.warnings)


def test_little_content_falls_back_to_published():
    array = np.random.default_rng(1).standard_normal((32, 32, 32)).astype(np.float32)
    found = estimate(array, VOXEL, full_scale='auto')
    assert found.full_scale == estimate(array, VOXEL).full_scale
    assert any('published' in warning for warning in found.warnings)


def test_without_noise_keeps_order_and_ends():
    levels = np.linspace(0, 50, 1001)
    corrected = without_noise(levels, 1.0)
    assert (np.diff(corrected) >= 0).all()
    assert corrected[levels <= 1].max() == 0
    np.testing.assert_allclose(corrected + 1 / (1 + corrected / 2), np.maximum(levels, 1))
    np.testing.assert_array_equal(without_noise(levels, 0.0), levels)


def test_smoothing_evens_out_and_keeps_boundaries(ramp):
    array, atoms = ramp
    published = estimate(array, VOXEL, mode='occupancy')
    # Smoothing must not see scales that were cut off at 1.
    rough, smooth = (estimate(array, VOXEL, mode='occupancy', smooth=width,
                              full_scale=2 * published.full_scale).scale for width in (0.0, 6.0))
    for places in atoms[:2]:
        assert smooth[places].std() < 0.75 * rough[places].std()
        assert np.median(smooth[places]) == pytest.approx(np.median(rough[places]), rel=0.06)
    assert smooth.min() >= 0
    assert smooth.max() <= 1


def test_smoothing_is_off_by_default(ramp):
    array, _ = ramp
    one, other = (estimate(array, VOXEL, mode='occupancy', **settings)
                  for settings in ({}, {'smooth': 0}))
    np.testing.assert_array_equal(one.scale, other.scale)
