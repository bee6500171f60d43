"""Work in the background: progress, cancel, closing and changing maps, errors."""

import threading
import time

import pytest
from chimerax.core.errors import UserError


@pytest.fixture
def slow(session):
    """Work that goes on until it is let go or cancelled: `slow.go`, `slow.stopped`."""
    from chimerax.occupy.core import Cancelled

    class Slow:
        go = threading.Event()
        stopped = threading.Event()

        def __call__(self, progress):
            try:
                for step in range(10000):
                    progress(step / 10000, 'Waiting')
                    if self.go.wait(0.01):
                        return 'done'
            except Cancelled:
                self.stopped.set()
                raise
            return 'never'

    slow = Slow()
    slow.go.clear()
    slow.stopped.clear()
    yield slow
    slow.go.set()


def _start(session, slow, watch=(), numbers=(), delivered=None):
    from chimerax.occupy.session import jobs

    delivered = [] if delivered is None else delivered
    return jobs.run(session, 'Test', slow, delivered.append, block=False, watch=watch,
                    numbers=numbers)


def _nothing_left(session, before):
    from chimerax.occupy.session.jobs import jobs

    assert not jobs(session).running
    assert [model.id for model in session.models.list()] == before
    assert not [task for task in session.tasks.list() if not task.terminated()]


def test_estimate_in_the_background(run, session, blobs, wait_until):
    from chimerax.occupy.session.record import record

    job = run('occupy #1 block false')
    assert job.running
    # Its number is kept, whatever else is opened meanwhile.
    run('shape sphere')
    assert session.models.list()[-1].id != (2,)
    wait_until(lambda: not job.running)
    scale = job.result[0]
    assert scale.id == (2,)
    assert record(session).latest(blobs).scale_map is scale
    assert blobs.surfaces[0].vertex_colors is not None
    assert not session.tasks.list()


def test_background_and_waiting_agree(run, session, blobs, wait_until):
    waited = run('occupy #1 block true')[0].full_matrix().copy()
    job = run('occupy #1 block false')
    wait_until(lambda: not job.running)
    assert job.result[0].id == (2,)
    assert (job.result[0].full_matrix() == waited).all()


def test_two_at_once_do_not_mix(run, session, open_array, wait_until):
    from chimerax.occupy.session.record import record

    one, two = open_array(name='one'), open_array(name='two')
    first, second = run('occupy #1 block false'), run('occupy #2 block false mode occupancy')
    wait_until(lambda: not first.running and not second.running)
    assert first.result[0].name == 'one resolution scale'
    assert second.result[0].name == 'two occupancy scale'
    assert (first.result[0].id, second.result[0].id) == ((3,), (4,))
    assert record(session).latest(two).mode == 'occupancy'
    assert record(session).latest(one).mode == 'resolution'


def test_tells_progress(session, slow, wait_until):
    from chimerax.occupy.session import jobs

    shares = []
    triggers = jobs.jobs(session).triggers
    handler = triggers.add_handler(jobs.PROGRESS, lambda _name, job: shares.append(job.share))
    job = _start(session, slow)
    wait_until(lambda: len(shares) > 1)
    triggers.remove_handler(handler)
    assert shares == sorted(shares)
    assert job.stage == 'Waiting'
    job.cancel()


def test_cancel_by_taskman_is_at_once(run, session, slow, log, wait_until):
    before = [model.id for model in session.models.list()]
    delivered = []
    job = _start(session, slow, numbers=[(5,)], delivered=delivered)
    task, = session.tasks.list()
    assert 'Test' in str(task)
    assert session.models.have_id((5,))
    wait_until(lambda: job.stage)
    began = time.monotonic()
    run(f'taskman kill {task.id}')
    assert not job.running
    assert slow.stopped.wait(0.5)
    assert time.monotonic() - began < 0.5
    _nothing_left(session, before)
    wait_until(lambda: job.at_rest)
    assert not delivered
    assert 'Test was cancelled.' in log.text('info')
    assert not log.text('error', 'bug')
    job.cancel()    # again: nothing happens


def test_cancel_of_a_real_estimate(run, session, open_array, two_blobs, wait_until):
    open_array(two_blobs((120, 120, 120)))
    job = run('occupy #1 block false')
    began = time.monotonic()
    job.cancel()
    wait_until(lambda: job.at_rest)
    assert time.monotonic() - began < 0.5
    assert [model.id for model in session.models.list() if len(model.id) == 1] == [(1,)]


def test_closing_the_map_ends_it(session, blobs, slow, log, wait_until):
    job = _start(session, slow, watch=[blobs], numbers=[(2,)])
    wait_until(lambda: job.stage)
    session.models.close([blobs])
    assert not job.running
    assert slow.stopped.wait(1)
    _nothing_left(session, [])
    assert 'because blobs #1 was closed' in log.text('info')
    assert not log.text('error', 'bug', 'warning')


def test_changing_the_map_ends_it(session, blobs, slow, log):
    job = _start(session, slow, watch=[blobs])
    blobs.data.values_changed()
    assert not job.running
    assert 'because blobs #1 was changed' in log.text('info')


def test_exchanged_data_is_noticed(run, session, blobs, two_blobs, slow, log, wait_until):
    from chimerax.map_data import ArrayGridData

    delivered = []
    job = _start(session, slow, watch=[blobs], delivered=delivered)
    before, blobs.data = blobs.data, ArrayGridData(two_blobs())
    slow.go.set()
    wait_until(lambda: not job.running)
    blobs.data = before     # ChimeraX itself cannot close a map without its callbacks
    assert not delivered
    assert 'blobs #1 was changed' in log.text('error')


def test_closing_the_place_cancels(run, session, slow):
    job = _start(session, slow, numbers=[(4,)])
    run('close #4')
    assert not job.running


def test_session_reset_in_mid_run(session, blobs, slow, log):
    job = _start(session, slow, watch=[blobs], numbers=[(2,)])
    session.reset()
    assert not job.running
    _nothing_left(session, [])
    assert not log.text('error', 'bug', 'warning')


def test_session_save_in_mid_run(run, session, blobs, slow, tmp_path):
    job = _start(session, slow, watch=[blobs], numbers=[(2,)])
    run(f'save "{tmp_path / "a.cxs"}"')
    assert job.running
    run(f'open "{tmp_path / "a.cxs"}"')
    assert not job.running
    assert [model.id for model in session.models.list() if len(model.id) == 1] == [(1,)]


@pytest.mark.parametrize(('error', 'words'), [
    (ValueError('density must be positive'), 'density must be positive'),
    (RuntimeError('oh'), 'Test failed: RuntimeError: oh'),
    (MemoryError(), 'ran out of memory'),
])
@pytest.mark.parametrize('block', [True, False])
def test_errors_become_sentences(session, log, wait_until, error, words, block):
    from chimerax.occupy.session import jobs

    def work(progress):
        raise error

    if block:
        with pytest.raises(UserError, match=words):
            jobs.run(session, 'Test', work, None, block=True)
    else:
        job = jobs.run(session, 'Test', work, None, block=False, numbers=[(1,)])
        wait_until(lambda: not job.running)
        assert words in log.text('error')
    _nothing_left(session, [])


def test_error_of_the_core_leaves_the_session_as_it_was(run, session, open_array, two_blobs):
    """Full scale is found not to be positive only after the long part."""
    array = two_blobs() - 5
    array[0, 0, 0] = 0.1
    open_array(array, level=None)
    with pytest.raises(UserError, match='blobs #1'):
        run('occupy #1')
    _nothing_left(session, [model.id for model in session.models.list()])


def test_waiting_can_be_interrupted(session, slow, monkeypatch):
    from chimerax.occupy.session import jobs

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs.Job, '_time_to_tell', interrupted)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(session, 'Test', slow, None, block=True)
    _nothing_left(session, [])


class TestWhoWaits:
    """Scripts, code and lines of several commands wait; what is typed alone does not."""

    @pytest.fixture
    def window(self, session, monkeypatch):
        monkeypatch.setattr(session.ui, 'is_gui', True)

    @pytest.fixture
    def waits(self, session):
        """Registers a command that notes whether it would wait."""
        from chimerax.core.commands import CmdDesc, register
        from chimerax.occupy.session import jobs

        seen = []
        register('occupywaits', CmdDesc(synopsis='test'),
                 lambda session: seen.append(jobs.blocks(session)))
        return seen

    @staticmethod
    def _type(session, text):
        """Run a command the way ChimeraX's command line does."""
        from chimerax.core.commands import Command

        code = compile('Command(session).run(text)', 'tool.py', 'exec')
        exec(code, {'__name__': 'chimerax.cmd_line.tool', 'Command': Command, 'session': session,
                    'text': text})

    def test_without_a_window(self, session, waits):
        self._type(session, 'occupywaits')
        assert waits == [True]

    def test_typed(self, session, window, waits):
        self._type(session, 'occupywaits')
        assert waits == [False]

    def test_with_others_on_the_line(self, session, window, waits):
        self._type(session, 'occupywaits; version')
        assert waits == [True]

    def test_from_code(self, session, window, waits, run):
        run('occupywaits')
        assert waits == [True]

    def test_in_a_script(self, session, window, waits):
        with session.in_script:
            self._type(session, 'occupywaits')
        assert waits == [True]

    def test_alias(self, session, window, waits, run):
        run('alias ow occupywaits')
        self._type(session, 'ow')
        run('alias owtwo occupywaits; version')
        run('~alias ow')
        assert waits == [False]

    def test_panel(self, session, window, waits, run):
        from chimerax.occupy.session import jobs

        with jobs.in_background(session):
            run('occupywaits')
        run('occupywaits')
        assert waits == [False, True]

    def test_said(self, session):
        from chimerax.occupy.session import jobs

        assert jobs.blocks(session, True)
        assert not jobs.blocks(session, False)
