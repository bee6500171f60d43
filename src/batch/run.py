"""A batch: which maps, what is made of them, and who does the work."""

import string
from pathlib import Path

from ..core import estimate
from ..core.occupancies import check_full
from ..core.threads import set_threads, thread_count
from ..mapfiles import read_map
from . import report as reports
from .fitting import model_groups
from .onemap import figure_function
from .request import Request
from .results import check_folder
from .task import models_in, plan
from .wording import sentence
from .work import process

OUTPUT_DIR = 'occupy'
NAME = '{name}_{result}'


def run_batch(maps, request=None, *, output_dir=OUTPUT_DIR, name=NAME, overwrite=False, jobs=1,
              threads=None, dask=None, on_progress=None, on_outcome=None, **settings):
    """Estimate, and modify, many maps; one that fails does not stop the rest.

    maps: paths of MRC or CCP4 maps (.mrc, .map, also compressed). request: a `Request`, or its
    values as keywords (`run_batch(maps, mode='occupancy', amplify=3)`). output_dir: folder of the
    results, made if need be. name: their names without suffix, in which {name} is that of the map,
    {folder} that of its folder, and {result} the word for what it is. overwrite: replace files that
    are there; otherwise they are kept, maps done before are skipped, and maps for which other
    results are there fail.

    jobs: so many maps at a time, each in a process of its own; 1 works in this one. threads: for
    each map; results do not depend on it. dask: address of a Dask scheduler, or a
    `distributed.Client`, whose workers do the work instead.

    on_progress: called with (number of the map, share done, what is being done), perhaps in another
    thread. on_outcome: called with (number of the map, `Outcome`) as maps are finished.

    Returns an `Outcome` for each map, in the order given, without repetitions of a path. Raises
    `ValueError`, one sentence, before any work, for parameters and paths that contradict each
    other. An interruption (`KeyboardInterrupt`) leaves no half-written file; the same call then
    goes on where it was stopped.
    """
    request = request or Request(**settings)
    paths = _distinct(maps)
    _check_pattern(name)
    if request.plots and dask is None:
        figure_function()   # Dask's workers may have what is not here
    if jobs < 1:
        raise ValueError(f'jobs must be at least 1, not {jobs}')
    if threads is not None and threads < 1:
        raise ValueError(f'threads must be at least 1, not {threads}')
    tasks = [plan(given, path, request, output_dir, name, overwrite=overwrite)
             for given, path in paths]
    _check_names(tasks)
    if dask is None:        # whose workers may see other folders
        _check_folders(tasks)
    _check_models(tasks, request)
    full_scale = _full_scale(request)
    jobs = min(jobs, len(tasks))
    if threads is None and dask is not None:
        threads = 1     # a cluster keeps its processors busy with many maps
    elif threads is None and jobs > 1:
        threads = max(1, thread_count() // jobs)
    tasks = [plan(given, path, request, output_dir, name, overwrite=overwrite, threads=threads,
                  full_scale=full_scale) for given, path in paths]

    return run_tasks(tasks, jobs, dask, on_progress, on_outcome)


def run_tasks(tasks, jobs=1, dask=None, on_progress=None, on_outcome=None):
    """Have tasks done, here, in processes or on a cluster; arguments as for `run_batch`.

    Returns an `Outcome` for each, in their order.
    """
    outcomes = [None] * len(tasks)

    def keep(number, outcome):
        outcomes[number] = outcome
        if on_outcome is not None:
            on_outcome(number, outcome)

    report = on_progress or (lambda number, share, stage: None)
    if dask is not None:
        from .cluster import run_on_cluster
        run_on_cluster(tasks, dask, report, keep)
    elif jobs > 1:
        from .workers import run_in_workers
        run_in_workers(tasks, jobs, report, keep)
    else:
        _run_here(tasks, report, keep)
    return outcomes


def _run_here(tasks, on_progress, on_outcome):
    try:
        for number, task in enumerate(tasks):
            def on_one(share, stage, number=number):
                on_progress(number, share, stage)

            on_outcome(number, process(task, on_one))
    finally:
        set_threads(None)


def _distinct(maps):
    """The maps as given and their absolute paths, each path once."""
    found = {}
    for given in [maps] if isinstance(maps, (str, Path)) else maps:
        if not str(given).strip():
            raise ValueError('the name of a map is empty; leave it out')
        found.setdefault(Path(given).absolute(), str(given))
    if not found:
        raise ValueError('there are no maps to work on')
    return [(given, path) for path, given in found.items()]


def _check_pattern(pattern):
    known = {'name', 'folder', 'result'}
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None}
    except ValueError:
        used = {''}
    if used - known or '{result}' not in Path(pattern).name or '{result}' in str(
            Path(pattern).parent):
        raise ValueError('the name of results must hold {result}, may hold {name} and {folder}, '
                         f'and no other braces: not "{pattern}"')


def _check_names(tasks):
    """Refuse maps whose results would have the same names."""
    owners = {}
    for task in tasks:
        other = owners.setdefault(task.stem, task.given)
        if other != task.given:
            raise ValueError(
                f'results of {other} and {task.given} would have the same names; '
                'distinguish them by --name "{folder}_{name}_{result}", or run them one by one')


def _check_folders(tasks):
    """Refuse folders in which nothing can be written, but those of maps that are done."""
    coming = [task.path('report', '.json') for task in tasks]
    for folder in {path.parent for path in coming if not path.exists()}:
        check_folder(folder)


def _check_models(tasks, request):
    """Read the model that all maps share, and its groups, so that a mistake ends all at once."""
    models = {tuple(models_in(task.inputs)) for task in tasks}
    if len(models) == 1 and request.model:
        names = model_groups(models.pop(), request.groups).names
        check_full(request.full, names)


def _full_scale(request):
    """The values of the `Reference` to a report or another map; None unless it is asked for."""
    source = request.full_scale_from
    if source is None:
        return None
    if not Path(source).is_file():
        raise ValueError(f'there is no file {source} to take full scale from')
    if Path(source).suffix.lower() == '.json':
        values, mode = reports.full_scale_of(source)
        if mode != request.mode:
            raise ValueError(f'{source} tells the full scale of {mode} mode, which is not that of '
                             f'{request.mode} mode')
        return values
    try:
        source_map = read_map(source)
        found = estimate(source_map.array, source_map.axes, request.parameters)
        return found.full_scale, found.noise_floor
    except ValueError as error:
        raise ValueError(f'{source}: {sentence(error)}') from error
