"""Several maps and one model: each map fitted, with the displaced solvent that all have in common.

One map and one design are in memory at a time, so that any number of maps takes what one does.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core import (
    Atoms,
    FitParameters,
    Grid,
    Occupancies,
    common_solvent,
    fit_occupancies,
    prepare,
)
from ..core.occupancies import Full
from ..core.parameters import SOLVENT_MAPS
from ..core.progress import Progress


@dataclass(frozen=True, eq=False)
class OneMap:
    """A map to be fitted: `read`, a function that returns it (z, y, x); `axes`, as for
    `core.occupancies`; `atoms`, in its frame; `place`: maps of equal `place` have one grid and lie
    alike on the model, so that they share a design.
    """

    read: Callable[[], np.ndarray]
    axes: ArrayLike
    atoms: Atoms
    place: Hashable


def fit_maps(maps: Sequence[OneMap], parameters: FitParameters, full: Full = None,
             progress: Progress | None = None, *,
             keep: Callable[[Occupancies], Any] = lambda found: found,
             failed: Callable[[int, ValueError], Any] | None = None) -> list:
    """Fit the occupancies of one model to several maps.

    maps: `OneMap`s. full: as for `core.occupancies`. progress: called with (share done 0…1, what is
    being done). keep: what is kept of each `Occupancies`, which hold a map each. failed: called
    with the number of a map that cannot be fitted and the `ValueError`; what it returns stands in
    the map's place. None to raise it.

    Returns what is kept of each map, in their order.
    """
    report = progress or (lambda share, stage='': None)
    pilots = pilot_maps(len(maps))
    total = len(pilots) + len(maps)
    last: list = [None, None]       # place and design of the map before: designs are large

    def fitted(i, solvent, number):
        one = maps[i]
        array = one.read()
        if last[0] is None or last[0] != (one.place,):
            last[:] = None, None
            last[1] = prepare(array.shape, one.axes, one.atoms, parameters,
                              progress=lambda done, stage='': report(
                                  (number + done / 2) / total, stage or 'Drawing the model'))
            last[0] = (one.place,)
        return fit_occupancies(last[1], array, full=full, solvent=solvent,
                               progress=lambda done, stage='': report(
                                   (number + (1 + done) / 2) / total, stage or 'Fitting'))

    def tried(i, solvent, number):
        try:
            return True, fitted(i, solvent, number)
        except ValueError as error:
            if failed is None:
                raise
            return False, failed(i, error)

    solvent = None
    if pilots:
        some = [tried(i, None, number) for number, i in enumerate(pilots)]
        told = [found for good, found in some if good]
        solvent = common_solvent(told) if told else None
        del some, told
    results = []
    for i in range(len(maps)):
        good, found = tried(i, solvent, len(pilots) + i)
        results.append(keep(found) if good else found)
    return results


def pilot_maps(number: int) -> list[int]:
    """Which of a number of maps tell of the solvent that all are then fitted with; one is none."""
    return list(range(number))[::-(-number // SOLVENT_MAPS)] if number > 1 else []


def of_one_grid(grids: Sequence[Grid]) -> tuple[list[int], dict[int, str]]:
    """Which of some grids are the one that most have.

    Returns their indices, and for each of the others, by index, how it differs, a sentence.
    """
    kinds: list[list[int]] = []
    for i, grid in enumerate(grids):
        for kind in kinds:
            if grids[kind[0]].same_as(grid):
                kind.append(i)
                break
        else:
            kinds.append([i])
    most = max(kinds, key=len)
    return most, {i: _difference(grids[i], grids[most[0]])
                  for kind in kinds if kind is not most for i in kind}


def _difference(grid, other):
    if grid.shape != other.shape:
        return f'its box is {_box(grid)} voxels, that of the series {_box(other)}'
    return f'its voxel size is {_steps(grid)} Å, that of the series {_steps(other)} Å'


def _box(grid):
    return '×'.join(map(str, reversed(grid.shape)))


def _steps(grid):
    steps = [f'{step:.4g}' for step in grid.steps]
    return steps[0] if len(set(steps)) == 1 else '×'.join(steps)
