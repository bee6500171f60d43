"""What the commands share that fit a model to maps: which maps, which groups, and what is full."""

from chimerax.core.errors import UserError

from ..core.occupancies import check_full
from ..core.parameters import default
from ..series.engine import OneMap, fit_maps
from ..session import alike, volumes
from ..session.groups import group_atoms
from ..session.wording import user_error
from . import common


def maps_to_fit(session, maps):
    """The maps meant, each once: what is made from a map stands for it. None for all that are open.

    `UserError` for a map that is none, because of its file.
    """
    found = [volumes.source_of(volume) or volume
             for volume in common.maps_to_estimate(session, maps)]
    for volume in found:
        against = volumes.refusal_of(volume)
        if against is not None:
            raise UserError(f'{volumes.label(volume)}: {against.reason}')
    return list(dict.fromkeys(found))


def check_groups(by, segment, groups):
    """`UserError` for keywords of groups that contradict one another."""
    if groups and by is not None:
        raise UserError('groups contradicts by; give one of them')
    if segment is not None and by != 'segment':
        raise UserError('segment is for "by segment"; give both, or leave it out')


def grouped_atoms(atoms, by, segment, groups):
    """The `GroupedAtoms` that the keywords of a command ask for."""
    return group_atoms(atoms, by or default('by'), segment or (
        default('segment') if by == 'segment' else None), groups)


def full_of(grouped, full):
    """What counts as full, as the core takes it: names of groups, an amplitude, or None.

    full: a float, ChimeraX `Objects`, or None.
    """
    wanted = full if full is None or isinstance(full, float) else grouped.full_groups(full.atoms)
    try:
        check_full(wanted, [group.name for group in grouped.groups])
    except ValueError as error:
        raise user_error(error) from None
    return wanted


def places(maps):
    """For each map the index of the first whose grid and place it shares."""
    found = []
    for i, volume in enumerate(maps):
        found.append(next((j for j in dict.fromkeys(found)
                           if alike.have_one_grid(maps[j], volume)
                           and alike.lies_as(maps[j], volume)), i))
    return found


def held(volume):
    """A function that returns the array of a map, which is read now, on the main thread."""
    array = volumes.array_of(volume)
    return lambda: array


def fit_all(sources, maps, parameters, full, progress):
    """The `Occupancies` of maps, in a thread; `UserError` with the map's name where one cannot be.

    sources: their `OneMap`s.
    """
    def refused(i, error):
        raise user_error(error, maps[i]) from error

    return fit_maps(sources, parameters, full, progress, failed=refused)


def one_maps(grouped, maps, read=held):
    """The `OneMap`s of a model on maps. read: `read(volume)` returns a function that reads it."""
    found = []
    for i, (volume, place) in enumerate(zip(maps, places(maps), strict=True)):
        atoms = grouped.on(volume) if place == i else found[place].atoms
        found.append(OneMap(read(volume), volumes.axes_of(volume), atoms, place))
    return found
