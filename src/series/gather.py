"""What single volumes told, put on one full scale: a table of groups × volumes.

Each volume comes with raw values, in its own units: amplitudes of a fit, or local maxima, and with
the level that would count as full in it alone. Which level counts for all is found here, from all
of them, and no volume is needed for it: another choice of what is full costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.occupancies import Occupancies
from ..core.occupancynotes import without_definition
from ..core.parameters import SAME_GREY
from ..core.wording import Remark, SettingError, plain
from .table import SeriesTable

#: What the values of a volume are: amplitudes of a fit, or local maxima.
OCCUPANCY, SCALE = 'occupancy', 'scale'
#: How they are had.
METHODS = ('fit', SCALE)
#: A level within so many standard errors of zero is none.
LEAST_ERRORS = 2
#: Values above this mean that what is said to be full is not.
TOO_FULL = 1.5
#: No group that is said to be full counts as more precise than this share of its value.
LEAST_ERROR = 0.01


@dataclass(frozen=True, eq=False)
class Column:
    """What one volume told of n groups.

    `groups`: their names. `values` and `errors` (one standard error): float (n,), in the units of
    the volume, not-a-number where there is none. `level`: what would count as full in this volume
    alone, and `how` it was found. `notes`: n sentences, or ''. `kind`: "occupancy" or "scale".
    """

    groups: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray
    level: float
    how: str
    notes: tuple[str, ...]
    kind: str = OCCUPANCY

    @classmethod
    def of(cls, found: Occupancies) -> 'Column':
        """The column of one volume's `core.Occupancies`."""
        level = found.full_level
        return cls(tuple(group.name for group in found.groups),
                   np.array([group.raw for group in found.groups]) * level,
                   np.array(found.amplitude_errors), level, found.full_note,
                   tuple(without_definition(group.note) for group in found.groups))


def gather(columns: Mapping[str, Column | str], full: float | Sequence[str] | None = None
           ) -> SeriesTable:
    """Put the values of all volumes on one full scale.

    columns: what each volume told, by its name, in the order of the series: a `Column`, or a
    sentence on why there is none. full: names of groups that are full in every volume, or the level
    that counts as full, in the units of the volumes; None for what the volumes have in common: the
    median of the levels of fits, the largest full scale of scales.

    Where groups are named and differ between volumes by more than volumes of one grey level do,
    each volume is put on its own level of them: these volumes were normalised one by one. Returns
    the table; values below zero are set to zero. Raises `SettingError` for groups that are none of
    the series or have no density, `ValueError` where no volume told anything.
    """
    told = {name: one for name, one in columns.items() if isinstance(one, Column)}
    if not told:
        raise ValueError('no volume could be used')
    groups = tuple(dict.fromkeys(group for one in told.values() for group in one.groups))
    levels, how = _levels(told, full, groups)
    number = {group: i for i, group in enumerate(groups)}
    occupancy = np.full((len(groups), len(columns)), np.nan)
    error, notes = occupancy.copy(), {}
    for j, (name, one) in enumerate(columns.items()):
        if name not in told:
            continue
        rows = [number[group] for group in one.groups]
        occupancy[rows, j] = np.maximum(one.values / levels[name], 0)
        error[rows, j] = one.errors / levels[name]
        notes |= {(group, name): note
                  for group, note in zip(one.groups, one.notes, strict=True) if note}
    return SeriesTable(groups, tuple(columns), occupancy, error, how, notes,
                       {name: one for name, one in columns.items() if name not in told})


def level_remarks(columns: Mapping[str, Column | str]) -> list[Remark]:
    """What is odd about the full levels that volumes have by themselves, for `full` None."""
    levels = np.array([one.level for one in columns.values() if isinstance(one, Column)])
    if len(levels) < 2 or _is_one_grey_level(levels):
        return []
    low, high = levels.min() / np.median(levels), levels.max() / np.median(levels)
    return [Remark(f'what is fullest in single volumes lies between {low:.2f} and {high:.2f} of '
                   'what counts as full: if they were normalised one by one, name groups that are '
                   'full in all of them by {full}')]


def full_remarks(table: SeriesTable) -> list[Remark]:
    """What is odd about a table put on what was said to be full."""
    above = table.occupancy - 2 * np.nan_to_num(table.error) > TOO_FULL
    if not above.any():
        return []
    group, volume = np.unravel_index(
        np.nanargmax(np.where(above, table.occupancy, np.nan)), above.shape)
    return [Remark(
        f'{plain(table.groups[group])} reads {table.occupancy[group, volume]:.3g} in '
        f'{plain(table.volumes[volume])}: what {{full}} says is full seems not to be')]


def _is_one_grey_level(levels):
    return bool((np.abs(levels / np.median(levels) - 1) <= SAME_GREY).all())


def _levels(told, full, groups):
    """The level of each volume, by name, and a sentence on how they were found."""
    number = f'{len(told)} volume{"s" if len(told) > 1 else ""}'
    if isinstance(full, (int, float)):
        if not np.isfinite(full) or full <= 0:
            raise SettingError('full', f'{{full}} must be above zero, not {full:g}')
        return dict.fromkeys(told, float(full)), f'{full:.5g}, as given'
    if full is not None:
        return _levels_of(told, [full] if isinstance(full, str) else list(full), groups)
    levels = np.array([one.level for one in told.values()])
    if next(iter(told.values())).kind == SCALE:
        level = float(levels.max())
        return dict.fromkeys(told, level), f'{level:.5g}, the largest full scale of {number}'
    level = float(np.median(levels))
    return dict.fromkeys(told, level), (
        f'{level:.5g}, the median of the levels of {number}; each: '
        f'{next(iter(told.values())).how}')


def _levels_of(told, names, groups):
    """The levels of groups that are said to be full."""
    unknown = [name for name in names if name not in groups]
    if unknown or not names:
        raise SettingError('full', '{full} names no group' if not names else
                           f'{{full}} names the group "{plain(unknown[0])}", which is none of '
                           'those of the series')
    found = {}
    for volume, one in told.items():
        chosen = [i for i, group in enumerate(one.groups)
                  if group in names and np.isfinite(one.values[i])]
        values, errors = one.values[chosen], np.nan_to_num(one.errors[chosen])
        weights = 1 / (errors ** 2 + (LEAST_ERROR * one.level) ** 2)
        level = float(np.average(values, weights=weights)) if chosen else 0.0
        spread = float(np.sqrt((weights ** 2 * errors ** 2).sum()) / max(weights.sum(), 1e-300))
        if level <= LEAST_ERRORS * spread:
            raise SettingError('full', 'the groups that {full} names have no density in '
                                       + plain(volume))
        found[volume] = level
    levels = np.array(list(found.values()))
    what = ', '.join(names[:4]) + (' …' if len(names) > 4 else '')
    if _is_one_grey_level(levels):
        level = float(np.median(levels))
        return dict.fromkeys(told, level), f'{level:.5g}, the median of {what}, said to be full'
    return found, f'what {what}, said to be full, has in each volume, as grey levels differ'
