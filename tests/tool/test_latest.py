"""The latest request wins."""

import threading

import pytest


@pytest.fixture
def latest(session):
    from chimerax.occupy.tool.latest import Latest
    return Latest(session)


def test_what_was_overtaken_is_dropped(latest, events):
    go, done = threading.Event(), []

    def work(number):
        def wait(_progress):
            go.wait(5)
            return number
        return wait

    for number in range(10):
        latest.ask(work(number), done.append)
    assert latest.busy
    go.set()
    events(lambda: not latest.busy)
    assert done == [0, 9]


def test_stop_stops_the_work_and_delivers_nothing(latest, events):
    from chimerax.occupy.core import Cancelled
    began, ended, done = threading.Event(), threading.Event(), []

    def work(progress):
        try:
            while True:
                began.set()
                progress(0.1)
        except Cancelled:
            ended.set()
            raise

    latest.ask(work, done.append, done.append)
    assert began.wait(5)
    latest.stop()
    assert not latest.busy
    assert ended.wait(5)
    latest.ask(lambda progress: 'next', done.append)
    events(lambda: done)
    assert done == ['next']


def test_an_error_is_told_and_work_goes_on(latest, events):
    heard = []
    latest.ask(lambda progress: 1 / 0, heard.append, lambda error: heard.append(type(error)))
    events(lambda: heard)
    latest.ask(lambda progress: 'next', heard.append)
    events(lambda: len(heard) == 2)
    assert heard == [ZeroDivisionError, 'next']
