"""How much of each part of a model a map holds: occupancies that are true beside stronger parts.

    from chimerax.occupy.core import Atoms, occupancies

    atoms = Atoms(positions, elements, groups, names)     # (n, 3) in Å, symbols, indices, names
    found = occupancies(array, 1.05, atoms)               # array (z, y, x), voxel size in Å
    [(group.name, group.occupancy, group.error) for group in found.groups]

With a model on the map the question is a linear one, METHOD section 10 (docs/method.md): the map is
the sum of what the groups would give, each times its occupancy. A design holds what depends on the
model and the grid alone, so that many maps of one grid are fitted without working it out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .fullgroups import find_full
from .grid import Grid
from .mapcheck import check_map
from .modeldensity import Atoms
from .occupancydesign import Design
from .occupancyfit import fit_design
from .occupancynotes import (
    check_atoms,
    group_notes,
    map_warnings,
    with_definition,
    without_definition,
)
from .parameters import FitParameters
from .progress import Progress, Stages
from .wording import MapError, SettingError, plain

#: What is full: names of groups, an amplitude, or None for the fullest groups' common level.
Full = str | Sequence[str] | float | None


@dataclass(frozen=True)
class GroupOccupancy:
    """One group: `name`, `kind`, number of `atoms`; `occupancy` ± `error` (one standard error; NaN
    for the only group that full rests on, which is 1 by definition and says so in its note), 0 at
    least, and `raw`, the same before negative values are set to 0; `b_factor` ± `b_error` in Å²;
    `inside`: share of its atoms inside the map; `note`: '' or why it cannot be told.

    A group with no atom inside the map has NaN for its numbers.
    """

    name: str
    kind: str
    atoms: int
    occupancy: float
    error: float
    b_factor: float
    b_error: float
    inside: float
    note: str
    raw: float


@dataclass(frozen=True, eq=False)
class Occupancies:
    """What a fit found.

    `groups`: a `GroupOccupancy` for each name, in their order. `full_level`: the amplitude that
    counts as full, in the map's units per that of the model; `full_groups`: the names that it rests
    on; `full_note`: how it was found. `correlation`: of map and fit near the model. `outside`:
    share of the map's content outside all groups. `residual`: map minus fit, float32 (z, y, x) on
    the working grid `grid`, both under the fit's blur. `covariance`: of the raw occupancies, NaN
    where a group has no atom inside (groups, groups). `amplitude_errors`: standard errors of
    occupancy times full level, in the map's units, with nothing said of that level, for levels that
    come from elsewhere. `correlations`: of occupancies with all else
    held: near −1 where two groups overlap. `solvent`: strength k of each body of displaced solvent.
    `resolution`: Å, where the blur leaves a fifth: the band's upper limit. `warnings`: sentences.
    """

    groups: tuple
    full_level: float
    full_groups: tuple
    full_note: str
    correlation: float
    outside: float
    residual: np.ndarray = field(repr=False)
    grid: Grid
    source_grid: Grid
    covariance: np.ndarray = field(repr=False)
    amplitude_errors: np.ndarray = field(repr=False)
    correlations: np.ndarray = field(repr=False)
    solvent: tuple
    resolution: float
    warnings: tuple = ()

    def __getitem__(self, name):
        """The group of a name."""
        for group in self.groups:
            if group.name == name:
                return group
        raise KeyError(name)


def prepare(shape: Sequence[int], axes: ArrayLike, atoms: Atoms,
            parameters: FitParameters | None = None, *, progress: Progress | None = None,
            **settings: Any) -> Design:
    """The design of a fit: what depends on the model and on the grid alone.

    shape: of the maps (z, y, x). axes: voxel size in Å, one number or (x, y, z), or three step
    vectors. atoms: `Atoms`. parameters: `FitParameters`, or their values as keywords. progress: as
    for `occupancies`. Returns a `Design`, to be given to `fit_occupancies` with any map of that
    grid. Raises `ValueError`, one sentence, for a model that will not do.
    """
    parameters = parameters or FitParameters(**settings)
    grid = Grid.of(shape, axes)
    check_atoms(atoms, grid)
    return Design(grid, atoms, parameters, progress)


def occupancies(array: np.ndarray, axes: ArrayLike, atoms: Atoms,
                parameters: FitParameters | None = None, *, full: Full = None,
                like: Occupancies | None = None, progress: Progress | None = None,
                **settings: Any) -> Occupancies:
    """Fit the occupancy of each group of a model to a map; nothing is moved.

    array: (z, y, x), density positive, any real type; it is not modified. axes: voxel size in Å,
    one number or (x, y, z), or three step vectors. atoms: `Atoms`, in the map's own frame.
    parameters: `FitParameters`, or their values as keywords. full: names of groups that are full,
    or the amplitude that counts as full; None for the fullest groups' common level. like: the
    `Occupancies` of another map of the same grey level, whose full level is taken over. progress:
    called with (share done 0…1, what is being done), perhaps in another thread; may raise
    `Cancelled`.

    Returns `Occupancies`. Raises `ValueError`, one sentence, for a map, model or parameter that
    will not do. Method: section 10 of docs/method.md.
    """
    parameters = parameters or FitParameters(**settings)
    grid = check_map(array, axes)
    stages = Stages(progress, {'Drawing the model': 3, 'Fitting': 7})
    design = prepare(grid.shape, grid.axes, atoms, parameters,
                     progress=stages.next('Drawing the model'))
    result = fit_occupancies(design, array, full=full, like=like, progress=stages.next('Fitting'))
    stages.finish()
    return result


def fit_occupancies(design: Design, array: np.ndarray, *, full: Full = None,
                    like: Occupancies | None = None, solvent: Sequence[float] | None = None,
                    progress: Progress | None = None) -> Occupancies:
    """Fit a map with a design made for its grid; arguments and result as for `occupancies`.

    solvent: strengths of displaced solvent to be held, `Occupancies.solvent` of another map, where
    the amplitudes of maps are to be compared.
    """
    if array.shape != design.source.shape:
        raise MapError(f'the map has {array.shape[::-1]} voxels, but the design was made for '
                       f'{design.source.shape[::-1]}; make one for this grid')
    check_map(array, design.source.axes)
    atoms = design.atoms
    if like is None:
        check_full(full, atoms.names)
    fit = fit_design(design, array, progress, solvent)
    level = find_full(design, fit, full, like)
    raw = np.full(len(atoms.names), np.nan)
    b, b_error = raw.copy(), raw.copy()
    raw[design.used] = fit.amplitudes / level.value
    b[design.used], b_error[design.used] = fit.b, fit.b_error
    covariance = np.full((len(raw), len(raw)), np.nan)
    covariance[np.ix_(design.used, design.used)] = level.covariance
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    amplitude_errors = np.full(len(raw), np.nan)
    amplitude_errors[design.used] = np.sqrt(np.diag(fit.covariance))
    correlations = np.full_like(covariance, np.nan)
    correlations[np.ix_(design.used, design.used)] = fit.correlations
    matches = np.full(len(raw), np.nan)
    matches[design.used] = fit.matches
    notes = group_notes(design, raw, errors, correlations, matches)
    if level.by_definition is not None:
        defining = design.used[level.by_definition]
        errors[defining] = np.nan
        notes[defining] = with_definition(notes[defining])
    counts = atoms.counts()
    groups = tuple(GroupOccupancy(
        name, atoms.kind(g), int(counts[g]), float(np.maximum(raw[g], 0)), float(errors[g]),
        float(b[g]), float(b_error[g]), float(design.inside[g]), notes[g], float(raw[g]))
        for g, name in enumerate(atoms.names))
    return Occupancies(
        groups, level.value, level.groups, level.note, fit.correlation, fit.outside, fit.residual,
        design.grid, design.source, covariance, amplitude_errors, correlations,
        tuple(fit.k.tolist()), fit.resolution,
        (*level.warnings, *map_warnings(design, fit)))


def common_solvent(results: Sequence[Occupancies]) -> tuple[float, ...]:
    """The strengths of displaced solvent that the fits of several maps have in common.

    results: `Occupancies` of one model in some maps. What a single map says of its solvent goes
    with its amplitudes: on synthetic maps of one grey level full levels differ by up to a third
    with solvents of their own, and by less than a hundredth with this one held.
    """
    return median_solvent([found.solvent for found in results])


def median_solvent(strengths):
    """The same from the strengths alone, some numbers for each map."""
    return tuple(np.median(strengths, axis=0).tolist())


def on_one_scale(results: Sequence[Occupancies]) -> list[Occupancies]:
    """Occupancies of maps of one grey level, put on the scale that they have in common.

    results: `Occupancies` of one model in several maps, fitted with one solvent (see
    `common_solvent`). Returns them, in a list, with the median of their full levels as the level of
    all, whose own error is none of theirs.
    """
    level = float(np.median([found.full_level for found in results]))
    scaled = []
    for found in results:
        factor = found.full_level / level
        groups = tuple(replace(
            group, occupancy=group.occupancy * factor, error=float(error), raw=group.raw * factor,
            note=without_definition(group.note))
            for group, error in zip(found.groups, found.amplitude_errors / level, strict=True))
        scaled.append(replace(
            found, groups=groups, full_level=level, covariance=found.covariance * factor ** 2,
            full_note=f'median of the levels of {len(results)} maps; each: {found.full_note}'))
    return scaled


def check_full(full, groups):
    """Raise `SettingError` unless the full level of groups, given by their names, can be found.

    full: as for `occupancies`.
    """
    if full is None:
        if len(groups) == 1:
            raise SettingError('full', 'a single group has nothing to compare with; give {full} '
                                       'and a number, or fit more groups along with it, each '
                                       'named by itself')
        return
    if isinstance(full, (int, float)):
        if not np.isfinite(full) or full <= 0:
            raise SettingError('full', f'{{full}} must be above zero, not {full:g}')
        return
    names = [full] if isinstance(full, str) else list(full)
    for name in names:
        if name not in groups:
            raise SettingError('full', f'{{full}} names the group "{plain(name)}", which is none '
                                       'of those to be fitted')
    if not names:
        raise SettingError('full', '{full} names no group')
