"""The one way to have the estimates that a command needs.

A `Request` names one estimate: the map, the parameters, and what else it depends on. It is at hand
in the record, or its solvent model is to be fitted again, or it is to be made. `run` does what
every command does with its requests: it asks for memory before any work, keeps model numbers, works
in the background, ends when a model that is needed goes, opens and records what is new, and tells
of it.
"""

import time
from dataclasses import replace

from chimerax.core.errors import UserError

from ..core import Cancelled, check_map, derive, estimate, refit_solvent
from ..core.memory import estimate_bytes, kept_bytes
from ..mapfiles import rules
from ..session import freememory, jobs, volumes
from ..session.record import record
from ..session.wording import sentence, user_error
from . import common, logtables

#: What to do about a `rules.Refusal` of an open map.
_ADVICE = {
    rules.VOXEL_SIZE: 'set it first, with "volume #{number} voxelSize 1.1" (in Å; give 1.0001 for '
                      '1)',
    rules.STACK: 'estimate each alone; "volume copy #{number} subregion 0,0,0,{last}" cuts out the '
                 'first',
    rules.PLANE: 'open a map with several sections'}


def anew(_found):
    """For `Request`: no estimate that is at hand will do."""
    return False


class Request:
    """An estimate that a command needs.

    source: the map. parameters: `Parameters`. accept: tells whether an estimate that the record has
    for that mode will do; any will if None, and none if `anew`. solvent_mask: a map by which the
    solvent model is fitted, now or again. region: a `Region` known to be at full occupancy. other:
    an `Entry` whose full scale is taken over. model: `GroupedAtoms` that the scale is taken
    against. scale_map: a map whose values take the place of the
    scale. Raises `UserError`, one sentence, for what cannot be estimated.

    `estimate`: what the command is to build on, once `fulfil` has run. `outcome`: what the
    command's work made of it. `scale_map`: the volume that shows the scale, after delivery.
    `is_kept`: whether what was worked out went into the record.
    """

    def __init__(self, session, source, parameters, *, accept=None, solvent_mask=None, region=None,
                 other=None, model=None, scale_map=None):
        self.source, self.parameters = source, parameters
        self.outcome = self.number = self.result_number = None
        self.words = ''             # of the command that repeats an estimate, beyond its settings
        self.replaces = True        # whether a new scale takes the place of the scale map before
        self.may_be_made = False    # whether `make` may be called though an estimate is at hand
        self._is_asked_for, self._is_new, self.is_kept = accept is anew, False, False
        self._region, self._voxels, self._other = region, None, other
        self._model = model and model.on(source)
        self._started = time.monotonic()
        self._record = record(session)
        if not self._is_asked_for and volumes.is_derived(source):
            raise UserError(
                f'{volumes.label(source)} was made from '
                f'{volumes.label(volumes.source_of(source))}; name that map instead')
        entry = self._record.entry(source, parameters.mode)
        self._seen = entry.estimate if entry else None
        self.scale_map = entry.scale_map if entry else None
        at_hand = entry is not None and not entry.stale and (
            accept is None or accept(entry.estimate))
        self.found = self._before = self._with_scale = entry.estimate if at_hand else None
        self.array, self._axes = volumes.array_of(source), volumes.axes_of(source)
        if not at_hand:
            self.resolved, self.grid = self._checked()
        else:
            self.resolved, self.grid = self.found.parameters, self.found.grid
        self._solvent_mask = solvent_mask and volumes.sampler(solvent_mask, source)
        self._given_scale = scale_map and self._scale_of(scale_map)
        self._read = [source, *(one for one in (solvent_mask, scale_map) if one is not None)]
        self._named = [*(region.models if region else ()), *((other.source,) if other else ()),
                       *(model.models if model else ())]

    def _checked(self):
        """The derived parameters and the working grid; `UserError` for what cannot be estimated."""
        source = self.source
        against = volumes.refusal_of(source)
        if against is not None:
            x, y, z = source.data.size
            advice = _ADVICE[against.rule].format(
                number=source.id_string, last=f'{x - 1},{y - 1},{z // against.volumes - 1}')
            raise UserError(f'{volumes.label(source)}: {against.reason}; {advice}')
        try:
            resolved, working, _ = derive(self.parameters, check_map(self.array, self._axes))
        except ValueError as error:
            raise user_error(error, source) from None
        return resolved, working

    def _scale_of(self, scale_map):
        entry, mode = self._record.of_scale_map(scale_map), self.parameters.mode
        if entry is not None and entry.mode != mode:
            raise UserError(
                f'{volumes.label(scale_map)} is a scale of {entry.mode} mode, which mixes '
                'resolution with occupancy and cannot drive a modification; type '
                f'"occupy #{self.source.id_string} mode {mode}"')
        return volumes.sampler(scale_map, self.source)

    @property
    def is_at_hand(self):
        """Whether nothing has to be worked out."""
        return not self.is_made and self._solvent_mask is None

    @property
    def is_made(self):
        """Whether a scale that is not at hand will be opened as a map."""
        return self.found is None or self.may_be_made

    @property
    def shown(self):
        """The scale map whose place a new scale takes, or None."""
        return self.scale_map if self.replaces else None

    @property
    def bytes_needed(self):
        """Memory that `fulfil` takes at its height, beyond the map."""
        return 0 if self.is_at_hand else estimate_bytes(
            self.array, self.grid, self.resolved.tile_size)

    @property
    def bytes_kept(self):
        """Memory of what `fulfil` leaves."""
        return 0 if self.is_at_hand else kept_bytes(self.grid)

    @property
    def watched(self):
        """The maps that are read, and the other models without which the command cannot end."""
        return self._read, [*self._named, *([self.scale_map] if self.scale_map else ())]

    @property
    def estimate(self):
        """The `ScaleEstimate` to build on, with the scale that was given in place of its own."""
        return self._with_scale

    def prepare(self):
        """In a thread, before anything is estimated: find the region; `UserError` if it is empty.
        """
        if self._region is not None:
            self._voxels = self._region.voxels(self.grid.shape)

    def fulfil(self, progress):
        """In a thread: have the estimate, whatever that takes."""
        if self.found is None:
            self.make(progress)
        elif self._solvent_mask is not None:
            self.found = refit_solvent(
                self.array, self.found, self._solvent_mask(self.grid.shape), progress)
        self._with_scale = self.found
        if self._given_scale is not None:
            self._with_scale = with_scale(self.found, self._given_scale)

    def make(self, progress, other=None):
        """In a thread: estimate. other: an estimate whose full scale is taken over."""
        if other is None and self._other is not None:
            other = self._other.estimate
        mask = self._solvent_mask and self._solvent_mask(self.grid.shape)
        self.found = self._with_scale = estimate(
            self.array, self._axes, self.parameters, solvent_mask=mask,
            full_scale_region=self._voxels, full_scale_from=other, full_scale_model=self._model,
            progress=progress)
        self._is_new = True

    def keep(self, session, name=None, tell=True):
        """On the main thread: open and record what is new, and tell of it."""
        if self.found is self._before:
            return
        now = self._record.entry(self.source, self.parameters.mode)
        if self._is_overtaken(now):
            self.scale_map = now.scale_map if now else None
            session.logger.info(f'{volumes.label(self.source)} was estimated anew meanwhile; that '
                                'estimate is kept, and not the one made here.')
            return
        self.is_kept = True
        if not self._is_new:        # fitted again
            self._record.set(self.source, self.found, now.scale_map, self._started)
            return
        self.scale_map = self._opened(session, now, name)
        self._record.set(self.source, self.found, self.scale_map, self._started)
        if tell:
            log_estimate(session, self, f'{self.words} color false'.strip())

    def _is_overtaken(self, now):
        """Whether the record has got an estimate, since this was begun, that is to stay."""
        if not self._is_new:
            return now is None or now.stale or now.estimate is not self._before
        if now is None or now.estimate is self._seen:
            return False
        # What was asked for takes the place of what was asked for earlier; what was made on the
        # way takes nothing's place.
        return now.started > self._started if self._is_asked_for else not now.stale

    def _opened(self, session, now, name):
        """The scale as a map: the one before with other values, or a new one."""
        if self.replaces and now is not None and now.scale_map is not None:
            volumes.replace_array(now.scale_map, self.found.scale, self.source, name)
            return now.scale_map
        return volumes.new_volume(
            session, self.found.scale, self.source,
            name or f'{self.source.name} {self.parameters.mode} scale', kind='scale',
            model_id=_if_free(session, self.number))


def with_scale(found, sampled):
    """In a thread: an estimate with another scale. sampled: a `volumes.sampler` on its map."""
    return replace(found, scale=sampled(found.grid.shape).clip(0, 1))


def words_for(**maps):
    """Keywords of a command that name maps, those that are None left out."""
    return ' '.join(f'{name} #{volume.id_string}' for name, volume in maps.items() if volume)


def sources_of(session, maps, name=None, model_id=None):
    """The maps of a command; checks that name and modelId go with one map."""
    sources = common.maps_to_estimate(session, maps)
    if len(sources) > 1 and (name is not None or model_id is not None):
        raise UserError(f'name and modelId are for one map; {len(sources)} maps are named')
    return sources


def run(session, requests, title, deliver, *, first=None, work=None, together=None, alone=False,
        costs=None, opens=False, model_id=None, name=None, tell=True, touches=(),
        advice='close other maps first', block=None):
    """Have the estimates, work on them, open and record what is new, and deliver.

    requests: `Request`s. first: called in the thread before anything is estimated, for what may yet
    be refused. work: `work(request, progress)`, in the thread, for each request once its estimate
    is there; what it returns becomes the request's `outcome`. together: `together(progress)`
    instead, once all estimates are there. deliver: `deliver(requests)`, on the main thread, once
    estimates are recorded; what it returns is the result. alone: whether each map's result stands
    alone, as it does with `work`: where one fails, the others are delivered before that is told.

    costs: `costs(request)`, the bytes that work takes at its height, and those it leaves. opens:
    whether each request will open one map, whose number is `request.result_number`. model_id: asked
    for that map, or else for the scale; name: of the scale. tell: whether new estimates are told of
    in the log. touches: other models without which the command cannot end.

    Returns what `deliver` returned, in the background the `Job`. `UserError` before any work where
    memory is lacking or a number is taken.
    """
    numbers = _assign_numbers(session, requests, opens, model_id)
    _require_memory(requests, title, costs, advice)
    failures, alone = [], alone or work is not None

    def do(progress):
        if first is not None:
            first()
        for request in requests:
            request.prepare()
        _work(requests, work, together, progress, failures)

    def finish(_none):
        done = [request for request in requests if request.found is not None]
        for request in done:
            request.keep(session, name, tell)
        failed = {request for request, _ in failures}
        kept = [request for request in done if request not in failed]
        result = deliver(kept) if kept and (alone or not failures) else None
        if failures:
            raise failures[0][1]
        return result

    if work is None and together is None and all(request.is_at_hand for request in requests):
        return deliver(requests)
    watch, others = [], list(touches)
    for request in requests:
        read, named = request.watched
        watch += [one for one in read if one not in watch]
        others += named
    return jobs.run(session, title, do, finish, block=block, watch=watch,
                    touches=[one for one in others if one not in watch], numbers=numbers)


def _work(requests, work, together, progress, failures):
    """In a thread: all that takes long. What fails for one map is put into `failures`."""
    shares = [_stages(request, work) for request in requests]
    total = sum(map(sum, shares)) * (2 if together else 1) or 1
    done = 0

    def part(size):
        return lambda share, stage='', begin=done: progress((begin + share * size) / total, stage)

    for request, (making, working) in zip(requests, shares, strict=True):
        try:
            request.fulfil(part(making))
            done += making
            if work is not None:
                request.outcome = work(request, part(working))
            done += working
        except Cancelled:
            raise
        except ValueError as error:
            failures.append((request, user_error(error, request.source)))
        except UserError as error:
            failures.append((request, error))
    if together is not None and not failures:
        together(lambda share, stage='': progress((done + share * (total - done)) / total, stage))


def _stages(request, work):
    """What making an estimate and working on it weigh in the progress."""
    size = request.array.size
    return (0 if request.is_at_hand else size), (0 if work is None else size)


def _require_memory(requests, title, costs, advice):
    """`UserError` if the work would take more memory than is free."""
    height = kept = 0
    for request in requests:
        height = max(height, kept + request.bytes_needed)
        kept += request.bytes_kept
        if costs is not None:
            most, left = costs(request)
            height = max(height, kept + most)
            kept += left
    if height:
        freememory.require(height, title, advice)


def _assign_numbers(session, requests, opens, model_id):
    """Give new scales and results their model numbers; returns those that have to be kept free."""
    asked = None if model_id is None else tuple(model_id)
    made = [request for request in requests if request.is_made]
    if asked is not None and not opens:
        # Its own scale map may be named: then it is replaced.
        for request in made:
            request.replaces = request.replaces and request.shown is not None and (
                asked == request.shown.id)
            if not request.replaces:
                common.free_number(session, asked)
    elif asked is not None:
        common.free_number(session, asked)
    wanted = sum(request.shown is None for request in made) + len(requests) * opens
    free = iter(common.next_numbers(session, wanted, taken=() if asked is None else asked[:1]))
    numbers = []
    for request in requests:
        if request.is_made and request.shown is None:
            request.number = asked if asked is not None and not opens else next(free)
            numbers.append(request.number)
        if opens:
            request.result_number = asked if asked is not None else next(free)
            numbers.append(request.result_number)
    return numbers


def open_result(session, request, array, name, *, kind, use='', show=False):
    """Open what a command made of a request as a map on its source, at the number kept for it."""
    return volumes.new_volume(session, array, request.source, name, kind=kind, use=use, show=show,
                              model_id=_if_free(session, request.result_number))


def _if_free(session, number):
    return None if number is None or session.models.have_id(number) else number


def log_estimate(session, request, words):
    """Tell of a new estimate: a line, warnings, all parameters, the command that repeats it.

    words: what the command has beyond the settings of the estimate.
    """
    logger, source, found = session.logger, request.source, request.found
    number = f'#{request.scale_map.id_string}'
    logger.info(
        f'{found.parameters.mode.capitalize()} scale of {volumes.label(source)} is {number}; '
        f'full scale {found.full_scale:.4g} ({found.full_scale_note}).')
    for warning in rules.told(volumes.remarks_on(source), found.warnings):
        logger.warning(f'{volumes.label(source)}: {sentence(warning, source)}')
    settings = common.settings_text(found.parameters, logtables.ESTIMATE_SETTINGS)
    command = f'occupy #{source.id_string} {settings} {words} modelId {number}'
    logger.info(logtables.folded(
        'All parameters, and the command that repeats this',
        logtables.named_rows(logtables.parameter_rows(found)) + logtables.repeated(command)),
        is_html=True)
