"""The table of a series as CSV and JSON, and back; names with numbers in them."""

import io
import json

import numpy as np
import pytest
from chimerax.occupy.series.files import (
    SeriesFileError,
    as_dict,
    from_dict,
    natural_key,
    read_table,
    write_csv,
)
from chimerax.occupy.series.table import SeriesTable


@pytest.fixture
def table():
    return SeriesTable(
        ('/A', '/B, "left"'), ('vol_2', 'vol_3', 'vol_10'),
        np.array([[1, np.nan, 0.12345678], [0.5, np.nan, np.nan]]),
        np.array([[0.01, np.nan, 0.02], [np.nan, np.nan, np.nan]]), 'the median of all',
        {('/B, "left"', 'vol_10'): 'outside the map'}, {'vol_3': 'the file is truncated, or so'})


def same(one, other, exact=True):
    assert (one.groups, one.volumes, one.notes, one.failed) == (
        other.groups, other.volumes, other.notes, other.failed)
    for name in ('occupancy', 'error'):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name),
                                   atol=0 if exact else 5e-5, rtol=0)


def test_csv(table, tmp_path):
    stream = io.StringIO(newline='')
    write_csv(stream, table)
    lines = stream.getvalue().splitlines()
    assert lines[0] == 'volume,group,occupancy,error,note'
    assert lines[1] == 'vol_2,/A,1.0000,0.0100,'
    assert lines[3] == 'vol_3,,,,"the file is truncated, or so"'
    assert lines[-1] == 'vol_10,"/B, ""left""",,,outside the map'
    path = tmp_path / 'series.csv'
    path.write_text(stream.getvalue(), encoding='utf-8')
    same(read_table(path), table, exact=False)


def test_json(table, tmp_path):
    path = tmp_path / 'series.json'
    path.write_text(json.dumps({**as_dict(table), 'more': 1}, allow_nan=False), encoding='utf-8')
    found = read_table(path)
    same(found, table)
    assert found.full == table.full
    same(from_dict(as_dict(table)), table)


@pytest.mark.parametrize(('name', 'text'), [
    ('a.json', '{}'), ('a.json', 'no'), ('a.json', '[]'), ('a.csv', ''), ('a.csv', 'map,group\n'),
    ('a.csv', 'volume,group,occupancy,error,note\na,b\n'),
    ('a.csv', 'volume,group,occupancy,error,note\na,b,much,1,\n')])
def test_what_is_no_series(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding='utf-8')
    with pytest.raises(SeriesFileError, match=f'{name} is not the table of a series'):
        read_table(path)


def test_names_sort_by_the_numbers_in_them():
    names = ['vol_10', 'vol_2', 'Vol_1', 'vol_02b', 'b/vol_1', 'a', '10', '9', '²']
    assert sorted(names, key=natural_key) == [
        '9', '10', 'a', 'b/vol_1', 'Vol_1', 'vol_02b', 'vol_2', 'vol_10', '²']
    for names in (('vol10.mrc', 'vol2.map.gz', 'vol.mrc'), ('run10/a', 'run2/vol_1', 'run/vol_9'),
                  ('b', 'a1/vol', 'a/vol')):
        assert tuple(sorted(names, key=natural_key)) == names[::-1]
