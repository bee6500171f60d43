"""What is to be said of a fit of occupancies: models that will not do, groups that cannot be told.
"""

import numpy as np

from .wording import FIT_MODEL, MapError, Remark, plain

#: Fewer atoms than these are too few to tell; of a group with a larger error the map does not.
LEAST_ATOMS = 4
MOST_ERROR = 0.2
CORRELATED = 0.9
#: Map and fit correlate by less than this where a group is that is misplaced, as far as it is full
#: enough to stand out from noise.
WEAK_MATCH = 0.5
TOLD = 0.4
#: A model is off the map with fewer of its atoms inside, and incomplete with fewer than the other.
ON_MAP = 0.5
WHOLE = 0.95
#: What is said of the only group that full rests on.
DEFINITION = 'full by definition'
#: No better than chance; and low.
CHANCE = 0.2
LOW_CORRELATION = 0.7
MUCH_OUTSIDE = 0.15
SHIFTED = 0.6
#: At this resolution or a finer one; beyond it masks and solvent move edges in proportion.
STRETCHED, STRETCHED_AT = 0.0105, 8.0


def check_atoms(atoms, grid):
    """Raise `ValueError`, one sentence, for a model that cannot be fitted on a `Grid`."""
    counted = atoms.groups >= 0
    if not counted.any():
        raise MapError('no atoms to fit')
    if np.isin(atoms.elements[counted], ('H', 'D')).all():
        raise MapError('the model holds hydrogen atoms only')
    empty = [name for name, n in zip(atoms.names, atoms.counts(), strict=True) if not n]
    if empty:
        raise MapError(f'the group "{plain(empty[0])}" has no atoms')
    twice = [name for i, name in enumerate(atoms.names) if name in atoms.names[:i]]
    if twice:
        raise MapError(f'two groups have the name "{plain(twice[0])}"')
    places = atoms.positions[counted] @ np.linalg.inv(np.array(grid.axes))
    last = np.array(grid.shape[::-1]) - 1
    inside = ((places >= -0.5) & (places <= last + 0.5)).all(axis=1).mean()
    if inside < ON_MAP:
        raise MapError(f'the model does not lie on this map: {1 - inside:.0%} of its atoms are '
                       'outside the box')


def group_notes(design, raw, errors, correlations, matches):
    """A note for each group: '' or why its occupancy cannot be told.

    All but the design: arrays with an entry for each group, `correlations` (groups, groups).
    """
    names, counts = design.atoms.names, design.atoms.counts()
    notes = [[] for _ in names]
    for g, note in enumerate(notes):
        if design.inside[g] == 0:
            note.append('outside the map')
        elif design.inside[g] < WHOLE:
            note.append(f'{1 - design.inside[g]:.0%} of its atoms lie outside the map')
        if counts[g] < LEAST_ATOMS:
            note.append('too small to tell')
        elif errors[g] > MOST_ERROR:
            note.append('the map does not tell')
        weak = WEAK_MATCH * min(1.0, max(0.0, raw[g]) / TOLD) if np.isfinite(raw[g]) else 0
        if matches[g] < weak and raw[g] > 2 * errors[g]:
            note.append('the map looks otherwise here: is it in its place?')
        row = np.abs(correlations[g])
        row[g] = 0
        row[~np.isfinite(row)] = 0
        other = int(row.argmax())
        if row[other] > CORRELATED:
            note.append(f'not to be told from {names[other]}')
    return ['; '.join(note) for note in notes]


def with_definition(note):
    """The note of a group, which is full by definition."""
    return '; '.join(filter(None, (DEFINITION, note)))


def without_definition(note):
    """The note of a group, which is full by definition no more."""
    return '; '.join(part for part in note.split('; ') if part not in ('', DEFINITION))


def map_warnings(design, fit):
    """`Remark`s on the fit as a whole; raises `ValueError` where it is no better than chance."""
    if fit.correlation < CHANCE:
        raise MapError('the model does not lie on this map: the fit explains no more than chance '
                       'would')
    if fit.correlation < LOW_CORRELATION:
        yield Remark(f'map and fit correlate by {fit.correlation:.2f} only: is the model in its '
                     'place?')
    if fit.outside > MUCH_OUTSIDE:
        yield Remark(f'{fit.outside:.0%} of the map\'s content lies where the model has nothing')
    shift = float(np.linalg.norm(fit.shift))
    if shift > SHIFTED:
        yield Remark(f'the model would fit better moved by {shift:.1f} Å', (FIT_MODEL,))
    if abs(fit.stretch) > STRETCHED * max(1, fit.resolution / STRETCHED_AT):
        yield Remark(f'the model would fit better {abs(fit.stretch):.1%} '
                     f'{"larger" if fit.stretch > 0 else "smaller"}: is the voxel size right?')
