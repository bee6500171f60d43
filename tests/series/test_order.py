"""The order of groups and volumes by likeness."""

import numpy as np
import pytest
from chimerax.occupy.series.order import MOST_TURNED, by_likeness, distances, order_of
from chimerax.occupy.series.table import SeriesTable


def table_of(values):
    values = np.asarray(values, float)
    return SeriesTable(tuple(f'g{i}' for i in range(len(values))),
                       tuple(f'v{i}' for i in range(values.shape[1])),
                       values, 0.02 + 0 * values, 'given')


def blocks(number=4, size=6, volumes=15, seed=0):
    """Rows of a few kinds, shuffled: (rows, kind of each)."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.repeat(np.arange(number), size))
    curves = rng.random((number, volumes))
    return curves[kinds] + 0.02 * rng.standard_normal((len(kinds), volumes)), kinds


def runs(kinds):
    return 1 + int((np.diff(kinds) != 0).sum())


@pytest.mark.parametrize('missing', [0, 0.2])
def test_what_is_alike_stands_together(missing):
    rows, kinds = blocks()
    rows[np.random.default_rng(1).random(rows.shape) < missing] = np.nan
    order, links = by_likeness(rows)
    assert sorted(order) == list(range(len(rows)))
    assert links.shape == (len(rows) - 1, 4)
    assert runs(kinds[order]) == 4


def test_distances_are_over_shared_cells():
    rows = np.array([[0, 1, np.nan], [1, 1, 5], [np.nan, np.nan, 5]])
    found = distances(rows)
    assert found[0] == pytest.approx(np.sqrt(0.5))
    assert found[2] == pytest.approx(0, abs=1e-7)
    assert found[1] == pytest.approx((found[0] + found[2]) / 2)     # they share none


def test_rows_without_values_stand_at_the_end():
    rows, kinds = blocks()
    rows[[3, 10]] = np.nan
    order, _ = by_likeness(rows)
    assert set(order[-2:]) == {3, 10}
    assert runs(kinds[order[:-2]]) == 4
    assert list(by_likeness(np.full((3, 2), np.nan))[0]) != []


def test_of_many_the_branches_are_turned_by_their_component():
    rng = np.random.default_rng(2)
    place = rng.permutation(MOST_TURNED + 100) / (MOST_TURNED + 100)
    rows = np.stack([place, 1 - place, 0.5 * place], axis=1)
    order, links = by_likeness(rows)
    rises = np.corrcoef(place[order], np.arange(len(order)))[0, 1]
    assert abs(rises) > 0.99
    from scipy.cluster.hierarchy import is_valid_linkage
    assert is_valid_linkage(links)


def test_words_of_an_order():
    rows, _ = blocks()
    table = table_of(rows)
    given = order_of(table, 'given')
    assert list(given.groups) == list(range(24))
    assert given.group_links is None
    groups = order_of(table, 'groups')
    assert list(groups.volumes) == list(range(15))
    assert groups.volume_links is None
    assert groups.group_links is not None
    both = order_of(table)
    assert list(both.groups) == list(groups.groups)
    assert both.volume_links.shape == (14, 4)
    with pytest.raises(ValueError, match='likeness, groups, given'):
        order_of(table, 'size')


def test_one_group_and_one_volume():
    order = order_of(table_of([[0.5]]))
    assert (list(order.groups), list(order.volumes)) == ([0], [0])
    assert order.group_links is None
    assert order.volume_links is None
