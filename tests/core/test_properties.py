"""What must hold whatever the map: boxes, voxel sizes, values and parameters drawn at random."""

import numpy as np
import pytest
from chimerax.occupy.core import Modification, estimate
from chimerax.occupy.core.curves import curve, gain
from hypothesis import assume, given, settings, strategies as st

FAST = settings(max_examples=25, deadline=None)

shapes = st.tuples(*[st.integers(9, 30)] * 3)
steps = st.tuples(*[st.floats(0.9, 3.0)] * 3)
modes = st.sampled_from(['resolution', 'occupancy'])
seeds = st.integers(0, 2 ** 31)


def random_map(shape, seed, offset=0.0):
    """Noise with a few bright places."""
    rng = np.random.default_rng(seed)
    array = rng.standard_normal(shape) + offset
    for _ in range(3):
        corner = [rng.integers(0, n - 4) for n in shape]
        array[tuple(slice(c, c + 4) for c in corner)] += rng.uniform(2, 20)
    return array.astype(np.float32)


def estimated(array, axes, **parameters):
    try:
        return estimate(array, axes, **parameters)
    except ValueError:
        # Refused in a sentence, such as a box smaller than the kernel: not what is tested here.
        assume(False)


@FAST
@given(shapes, steps, modes, seeds, st.booleans())
def test_scale_and_confidence_lie_between_zero_and_one(shape, step, mode, seed, recalibrate):
    found = estimated(random_map(shape, seed), step, mode=mode, recalibrate=recalibrate)
    for values in (found.scale, found.confidence):
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert values.max() <= 1


@FAST
@given(shapes, modes, seeds, st.floats(-6, 6))
def test_a_positive_factor_does_not_show(shape, mode, seed, exponent):
    array = random_map(shape, seed)
    plain = estimated(array, 1.5, mode=mode)
    scaled = estimated(array * np.float32(10 ** exponent), 1.5, mode=mode)
    np.testing.assert_allclose(scaled.scale, plain.scale, atol=2e-5)
    assert scaled.tiles.full.start == plain.tiles.full.start


@FAST
@given(shapes, modes, seeds, st.sampled_from(['z', 'y', 'x', 'turn z', 'turn y', 'turn x']))
def test_flips_and_turns_commute_but_for_where_tiles_fall(shape, mode, seed, change):
    """Full scale may change, as tiles fall elsewhere; local maxima over full scale may not."""
    array = random_map(shape, seed)
    turn = {
        'z': lambda a: a[::-1], 'y': lambda a: a[:, ::-1], 'x': lambda a: a[:, :, ::-1],
        'turn z': lambda a: np.rot90(a, axes=(1, 2)), 'turn y': lambda a: np.rot90(a, axes=(0, 2)),
        'turn x': lambda a: np.rot90(a, axes=(0, 1)),
    }[change]
    full = float(array.max())
    plain = estimated(array, 1.5, mode=mode, full_scale=full)
    turned = estimated(np.ascontiguousarray(turn(array)), 1.5, mode=mode, full_scale=full)
    np.testing.assert_allclose(turned.scale, turn(plain.scale), atol=1e-4)


@FAST
@given(st.sampled_from(['amplify', 'attenuate', 'sigmoid']), st.floats(1, 1000),
       st.floats(0.01, 0.99), st.lists(st.floats(0, 1, width=32), min_size=2, max_size=50))
def test_curves_are_monotone_and_gains_in_range(kind, power, pivot, scales):
    modification = Modification(kind, power=power, pivot=pivot)
    scale = np.sort(np.array(scales, np.float32))
    aimed = curve(scale, modification)
    assert np.isfinite(aimed).all()
    assert (np.diff(aimed) >= -2e-6).all()
    assert (aimed >= 0).all()
    assert (aimed <= 1 + 2e-6).all()
    factor = gain(scale, modification)
    assert np.isfinite(factor).all()
    assert (factor >= 0).all()
    if kind == 'attenuate':
        assert (factor <= 1).all()
    if kind == 'amplify':
        assert (factor >= 1).all()


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
def test_padding_with_solvent_changes_little(pair_map, mode):
    """Bound: full scale within 3 %, and with it the scale, as the tiles fall elsewhere."""
    noise = np.random.default_rng(5)
    solvent = pair_map[pair_map < 0.06]
    shape = tuple(n + 16 for n in pair_map.shape)
    padded = noise.choice(solvent, shape).astype(np.float32)
    inner = tuple(slice(8, -8) for _ in shape)
    padded[inner] = pair_map
    plain = estimate(pair_map, 1.5, mode=mode)
    wide = estimate(padded, 1.5, mode=mode)
    assert wide.full_scale == pytest.approx(plain.full_scale, rel=0.03)
    core = tuple(slice(4, -4) for _ in shape)
    difference = np.abs(wide.scale[inner][core] - plain.scale[core])
    assert difference.max() < 0.08
