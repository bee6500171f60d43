"""The work on one volume of a series: its column of the table, in its units, as JSON.

The file is report and result at once: a series that was interrupted goes on where it was, and is
put on another full scale, or into another order, without its volumes.
"""

import json
from datetime import UTC, datetime

from ..core import FitParameters, Parameters, check_map, estimate
from ..core.masks import mask_level
from ..mapfiles import MapFileError, map_name, read_map
from ..mapfiles.rules import told
from ..mapfiles.sampling import sampled_on
from ..series.files import column_as_dict
from ..series.gather import SCALE, Column
from ..series.scales import at_atoms, in_regions
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
    """The estimate, and the column of its scale in each group."""
    request = task.request
    found = estimate(source.array, source.axes, Parameters(mode='occupancy',
                                                           **request['parameters']),
                     progress=progress)
    models = models_in(task.inputs)
    if models:
        return found, at_atoms(found, model_groups(models, request['groups']).on(source))
    masks = list(task.inputs.values())
    shape = found.scale.shape
    key = (tuple(masks), states(masks), source.array.shape, source.axes, source.position,
           source.rotation.tobytes(), shape)
    regions = once('masks', key, lambda: [_region(source, path, shape) for path in masks])
    return found, in_regions(found, mask_names(masks), regions)


def mask_names(paths):
    """Names of the groups that masks make: those of their files, or their paths."""
    names = [map_name(path) for path in paths]
    return tuple(names if len(set(names)) == len(names) else paths)


def read_mask(path):
    """A mask, a `MapFile`, and the level that it is above; `ValueError` that names it."""
    try:
        mask = read_map(path)
        return mask, mask_level(mask.array)
    except ValueError as error:
        raise ValueError(f'the mask {path}: {sentence(error)}') from error
    except OSError as error:
        raise ValueError(f'the mask {path} cannot be read: '
                         f'{(error.strerror or str(error)).lower()}') from error


def _region(source, path, shape):
    mask, level = read_mask(path)
    try:
        region = sampled_on(mask, source, shape) > level
    except MapFileError as error:
        raise ValueError(f'the mask {path}: {error}') from error
    if not region.any():
        raise ValueError(f'the mask {path} covers nothing of the map: does it lie elsewhere?')
    return region
