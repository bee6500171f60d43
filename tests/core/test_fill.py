import functools

import numpy as np
import pytest
from chimerax.occupy.core import Grid, fill, fourier, spectrum
from chimerax.occupy.core.fill import solvent_noise
from chimerax.occupy.core.solvent import inside_sphere
from chimerax.occupy.core.threads import set_threads
from scipy import fft, ndimage


def coloured(shape, sigma, seed):
    noise = ndimage.gaussian_filter(
        np.random.default_rng(seed).standard_normal(shape), sigma, mode='wrap')
    return (noise / noise.std()).astype(np.float32)


@functools.cache
def shell_numbers(grid):
    """The shell of each component of a whole transform, flat, and how many each shell has."""
    axes = zip(grid.shape, grid.steps[::-1], strict=True)
    k = np.meshgrid(*[np.fft.fftfreq(n, s) for n, s in axes], indexing='ij')
    shells = np.rint(np.sqrt(sum(f * f for f in k)) * max(grid.lengths)).astype(int).ravel()
    return shells, np.bincount(shells)


def radial_power(array, grid):
    """Mean |F|² per voxel by shell, by whole transforms in double precision."""
    power = np.abs(fft.fftn(array.astype(float))) ** 2 / array.size
    shells, numbers = shell_numbers(grid)
    return np.bincount(shells, power.ravel()) / numbers


def telling_shells(power, grid):
    """Shells from the fourth to Nyquist that hold more than a thousandth of all power."""
    held = power * shell_numbers(grid)[1]
    nyquist = int(min(n // 2 * length for n, length in zip(
        grid.shape[::-1], np.array(max(grid.lengths)) / grid.lengths, strict=True)))
    shells = np.arange(4, nyquist + 1)
    return shells[held[shells] > 1e-3 * held.sum()]


def chance(grid, shells, draws):
    """By how much (one σ) the power of a shell strays, having few independent components."""
    components = shell_numbers(grid)[1][shells] / 2
    return 1 / np.sqrt(draws * components)


def particle_in(shape):
    content = inside_sphere(shape, np.arange(shape[0]))
    return content & (ndimage.distance_transform_edt(content) > min(shape) / 4)


@pytest.mark.parametrize('shape', [(64, 64, 64), (72, 65, 67)])
def test_noise_has_mean_variance_and_spectrum_of_the_solvent(shape):
    """Over 12 draws of solvent and seed, around a particle: against the true spectrum."""
    grid = Grid.of(shape, 1.5)
    content = particle_in(shape)
    truth, found = [], []
    for seed in range(12):
        solvent = 0.7 * coloured(shape, 0.8, seed) - np.float32(2)
        array = np.where(content, solvent + 20, solvent)
        noise, mean = solvent_noise(array, content.astype(np.float32), grid, seed)
        assert noise.dtype == np.float32
        assert mean == pytest.approx(-2.0, abs=0.05)
        assert abs(noise.mean()) < 0.01
        assert noise.std() == pytest.approx(0.7, rel=0.07)
        truth.append(radial_power(solvent + 2, grid))
        found.append(radial_power(noise, grid))
    truth = np.mean(truth, axis=0)
    shells = telling_shells(truth, grid)
    assert len(shells) > 15
    error = np.abs(np.mean(found, axis=0)[shells] / truth[shells] - 1)
    assert (error < 0.1 + chance(grid, shells, draws=12)).all()
    assert np.sqrt((error ** 2).mean()) < 0.05


def test_one_map_with_many_seeds_has_the_spectrum_of_its_own_solvent():
    """Both measured with the same mask, over 12 seeds."""
    grid = Grid.of((64, 64, 64), 1.0)
    content = particle_in(grid.shape)
    solvent = inside_sphere(grid.shape, np.arange(64)) & ~content
    array = coloured(grid.shape, 0.8, 77)
    array[content] += 15
    own = radial_power(np.where(solvent, array - array[solvent].mean(), 0), grid)
    found = [radial_power(np.where(solvent, solvent_noise(
        array, content.astype(np.float32), grid, seed)[0], 0), grid) for seed in range(12)]
    shells = telling_shells(own, grid)
    error = np.abs(np.mean(found, axis=0)[shells] / own[shells] - 1)
    assert (error < 0.1 + chance(grid, shells, draws=1)).all()
    assert np.sqrt((error ** 2).mean()) < 0.05


def test_voxels_of_the_noise_are_gaussian():
    """Though the components they are sums of are not."""
    array = coloured((64, 60, 71), 1.2, 2)
    grid = Grid.of(array.shape, 1.0)
    noise, _ = solvent_noise(array, np.zeros(array.shape, np.float32), grid, 3)
    values = noise / noise.std()
    assert np.mean(values ** 3) == pytest.approx(0, abs=0.05)
    assert np.mean(values ** 4) == pytest.approx(3, abs=0.1)
    assert np.mean(np.abs(values) > 3) == pytest.approx(0.0027, rel=0.3)


def test_weights_of_solvent_are_those_of_a_low_pass_at_full_size():
    """Worked out on cubes of some voxels, in boxes that these do not fill."""
    grid = Grid.of((100, 112, 95), 1.0)
    content = particle_in(grid.shape)
    inside = (inside_sphere(grid.shape, np.arange(100)) & ~content).astype(np.float32)
    smooth = fourier.low_pass(inside, grid, fill.EDGE_VOXELS)
    share = np.clip((smooth - fill.MOSTLY_SOLVENT) / (1 - fill.MOSTLY_SOLVENT), 0, 1)
    wanted = share ** 2 * (3 - 2 * share) * inside
    found = fill._solvent_weights(grid.shape, content.astype(np.float32), grid, None)
    assert found.mean() == pytest.approx(wanted.mean(), rel=0.03)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.98
    assert not found[inside == 0].any()


def test_same_seed_same_noise_whatever_the_threads():
    array = coloured((40, 30, 50), 1.0, 2)
    confidence = np.zeros(array.shape, np.float32)
    grid = Grid.of(array.shape, 1.0)
    results = []
    try:
        for threads in (1, 2, 3):
            set_threads(threads)
            results.append(solvent_noise(array, confidence, grid, 5)[0])
    finally:
        set_threads(None)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])
    other, _ = solvent_noise(array, confidence, grid, 6)
    assert abs(np.corrcoef(other.ravel(), results[0].ravel())[0, 1]) < 0.05


def test_a_map_without_solvent_gets_no_noise():
    array = coloured((24, 24, 24), 1.0, 3)
    noise, _ = solvent_noise(array, np.ones(array.shape, np.float32), Grid.of(array.shape, 1.0), 0)
    assert not noise.any()


def test_power_of_shells():
    grid = Grid.of((30, 41, 24), (1.0, 1.1, 1.3))
    noise = np.random.default_rng(1).standard_normal(grid.shape).astype(np.float32)
    power, number = spectrum.radial_power(
        np.fft.rfftn(noise).astype(np.complex64), spectrum.shell_numbers(grid), grid.shape[2])
    np.testing.assert_array_equal(number, shell_numbers(grid)[1])
    np.testing.assert_allclose(power, radial_power(noise, grid) * noise.size, rtol=1e-4)
