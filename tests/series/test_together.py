"""Which groups go together: found where they do, and not where chance or errors may do it."""

import numpy as np
import pytest
from chimerax.occupy.series.table import SeriesTable
from chimerax.occupy.series.together import together


def table_of(values, errors=0.02):
    values = np.asarray(values, float)
    return SeriesTable(tuple(f'g{i}' for i in range(len(values))),
                       tuple(f'v{i}' for i in range(values.shape[1])),
                       values, errors + 0 * values, 'given')


def kinds(table):
    return {(pair.first, pair.second): pair.kind for pair in together(table)}


def test_groups_that_go_together_or_exclude_each_other():
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 30))
    noise = 0.02 * rng.standard_normal((4, 30))
    found = together(table_of(np.array([one, 0.8 * one, 1 - one, other]) + noise))
    by_name = {(pair.first, pair.second): pair for pair in found}
    assert by_name['g0', 'g1'].kind == 'together'
    assert by_name['g0', 'g2'].kind == 'exclude'
    assert by_name['g0', 'g3'].kind == ''
    assert by_name['g0', 'g1'].correlation == pytest.approx(
        np.corrcoef(one + noise[0], 0.8 * one + noise[1])[0, 1])
    assert [pair.p for pair in found] == sorted(pair.p for pair in found)
    assert all(pair.adjusted >= pair.p for pair in found)


def test_a_chain_that_rises_while_another_falls():
    share = np.arange(20) / 19
    rng = np.random.default_rng(1)
    values = np.array([1 + 0 * share, 1 + 0 * share, 1 - 0.7 * share, share])
    found = together(table_of(values + 0.01 * rng.standard_normal(values.shape), 0.01))
    assert [(pair.first, pair.second, pair.kind) for pair in found] == [('g2', 'g3', 'exclude')]
    assert found[0].effective < 6       # they drift: twenty frames are not twenty observations


@pytest.mark.parametrize('walk', [False, True])
def test_chance_is_hardly_ever_called(walk):
    """Independent groups, shuffled or drifting: of all pairs 5 % have p < 0.05, and few a kind."""
    p, called = [], 0
    for seed in range(60):
        values = np.random.default_rng(seed).standard_normal((10, 24))
        if walk:
            values = values.cumsum(axis=1)
        found = together(table_of(0.5 + 0.2 * values / values.std(), 0.01))
        p += [pair.p for pair in found]
        called += any(pair.kind for pair in found)
    assert np.mean(np.array(p) < 0.05) < 0.075
    assert called <= 3


def test_errors_that_are_alike_are_not_taken_for_going_together():
    """Values that vary no more than their errors, those of a volume being alike."""
    rng = np.random.default_rng(3)
    shared = 0.05 * rng.standard_normal(40)
    values = np.array([0.5 + shared, 0.7 + shared, 0.2 + 1.3 * shared])
    assert set(kinds(table_of(values, 0.05)).values()) <= {''}
    assert set(kinds(table_of(values, 0.001)).values()) == {'together'}


def test_missing_values():
    rng = np.random.default_rng(4)
    one = rng.random(30)
    values = np.array([one, one, 1 - one]) + 0.01 * rng.standard_normal((3, 30))
    values[0, :10] = np.nan
    values[2, 13:] = np.nan
    values = np.vstack([values, np.full(30, np.nan)])
    found = {(pair.first, pair.second): pair for pair in together(table_of(values))}
    assert set(found) == {('g0', 'g1'), ('g1', 'g2')}       # of g0 and g2 three volumes are shared
    assert found['g0', 'g1'].volumes == 20
    assert found['g0', 'g1'].kind == 'together'
    assert found['g0', 'g1'].correlation == pytest.approx(
        np.corrcoef(values[0, 10:], values[1, 10:])[0, 1])


def test_nothing_to_look_at():
    assert together(table_of([[0.1, 0.5, 0.9]])) == []
    assert together(table_of(np.full((3, 8), 0.5))) == []
    # Without errors, as of a scale, groups that vary at all are looked at.
    assert len(together(table_of(np.random.default_rng(5).random((3, 12)), np.nan))) == 3
