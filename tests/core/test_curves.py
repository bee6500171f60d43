import numpy as np
import pytest
from chimerax.occupy.core import Modification
from chimerax.occupy.core.curves import curve, gain

SCALES = np.linspace(0, 1, 1001)


@pytest.mark.parametrize('kind', ['amplify', 'attenuate', 'sigmoid'])
@pytest.mark.parametrize('power', [1, 1.5, 3, 20, 1000])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_curves_run_from_zero_to_one_and_rise(kind, power, dtype):
    found = curve(SCALES.astype(dtype), Modification(kind, power=power))
    assert found.dtype == dtype
    assert np.isfinite(found).all()
    assert found[0] == 0
    assert found[-1] == 1
    assert (np.diff(found) >= -1e-6).all()


@pytest.mark.parametrize('power', [1, 2, 5, 40, 1000])
@pytest.mark.parametrize('pivot', [0.01, 0.1, 0.3, 0.5, 0.77, 0.99])
def test_sigmoid_leaves_its_pivot_alone(power, pivot):
    modification = Modification('sigmoid', power=power, pivot=pivot)
    at_pivot = np.array([pivot])
    assert curve(at_pivot, modification)[0] == pytest.approx(pivot, rel=1e-14)
    assert gain(at_pivot, modification)[0] == pytest.approx(1, rel=1e-14)


def test_sigmoid_equals_the_formula_of_the_method():
    power, pivot = 5.0, 0.3
    m = 1 / (1 + (1 - pivot) / pivot * (1 / pivot - 1) ** (-1 / power))
    inner = SCALES[1:-1]
    expected = 1 / (1 + ((1 - inner) * m / (inner * (1 - m))) ** power)
    found = curve(inner, Modification('sigmoid', power=power, pivot=pivot))
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_sigmoid_weakens_below_its_pivot_and_strengthens_above():
    found = gain(SCALES, Modification('sigmoid', power=5, pivot=0.3))
    assert (found[SCALES < 0.299] < 1).all()
    assert (found[(SCALES > 0.301) & (SCALES < 1)] > 1).all()
    assert found[0] == 0


def test_gains_lie_where_they_must():
    assert (gain(SCALES, Modification('amplify')) >= 1).all()
    assert (gain(SCALES, Modification('attenuate')) <= 1).all()
    for kind in ('amplify', 'attenuate'):
        found = gain(SCALES, Modification(kind, power=3, scale_limit=0.2))
        assert (found[SCALES <= 0.2] == 1).all()
        assert (found[(SCALES > 0.2) & (SCALES < 1)] != 1).all()


def test_gain_times_scale_is_the_curve_above_the_limit():
    for kind in ('amplify', 'attenuate', 'sigmoid'):
        modification = Modification(kind, power=3)
        above = SCALES[modification.scale_limit < SCALES]
        np.testing.assert_allclose(gain(above, modification) * above,
                                   curve(above, modification), rtol=1e-12)


def test_effect_grows_with_power():
    for kind, sign in (('amplify', 1), ('attenuate', -1)):
        weak, strong = (gain(SCALES, Modification(kind, power=p)) for p in (2, 4))
        assert (sign * (strong - weak) >= 0).all()


def test_power_one_and_solvent_change_nothing():
    for modification in (Modification('amplify', power=1), Modification('attenuate', power=1),
                         Modification('sigmoid', power=1), Modification('solvent')):
        assert (gain(SCALES, modification) == 1).all()
        np.testing.assert_array_equal(curve(SCALES, modification), SCALES)


def test_without_a_limit_attenuation_leaves_nothing_at_scale_zero():
    assert gain(np.zeros(1), Modification('attenuate'), limit=0)[0] == 0
