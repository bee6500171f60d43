"""The same work on the workers of a Dask cluster: beyond one machine.

Tasks and outcomes are small; maps and results stay on a file system that all machines see under the
same paths. A worker that is lost in mid-batch costs nothing but time: the scheduler gives its maps
to others, and results appear whole or not at all.
"""

import asyncio
import logging
from concurrent.futures import CancelledError
from contextlib import contextmanager

from ..core.threads import set_threads
from .outcome import FAILED, Outcome
from .work import process

#: Seconds to wait for a scheduler to answer.
PATIENCE = 10


def run_on_cluster(tasks, cluster, on_progress, on_outcome):
    """Work on tasks on a Dask cluster; the functions are as for `run_batch`.

    cluster: address of a scheduler, or a `distributed.Client`, which is left open. Raises
    `ValueError` where there is no scheduler.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError('a Dask cluster needs the package distributed: '
                         'pip install distributed') from error
    if isinstance(cluster, Client):
        _run(tasks, cluster, on_progress, on_outcome)
        return
    with _silenced():
        try:
            client = Client(cluster, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ValueError(f'no Dask scheduler answers at {cluster}') from error
        with client:
            _run(tasks, client, on_progress, on_outcome)


@contextmanager
def _silenced():
    """Keep Dask from logging tracebacks for what comes out as a sentence."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict
               if name.split('.')[0] == 'distributed']
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _run(tasks, client, on_progress, on_outcome):
    from distributed import as_completed
    futures = {client.submit(process_task, task, pure=False): number
               for number, task in enumerate(tasks)}
    left = set(futures)
    try:
        for future in as_completed(list(futures), loop=client.loop):
            number = futures[future]
            left.discard(future)
            on_progress(number, 1.0, '')
            on_outcome(number, _outcome_of(future, tasks[number]))
    finally:
        if left:
            client.cancel(list(left))


def process_task(task):
    """What a worker runs. One thread for each map keeps all processors busy with many maps."""
    set_threads(task.threads)
    return process(task)


def _outcome_of(future, task):
    """The `Outcome` of a task, whatever became of it and of the cluster."""
    from distributed import KilledWorker
    try:
        return future.result(timeout=PATIENCE)
    except KilledWorker:
        sentence = ('every Dask worker that tried it ended; perhaps memory ran out: '
                    'give the workers more')
    except ModuleNotFoundError as error:
        sentence = (f'there is no module {error.name} where the Dask workers run; install '
                    'chimerax.occupy there, with numpy, scipy and mrcfile')
    except (OSError, TimeoutError, CancelledError, asyncio.CancelledError):
        # What goes wrong with a map is in its outcome: this is the connection.
        sentence = 'the Dask scheduler was lost; the same command goes on where it stopped'
    except Exception as error:
        sentence = f'the Dask worker failed: {type(error).__name__}: {error}'
    return Outcome(task.given, FAILED, sentence)
