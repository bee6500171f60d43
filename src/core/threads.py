"""Work in threads whose number never shows in the result, with progress, and stopped at once."""

import os
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

_limit = None


class Cancelled(Exception):
    """Raised by a progress function to stop the work; passes through every function of the core."""


def set_threads(number: int | None) -> None:
    """Use so many threads at most; None for as many as there are processors to run on."""
    global _limit
    _limit = number


def thread_count():
    """The number of threads in use."""
    if _limit:
        return _limit
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:   # macOS and Windows
        return os.cpu_count() or 1


def in_threads(work, parts, progress=None, steps=1):
    """Do `work(part, step)` for every part, several at a time, and return the results in order.

    A part calls `step()` `steps` times in all as it goes along: there `progress(share done)` is
    reported, and there the work stops soon after an exception anywhere, which is raised again here.
    Parts must not depend on one another, so that the result is the same for any number of threads.
    """
    total = max(1, len(parts) * steps)
    lock = threading.Lock()
    stop = threading.Event()
    done = 0

    def step():
        nonlocal done
        if stop.is_set():
            raise Cancelled
        with lock:
            done += 1
            share = done / total
        if progress is not None:
            progress(share)

    def one(part):
        try:
            if stop.is_set():
                raise Cancelled
            return work(part, step)
        except BaseException:
            stop.set()
            raise

    threads = min(thread_count(), len(parts))
    if threads <= 1:
        return [one(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(one, part) for part in parts]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:       # Ctrl-C: what runs stops at its next step
            stop.set()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    futures = [future for future in futures if not future.cancelled()]
    # The first error that is not an echo of another one is the one to tell.
    errors = [f.exception() for f in futures if f.exception() is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, Cancelled)):
        raise error
    return [future.result() for future in futures]


def slabs(length, planes):
    """Slices that divide `length` planes into slabs of at most `planes`."""
    return [slice(start, min(length, start + planes)) for start in range(0, length, planes)]
