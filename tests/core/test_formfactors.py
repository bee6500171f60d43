"""Electron scattering factors."""

import numpy as np
import pytest
from chimerax.occupy.core.formfactors import (
    SYMBOLS,
    one_gaussian,
    scattering_factor,
    symbol_of,
)


def test_factors_are_those_of_the_tables():
    # f(0) in Å by the relativistic Hartree–Fock tables (International Tables C, 4.3.1.1).
    for symbol, expected in (('H', 0.529), ('C', 2.509), ('N', 2.211), ('O', 1.983), ('P', 5.488),
                             ('S', 5.161), ('FE', 7.165)):
        assert scattering_factor(symbol, 0.0) == pytest.approx(expected, rel=0.01)


def test_elements_by_number_and_symbol():
    assert len(SYMBOLS) == 99
    assert [symbol_of(6), symbol_of(np.int64(26)), symbol_of('zn'), symbol_of('D')] == [
        'C', 'Fe', 'Zn', 'D']
    for wrong in (0, 99, 'Xx', ''):
        with pytest.raises(ValueError, match='no electron scattering factor'):
            symbol_of(wrong)


@pytest.mark.parametrize(('resolution', 'error'), [(4, 0.025), (8, 0.005)])
def test_one_gaussian_stands_for_an_atom(resolution, error):
    frequency = np.linspace(0, 1 / resolution, 20)
    for symbol in ('H', 'C', 'N', 'O', 'P', 'S', 'Zn', 'Fe', 'Mg'):
        a, b = one_gaussian(symbol, resolution)
        exact = scattering_factor(symbol, frequency)
        assert np.abs(a * np.exp(-b * frequency ** 2 / 4) / exact - 1).max() < max(
            error, 3 * error if symbol in ('Mg',) else 0)
