"""A series of volumes from files: groups × volumes as one table."""

from dataclasses import dataclass, replace
from pathlib import Path

from ..core import Grid
from ..core.occupancies import check_full, median_solvent
from ..core.occupancynotes import check_atoms
from ..core.threads import thread_count
from ..mapfiles import MapFileError, read_map
from ..series.engine import pilot_maps
from ..series.files import column_from_dict
from ..series.gather import SCALE, full_remarks, gather, level_remarks
from ..series.table import SeriesTable
from . import onevolume
from .fitting import model_groups
from .groups import file_of
from .outcome import ALREADY_DONE, FAILED, Outcome
from .results import check_folder
from .run import run_tasks
from .seriesrequest import SeriesRequest
from .seriesresults import check_results, solvent_before, write_results
from .task import Task, model_roles
from .versions import version
from .volumes import file_names, listed, named, of_one_grid
from .wording import sentence

OUTPUT_DIR = 'occupy_series'
PARTS = 'parts'


@dataclass(frozen=True, eq=False)
class Series:
    """What became of a series.

    `table`: the `SeriesTable`. `pairs`: `series.together.Pair`s, those with most evidence first.
    `outcomes`: an `Outcome` for each volume, by name, in their order. `files`: paths of the
    results by the word for each. `warnings`: sentences.
    """

    table: SeriesTable
    pairs: list
    outcomes: dict
    files: dict
    warnings: tuple


def run_series(volumes, request=None, *, output_dir=OUTPUT_DIR, images=None, overwrite=False,
               jobs=None, dask=None, particles=None, on_begin=None, on_progress=None,
               on_outcome=None, **settings):
    """Tell how much of each part there is in each volume, all on one full scale.

    volumes: paths of maps, folders or wildcards (see `volumes.listed`). request: a `SeriesRequest`,
    or its values as keywords (`run_series('volumes', model='model.cif')`). output_dir: where
    results go. images: "png", "pdf", "svg" or "none" for the pictures; None for png where there is
    matplotlib. overwrite: do volumes again that are done, and replace a series of other
    parameters. jobs: so many volumes at a time, each in a process with one thread; None for as many
    as there are processors. dask: as for `run_batch`. particles: a `particles.Particles`, or None.

    on_begin: called with the number of volumes to be done. on_progress, on_outcome: as for
    `run_batch`, volumes by their number in the series.

    Volumes are read one at a time by each process. Of a fit the strengths of displaced solvent,
    which go with amplitudes, are found from some volumes and held in all. Returns a `Series`.
    Raises `ValueError`, one sentence, before any work, for what contradicts itself; where no volume
    can be used; an interruption leaves no half-written file, and the same call goes on.
    """
    request = request or SeriesRequest(**settings)
    if jobs is not None and jobs < 1:
        raise ValueError(f'jobs must be at least 1, not {jobs}')
    folder = Path(output_dir).absolute()
    paths = named(listed(volumes))
    names = _groups(request)
    if request.full is not None or request.method != SCALE:
        check_full(request.full, names)
    inputs = _inputs(request)
    check_results(folder, request, inputs, images, overwrite)
    good, failed = of_one_grid(paths)
    if request.model and good:
        _check_place(paths, good, request)
    if particles is not None:
        particles.check(list(paths))
    if good:
        check_folder(folder)
    work = _Work(request, paths, folder, inputs, overwrite, jobs, dask)
    outcomes = {name: Outcome(paths[name], FAILED, why) for name, why in failed.items()}
    numbers = {name: number for number, name in enumerate(paths)}
    tell = on_outcome or (lambda number, outcome: None)
    if on_begin is not None:
        on_begin(len(paths))
    for name, outcome in outcomes.items():
        tell(numbers[name], outcome)

    def on_one(name, outcome):
        outcomes[name] = outcome
        tell(numbers[name], outcome)

    def report(name, share, stage):
        if on_progress is not None:
            on_progress(numbers[name], share, stage)

    # Volumes that are added to a series go onto its footing; the others need not be done again.
    solvent = (None if overwrite else solvent_before(folder)) or work.solvent(good, report)
    work.run(good, solvent, report, on_one)
    columns, parts = {}, {}
    for name in paths:
        if outcomes[name].failed:
            columns[name] = outcomes[name].message
        else:
            parts[name] = onevolume.read_part(Path(outcomes[name].report))
            columns[name] = column_from_dict(parts[name]['column'])
    try:
        table = gather(columns, request.full)
    except ValueError as error:
        if not parts:
            why = next(iter(failed.values()), None) or next(iter(outcomes.values())).message
            raise ValueError(f'none of the volumes could be used; {next(iter(paths))}: {why}'
                             ) from error
        raise
    warnings = map(sentence, full_remarks(table) if request.full is not None
                   else level_remarks(columns))
    found = write_results(folder, request, inputs, table, paths, parts, solvent, images,
                          tuple(warnings), particles)
    return Series(table, found.pairs, {name: outcomes[name] for name in paths}, found.files,
                  found.warnings)


def _groups(request):
    """Names of the groups; reads the model, so that a mistake ends everything at once."""
    if request.model:
        return model_groups(request.model, request.groups).names
    for mask in request.masks:
        if not Path(mask).is_file():
            raise ValueError(f'there is no mask {mask}')
    return onevolume.mask_names(request.masks)


def _inputs(request):
    """Absolute paths of models or masks, and of a list of groups, by role."""
    roles = model_roles(len(request.model)) + [
        f'mask {number + 1}' for number in range(len(request.masks))]
    found = {role: str(Path(path).absolute())
             for role, path in zip(roles, request.model + request.masks, strict=True)}
    listed_in = file_of(request.groups)
    return found | ({'groups': listed_in} if listed_in else {})


def _check_place(paths, good, request):
    """Raise `ValueError` for a model that does not lie on the first volume that can be read."""
    for name in good:
        try:
            source = read_map(paths[name])
        except (MapFileError, OSError):
            continue
        grid = Grid.of(source.array.shape, source.axes)
        check_atoms(model_groups(request.model, request.groups).on(source), grid)
        return


class _Work:
    """The work on volumes: tasks, and who does them."""

    def __init__(self, request, paths, folder, inputs, overwrite, jobs, dask):
        self._paths = paths
        self._jobs, self._dask = jobs, dask
        self._asked = request.of_volumes
        self._common = {'inputs': inputs, 'overwrite': overwrite, 'version': version(),
                        'kind': 'volume'}
        self._folder, self._files = folder / PARTS, file_names(paths)
        self._held = request.method != SCALE

    def _task(self, name, solvent, part=''):
        path = self._paths[name]
        stem = self._folder / (self._files[name] + '{result}')
        return Task(str(Path(path).absolute()), path, str(stem),
                    {**self._asked, 'solvent': solvent, 'part': part}, **self._common)

    def solvent(self, names, on_progress):
        """The strengths of displaced solvent that some volumes have in common, or None."""
        if not self._held or len(names) < 2:
            return None
        left = list(names)
        while left:
            pilots = [left[i] for i in pilot_maps(len(left))] or left
            tasks = [self._task(name, None, '_solvent') for name in pilots]

            def on_one(number, share, stage, pilots=pilots):
                on_progress(pilots[number], 0.0, 'Finding the solvent that all have in common')

            outcomes = self._done(tasks, on_one, lambda number, outcome: None)
            found = [onevolume.read_part(Path(outcome.report))['solvent']
                     for outcome in outcomes if not outcome.failed]
            if found:
                return list(median_solvent(found))
            # What is wrong with them is told when their turn comes.
            left = [name for name in left if name not in pilots]
        return None

    def run(self, names, solvent, on_progress, on_outcome):
        """Have the columns of volumes made; functions take the names of volumes."""
        tasks = [self._task(name, solvent) for name in names]
        self._done(tasks, lambda number, share, stage: on_progress(names[number], share, stage),
                   lambda number, outcome: on_outcome(names[number], outcome))

    def _done(self, tasks, on_progress, on_outcome):
        """The outcomes of tasks; those done before need nobody."""
        outcomes, left = {}, []
        for number, task in enumerate(tasks):
            if onevolume.is_done(task):
                outcomes[number] = Outcome(task.given, ALREADY_DONE, 'done by an earlier run',
                                           report=str(onevolume.part_of(task)))
                on_outcome(number, outcomes[number])
            else:
                left.append(number)
        jobs = min(self._jobs or thread_count(), len(left))
        threads = 1 if jobs > 1 or self._dask is not None else None
        found = run_tasks([replace(tasks[number], threads=threads) for number in left], jobs,
                          self._dask,
                          lambda at, share, stage: on_progress(left[at], share, stage),
                          lambda at, outcome: on_outcome(left[at], outcome)) if left else []
        outcomes |= dict(zip(left, found, strict=True))
        return [outcomes[number] for number in range(len(tasks))]
