"""The table of a series as a file: CSV, a row for each volume and group, or JSON; and back."""

import csv
import io
import json
import math
import re
from pathlib import Path

import numpy as np

from .gather import Column
from .table import SeriesTable

COLUMNS = ('volume', 'group', 'occupancy', 'error', 'note')
FORMAT = 1
_DIGITS = re.compile(r'(\d+)')
_FOLDERS = re.compile(r'[\\/]')
#: Endings of files, as .mrc and .map.gz.
_ENDINGS = re.compile(r'(?:\.[^\W\d_]\w*)*$')


class SeriesFileError(ValueError):
    """A file that holds no series; one sentence, with its name."""


def natural_key(name):
    """A key to sort names and paths by, numbers in them by their value: vol_2 before vol_10.

    Folders count first, and endings last: vol.mrc before vol2.mrc.
    """
    *folders, name = _FOLDERS.split(str(name))
    at = _ENDINGS.search(name).start()
    return [_natural(word) for word in (*folders, name[:at], name[at:])]


def _natural(text):
    return [(0, int(word), word) if word.isdecimal() else (1, 0, word.casefold())
            for word in _DIGITS.split(text) if word]


def write_csv(stream, table):
    """Write a `SeriesTable` to a text stream (opened with newline='') as CSV.

    A row for each volume and group, volumes in their order; one for a volume that failed, which
    names no group and says why.
    """
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(COLUMNS)
    for j, volume in enumerate(table.volumes):
        if volume in table.failed:
            writer.writerow([volume, '', '', '', table.failed[volume]])
            continue
        for i, group in enumerate(table.groups):
            writer.writerow([volume, group, _cell(table.occupancy[i, j]), _cell(table.error[i, j]),
                             table.notes.get((group, volume), '')])


def as_dict(table):
    """A `SeriesTable` as JSON takes it: all that is needed to draw it again.

    `occupancy` and `error`: a list for each group, null where there is no value.
    """
    return {'format': FORMAT, 'groups': list(table.groups), 'volumes': list(table.volumes),
            'full': table.full, 'occupancy': _lists(table.occupancy), 'error': _lists(table.error),
            'notes': [{'group': group, 'volume': volume, 'note': note}
                      for (group, volume), note in table.notes.items()],
            'failed': table.failed}


def from_dict(values):
    """The reverse of `as_dict`, other entries left alone; `ValueError` for what is no series."""
    try:
        groups, volumes = tuple(values['groups']), tuple(values['volumes'])
        shape = len(groups), len(volumes)
        occupancy, error = (np.array(values[name], float).reshape(shape)
                            for name in ('occupancy', 'error'))
        return SeriesTable(groups, volumes, occupancy, error, str(values['full']), {
            (one['group'], one['volume']): one['note'] for one in values['notes']},
            dict(values['failed']))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError('it holds no series') from error


def column_as_dict(column):
    """A `Column` as JSON takes it; null where there is no value."""
    return {'groups': list(column.groups), 'values': _lists([column.values])[0],
            'errors': _lists([column.errors])[0], 'level': float(column.level),
            'how': column.how, 'notes': list(column.notes), 'kind': column.kind}


def column_from_dict(values):
    """The reverse of `column_as_dict`."""
    arrays = {name: np.array(values[name], float) for name in ('values', 'errors')}
    return Column(**{**values, **arrays, 'groups': tuple(values['groups']),
                     'notes': tuple(values['notes'])})


def read_table(path):
    """Read a series back: the `SeriesTable` of a CSV or JSON file, by its ending.

    A CSV does not say what counts as full, and a value is as exact as it is written there. Raises
    `SeriesFileError` for what is no such file, `OSError` where it cannot be read.
    """
    path = Path(path)
    text = path.read_text(encoding='utf-8-sig', errors='replace')
    try:
        if path.suffix.lower() == '.json':
            return from_dict(json.loads(text))
        return _from_rows(list(csv.reader(io.StringIO(text))))
    except ValueError as error:
        raise SeriesFileError(f'{path.name} is not the table of a series: {error}') from error


def _from_rows(rows):
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ValueError(f'its first line is not {",".join(COLUMNS)}')
    cells, notes, failed = {}, {}, {}
    volumes, groups = {}, {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise ValueError(f'line {number} has {len(row)} columns')
        volume, group, occupancy, error, note = row
        volumes[volume] = None
        if not group:
            failed[volume] = note
            continue
        groups[group] = None
        try:
            cells[group, volume] = [float(text or 'nan') for text in (occupancy, error)]
        except ValueError:
            raise ValueError(f'line {number} holds no number') from None
        if note:
            notes[group, volume] = note
    values = np.array([[cells.get((group, volume), [np.nan, np.nan]) for volume in volumes]
                       for group in groups], float).reshape(len(groups), len(volumes), 2)
    return SeriesTable(tuple(groups), tuple(volumes), values[..., 0], values[..., 1],
                       'not said in the file', notes, failed)


def _cell(value):
    return f'{value:.4f}' if math.isfinite(value) else ''


def _lists(array):
    return [[float(value) if math.isfinite(value) else None for value in row] for row in array]
