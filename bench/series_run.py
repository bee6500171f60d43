"""`occupy series` as a program of its own, of this repository, and what it wrote."""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from environments import ROOT

_kept = []


def start(*arguments):
    """Start a series in this Python, where nothing need be installed; returns the process."""
    if not _kept:
        # A package chimerax that holds this bundle alone, also for the processes that it starts.
        _kept.append(tempfile.TemporaryDirectory())
        package = Path(_kept[0].name) / 'chimerax'
        package.mkdir()
        (package / '__init__.py').touch()
        (package / 'occupy').symlink_to(ROOT / 'src')
    return subprocess.Popen(
        [sys.executable, '-m', 'chimerax.occupy', 'series', *map(str, arguments)],
        env={**os.environ, 'PYTHONPATH': _kept[0].name})


def run(*arguments):
    """Run a series to its end; `RuntimeError` unless all went well."""
    status = start(*arguments).wait()
    if status:
        raise RuntimeError(f'the series ended with status {status}')


def cells(folder):
    """(volume, group, occupancy, error) of every cell of a series, in the order of its table."""
    with open(Path(folder) / 'series.csv', encoding='utf-8', newline='') as stream:
        return [(row['volume'], row['group'], *(float(row[name] or 'nan') for name in
                                                ('occupancy', 'error')))
                for row in csv.DictReader(stream)]
