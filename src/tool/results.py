"""What commands found, as tables: whatever measures, its numbers stand in rows of one kind."""

import re
from dataclasses import dataclass, field

import numpy as np

from ..commands.changed import Changed
from ..commands.compare import Comparison
from ..commands.fit import Fitted
from ..commands.fitresults import specifier
from ..commands.logtables import selecting
from ..commands.series import SeriesFound
from ..core.describe import value_text
from ..core.masks import TargetedOccupancy
from ..session.readout import Readout


@dataclass(frozen=True)
class Number:
    """A value with its error (one standard error, NaN for none) and number of decimals.

    `share`: whether it is one of the whole, 0 to 1, and can be drawn as such.
    """

    value: float
    error: float = np.nan
    decimals: int = 3
    share: bool = False

    @property
    def text(self):
        """As it is read: "0.42 ± 0.03", "–" where there is none."""
        if self.value != self.value:
            return '–'
        return value_text(self.value, self.error, self.decimals)


@dataclass(frozen=True, eq=False)
class Row:
    """`cells`: a `Number` or a word for each column. `spec`: what is meant, to be selected, or ''.
    """

    cells: tuple
    spec: str = ''


@dataclass(frozen=True, eq=False)
class Table:
    """`columns`: headings. `heat`: whether the numbers are coloured by their value. `maps`: those
    that were measured. `said`: what was measured in them, in words.
    """

    title: str
    columns: tuple
    rows: list = field(default_factory=list)
    heat: bool = False
    maps: tuple = ()
    said: str = ''

    def csv(self):
        """The table as lines of comma-separated values, errors in columns of their own."""
        with_error = [any(isinstance(row.cells[i], Number) and row.cells[i].error ==
                          row.cells[i].error for row in self.rows)
                      for i in range(len(self.columns))]
        head = []
        for name, has_error in zip(self.columns, with_error, strict=True):
            head += [name, f'{name} error'] if has_error else [name]
        lines = [head]
        for row in self.rows:
            line = []
            for cell, has_error in zip(row.cells, with_error, strict=True):
                number = isinstance(cell, Number)
                line.append(_plain(cell.value) if number else str(cell))
                if has_error:
                    line.append(_plain(cell.error) if number else '')
            lines.append(line)
        return lines


def table_of(result, words='', volume=None):
    """The `Table` of what a command returned, or None where it holds no numbers.

    words, volume: what was measured in which map, where the result does not say it itself.
    """
    if isinstance(result, TargetedOccupancy):
        return Table('Occupancy of a region', ('Region', 'Occupancy', 'Voxels'), [
            Row((words, Number(result.occupancy, share=True), Number(result.voxels, decimals=0)),
                _spec(words))], maps=() if volume is None else (volume,),
            said=f'Occupancy of the region {words}')
    if isinstance(result, Comparison):
        names = [f'#{source.id_string}' for source in result.sources]
        rows = [Row((name, *(Number(float(value), share=True) for value in values)),
                    _spec(name))
                for name, values in zip(result.regions, result.values, strict=True)]
        return Table('Mean scale', ('Region', *names), rows, True, tuple(result.sources),
                     _counted('Mean scale', rows, 'region'))
    if isinstance(result, Changed):
        return _of_changes(result)
    if isinstance(result, list) and result and all(isinstance(one, Readout) for one in result):
        return _of_readout(result[0]) if len(result) == 1 else _of_readouts(result)
    if isinstance(result, Fitted):
        return _of_fit(result) if len(result.found) == 1 else _of_fits(result)
    if isinstance(result, SeriesFound):
        return _of_series(result)
    return None


def _of_series(result):
    """A row for each group, with its value in each map, in the order of the heat map."""
    table, order = result.table, result.order
    rows = [Row((table.groups[i], *(Number(float(table.occupancy[i, j]), float(table.error[i, j]),
                                           share=True) for j in order.volumes)),
                result.shown.spec(i)) for i in order.groups]
    names = [volume if found is None else f'#{found.id_string}' for volume, found in (
        (table.volumes[j], result.shown.map_of(j)) for j in order.volumes)]
    what = 'Mean scale' if result.scale else 'Occupancy'
    return Table(f'{what} in a series', ('Group', *names), rows, True, tuple(result.maps),
                 _counted(what, rows, 'group'))


def _of_changes(result):
    """A row for each group, largest change first: both occupancies, the change, and z."""
    rows = [Row((change.name, Number(change.first, change.first_error, share=True),
                 Number(change.second, change.second_error, share=True),
                 Number(change.change, change.error), Number(change.z, decimals=1),
                 'changed' if change.is_marked else
                 'taken as unchanged' if change.is_unchanged else '', change.note),
                specifier(result.grouped, change.index)) for change in result.changes.ranked()]
    names = [f'#{source.id_string}' for source in result.sources]
    return Table('What changed', ('Group', *names, 'Change', 'z', '', 'Note'), rows,
                 maps=tuple(result.sources), said=_counted('Change', rows, 'group'))


def _of_readout(readout):
    """A row for each chain: mean scale, and the least and the most of its residues."""
    rows = []
    for index, part in enumerate(readout.layout.parts):
        values = readout.residue_values[part.residues]
        values = values[np.isfinite(values)]
        least, most = (values.min(), values.max()) if len(values) else (np.nan, np.nan)
        rows.append(Row(
            (part.name, Number(float(readout.part_values[index]), share=True),
             Number(float(least)), Number(float(most)),
             Number(len(part.residues), decimals=0)),
            selecting(readout.layout.residues[part.residues])))
    title = f'{readout.mode.capitalize()} scale'
    return Table(title, ('Chain', 'Mean scale', 'Least', 'Most', 'Residues'), rows,
                 maps=(readout.source,), said=_counted(title, rows, 'part'))


def _of_readouts(readouts):
    """A row for each chain, with its mean scale in each map, such as the frames of a series."""
    rows = [Row((part.name, *(Number(float(readout.part_values[index]), share=True)
                              for readout in readouts)),
                selecting(readouts[0].layout.residues[part.residues]))
            for index, part in enumerate(readouts[0].layout.parts)]
    title = f'{readouts[0].mode.capitalize()} scale'
    return Table(title, ('Chain', *(f'#{readout.source.id_string}' for readout in readouts)), rows,
                 True, tuple(readout.source for readout in readouts),
                 _counted(title, rows, 'part'))


def _of_fit(result):
    """A row for each group: its occupancy and B-factor, with errors."""
    rows = []
    for index, group in enumerate(result.found[0].groups):
        rows.append(Row((group.name, Number(group.occupancy, group.error, share=True),
                         Number(group.b_factor, group.b_error, 0),
                         Number(group.atoms, decimals=0), group.note),
                        specifier(result.grouped, index)))
    return Table('Occupancy of groups', ('Group', 'Occupancy', 'B (Å²)', 'Atoms', 'Note'),
                 rows, maps=tuple(result.maps), said=_counted('Occupancy', rows, 'group'))


def _of_fits(result):
    """A row for each group, with its occupancy in each map."""
    columns = [one.groups for one in result.found]
    rows = [Row((groups[0].name, *(Number(group.occupancy, group.error, share=True)
                                   for group in groups)), specifier(result.grouped, index))
            for index, groups in enumerate(zip(*columns, strict=True))]
    names = [f'#{volume.id_string}' for volume in result.maps]
    return Table('Occupancy of groups', ('Group', *names), rows, True, tuple(result.maps),
                 _counted('Occupancy', rows, 'group'))


def _counted(what, rows, of):
    """Of how many parts something was measured: "Occupancy of 14 groups"."""
    return f'{what} of {len(rows)} {of}{"" if len(rows) == 1 else "s"}'


def _spec(name):
    """The name of a part where it can be typed as it is, else ''."""
    return name if re.fullmatch(r'#[\d.,]+(/[^\s]+)?', name) else ''


def _plain(value):
    return '' if value != value else f'{value:.6g}'
