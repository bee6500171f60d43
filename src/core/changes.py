"""What changed between two maps of one model: the difference of each group, its error, and z.

    from chimerax.occupy.core import fit_occupancies, prepare
    from chimerax.occupy.core.changes import changes

    found = changes(first, second, normalize=True)      # two `Occupancies` of one model
    [(one.name, one.change, one.error, one.z) for one in found.ranked()]

The maps have to be on one grey level. Those of one data set are, unless each was normalised by
itself; then the groups that do not change tell by which factor. METHOD section 10
(docs/method.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .grid import Grid
from .modeldensity import Atoms
from .occupancies import Occupancies
from .parameters import (
    GREY_ALIKE,
    GREY_RATIO,
    MARKED_ERRORS,
    SAME_GREY,
    SOLVENT_DISTANCE,
    UNCHANGED_ERRORS,
    UNCHANGED_MOST_ERROR,
    UNCHANGED_SHARE,
)
from .solvent import robust_width
from .wording import SettingError, plain

#: About so many values of solvent are looked at, and so few say nothing.
_VALUES, _LEAST_VALUES = 200_000, 1000


@dataclass(frozen=True)
class Change:
    """One group: its `name`, the index of it, `atoms`; occupancies `first` ± `first_error` and
    `second` ± `second_error` on one scale; `change`, the second less the first, ± `error`; `z`,
    that over its error; `is_unchanged`: whether the scale rests on it; `note`: why it cannot be
    told, or ''. Not-a-number where it cannot.
    """

    name: str
    index: int
    atoms: int
    first: float
    first_error: float
    second: float
    second_error: float
    change: float
    error: float
    z: float
    is_unchanged: bool
    note: str

    @property
    def is_marked(self) -> bool:
        """Whether the change is more than chance would make it."""
        return bool(abs(self.z) > MARKED_ERRORS)


@dataclass(frozen=True)
class Changes:
    """`groups`: a `Change` for each group, in their order. `level`: the amplitude that counts as
    full in both maps, in the units of the first. `ratio` ± `ratio_error`: the grey level of the
    second map over that of the first, by which it was divided; 1 ± 0 where nothing was asked for.
    `unchanged`: names of the groups that it rests on.
    """

    groups: tuple[Change, ...]
    level: float
    ratio: float = 1.0
    ratio_error: float = 0.0
    unchanged: tuple[str, ...] = ()

    def ranked(self) -> list[Change]:
        """The groups, largest change first, those that are marked before all others."""
        def place(change):
            size = abs(change.change) if change.change == change.change else -1.0
            return not change.is_marked, -size, change.index

        return sorted(self.groups, key=place)


def changes(first: Occupancies, second: Occupancies, *,
            normalize: bool | Sequence[str] = False) -> Changes:
    """What changed from one map to another.

    first, second: `Occupancies` of one model, fitted with one solvent (see `common_solvent`).
    normalize: whether the second map is first put on the grey level of the first by the groups that
    do not change, found or given by their names. The errors of the two maps count as independent.

    Both are on the level that counts as full in the first map, or in both, where these are alike;
    where they are not, on the larger: a map from which much is gone has no full part to tell it.
    Raises `SettingError` where no groups agree, or those named have no density.
    """
    one, other = _amplitudes(first), _amplitudes(second)
    ratio, ratio_error, unchanged = 1.0, 0.0, []
    if normalize is not False:
        if normalize is True:
            unchanged = unchanged_groups(first, second)
        else:
            unchanged = _indices_of(first, normalize)
        ratio, ratio_error = _ratio(first, second, unchanged)
    levels = np.array([first.full_level, second.full_level / ratio])
    level = float(levels.mean() if np.ptp(levels) <= SAME_GREY * levels.mean() else levels.max())
    groups = []
    for i, (a, b) in enumerate(zip(first.groups, second.groups, strict=True)):
        values = one[i] / level, other[i] / level / ratio
        errors = a.error * first.full_level / level, b.error * second.full_level / level / ratio
        change = values[1] - values[0]
        # What all groups of a map have in common is no error of the ratio, but of the grey level.
        own = errors if unchanged else [found.amplitude_errors[i] / level / factor for found, factor
                                        in ((first, 1), (second, ratio))]
        error = float(np.hypot(np.hypot(*own), values[1] * ratio_error / ratio))
        notes = dict.fromkeys(note for note in (a.note, b.note) if note)
        groups.append(Change(
            a.name, i, a.atoms, float(np.maximum(values[0], 0)), errors[0],
            float(np.maximum(values[1], 0)), errors[1], float(change), error,
            float(change / error) if error > 0 else float('nan'), i in unchanged,
            '; '.join(notes)))
    return Changes(tuple(groups), level, ratio, ratio_error,
                   tuple(first.groups[i].name for i in unchanged))


def unchanged_groups(first: Occupancies, second: Occupancies) -> list[int]:
    """Indices of the groups that do not change but for a factor that they have in common.

    Those are the groups of most atoms whose ratios of the two maps agree within their errors.
    Raises `SettingError` where no two of them do.
    """
    logs, errors, usable = _ratios(first, second)
    atoms = np.array([group.atoms for group in first.groups], float)
    best: list[int] = []
    for i in usable:
        chosen = [j for j in usable if abs(logs[j] - logs[i])
                  <= UNCHANGED_ERRORS * np.hypot(errors[i], errors[j])]
        if atoms[chosen].sum() > atoms[best].sum():
            best = chosen
    for _ in range(5):      # about their common ratio, and not that of the one begun with
        if len(best) < 2:
            break
        centre = np.average(logs[best], weights=errors[best] ** -2)
        again = [j for j in usable if abs(logs[j] - centre) <= UNCHANGED_ERRORS * errors[j]]
        if again == best or len(again) < 2:
            break
        best = again
    if len(best) < 2:
        raise SettingError('normalize', 'no two groups have one ratio of the maps, so that none '
                                        'can be said not to change; name those that do not by '
                                        '{normalize}, or fit smaller groups')
    return best


def common_ratio(first: Occupancies, second: Occupancies) -> float:
    """How many times the grey level of the second map that of the first is, by the groups that do
    not change; 1 where that cannot be told.
    """
    try:
        return _ratio(first, second, unchanged_groups(first, second))[0]
    except SettingError:
        return 1.0


def _amplitudes(found):
    return np.array([group.raw for group in found.groups]) * found.full_level


def _ratios(first, second):
    """Logarithms of the ratios of groups, their errors, and the indices of those that count."""
    values = np.array([[group.raw for group in found.groups] for found in (first, second)])
    errors = np.array([[group.error for group in found.groups] for found in (first, second)])
    with np.errstate(invalid='ignore', divide='ignore'):
        relative = np.where(values > 0, errors / values, np.inf)
        logs = np.log(np.where(values > 0, values, np.nan))
    logs = logs[1] - logs[0] + np.log(second.full_level / first.full_level)
    usable = np.flatnonzero(np.isfinite(logs) & (relative < UNCHANGED_MOST_ERROR).all(axis=0))
    return logs, np.hypot(np.hypot(*relative), UNCHANGED_SHARE), usable.tolist()


def _ratio(first, second, indices):
    """The ratio of two maps by some groups, and its standard error."""
    logs, errors, _ = _ratios(first, second)
    if not np.isfinite(logs[indices]).all():
        names = ', '.join(first.groups[i].name for i in indices if not np.isfinite(logs[i]))
        raise SettingError('normalize', '{normalize} names groups without density: '
                           + plain(names))
    weights = errors[indices] ** -2
    ratio = float(np.exp(np.average(logs[indices], weights=weights)))
    return ratio, ratio * float(weights.sum() ** -0.5)


def _indices_of(found, names):
    known = {group.name: i for i, group in enumerate(found.groups)}
    missing = [name for name in names if name not in known]
    if missing or not names:
        raise SettingError('normalize', '{normalize} names '
                           + (f'"{plain(missing[0])}", which is none of the groups' if missing
                              else 'no group'))
    return [known[name] for name in names]


def grey_ratio(full_scales: Sequence[float], spreads: Sequence[float]) -> float:
    """How many times the grey level of the second of two maps that of the first is, or 1.

    full_scales: of the two, each by itself; spreads: those of their solvent. Both go with the grey
    level of a map. Occupancy moves the one and noise the other, hardly ever both alike. 1 where
    they do not agree, or no solvent is left to be measured.
    """
    if min(*full_scales, *spreads) <= 0:
        return 1.0
    full, spread = (one / other for one, other in (full_scales, spreads))
    differs, alike = max(full, 1 / full), max(full / spread, spread / full)
    return full if differs > GREY_RATIO and alike < GREY_ALIKE else 1.0


def solvent_spread(array: np.ndarray, axes: ArrayLike, atoms: Atoms) -> float:
    """The spread of a map in its solvent, far from a model: as the σ of a Gaussian, 0 for none.

    array: (z, y, x). axes: as for `core.occupancies`. atoms: in the map's frame. Taken at full
    resolution, where noise is most of it, in the sphere that the box holds, outside of which maps
    are often masked. Robust against what the model lacks.
    """
    from scipy.spatial import cKDTree
    grid = Grid.of(array.shape, axes)
    centre = (np.array(array.shape) - 1) / 2
    step = max(1, round((array.size / _VALUES) ** (1 / 3)))
    index = np.indices([-(-n // step) for n in array.shape]).reshape(3, -1).T * step
    index = index[(((index - centre) / (centre + 0.5)) ** 2).sum(axis=1) < 1]
    places = index[:, ::-1] @ np.array(grid.axes)
    positions = np.asarray(atoms.positions, float)
    far = cKDTree(positions).query(places, distance_upper_bound=SOLVENT_DISTANCE)[0] == np.inf
    values = array[tuple(index[far].T)].astype(float)
    if len(values) < _LEAST_VALUES:
        return 0.0
    return robust_width(values)
