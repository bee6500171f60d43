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
from contextlib import suppress
from pathlib import Path

from .onemap import process
from .outcome import FAILED, Outcome
from .results import remove_leftovers
from .task import Task
from .versions import PACKAGE

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
#: How often a map is tried whose process ends.
ATTEMPTS = 2
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
        left = len(tasks)
        while left:
            try:
                # Not for ever, so that an interruption is noticed on every system.
                kind, *values = events.get(timeout=0.5)
            except queue.Empty:
                continue
            if kind == 'progress':
                on_progress(*values)
            else:
                left -= 1
                on_outcome(*values)
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
        while not self._stopped:
            try:
                number, task = self._waiting.get_nowait()
            except queue.Empty:
                break
            outcome = self._attempt(number, task)
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
            child = self._ready_child()
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

    def _ready_child(self):
        with self._lock:
            if self._stopped:
                return None
            if self._child is None:
                self._child = _Child()
            return self._child


class _ChildEnded(Exception):
    """The child is gone; the message says how."""


class _Child:
    """One process that takes tasks."""

    def __init__(self):
        self._errors = tempfile.TemporaryFile()     # noqa: SIM115 - lives as long as the child
        # sys.executable may be ChimeraX itself, which takes -c as Python does.
        self._process = subprocess.Popen(
            [sys.executable, '-c', CHILD, str(PACKAGE)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding='utf-8')
        self.process_id = self._process.pid

    def work(self, task, on_progress):
        """Have a task done; return its `Outcome`, or raise `_ChildEnded`."""
        try:
            self._process.stdin.write(json.dumps(task.as_dict()) + '\n')
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line.startswith(MARK):
                    kind, *values = json.loads(line[len(MARK):])
                    if kind == 'outcome':
                        return Outcome.from_dict(values[0])
                    on_progress(*values)
        except (OSError, ValueError):
            pass    # a broken pipe, a line cut short, a pipe closed by `kill`
        raise _ChildEnded(self._how_it_ended())

    def _how_it_ended(self):
        status = self._process.wait()
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
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()
        with suppress(OSError):
            self._process.stdin.close()


def serve():
    """Be a child: take tasks from standard input until it closes."""
    # Interruptions are the parent's business, which they reach as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print goes elsewhere.
    answers = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    lock = threading.Lock()

    def send(*message):
        # A parent that is gone must not keep a map from being finished.
        try:
            with lock:
                answers.write(MARK + json.dumps(message) + '\n')
                answers.flush()
        except OSError:
            pass

    for line in sys.stdin:
        last = 0.0

        def on_progress(share, stage):
            nonlocal last
            now = time.monotonic()
            if now - last >= INTERVAL:
                last = now
                send('progress', share, stage)

        send('outcome', process(Task(**json.loads(line)), on_progress).as_dict())
