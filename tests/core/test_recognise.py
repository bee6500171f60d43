"""What is not an averaged reconstruction is told from what is; good maps raise no alarm."""

import numpy as np
import pytest
from chimerax.occupy.core import Grid, Parameters, derive, estimate, refit_solvent
from chimerax.occupy.core.fourier import low_pass
from chimerax.occupy.core.recognise import recognise
from chimerax.occupy.core.wording import IMAGES, SHARPENED
from scipy import ndimage

EDGE = 72


def told(array, step=1.5):
    """The sentences about a map."""
    array = np.ascontiguousarray(array, np.float32)
    parameters, working, _ = derive(Parameters(), Grid.of(array.shape, step))
    grid = Grid.of(array.shape, step)
    return recognise(array, grid, low_pass(array, grid, parameters.low_pass, working.shape))


def sharpened(array, b):
    """A map whose amplitudes are multiplied by exp(b f²), f in cycles per voxel."""
    f2 = sum(f ** 2 for f in np.ix_(*[np.fft.fftfreq(n) for n in array.shape[:2]],
                                    np.fft.rfftfreq(array.shape[2])))
    return np.fft.irfftn(np.fft.rfftn(array) * np.exp(b * f2), array.shape, axes=(0, 1, 2))


def images(number, assembly, noise):
    """Views of a particle, turned and shifted at random."""
    for seed in range(number):
        rng = np.random.default_rng(seed)
        view = assembly((16, EDGE, EDGE), noise=0, seed=seed)[4:12].mean(axis=0)
        view = ndimage.rotate(np.roll(view, rng.integers(-12, 12, 2), (0, 1)),
                              rng.uniform(0, 360), reshape=False, order=1)
        yield view / view.max() + noise * rng.standard_normal(view.shape)


def tomogram(wedge=True, seed=0):
    """Blobs in noise all over the box; and nothing within 30° of the beam, along z."""
    rng = np.random.default_rng(seed)
    shape = (48, 128, 128)
    array = np.zeros(shape)
    for place in rng.integers(0, shape, (160, 3)):
        array[tuple(place)] = rng.uniform(200, 600)
    array = ndimage.gaussian_filter(array, 3) + 0.5 * rng.standard_normal(shape)
    if wedge:
        components = np.fft.fftn(array)
        fz, _, fx = np.ix_(*map(np.fft.fftfreq, shape))
        components *= np.abs(fx) >= np.abs(fz) * np.tan(np.radians(30))
        array = np.fft.ifftn(components).real
    return array


def texture(inside, seed=0):
    """Blurred atoms where `inside` is true, in weak noise."""
    rng = np.random.default_rng(seed)
    array = ndimage.gaussian_filter(inside * rng.random(inside.shape) ** 8, 1)
    return array / array.max() + 0.02 * rng.standard_normal(inside.shape)


@pytest.mark.parametrize('noise', [0.1, 0.3])
@pytest.mark.parametrize('axis', [0, 1, 2])
def test_a_stack_of_images(assembly, noise, axis):
    stack = np.stack(list(images(24, assembly, noise)))
    sentence, = told(np.moveaxis(stack, 0, axis))
    assert f'along {"zyx"[axis]}' in sentence
    assert 'stack of images' in sentence


def test_images_that_are_mostly_noise_are_told_as_noise(assembly):
    sentence, = told(np.stack(list(images(24, assembly, 1.0))))
    assert 'in noise' in sentence


def test_class_averages_in_round_masks(assembly):
    y, x = np.indices((EDGE, EDGE)) - EDGE / 2
    disc = y ** 2 + x ** 2 < 30 ** 2
    stack = [ndimage.gaussian_filter(view, 1.5) * disc for view in images(24, assembly, 0.5)]
    sentence, = told(np.stack(stack))
    assert 'stack of images' in sentence


def test_masks(assembly):
    inside = ndimage.gaussian_filter(assembly((EDGE,) * 3), 2) > 0.05
    sentence, = told(inside)
    assert '2 different values' in sentence
    labels, _ = ndimage.label(inside)
    assert 'different values' in told(labels)[0]
    wide = ndimage.binary_dilation(inside, iterations=4).astype(np.float32)
    sentence, = told(ndimage.gaussian_filter(wide, 1.5))
    assert 'as in a mask' in sentence


def test_tomograms():
    sentence, = told(tomogram(), 10)
    assert 'as in a tomogram' in sentence
    assert 'wedge' in sentence
    sentences = told(-tomogram(), 10)
    assert len(sentences) == 2
    assert 'inverted' in sentences[0]
    noise = np.random.default_rng(1).standard_normal((64,) * 3)
    sentence, = told(noise)
    assert 'tomogram' in sentence
    assert 'wedge' not in sentence


def test_inverted_maps(assembly):
    array = assembly((EDGE,) * 3, noise=0.06)
    sentence, = told(-array)
    assert 'inverted' in sentence
    assert 'multiply it by -1' in sentence
    assert not told(array)


@pytest.mark.parametrize('noise', [0.02, 0.06])
@pytest.mark.parametrize('b', [25, 40])
def test_sharpened_maps(assembly, noise, b):
    array = assembly((EDGE,) * 3, noise=noise)
    sentence, = told(sharpened(array, b))
    assert 'sharpened' in sentence
    assert not told(sharpened(array, 8))
    assert not told(sharpened(array, -20))


@pytest.mark.parametrize('noise', [0.01, 0.03, 0.06, 0.15])
def test_a_map_that_is_merely_sharpened_is_no_stack_and_once_told_stays_told(assembly, noise):
    array = assembly((EDGE,) * 3, noise=noise)
    kinds = [{sentence.kind for sentence in told(sharpened(array, b))}
             for b in (0, 4, 8, 12, 16, 20, 25, 30, 40)]   # to B = -360 Å²
    assert not any(IMAGES in found for found in kinds)
    assert all(found <= {SHARPENED} for found in kinds)
    is_told = [SHARPENED in found for found in kinds]
    assert is_told == sorted(is_told)
    assert is_told[-1]


def test_altered_maps(assembly):
    array = assembly((EDGE,) * 3)
    inside = ndimage.binary_dilation(array > 0.15, iterations=4)
    for altered, lack in ((np.maximum(array - 0.08, 0), 'no negative density'),
                          (assembly((EDGE,) * 3, noise=0), 'no negative density'),
                          (np.where(inside, array, 1e-3 * array), 'no noise')):
        sentence, = told(altered)
        assert lack in sentence
    # A mask alone is the solvent model's to tell, and it does.
    masked = np.where(inside, array, 0)
    assert not told(masked)
    warning, = estimate(masked, 1.5).warnings
    assert 'a mask has flattened the solvent' in warning


GOOD = {
    'plain': lambda make: make((EDGE,) * 3),
    'no cube': lambda make: make((50, 64, 91)),
    'much noise': lambda make: make((EDGE,) * 3, noise=0.2),
    'little noise': lambda make: make((EDGE,) * 3, noise=0.01),
    'weak parts': lambda make: make((64, 64, 100), (1, 0.5, 0.15)),
    'small box': lambda make: make((20, 20, 20), (1.0,)),
    'large box': lambda make: make((160, 150, 140)),
    'low resolution': lambda make: ndimage.gaussian_filter(make((EDGE,) * 3), 2),
    'solvent not at zero': lambda make: make((EDGE,) * 3) + 5,
    'whole numbers': lambda make: np.rint(make((EDGE,) * 3) * 100),
    'masked': lambda make: make((EDGE,) * 3) * (
        sum((i - EDGE / 2) ** 2 for i in np.ogrid[:EDGE, :EDGE, :EDGE]) < 30 ** 2),
    'filament along z': lambda make: texture(np.broadcast_to(
        np.hypot(*np.ogrid[-32:32, -32:32]) < 9, (100, 64, 64))),
    'filament along x': lambda make: texture(np.broadcast_to(
        np.hypot(*np.ogrid[-32:32, -32:32])[..., None] < 9, (64, 64, 100))),
    'sheet': lambda make: texture(np.broadcast_to(
        (np.abs(np.arange(64) - 32) < 8)[:, None, None], (64, 90, 90))),
}


@pytest.mark.parametrize('kind', GOOD)
def test_no_alarm_on_good_maps(assembly, kind):
    assert told(GOOD[kind](assembly)) == []


@pytest.mark.parametrize('factor', [1e-30, 1e-6, 1e6, 1e30])
def test_the_grey_level_does_not_matter(assembly, factor):
    for array in (assembly(), -assembly(), sharpened(assembly(), 40), tomogram()):
        array = array.astype(np.float32)
        assert told(array * np.float32(factor)) == told(array)


def test_sentences_join_the_warnings_and_outlast_another_solvent_model(assembly):
    array = np.maximum(assembly() - 0.08, 0)
    found = estimate(array, 1.5, mode='occupancy')
    assert any('no negative density' in warning for warning in found.warnings)
    suspect = [warning for warning in found.warnings if 'suspect' in warning]
    assert len(suspect) == 1
    again = refit_solvent(array, found, assembly() > 0.1)
    assert any('no negative density' in warning for warning in again.warnings)
    assert suspect[0] not in again.warnings
