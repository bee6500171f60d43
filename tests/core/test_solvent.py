import re

import numpy as np
import pytest
from chimerax.occupy.core import Modification, estimate, modify, refit_solvent
from chimerax.occupy.core.solvent import (
    _why_suspect,
    confidence_curve,
    fit_solvent,
    flat_share,
    inside_sphere,
    solvent_region,
)
from chimerax.occupy.core.wording import FLAT_SOLVENT, SOLVENT_MASK, SUSPECT, UNMASKED


def noise_with_a_ball(shape=(48, 48, 48), mean=0.0, width=1.0, ball=12.0, seed=2):
    """Gaussian noise around a mean, with a bright ball in the middle."""
    rng = np.random.default_rng(seed)
    array = rng.normal(mean, width, shape)
    squares = [((np.arange(n) - n // 2) / 8) ** 2 for n in shape]
    inside = squares[0][:, None, None] + squares[1][:, None] + squares[2] < 1
    array[inside] += ball * width * (0.5 + rng.random(inside.sum()))
    return array.astype(np.float32)


@pytest.mark.parametrize(('mean', 'width'), [(0, 1), (-0.3, 0.02), (5, 100), (1e-4, 1e-6)])
def test_gaussian_of_known_noise_is_found(mean, width):
    model = fit_solvent(noise_with_a_ball(mean=mean, width=width))
    assert model.mean == pytest.approx(mean, abs=0.03 * width)
    assert model.width == pytest.approx(width, rel=0.03)
    assert not model.suspect
    # Noise has no confidence, the ball has it all.
    assert model.half_confident == pytest.approx(mean + 4 * width, abs=1.5 * width)


def test_confidence_of_solvent_is_zero_and_of_content_is_one():
    array = noise_with_a_ball()
    confidence = fit_solvent(array).confidence_of(array)
    assert confidence.dtype == np.float32
    assert (confidence[inside_sphere(array.shape, np.arange(48)) & (array < 2)] == 0).all()
    assert (confidence[array > 8] > 0.99).all()


def test_a_positive_factor_changes_nothing():
    array = noise_with_a_ball()
    plain = fit_solvent(array).confidence_of(array)
    for factor in (0.01, 100, 3e-7):
        scaled = array * np.float32(factor)
        np.testing.assert_allclose(fit_solvent(scaled).confidence_of(scaled), plain, atol=2e-3)


def test_confidence_falls_faster_and_faster_towards_solvent_and_stays_at_zero():
    model = fit_solvent(noise_with_a_ball())
    curve = model.confidence
    assert ((curve >= 0) & (curve <= 1)).all()
    drops = np.diff(curve)
    assert (drops >= 0).all()
    rising = np.flatnonzero(curve > 0)
    assert (curve[:rising[0]] == 0).all()
    assert (np.diff(drops[rising[0]:]) <= 1e-12).all()


def test_confidence_curve_by_hand():
    density = np.array([8.0, 8.0, 4.0, 2.0, 2.0, 2.0])
    fitted = np.array([8.0, 8.0, 3.0, 1.0, 0.2, 0.0])
    # Raw: 0, 0, 1/4, 1/2, 9/10, 1; steps down of 0.1, then 0.4; 0.5 - 0.4 = 0.1, then zero.
    np.testing.assert_allclose(confidence_curve(density, fitted, 0.0), [0, 0, 0.1, 0.5, 0.9, 1])


def test_confidence_is_linear_between_bins_and_may_take_the_place_of_the_map():
    array = noise_with_a_ball()
    model = fit_solvent(array)
    expected = np.interp(array, model.centres, model.confidence)
    np.testing.assert_allclose(model.confidence_of(array), expected, atol=1e-6)
    copy = array.copy()
    assert model.confidence_of(copy, out=copy) is copy
    np.testing.assert_allclose(copy, expected, atol=1e-6)


def test_histogram_is_that_of_the_sphere():
    array = noise_with_a_ball()
    model = fit_solvent(array)
    sphere = inside_sphere(array.shape, np.arange(48))
    assert (model.low, model.high) == (array[sphere].min(), array[sphere].max())
    expected, _ = np.histogram(array[sphere], 1000, (model.low, model.high), density=True)
    # Values within rounding of an edge may fall on either side of it.
    assert np.abs(model.density - expected).sum() / expected.sum() < 1e-3


def test_sphere_touches_the_sides_and_leaves_out_the_corners():
    sphere = inside_sphere((20, 30, 40), np.arange(20))
    assert sphere[10, 15, 0]
    assert sphere[10, 0, 20]
    assert sphere[0, 15, 20]
    assert not sphere[0, 0, 0]
    assert sphere.mean() == pytest.approx(np.pi / 6, rel=0.02)


@pytest.mark.parametrize('invert', [False, True])
def test_solvent_mask_may_cover_solvent_or_content(invert):
    array = noise_with_a_ball()
    squares = ((np.arange(48) - 24) / 10.0) ** 2
    content = squares[:, None, None] + squares[:, None] + squares < 1
    mask = (~content if invert else content).astype(np.float32)
    region = solvent_region(array, mask, 0.9)
    assert not (region & content).any()
    assert (region == (inside_sphere(array.shape, np.arange(48)) & ~content)).all()


def test_fit_in_a_solvent_region_tells_content_from_solvent():
    array = noise_with_a_ball()
    squares = ((np.arange(48) - 24) / 10.0) ** 2
    content = squares[:, None, None] + squares[:, None] + squares < 1
    region = solvent_region(array, content.astype(np.float32), 0.9)
    model = fit_solvent(array, region)
    assert not model.suspect
    assert (model.mean, model.width) == pytest.approx((0, 1), abs=0.03)
    assert model.half_confident == pytest.approx(4, abs=1)
    assert model.high == array[inside_sphere(array.shape, np.arange(48))].max()


def test_a_mask_without_an_edge_in_the_sphere_is_refused():
    array = noise_with_a_ball()
    for value in (0.0, 1.0):
        with pytest.raises(ValueError, match='no boundary inside the sphere'):
            solvent_region(array, np.full(array.shape, value), 0.9)


def test_flattened_solvent_is_suspect():
    array = noise_with_a_ball()
    squares = ((np.arange(48) - 24) / 18.0) ** 2
    inside = squares[:, None, None] + squares[:, None] + squares < 1
    masked = np.where(inside, array, 0).astype(np.float32)
    share = (~inside & inside_sphere(array.shape, np.arange(48))).sum()
    share /= inside_sphere(array.shape, np.arange(48)).sum()
    assert flat_share(masked) == pytest.approx(share, abs=1e-6)
    assert share > 0.2
    model = fit_solvent(array, source=masked)
    assert any('one and the same value' in reason for reason in model.suspect)


@pytest.mark.parametrize('kind', ['no content', 'flat'])
def test_what_is_no_gaussian_is_suspect(kind):
    rng = np.random.default_rng(3)
    array = {
        'no content': lambda: rng.normal(size=(32, 32, 32)),
        'flat': lambda: rng.random((32, 32, 32)),
    }[kind]().astype(np.float32)
    assert fit_solvent(array).suspect


@pytest.mark.parametrize('value', [0.0, 3.0, -1e-3])
def test_nothing_but_one_value(value):
    """As where a low-pass leaves nothing of a small map."""
    model = fit_solvent(np.full((20, 20, 20), value, np.float32))
    assert model.suspect
    assert np.isfinite(model.confidence).all()
    assert np.isfinite(model.gaussian).all()


def filament(content, negative=0.0):
    """Solvent of width 1, a filament that lies `content` above it, and one deep negative voxel."""
    array = noise_with_a_ball(ball=0.0)
    z, y, x = np.indices(array.shape) - 24
    array[(y ** 2 + x ** 2 < 7 ** 2) & (abs(z) < 20)] += content
    array[24, 24, 24] -= negative
    return array


@pytest.mark.parametrize('negative', [0.0, 15.0, 60.0])
def test_content_that_stands_out_is_not_called_hardly_any_whatever_is_negative(negative):
    model = fit_solvent(filament(12.9, negative))
    assert not model.suspect
    assert (model.half_confident - model.mean) / (model.high - model.mean) < 0.5


def test_content_below_the_solvent_does_not_stand_out():
    assert any('hardly any density' in reason for reason in fit_solvent(-filament(12.9)).suspect)


def test_a_share_that_falls_short_does_not_read_as_if_it_were_enough():
    model = fit_solvent(noise_with_a_ball())
    for explained in (0.8999, 0.89951, 0.7, -3.0):
        reason, = _why_suspect(model, explained)
        said, needed = re.findall(r'([\d.]+) %', reason)
        assert float(said) < float(needed)
    assert not _why_suspect(model, 0.9)


@pytest.mark.parametrize('edge', [48, 36])
def test_a_solvent_mask_over_flattened_solvent_is_told_and_used(edge):
    array = noise_with_a_ball()
    squares = ((np.arange(48) - 24) / 16.0) ** 2
    squares = squares[:, None, None] + squares[:, None] + squares
    flat = np.where(squares < 1, array, 0).astype(np.float32)
    mask = (squares < 0.5).astype(np.float32)
    settings = {'max_box': edge, 'mode': 'occupancy', 'solvent_mask': mask}
    assert not [w for w in estimate(array, 3, **settings).warnings if w.kind == FLAT_SOLVENT]
    found = estimate(flat, 3, **settings)
    warning, = (w for w in found.warnings if w.kind == FLAT_SOLVENT)
    assert warning.remedies == (UNMASKED,)
    # What was advised for the map without a mask helps: a modification is to be had.
    without = estimate(flat, 3, mode='occupancy', max_box=edge)
    assert SOLVENT_MASK in next(w for w in without.warnings if w.kind == SUSPECT).remedies
    with pytest.raises(ValueError, match='give a solvent_mask'):
        modify(flat, without, Modification('attenuate'))
    modify(flat, found, Modification('attenuate'))
    refitted = refit_solvent(flat, without, mask)
    assert [w.kind for w in refitted.warnings if w.kind in (SUSPECT, FLAT_SOLVENT)] == [
        FLAT_SOLVENT]
