"""Long work: in the background of the application, or with the next command waiting for it.

`run` starts work. In the background it is a ChimeraX task, which the Task Manager and `taskman
kill` stop; otherwise the caller waits for it. Either way the work runs in a thread of its own, so
that the status line can say how far it is, and models are made on the main thread in the end.
"""

import threading
import time
import traceback
from contextlib import contextmanager

from chimerax.core.errors import UserError
from chimerax.core.models import REMOVE_MODELS, Model
from chimerax.core.tasks import Task
from chimerax.core.triggerset import TriggerSet

from ..core import Cancelled
from . import privates, volumes
from .wording import user_error

STARTED, PROGRESS, ENDED = 'job started', 'job progress', 'job ended'
#: Seconds between two messages in the status line.
_INTERVAL = 0.2
#: Remaining time is told once the work has gone on for so many seconds.
_TELL_REMAINING = 1.5


class _Jobs:
    """What a session knows of its jobs."""

    def __init__(self):
        self.running = []
        self.background = False
        self.triggers = TriggerSet()
        for name in (STARTED, PROGRESS, ENDED):
            self.triggers.add_trigger(name)


def jobs(session):
    """The session's jobs: `running`, a list of `Job`, and `triggers`.

    The triggers STARTED, PROGRESS and ENDED fire on the main thread with the `Job`.
    """
    found = getattr(session, '_occupy_jobs', None)
    if found is None:
        found = session._occupy_jobs = _Jobs()
    return found


@contextmanager
def in_background(session):
    """Commands run within this go to the background, though they were not typed: for panels."""
    state = jobs(session)
    before, state.background = state.background, True
    try:
        yield
    finally:
        state.background = before


def blocks(session, block=None):
    """Whether a command has to be finished when it returns.

    block: what the user said, or None. Then yes in scripts, without a window, from other code and
    with other commands on the line; no for what is typed alone, or asked for `in_background`.
    """
    if block is not None:
        return block
    if session.in_script or not session.ui.is_gui:
        return True
    return not (jobs(session).background or privates.typed_alone())


def run(session, title, work, deliver, *, block=None, watch=(), touches=(), numbers=()):
    """Do `work(progress)` and then `deliver(result)` on the main thread.

    title: what the status line, the Task Manager and the log call it. `work` must touch neither
    models nor graphics; `progress(share 0…1, stage)` tells how far it is and raises `Cancelled`
    when it shall stop. watch: the maps the work reads; it ends quietly when one is closed or
    changes. touches: other models that the work or its delivery needs; it ends when one is closed.
    numbers: model numbers (tuples) to be kept free for what will be delivered: in the background a
    placeholder stands at each.

    Waiting (see `blocks`), returns what `deliver` returned, and raises `UserError` for whatever
    went wrong. In the background returns the `Job`.
    """
    job = Job(session, title, work, deliver, watch, touches)
    if blocks(session, block):
        return job.wait()
    job.start(numbers)
    return job


class Job:
    """One piece of work. `share`, `stage` and `remaining` (s, or None) say how far it is.

    `running` turns false when it ends in any way; `result` is then what was delivered, or `failure`
    says why nothing was.
    """

    def __init__(self, session, title, work, deliver, watch=(), touches=()):
        self.session = session
        self.title = title
        self.share, self.stage, self.remaining = 0.0, '', None
        self.running = True
        self.told = False       # whether who started it tells the user of a failure
        self.result, self.failure = None, ''
        self._work, self._deliver = work, deliver
        self._outcome = self._error = None
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._places = []
        self._task = None
        self._watched = {volume: volume.data for volume in watch}
        self._labels = {model: volumes.label(model) for model in (*watch, *touches)}
        self._began = self._told = time.monotonic()
        for volume in watch:
            volume.add_volume_change_callback(self._map_changed)
        self._handler = session.triggers.add_handler(REMOVE_MODELS, self._models_removed)
        self._jobs = jobs(session)
        self._jobs.running.append(self)
        self._jobs.triggers.activate_trigger(STARTED, self)

    @property
    def answer(self):
        """What scripts get of work that goes on."""
        return {'job': self.title, 'running': self.running, 'failure': self.failure}

    @property
    def at_rest(self):
        """Whether the thread has come to its end, which is soon after `running` turns false."""
        # ChimeraX's own word on a task is not to be relied on: a thread that ends while its task
        # is being terminated leaves it "terminating" for ever.
        return self._ended.is_set()

    def cancel(self, reason='was cancelled'):
        """Stop: control is back at once, the work stops at its next step. The log says why."""
        if not self.running:
            return
        self._stop.set()
        self.failure = f'{self.title} {reason}'
        task = self._task
        self._let_go()
        self._end()
        self.session.logger.info(f'{self.title} {reason}.')
        if task is not None:
            Task.terminate(task)

    def wait(self):
        """Do the work while the caller waits; return what was delivered."""
        try:
            thread = threading.Thread(target=self.compute, daemon=True)
            thread.start()
            while thread.is_alive():
                thread.join(_INTERVAL / 4)
                if thread.is_alive() and self._time_to_tell():
                    self._show()
        except BaseException:       # Ctrl-C, or a thread that cannot be started
            self._give_up()
            raise
        return self.finish()

    def start(self, numbers):
        """Do the work in the background; keep the model `numbers` for what will be delivered."""
        try:
            for number in numbers:
                place = Model(f'{self.title} …', self.session)
                place.SESSION_SAVE = False
                place.id = number
                self._places.append(place)
                self.session.models.add([place])
            self._task = _JobTask(self)
            self._task.start()
        except BaseException as error:
            self.failure = f'{self.title} could not be started: {error}'
            self._give_up()
            raise

    def _give_up(self):
        """End without a result, whatever is set up of it by now."""
        task = self._task
        self._stop.set()
        self._let_go()
        self._end()
        if task is not None and task.id in self.session.tasks:
            self.session.tasks.remove(task)

    def compute(self):
        """The thread: work, and remember what came of it."""
        work = self._work
        try:
            if work is not None:        # None when cancelled before it began
                self._outcome = work(self._progress)
        except BaseException as error:      # nobody else would see it in this thread
            self._error = error
        self._ended.set()

    def finish(self):
        """On the main thread: deliver what was found or tell what went wrong; the job has ended."""
        error, outcome = self._error, self._outcome
        self._error = self._outcome = None
        changed = [volume for volume, data in self._watched.items() if volume.data is not data]
        labels = self._labels
        self._let_go()
        try:
            if error is None and changed:
                error = UserError(f'{self.title} ended, because {labels[changed[0]]} was changed')
            if error is not None:
                raise error
            self.result = self._deliver(outcome)
            return self.result
        except BaseException as failure:    # every kind is told, or nobody would know that it ended
            told = self._as_user_error(failure)
            self.failure = str(told)
            raise told from failure
        finally:
            self._end()

    def _as_user_error(self, error):
        if isinstance(error, UserError):
            return error
        if isinstance(error, (Cancelled, KeyboardInterrupt)):
            return UserError(f'{self.title} was cancelled')
        if isinstance(error, ValueError):
            return user_error(error)
        if isinstance(error, MemoryError):
            return UserError(f'{self.title} ran out of memory; close other maps, or estimate with '
                             'a smaller maxBox')
        self.session.logger.info(
            ''.join(traceback.format_exception(type(error), error, error.__traceback__)))
        return UserError(f'{self.title} failed: {type(error).__name__}: {error}')

    def _progress(self, share, stage=''):
        if self._stop.is_set():
            raise Cancelled
        self.share, self.stage = float(share), stage
        if self._task is not None and self._time_to_tell():
            self.session.ui.thread_safe(self._show)

    def _time_to_tell(self):
        now = time.monotonic()
        if now - self._told < _INTERVAL:
            return False
        self._told = now
        return True

    def _show(self):
        if not self.running:
            return
        passed = time.monotonic() - self._began
        self.remaining = None
        text = f'{self.title}: {self.stage}, {self.share:.0%}'
        if self.share > 0.02 and passed > _TELL_REMAINING:
            self.remaining = passed * (1 - self.share) / self.share
            text += f', {self.remaining:.0f} s left'
        self.session.logger.status(text)
        self._jobs.triggers.activate_trigger(PROGRESS, self)

    def _let_go(self):
        """Stop watching, and free the model numbers."""
        self.session.triggers.remove_handler(self._handler)
        for volume in self._watched:
            if not volume.deleted:
                volume.remove_volume_change_callback(self._map_changed)
        places = [place for place in self._places if self.session.models.have_model(place)]
        self._watched, self._labels, self._places = {}, {}, []
        self.session.models.close(places)

    def _end(self):
        """Leave nothing behind."""
        session = self.session
        if self._task is not None and not self._stop.is_set() and self._task.id in session.tasks:
            session.tasks.remove(self._task)
        self._work = self._deliver = self._task = None
        self.running = False
        self._jobs.running.remove(self)
        session.logger.status('')
        self._jobs.triggers.activate_trigger(ENDED, self)

    def _map_changed(self, volume, change):
        if change in ('data values changed', 'coordinates changed'):
            self.cancel(f'ended, because {self._labels[volume]} was changed')

    def _models_removed(self, _name, models):
        closed = [label for model, label in self._labels.items() if model in models]
        if closed:
            self.cancel(f'ended, because {closed[0]} was closed')
        elif any(place in models for place in self._places):
            self.cancel('was cancelled, because its place was closed')


class _JobTask(Task):
    """A job as the Task Manager and `taskman` see it."""

    SESSION_SAVE = False

    def __init__(self, job):
        self._job = job
        super().__init__(job.session)

    def __str__(self):
        return f'{self._job.title}, {self._job.share:.0%}, task {self.id}'

    def run(self):
        privates.wait_for_start(self)
        self._job.compute()

    def on_finish(self):
        if not self._job.running:
            return
        try:
            self._job.finish()
        except UserError as error:
            logger = self._job.session.logger
            # In its own place the starter says it better than a dialog would.
            (logger.info if self._job.told else logger.error)(str(error))

    def terminate(self):
        self._job.cancel()
