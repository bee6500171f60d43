"""The work that a task asks for, wherever it is done; whatever goes wrong becomes an `Outcome`."""

import time
import traceback
from dataclasses import replace
from importlib import import_module

from ..core import Cancelled
from ..core.threads import set_threads
from .outcome import FAILED, Outcome
from .versions import version
from .wording import sentence

#: What does the work on a task of each kind: a function of (task, progress) that returns an
#: `Outcome`. Loaded when there is such a task.
KINDS = {'map': 'onemap', 'volume': 'onevolume'}


def process(task, progress=None):
    """Do the work of a task.

    task: a `Task`. progress: called with (share done, what is being done), perhaps in another
    thread. Returns an `Outcome`; whatever goes wrong with the map becomes one, too.
    """
    began = time.monotonic()
    try:
        if task.threads:
            set_threads(task.threads)
        if task.version != version():
            raise ValueError(f'this machine has version {version()} of chimerax.occupy, and the '
                             f'batch was started by {task.version}; install the same')
        work = import_module(f'.{KINDS[task.kind]}', __package__)
        outcome = work.process(task, progress)
    except Cancelled:
        raise
    except ValueError as error:
        outcome = Outcome(task.given, FAILED, sentence(error))
    except OSError as error:
        outcome = Outcome(task.given, FAILED, _os_sentence(error, task.map))
    except MemoryError:
        outcome = Outcome(task.given, FAILED, 'memory ran out; try fewer --jobs')
    except Exception as error:
        outcome = Outcome(task.given, FAILED,
                          f'this should not have happened: {type(error).__name__}: {error}',
                          details=traceback.format_exc())
    return replace(outcome, seconds=round(time.monotonic() - began, 3))


def _os_sentence(error, path):
    """What the system has to say against a file, and against which if it is not the map."""
    sentence = (error.strerror or str(error)).lower()
    other = error.filename if error.filename not in (None, path) else None
    return f'{sentence}: {other}' if other else sentence
