"""What a fit of occupancies found, as rows, as a table in the log, and as a file."""

import csv
import json
import math
from html import escape

from ..core.describe import OCCUPANCY_COLUMNS, cell, occupancy_row, value_text as with_error
from ..session import volumes
from ..session.wording import sentence
from . import files, logtables

#: A table of more rows than this is folded away.
_LONG = 40
#: So many of the groups that are full are named.
_NAMED = 8


def rows(maps, found):
    """A dict for each map and group, with `OCCUPANCY_COLUMNS` and the map's name."""
    return [{'map': volumes.label(volume), **occupancy_row(group)}
            for volume, one in zip(maps, found, strict=True) for group in one.groups]


def write(file, rows, several):
    """Write rows as CSV or JSON, by the file's ending; with the map's name where there are several.
    """
    names = (*(('map',) if several else ()), *OCCUPANCY_COLUMNS)
    with files.opened(file) as stream:
        if file.lower().endswith('.json'):
            json.dump([{name: row[name] for name in names} for row in rows], stream, indent=1)
            stream.write('\n')
            return
        writer = csv.writer(stream, lineterminator='\n')
        writer.writerow(names)
        for row in rows:
            writer.writerow([cell(row[name]) for name in names])


def tell(session, maps, found, grouped):
    """Tell of a fit in the log: what counts as full, a table, and what is odd."""
    first = found[0]
    if len(found) == 1:
        session.logger.info(
            f'Occupancies in {volumes.label(maps[0])}, fitted to {first.resolution:.3g} Å: full is '
            f'{first.full_note}{_groups(first.full_groups)}; map and fit correlate by '
            f'{first.correlation:.3f}; {first.outside:.0%} of the map\'s content lies outside the '
            'model.')
    else:
        full = 'one for all, the median of what is full in each' if (
            len({one.full_level for one in found}) == 1) else 'what is full in each'
        worst = min(found, key=lambda one: one.correlation)
        session.logger.info(
            f'Occupancies in {len(found)} maps, fitted to {first.resolution:.3g} Å: full is {full} '
            f'({first.full_note.split("each: ")[-1]}); map and fit correlate by '
            f'{worst.correlation:.3f} or more; up to '
            f'{max(one.outside for one in found):.0%} of a map\'s content lies outside the model.')
    table = _one(found[0], grouped) if len(found) == 1 else _several(maps, found, grouped)
    number = len(grouped.groups)
    session.logger.info(
        logtables.folded(f'Occupancies of {number} groups', table) if number > _LONG else table,
        is_html=True)
    for volume, one in zip(maps, found, strict=True):
        for warning in one.warnings:
            session.logger.warning(f'{volumes.label(volume)}: {sentence(warning, volume)}')


def _groups(names):
    """Some names in brackets, the first ones of many."""
    if not names:
        return ''
    return f' ({", ".join(names[:_NAMED])}{" …" if len(names) > _NAMED else ""})'


def _one(found, grouped):
    rows = []
    for index, group in enumerate(found.groups):
        rows.append([_link(grouped, index), group.atoms, value_text(group.occupancy, group.error),
                     value_text(group.b_factor, group.b_error, 0), f'{group.inside:.0%}',
                     escape(group.note)])
    return logtables.table(
        ['Group', 'Atoms', 'Occupancy', 'B-factor (Å²)', 'Inside', 'Note'], rows)


def _several(maps, found, grouped):
    head = ['Group', 'Atoms', *[f'{logtables.breakable(volume.name)} #{volume.id_string}'
                                for volume in maps]]
    rows = []
    for index, group in enumerate(found[0].groups):
        cells = []
        for one in found:
            here = one.groups[index]
            note = f'<br><small>{escape(here.note)}</small>' if here.note else ''
            cells.append(value_text(here.occupancy, here.error) + note)
        rows.append([_link(grouped, index), group.atoms, *cells])
    return logtables.table(head, rows)


def _link(grouped, index):
    return logtables.link(specifier(grouped, index), grouped.groups[index].name)


def specifier(grouped, index):
    """A specifier of a group: what the user gave, or its residues."""
    residues = grouped.members(index).unique_residues
    if grouped.given or not len(residues):
        return grouped.groups[index].name
    return logtables.selecting(residues)


def specifiers(grouped):
    """For each group its specifier as a function, for later on; see `logtables.lasting`."""
    return [logtables.lasting(specifier(grouped, index),
                              list(grouped.members(index).unique_structures))
            for index in range(len(grouped.groups))]


def value_text(value, error, digits=2):
    """A value and its error as they stand in tables (HTML)."""
    if not math.isfinite(value):
        return '&ndash;'
    # As many digits as the error has a say in, two at least.
    if math.isfinite(error) and digits == 2 and error < 0.01:
        digits = 3
    return with_error(value, error, digits)
