"""Several maps at a time, each in a process of its own on this machine.

Not multiprocessing: its children begin by importing what the parent began with, which inside a
ChimeraX application is ChimeraX, and one of them that dies takes the pool with it. Here a child
runs this package from the folder it lies in, takes tasks as lines of JSON, and can be replaced.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

from .outcome import FAILED, Outcome
from .results import remove_leftovers
from .task import Task
from .versions import PACKAGE
from .work import process

#: What a child runs: this package, wherever it is, without what else is called chimerax.
CHILD = '''
import sys, types
from importlib import util
folder = sys.argv[1]
if 'chimerax' not in sys.modules:
    sys.modules['chimerax'] = types.ModuleType('chimerax')
    sys.modules['chimerax'].__path__ = []
if 'chimerax.occupy' not in sys.modules:
    spec = util.spec_from_file_location(
        'chimerax.occupy', folder + '/__init__.py', submodule_search_locations=[folder])
    sys.modules['chimerax.occupy'] = module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
from chimerax.occupy.batch.workers import serve
serve()
'''
#: Begins every line that is meant for the parent: ChimeraX may say things as it starts.
MARK = 'chimerax.occupy:'
#: Variables by which libraries of linear algebra learn how many threads to use.
THREADS = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS')
#: How often a map is tried whose process ends.
ATTEMPTS = 2
#: Seconds that a process may take until it is ready for its first map.
PATIENCE = 120
#: Seconds between two messages of progress.
INTERVAL = 0.2


def run_in_workers(tasks, jobs, on_progress, on_outcome):
    """Work on tasks in `jobs` processes; the functions are as for `run_batch`."""
    waiting = queue.SimpleQueue()
    for number, task in enumerate(tasks):
        waiting.put((number, task))
    events = queue.SimpleQueue()
    crews = [_Crew(waiting, events) for _ in range(jobs)]
    try:
        for crew in crews:
            crew.start()
        left, at_work, why = len(tasks), len(crews), ''
        while left:
            try:
                # Not for ever, so that an interruption is noticed on every system.
                kind, *values = events.get(timeout=0.5)
            except queue.Empty:
                continue
            if kind == 'progress':
                on_progress(*values)
            elif kind == 'outcome':
                left -= 1
                on_outcome(*values)
            else:
                at_work -= 1
                why = values[0] or why
            if not at_work:
                break
        # Every crew is gone: what they could not begin is given up.
        while left:
            number, task = waiting.get_nowait()
            left -= 1
            on_outcome(number, Outcome(task.given, FAILED,
                                       f'no process to work on it could be started ({why}); '
                                       'without --jobs it is done in this one'))
    finally:
        for crew in crews:
            crew.stop()
        for crew in crews:
            crew.join()


class _Crew(threading.Thread):
    """A thread that has one child at a time do the work, one map after the other."""

    def __init__(self, waiting, events):
        super().__init__(daemon=True)
        self._waiting = waiting
        self._events = events
        self._lock = threading.Lock()
        self._child = None
        self._stopped = False

    def run(self):
        why = ''
        try:
            self._work()
        except _NotStarted as error:
            why = str(error)
        finally:
            self._events.put(('gone', why))

    def _work(self):
        while not self._stopped:
            try:
                number, task = self._waiting.get_nowait()
            except queue.Empty:
                break
            try:
                outcome = self._attempt(number, task)
            except _NotStarted:
                # For the other crews, which may have their processes.
                self._waiting.put((number, task))
                raise
            except Exception as error:
                outcome = Outcome(task.given, FAILED, 'this should not have happened: '
                                  f'{type(error).__name__}: {error}',
                                  details=traceback.format_exc())
            if outcome is not None:
                self._events.put(('outcome', number, outcome))
        with self._lock:
            if self._child is not None:
                self._child.close()

    def stop(self):
        """End the child at once; what it has half written is removed."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def _attempt(self, number, task):
        why = ''
        for _ in range(ATTEMPTS):
            child = self._ready_child(task.threads)
            if child is None:
                return None
            try:
                return child.work(task, lambda *values: self._events.put(
                    ('progress', number, *values)))
            except _ChildEnded as error:
                why = str(error)
                with self._lock:
                    self._child = None
                child.kill()
                remove_leftovers(Path(task.stem).parent, child.process_id)
                if self._stopped:
                    return None
        return Outcome(task.given, FAILED, f'the process that worked on it ended {ATTEMPTS} times '
                                           f'({why}); perhaps memory ran out: try fewer --jobs')

    def _ready_child(self, threads):
        with self._lock:
            if self._stopped:
                return None
            if self._child is None:
                try:
                    self._child = _Child(threads)
                except OSError as error:
                    raise _NotStarted((error.strerror or str(error)).lower()) from error
            return self._child


class _NotStarted(Exception):
    """There is no process; the message says why."""


class _ChildEnded(Exception):
    """The child is gone; the message says how."""


class _Child:
    """One process that takes tasks."""

    def __init__(self, threads=None):
        # What is one process's share of the processors is that of its libraries, too.
        environment = dict.fromkeys(THREADS, str(threads)) if threads else {}
        self._errors = tempfile.TemporaryFile()     # noqa: SIM115 - lives as long as the child
        # sys.executable may be ChimeraX itself, which takes -c as Python does.
        try:
            self._process = subprocess.Popen(
                [sys.executable or '', '-c', CHILD, str(PACKAGE)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding='utf-8',
                env={**environment, **os.environ})
        except OSError:
            self._errors.close()
            raise
        self.process_id = self._process.pid
        # A program that is no Python, or hangs as it begins, never answers.
        self._silent = False
        self._alarm = threading.Timer(PATIENCE, self._give_up)
        self._alarm.daemon = True
        self._alarm.start()

    def _give_up(self):
        self._silent = True
        self._process.kill()

    def work(self, task, on_progress):
        """Have a task done; return its `Outcome`, or raise `_ChildEnded`."""
        try:
            self._process.stdin.write(json.dumps(task.as_dict()) + '\n')
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line.startswith(MARK):
                    self._alarm.cancel()
                    kind, *values = json.loads(line[len(MARK):])
                    if kind == 'outcome':
                        return Outcome.from_dict(values[0])
                    if kind == 'progress':
                        on_progress(*values)
        except (OSError, ValueError):
            pass    # a broken pipe, a line cut short, a pipe closed by `kill`
        raise _ChildEnded(self._how_it_ended())

    def _how_it_ended(self):
        status = self._process.wait()
        if self._silent:
            return f'it said nothing for {PATIENCE} s'
        if status < 0:
            return f'killed by signal {-status}'
        self._errors.seek(0)
        lines = self._errors.read().decode(errors='replace').strip().splitlines()
        return f'exit status {status}' + (f', {lines[-1]}' if lines else '')

    def close(self):
        """Let it end by itself: there is nothing more to do."""
        self._process.stdin.close()
        self._end()

    def kill(self):
        """End it at once."""
        self._process.kill()
        self._end()

    def _end(self):
        self._alarm.cancel()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()
        with suppress(OSError):
            self._process.stdin.close()


def serve():
    """Be a child: take tasks from standard input until it closes, and end with the parent."""
    # Interruptions are the parent's business, which they reach as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    # What libraries print goes elsewhere.
    answers = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    lock = threading.Lock()

    def send(*message):
        # Where the parent is gone, so is whoever would want to know.
        with suppress(OSError), lock:
            answers.write(MARK + json.dumps(message) + '\n')
            answers.flush()

    tasks = queue.SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=_listen, args=(tasks, busy), daemon=True).start()
    send('ready')
    while (line := tasks.get()) is not None:
        last = 0.0

        def on_progress(share, stage):
            nonlocal last
            now = time.monotonic()
            if now - last >= INTERVAL:
                last = now
                send('progress', share, stage)

        outcome = process(Task(**json.loads(line)), on_progress)
        busy.clear()
        send('outcome', outcome.as_dict())


def _listen(tasks, busy):
    """Pass lines on as they come; a parent that goes away in the midst of a map ends this process.
    """
    # Unbuffered: a thread that waits in a buffer of Python's would hinder its end.
    with open(0, 'rb', buffering=0, closefd=False) as stream:
        for line in stream:
            busy.set()
            tasks.put(line)
    if busy.is_set():
        if os.name != 'posix':
            os._exit(1)
        # A signal to the main thread itself wakes it wherever it waits.
        signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
    tasks.put(None)


def _end(_number, _frame):
    # Not an Exception, which would become the outcome of a map; what is half written is removed.
    raise SystemExit(1)
