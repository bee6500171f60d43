"""What single volumes told, put on one full scale."""

import numpy as np
import pytest
from chimerax.occupy.core.wording import SettingError
from chimerax.occupy.series.gather import Column, full_remarks, gather, level_remarks

GROUPS = ('/A', '/B', '/C')


def column(values, level, kind='occupancy', errors=0.02, notes=('', '', '')):
    values = np.array(values, float)
    return Column(GROUPS, values, np.full(len(values), errors), level, 'found', notes, kind)


def test_one_level_for_all_is_the_median_of_levels():
    table = gather({'a': column([2, 1, 0.5], 2.0), 'b': column([2, 2, -0.1], 2.1),
                    'c': column([2.2, 0, 1], 2.2)})
    np.testing.assert_allclose(table.occupancy, np.array(
        [[2, 2, 2.2], [1, 2, 0], [0.5, 0, 1]]) / 2.1)
    np.testing.assert_allclose(table.error, 0.02 / 2.1)
    assert table.groups == GROUPS
    assert table.volumes == ('a', 'b', 'c')
    assert table.full == '2.1, the median of the levels of 3 volumes; each: found'
    assert not level_remarks({'a': column([2, 1, 1], 2.0), 'b': column([2, 1, 1], 2.1)})


def test_scales_are_put_on_the_largest_full_scale():
    table = gather({'a': column([1, 1, 1], 1.0, 'scale', np.nan),
                    'b': column([2, 1, 1], 2.0, 'scale', np.nan)})
    np.testing.assert_allclose(table.occupancy[0], [0.5, 1])
    assert np.isnan(table.error).all()
    assert 'largest full scale of 2 volumes' in table.full


def test_failed_volumes_keep_their_place_and_reason():
    table = gather({'a': column([1, 1, 1], 1), 'b': 'the file is truncated',
                    'c': column([1, 0.5, 0], 1, notes=('', '', 'too small to tell'))})
    assert table.failed == {'b': 'the file is truncated'}
    assert np.isnan(table.occupancy[:, 1]).all()
    assert np.isnan(table.error[:, 1]).all()
    assert table.occupancy[1, 2] == 0.5
    assert table.notes == {('/C', 'c'): 'too small to tell'}
    with pytest.raises(ValueError, match='no volume could be used'):
        gather({'a': 'damaged', 'b': 'damaged'})


def test_groups_said_to_be_full_set_the_level():
    one_grey = {'a': column([2, 1, 1], 9), 'b': column([2.1, 2, 1], 9), 'c': column([2, 0, 1], 9)}
    table = gather(one_grey, '/A')
    np.testing.assert_allclose(table.occupancy[0], [1, 1.05, 1])
    assert table.full == '2, the median of /A, said to be full'
    # Normalised one by one: each volume on what is full in it.
    table = gather({'a': column([2, 1, 1], 9), 'b': column([4, 2, 4], 9)}, ['/A', '/B'])
    np.testing.assert_allclose(table.occupancy[0] / table.occupancy[1], 2)
    np.testing.assert_allclose(table.occupancy[:2].mean(axis=0), 1)
    assert 'in each volume' in table.full
    assert gather(one_grey, 4.0).occupancy[0, 0] == 0.5


@pytest.mark.parametrize(('full', 'reason'), [
    ('/X', 'names the group "/X"'), ([], 'names no group'), (0.0, 'above zero'),
    (float('nan'), 'above zero'), ('/C', 'no density in b')])
def test_what_cannot_be_full(full, reason):
    with pytest.raises(SettingError, match=reason):
        gather({'a': column([1, 1, 1], 1), 'b': column([1, 1, -0.1], 1)}, full)


def test_volumes_normalised_one_by_one_are_told():
    remark, = level_remarks({'a': column([1, 1, 1], 1.0), 'b': column([2, 2, 2], 2.0),
                             'c': 'damaged'})
    assert 'between 0.67 and 1.33' in remark
    assert '{full}' in remark.template


def test_what_is_said_to_be_full_and_is_not():
    columns = {'a': column([2, 1, 0.2], 2), 'b': column([2, 1, 0.03], 2)}
    assert not full_remarks(gather(columns, '/A'))
    remark, = full_remarks(gather(columns, '/B'))
    assert remark == '/A reads 2 in a: what full says is full seems not to be'
    with pytest.raises(SettingError, match='no density in b'):
        gather(columns, '/C')
