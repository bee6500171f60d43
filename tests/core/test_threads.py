import os
import signal
import threading
import time

import pytest
from chimerax.occupy.core.progress import Stages
from chimerax.occupy.core.threads import Cancelled, in_threads, set_threads, slabs, thread_count


@pytest.fixture(params=[1, 4])
def threads(request):
    set_threads(request.param)
    yield request.param
    set_threads(None)


def test_results_come_in_order(threads):
    def work(part, step):
        time.sleep(0.01 * (5 - part))
        step()
        return part * part

    assert thread_count() == threads
    assert in_threads(work, range(5)) == [0, 1, 4, 9, 16]
    assert in_threads(work, []) == []


def test_an_error_in_a_part_is_raised_and_stops_the_others(threads):
    begun = []

    def work(part, step):
        begun.append(part)
        for _ in range(100):
            if part == 1:
                raise KeyError('part 1')
            time.sleep(0.002)
            step()

    with pytest.raises(KeyError, match='part 1'):
        in_threads(work, range(50), steps=100)
    assert len(begun) < 50


def test_cancelling_in_progress_stops_soon(threads):
    def progress(share):
        if share > 0.1:
            raise Cancelled

    def work(part, step):
        for _ in range(100):
            time.sleep(0.001)
            step()

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        in_threads(work, range(40), progress, steps=100)
    assert time.perf_counter() - start < 3
    assert threading.active_count() < 20


def test_ctrl_c_drops_what_is_queued():
    """The interrupt comes to the thread that waits, while others work."""
    set_threads(2)
    begun = []

    def work(part, step):
        begun.append(part)
        if len(begun) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        step()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            in_threads(work, range(200))
    finally:
        signal.signal(signal.SIGINT, before)
        set_threads(None)
    assert len(begun) < 10


def test_slabs_cover_everything_once():
    parts = slabs(20, 8)
    assert [list(range(20))[part] for part in parts] == [
        list(range(8)), list(range(8, 16)), list(range(16, 20))]


def test_stages_add_up_and_nest():
    told = []
    outer = Stages(lambda share, name: told.append((round(share, 3), name)), {'a': 1, 'b': 3})
    outer.next('a')(0.5)
    inner = Stages(outer.next('b'), {'x': 1, 'y': 1})
    inner.next('x')(1.0)
    inner.next('y')(0.5)
    outer.finish()
    assert told == [(0, 'a'), (0.125, 'a'), (0.25, 'b'), (0.25, 'b'), (0.625, 'b'), (0.625, 'b'),
                    (0.812, 'b'), (1, '')]


def test_no_progress_is_fine():
    stages = Stages(None, {'a': 1})
    stages.next('a')(0.5)
    stages.finish()
