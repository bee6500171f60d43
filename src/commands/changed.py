"""What changed between two classes of one data set: occupancies fitted to both, ranked."""

import csv
from dataclasses import dataclass
from html import escape

import numpy as np
from chimerax.core.errors import UserError

from ..core import FitParameters
from ..core.changes import changes, common_ratio, grey_ratio, solvent_spread
from ..core.parameters import CHANGE_DISTANCE, MARKED_ERRORS, SAME_GREY
from ..session import alike, coloring, jobs, volumes
from ..session.values import NO_PART
from ..session.wording import sentence, user_error
from . import common, files, fitresults, fitting, logtables

#: Of the CSV.
COLUMNS = ('group', 'atoms', 'occupancy_1', 'error_1', 'occupancy_2', 'error_2', 'change', 'error',
           'z', 'marked', 'unchanged', 'note')
#: What the key says of the colours.
TITLE = 'occupancy change'
#: A table of more rows than this is folded away; the least range of colours, and its steps.
_LONG, _LEAST_RANGE, _STEP = 40, 0.1, 0.1
_NAMED = 8
#: The change is laid on a grid of at most about this cube.
_BOX = 128


@dataclass(frozen=True, eq=False)
class Changed:
    """What comparing two maps by a model found: `sources`, the maps; `found`, the core's
    `Occupancies` for each; `changes`, the core's `Changes`; the `GroupedAtoms`; `notes`, sentences;
    `change_map`, the volume that the surface is coloured by, or None.
    """

    sources: list
    found: list
    changes: object
    grouped: object
    notes: list
    change_map: object = None

    @property
    def answer(self):
        """What scripts get, as `commands.answers` has it."""
        return {'sources': self.sources, 'rows': self.rows, 'level': self.changes.level,
                'ratio': self.changes.ratio, 'unchanged': self.changes.unchanged,
                'notes': self.notes, 'change_map': self.change_map}

    @property
    def rows(self):
        """A dict for each group as in the CSV, ranked; None for what is unknown."""
        return [_row(change) for change in self.changes.ranked()]


def has_groups(model):
    """Whether atoms, or None, are of several groups, of which some can tell what is full."""
    if model is None:
        return False
    try:
        return len(fitting.grouped_atoms(model, None, None, None).groups) > 1
    except UserError:
        return False


def compare_by_fit(session, sources, atoms, *, by, segment, groups, full, normalize, b_factor,
                   fit_resolution, file, color, key, palette, limits, block):
    """Fit the occupancies of a model to two maps, and tell what changed from the first to the
    second. Arguments as for `occupy compare`, checked. Returns a `Changed`; in the background the
    `Job`.
    """
    fitting.check_groups(by, segment, groups)
    fitting.maps_to_fit(session, sources)
    grouped = fitting.grouped_atoms(atoms, by, segment, groups)
    parameters = common.from_settings(
        FitParameters, b_factor=b_factor, fit_resolution=fit_resolution)
    wanted = fitting.full_of(grouped, full)
    unchanged = _unchanged(grouped, normalize)

    ones = fitting.one_maps(grouped, sources)
    grids = [volumes.grid_of(source) for source in sources]

    def work(progress):
        found = fitting.fit_all(ones, sources, parameters, wanted, progress)
        try:
            changed = changes(*found, normalize=unchanged)
        except ValueError as error:
            raise user_error(error) from error
        spreads = [solvent_spread(one.read(), one.axes, one.atoms) for one in ones]
        laid = _laid(changed, grids[0].working(_BOX), ones[0].atoms) if color else None
        return found, changed, spreads, laid

    def deliver(result):
        found, changed, spreads, laid = result
        grouped.check()
        notes = [] if normalize is not False else _grey_notes(sources, found, spreads)
        notes += _place_notes(sources)
        _tell(session, sources, found, changed, grouped, notes)
        change_map = None
        if color:
            change_map = _color(session, sources, laid, changed, palette, limits, key)
        told = Changed(sources, found, changed, grouped, notes, change_map)
        if file is not None:
            _write(file, told)
            session.logger.info(f'Wrote {file}.')
        return told

    names = ' and '.join(volumes.label(source) for source in sources)
    return jobs.run(session, f'What changed between {names}', work, deliver, block=block,
                    watch=sources, touches=grouped.models)


def _unchanged(grouped, normalize):
    """As the core takes it: true, false, or the names of groups that do not change."""
    if isinstance(normalize, bool):
        return normalize
    try:
        return grouped.full_groups(normalize.atoms)
    except UserError:
        raise UserError('normalize names no whole group; name a chain, or what "groups" names') \
            from None


def _grey_notes(sources, found, spreads):
    """Sentences where the maps seem to have been normalised one by one."""
    ratio = common_ratio(*found)
    name, first = volumes.label(sources[1]), f'#{sources[0].id_string}'
    advice = '"normalize true" puts both on one scale by the groups that do not change'
    if grey_ratio((ratio, 1), spreads[::-1]) != 1:
        return [f'{name} seems to have {ratio:.3g} times the grey level of {first}: the model and '
                f'the solvent differ alike, as where each map was normalised by itself; {advice}']
    if abs(ratio - 1) > SAME_GREY:
        return [f'{name} holds {ratio:.3g} times as much as {first} of what changes least, and its '
                f'solvent does not tell why; if each map was normalised by itself, {advice}']
    return []


def _place_notes(sources):
    first, second = sources
    if alike.lies_as(second, first):
        return []
    return [f'{volumes.label(second)} does not lie where #{first.id_string} does; each was fitted '
            'where it is']


def _laid(changed, grid, atoms):
    """The change of the group that is nearest to each voxel, float32 (z, y, x) on a grid."""
    from scipy.spatial import cKDTree
    values = np.array([change.change if change.is_marked else
                       0.0 if change.z == change.z else NO_PART for change in changed.groups])
    counts = atoms.groups >= 0
    tree, of_atoms = cKDTree(atoms.positions[counts]), values[atoms.groups[counts]]
    laid = np.full(grid.shape, NO_PART, np.float32)
    axes = np.array(grid.axes)
    y, x = np.indices(grid.shape[1:]).reshape(2, -1)
    for z, plane in enumerate(laid):
        places = np.stack([x, y, np.full_like(x, z)], axis=1) @ axes
        near, index = tree.query(places, distance_upper_bound=CHANGE_DISTANCE)
        told = np.isfinite(near)
        plane.ravel()[told] = of_atoms[index[told]]
    return laid


def _tell(session, sources, found, changed, grouped, notes):
    first, second = (volumes.label(source) for source in sources)
    marked = [change for change in changed.ranked() if change.is_marked]
    session.logger.info(
        f'From {first} to {second}, fitted to {found[0].resolution:.3g} Å, {len(marked)} of '
        f'{len(changed.groups)} groups changed by more than {MARKED_ERRORS:g} standard errors.')
    if changed.unchanged:
        names = ', '.join(changed.unchanged[:_NAMED])
        more = ' …' if len(changed.unchanged) > _NAMED else ''
        session.logger.info(
            f'Put on one scale by the groups that do not change ({names}{more}): '
            f'#{sources[1].id_string} was divided by {changed.ratio:.4g} ± '
            f'{changed.ratio_error:.2g}.')
    for note in notes:
        session.logger.warning(f'{note}.')
    head = ['', 'Group', 'Atoms', *[f'{logtables.breakable(source.name)} #{source.id_string}'
                                    for source in sources], 'Change', 'z', 'Note']
    rows = [['&#9679;' if change.is_marked else '',
             logtables.link(fitresults.specifier(grouped, change.index), change.name),
             change.atoms, fitresults.value_text(change.first, change.first_error),
             fitresults.value_text(change.second, change.second_error),
             _signed(change.change, change.error), f'{change.z:.1f}' if change.z == change.z else
             '&ndash;', escape(change.note)] for change in changed.ranked()]
    table = logtables.table(head, rows)
    session.logger.info(logtables.folded(f'Changes of {len(rows)} groups', table)
                        if len(rows) > _LONG else table, is_html=True)
    for source, one in zip(sources, found, strict=True):
        for warning in one.warnings:
            session.logger.warning(f'{volumes.label(source)}: {sentence(warning, source)}')


def _signed(value, error):
    text = fitresults.value_text(value, error)
    return f'+{text}' if value > 0 else text.replace('-', '&minus;', 1)


def _row(change):
    def known(value):
        return float(value) if np.isfinite(value) else None

    return dict(zip(COLUMNS, (
        change.name, int(change.atoms), known(change.first), known(change.first_error),
        known(change.second), known(change.second_error), known(change.change),
        known(change.error), known(change.z), change.is_marked, change.is_unchanged, change.note),
        strict=True))


def _write(file, told):
    with files.opened(file) as stream:
        writer = csv.writer(stream, lineterminator='\n')
        writer.writerow(COLUMNS)
        for row in told.rows:
            writer.writerow([fitresults.cell(common.value_text(value) if isinstance(value, bool)
                                             else value) for value in row.values()])


def _color(session, sources, laid, changed, palette, limits, key):
    """Colour the surface of the first map by the change that is told of each part."""
    largest = max((abs(change.change) for change in changed.groups if change.is_marked), default=0)
    reach = max(_LEAST_RANGE, np.ceil(largest / _STEP - 1e-6) * _STEP)
    if limits in (None, 'full'):
        limits = -float(reach), float(reach)
    source = sources[0]
    name = f'{source.name} change to #{sources[1].id_string}'
    volume = volumes.new_volume(session, laid, source, name, kind='change')
    chosen = palette or coloring.palette(coloring.CHANGE_PALETTE)
    coloring.color_by_values(session, source, volume, chosen, limits, TITLE, of_parts=True, key=key)
    return volume
