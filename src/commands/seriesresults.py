"""What a series told, as tables in the log and as a file; and such a file read back."""

import json
import os
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from ..core.describe import value_text
from ..series.files import as_dict, read_table, write_csv
from ..series.gather import SCALE
from ..series.order import ORDERS
from . import files, logtables

#: A table of more rows than this is folded away; so many pairs are told, the file has all.
_LONG, _PAIRS = 40, 20
#: Volumes that follow one another count as less than this share of their number: that is said.
_FOLLOWING = 0.5


@dataclass(frozen=True)
class Kept:
    """What a file tells beside its table: `paths` of volumes by name, `models`, paths; `order`, as
    it was drawn; `scale`, whether values are of the scale; `title`.
    """

    paths: dict = field(default_factory=dict)
    models: tuple = ()
    order: str = ORDERS[0]
    scale: bool = False
    title: str = ''


def tell(session, found):
    """Tell of a series in the log: what counts as full, tables, and what is odd."""
    table = found.table
    told = len(table.volumes) - len(table.failed)
    what = 'Mean scale' if found.scale else 'Occupancy'
    session.logger.info(f'{what} of {len(table.groups)} groups in {told} volumes: full is '
                        f'{table.full}.')
    for name, why in table.failed.items():
        session.logger.warning(f'{name} is left out: {why.rstrip(".")}.')
    for warning in found.warnings:
        session.logger.warning(warning)
    html = _groups(found)
    session.logger.info(logtables.folded(f'{what} of {len(table.groups)} groups', html)
                        if len(table.groups) > _LONG else html, is_html=True)
    _tell_pairs(session, found)


def _groups(found):
    """A row for each group: its mean, and where it is least and most."""
    table, rows = found.table, []
    for index, name in enumerate(table.groups):
        values = table.occupancy[index]
        spec = found.shown.spec(index)
        cells = [logtables.link(spec, name) if spec else escape(name)]
        if np.isfinite(values).any():
            cells.append(logtables.number(float(np.nanmean(values))))
            for which in (np.nanargmin(values), np.nanargmax(values)):
                cells.append(f'{value_text(values[which], table.error[index, which])} in '
                             f'{logtables.breakable(table.volumes[which])}')
        else:
            cells += ['&ndash;', '', '']
        cells.append(sum((name, volume) in table.notes for volume in table.volumes) or '')
        rows.append(cells)
    return logtables.table(['Group', 'Mean', 'Least', 'Most', 'Notes'], rows)


def _tell_pairs(session, found):
    called = [pair for pair in found.pairs if pair.kind]
    if not found.pairs:
        return
    if not called:
        best = found.pairs[0]
        session.logger.info(
            'No two groups go together, or exclude each other, by more than chance allows; the '
            f'nearest are {best.first} and {best.second}, with a correlation of '
            f'{best.correlation:.2f} and p = {best.p:.2g}.')
    else:
        rows = [[escape(pair.first), escape(pair.second),
                 'go together' if pair.kind == 'together' else 'exclude each other',
                 f'{pair.correlation:.2f}', f'{pair.p:.2g}', f'{pair.adjusted:.2g}']
                for pair in called[:_PAIRS]]
        html = logtables.table(['Group', 'and group', '', 'Correlation', 'p',
                                'p for so many pairs'], rows)
        more = len(called) - _PAIRS
        session.logger.info(
            html + (f'<p>and {more} more pairs</p>' if more > 0 else ''), is_html=True)
    effective = np.median([pair.effective / pair.volumes for pair in found.pairs])
    if effective < _FOLLOWING:
        count = found.pairs[0].volumes
        session.logger.info(
            f'Volumes that follow one another change little by little: as evidence these {count} '
            f'count as about {max(1, round(effective * count))}. Of groups that merely drift, more '
            'cannot be told.')


def write(file, found, models):
    """Write a series as CSV or JSON, by the file's ending. models: those that groups are of."""
    with files.opened(file) as stream:
        if file.lower().endswith('.csv'):
            write_csv(stream, found.table)
            return
        paths = {name: volume.data.path for name, volume in zip(
            found.table.volumes, found.maps, strict=True) if isinstance(volume.data.path, str)}
        names = [getattr(model, 'filename', None) for model in models]
        json.dump({
            **as_dict(found.table), 'method': SCALE if found.scale else 'fit',
            'paths': paths, 'models': [name for name in names if name],
            'order': found.order.as_dict(),
            'together': [asdict(pair) | {'kind': pair.kind} for pair in found.pairs]},
            stream, indent=1)
        stream.write('\n')


def read(file):
    """Read a series: its `SeriesTable`, and what is `Kept` beside it.

    Raises `SeriesFileError` for what holds no series, `OSError` where it cannot be read. Files that
    were moved together with it are looked for beside it.
    """
    table = read_table(file)
    path = Path(file)
    title = f'Series in {path.name}'
    if path.suffix.lower() != '.json':
        return table, Kept(title=title)
    values = json.loads(path.read_text(encoding='utf-8-sig'))
    order = (values.get('order') or {}).get('how', ORDERS[0])
    return table, Kept(
        {name: _near(one, path.parent) for name, one in (values.get('paths') or {}).items()},
        tuple(_near(one, path.parent) for one in values.get('models') or ()),
        order if order in ORDERS else ORDERS[0], values.get('method') == SCALE, title)


def _near(path, folder):
    """A path as it is kept, or beside the file, where only that is there."""
    beside = folder / os.path.basename(path)
    return str(beside) if not os.path.exists(path) and beside.exists() else path
