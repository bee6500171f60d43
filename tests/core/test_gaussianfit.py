"""The Gaussian fit, beside scipy's, and the averages that full scale is found by."""

import numpy as np
import pytest
from chimerax.occupy.core.fullest import TRUNCATE, _averaged
from chimerax.occupy.core.gaussianfit import fit_gaussian, gaussian
from scipy.ndimage import gaussian_filter
from scipy.optimize import leastsq


def histogram(seed):
    """A peak of height one at zero, a shoulder at its right, and noise."""
    rng = np.random.default_rng(seed)
    v = np.linspace(-0.3, 0.7, 256)
    curve = gaussian(v, 1, 0, rng.uniform(0.02, 0.15)) + gaussian(
        v, rng.uniform(0, 0.4), rng.uniform(0.05, 0.4), rng.uniform(0.05, 0.3))
    return v, curve + rng.normal(0, 0.01, len(v))


@pytest.mark.parametrize('seed', range(8))
def test_fit_is_the_one_of_scipy(seed):
    v, wanted = histogram(seed)
    start = (1.0, 0.0, 0.1)
    expected, *_ = leastsq(lambda three: gaussian(v, *three) - wanted, start, ftol=1e-14,
                           xtol=1e-14)
    found = np.array(fit_gaussian(v, wanted, start))
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
    left, least = (((gaussian(v, *three) - wanted) ** 2).sum() for three in (found, expected))
    assert left <= least * (1 + 1e-9)


def test_fit_of_an_exact_gaussian_from_afar():
    v = np.linspace(-1, 2, 300)
    true = (0.7, 0.2, 0.3)
    assert fit_gaussian(v, gaussian(v, *true), (1, 0, 0.1)) == pytest.approx(true)


@pytest.mark.parametrize('wanted', [np.zeros(50), np.full(50, np.nan)])
def test_nothing_to_fit_does_not_converge(wanted):
    found = fit_gaussian(np.linspace(-1, 1, 50), wanted, (1, 0, 0.1))
    assert found is None or abs(found[0]) < 1e-3


@pytest.mark.parametrize('width', [0.4, 1.3, 3.0])
def test_average_is_the_one_of_scipy(width):
    array = np.random.default_rng(3).random((9, 14, 20))
    assert _averaged(array, [width, 1.1, 0.7]) == pytest.approx(
        gaussian_filter(array, [width, 1.1, 0.7], mode='constant', truncate=TRUNCATE), abs=1e-12)
