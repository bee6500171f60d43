"""The work on one volume of a series: its column of the table, in its units, as JSON.

The file is report and result at once: a series that was interrupted goes on where it was, and is
put on another full scale, or into another order, without its volumes.
"""

import json
from datetime import UTC, datetime

import numpy as np

from ..core import FitParameters, Parameters, check_map, estimate
from ..core.masks import mask_level
from ..mapfiles import MapFileError, map_name, read_map
from ..mapfiles.rules import told
from ..mapfiles.sampling import sampled_on
from ..series.files import column_as_dict
from ..series.gather import SCALE, Column
from . import report as reports
from .fitting import fit_map, model_groups, once, states
from .outcome import ALREADY_DONE, DONE, Outcome
from .results import Results
from .task import models_in
from .versions import versions
from .wording import sentence


def process(task, progress=None):
    """Do the work on one volume: the `Outcome` of a `Task`; what goes wrong is raised."""
    part = part_of(task)
    if is_done(task):
        return Outcome(task.given, ALREADY_DONE, 'done by an earlier run', report=str(part))
    paths = {'map': task.map, **task.inputs}
    report = {'format': reports.FORMAT, 'complete': False, 'versions': versions(),
              'made': datetime.now(UTC).isoformat(timespec='seconds'), 'asked': task.request,
              'inputs': {role: reports.identity(path) for role, path in paths.items()},
              'files': []}
    source = read_map(task.map)
    check_map(source.array, source.axes)
    if task.request['method'] == SCALE:
        found, column = _scale(source, task, progress)
    else:
        found = _fit(source, task, progress)
        column = Column.of(found)
        report |= {'solvent': list(found.solvent), 'correlation': found.correlation,
                   'outside': found.outside, 'resolution': found.resolution}
    warnings = [sentence(text) for text in told(source.notes, found.warnings)]
    report |= {'column': column_as_dict(column), 'warnings': warnings}
    with Results(overwrite=True) as results:
        results.commit(part, reports.text_of({**report, 'complete': True}),
                       reports.text_of(report))
    return Outcome(task.given, DONE, '', tuple(warnings), report=str(part))


def part_of(task):
    """The path of what one volume told."""
    return task.path(task.request['part'], '.json')


def is_done(task):
    """Whether the very work was done before, of the same files by the same version."""
    if task.overwrite:
        return False
    paths = {'map': task.map, **task.inputs}
    try:
        return reports.read_state(part_of(task), task.request, paths)[0] == reports.COMPLETE
    except OSError:
        return False    # a file that is gone, which the work tells of


def read_part(path):
    """What one volume told, as a dict."""
    return json.loads(path.read_text(encoding='utf-8'))


def _fit(source, task, progress):
    request = task.request
    solvent = request['solvent']
    # What is full is settled for all volumes; here any single group has an amplitude.
    paths = models_in(task.inputs)
    full = 1.0 if len(model_groups(paths, request['groups']).names) == 1 else None
    return fit_map(source, paths, request['groups'], FitParameters(**request['parameters']), full,
                   solvent, progress)


def _scale(source, task, progress):
    """The estimate, and the mean scale of each group times full scale."""
    request = task.request
    found = estimate(source.array, source.axes, Parameters(mode='occupancy',
                                                           **request['parameters']),
                     progress=progress)
    paths = models_in(task.inputs)
    if paths:
        names, values, inside = _at_atoms(source, found, model_groups(paths, request['groups']))
    else:
        names, values, inside = _in_masks(source, found, list(task.inputs.values()))
    notes = tuple('outside the map' if not share else
                  '' if share >= 0.95 else f'{1 - share:.0%} of it lies outside the map'
                  for share in inside)
    # A scale has no standard error.
    return found, Column(names, values * found.full_scale, np.full(len(names), np.nan),
                         found.full_scale, found.full_scale_note, notes, SCALE)


def _at_atoms(source, found, groups):
    """Names of groups, mean of the scale at their atoms, share of these inside the map."""
    from scipy.ndimage import map_coordinates
    grid = found.grid
    places = source.to_grid(groups.positions) @ np.linalg.inv(np.array(grid.axes))
    size = np.array(grid.shape[::-1])
    within = ((places > -1) & (places < size)).all(axis=1)
    scale = map_coordinates(found.scale, places[:, ::-1].T, order=1, mode='nearest')
    count = len(groups.names)
    counted = groups.group_of >= 0
    of_group = groups.group_of[within & counted]
    number = np.bincount(of_group, minlength=count)
    sums = np.bincount(of_group, scale[within & counted], minlength=count)
    with np.errstate(invalid='ignore'):
        means = np.where(number, sums / number, np.nan)
    return groups.names, means, number / np.bincount(groups.group_of[counted], minlength=count)


def _in_masks(source, found, paths):
    """Names of masks, mean of the scale in them, 1 for each."""
    key = (tuple(paths), states(paths), source.array.shape, source.axes, source.position,
           source.rotation.tobytes(), found.scale.shape)
    regions = once('masks', key, lambda: [
        _region(source, path, found.scale.shape) for path in paths])
    values = [float(found.scale[region].mean(dtype=float)) for region in regions]
    return mask_names(paths), np.array(values), [1.0] * len(paths)


def mask_names(paths):
    """Names of the groups that masks make: those of their files, or their paths."""
    names = [map_name(path) for path in paths]
    return tuple(names if len(set(names)) == len(names) else paths)


def _region(source, path, shape):
    try:
        mask = read_map(path)
        region = sampled_on(mask, source, shape) > mask_level(mask.array)
    except MapFileError as error:
        raise ValueError(f'the mask {path}: {error}') from error
    if not region.any():
        raise ValueError(f'the mask {path} covers nothing of the map: does it lie elsewhere?')
    return region
