"""What holds of every command that needs estimates, whatever it makes of them.

Models that go while it runs, numbers that were asked for, starts and deliveries that fail, two at
once, memory.
"""

import time

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import strand

SHAPE, PLACE = (24, 26, 28), (12.6, 14, 18)
#: The name of each command: what is typed, what is made before, and the models it touches: maps #1
#: and #2, the mask #3, another scale #4, atoms #5, and the scale map of #1, #6.
COMMANDS = {
    'occupy': ('occupy #1 mode occupancy', False, '1'),
    'occupy again': ('occupy #1 mode occupancy lowPass 9', True, '16'),
    'several': ('occupy #1,2 mode occupancy', True, '126'),
    'solvent mask': ('occupy #1 solventMask #3', False, '13'),
    'region, mask': ('occupy #1 fullScaleRegion #3', False, '13'),
    'region, atoms': ('occupy #1 fullScaleRegion #5', False, '15'),
    'full scale from': ('occupy #2 mode occupancy fullScaleFrom #1', True, '12'),
    'amplify': ('occupy amplify #1 scaleMap #4 solventMask #3', False, '134'),
    'attenuate': ('occupy attenuate #1 solventMask #3 scaleMap #4', True, '1346'),
    'sigmoid': ('occupy sigmoid #1 confidence false', True, '16'),
    'solvent': ('occupy solvent #1 solventMask #3', True, '136'),
    'mask': ('occupy mask #1 subtraction attenuate 3 scaleMap #4', False, '14'),
    'confidence': ('occupy confidence #1', False, '1'),
    'confidence again': ('occupy confidence #1 solventMask #3', True, '136'),
    'target, mask': ('occupy target #1 region #3', False, '13'),
    'target, atoms': ('occupy target #1 region #5 solventMask #3', True, '1356'),
    'atoms': ('occupy atoms #5 map #1,2', True, '25'),
    'compare': ('occupy compare #1,2 model #5', True, '1256'),
    'compare, region': ('occupy compare #1,2 fullScaleRegion #5 regions #3', False, '1235'),
}
#: Commands that open maps of their own beside scales, and what they end in.
RESULTS = {
    'occupy amplify #1 confidence false': 'amplified', 'occupy sigmoid #1 confidence false':
    'sigmoid', 'occupy attenuate #1 confidence false': 'attenuated',
    'occupy solvent #1': 'solvent suppressed', 'occupy confidence #1': 'confidence',
    'occupy mask #1 solvent': 'solvent mask', 'occupy mask #1 subtraction attenuate 3':
    'subtraction mask'}


@pytest.fixture(autouse=True)
def several_threads(session):
    """What ends in mid-run ends in all of its threads."""
    from chimerax.occupy.core.threads import set_threads
    set_threads(2)


@pytest.fixture
def known(session):
    from chimerax.occupy.session.record import record
    return record(session)


@pytest.fixture
def scene(open_array, two_blobs, open_model):
    """Maps #1 and #2, a mask #3, a scale #4 and a model #5."""
    first = two_blobs(SHAPE)
    open_array(first, name='one')
    open_array(two_blobs(SHAPE, (0.8, 0.6), seed=4), name='two')
    open_array((first > 0.3).astype(np.float32), name='mask', level=None)
    open_array(first.clip(0, 1), name='other scale', level=None)
    open_model(strand('A', PLACE, 3))
    return first


def _running(session):
    from chimerax.occupy.session.jobs import jobs
    return jobs(session).running


@pytest.mark.parametrize('name', COMMANDS)
def test_any_model_may_be_closed_in_mid_run(run, session, scene, known, log, wait_until, deliver,
                                            name, tmp_path):
    text, before, touched = COMMANDS[name]
    run(f'save "{tmp_path / "scene.cxs"}"')
    for index, number in enumerate(touched):
        for moment in ('begun', 'computed')[index % 2:index % 2 + 1]:
            run(f'open "{tmp_path / "scene.cxs"}"')
            if before:
                run('occupy #1 mode occupancy color false modelId #6')
            log.clear()
            job = run(f'{text} block false')
            if moment == 'computed':
                while not job.at_rest:      # the main thread does not hear of it yet
                    time.sleep(0.005)
            closed = session.models.list(model_id=(int(number),))[0]
            label = f'{closed.name} #{number}'
            run(f'close #{number}')
            assert not job.running, (number, moment)
            wait_until(lambda: job.at_rest)     # noqa: B023
            deliver()
            assert f'because {label} was closed.' in log.text('info'), (number, moment)
            assert not log.text('error', 'bug'), (number, moment)
            assert job.failure.endswith(f'because {label} was closed')
            # Nothing is left of it, and the record knows none that is gone.
            assert not _running(session)
            left = {model.id[0] for model in session.models.list()}
            assert left == set(range(1, 7 if before else 6)) - {int(number)}
            for entry in known.entries():
                assert not entry.source.deleted
                assert entry.scale_map is None or not entry.scale_map.deleted
            run(f'save "{tmp_path / "after.cxs"}"')
            for entry in known.entries():
                run(f'occupy color #{entry.source.id_string}')


def test_a_model_may_lose_atoms_in_mid_run(run, session, scene, known, log, wait_until):
    for residue, text in enumerate(('occupy atoms #5 map #1', 'occupy compare #1,2 model #5'), 1):
        run('close #6-99')
        known.forget(session.models.list(model_id=(1,))[0])
        job = run(f'{text} block false')
        run(f'delete #5:{residue}')
        wait_until(lambda: not job.running)     # noqa: B023
        assert 'atoms were deleted' in job.failure
        assert 'atoms were deleted' in log.text('error')
        assert not log.text('bug')
        assert run(text)


def test_the_record_takes_no_closed_model(run, session, scene, known):
    from chimerax.occupy.core import estimate
    one, two = (session.models.list(model_id=(n,))[0] for n in (1, 2))
    found = estimate(one.full_matrix(), 1.5)
    run('close #2')
    assert known.set(one, found, two).scale_map is None
    with pytest.raises(ValueError, match='closed'):
        known.set(two, found)
    known.look(two)['range'] = (0, 1)
    assert not known.look(two)


@pytest.mark.parametrize('block', ['true', 'false'])
@pytest.mark.parametrize('text', RESULTS)
def test_a_number_is_kept_for_what_it_was_asked_for(run, session, blobs, known, text, block,
                                                    wait_until):
    for asked in (2, 3, 7):
        made = run(f'{text} modelId #{asked} block {block}')
        if block == 'false':
            job = made
            wait_until(lambda: not job.running)     # noqa: B023
            made = job.result
        (volume,) = made
        assert volume.id == (asked,)
        assert volume.name.endswith(RESULTS[text])
        scale, = (model for model in session.models.list() if model.name.endswith(' scale'))
        assert scale.id == ((3,) if asked == 2 else (2,))
        run('close #2-99')
        known.forget(blobs)


def test_a_number_that_is_taken_is_refused_before_any_work(run, session, scene):
    count = len(session.models.list())
    for text in ('occupy #1', *RESULTS):
        with pytest.raises(UserError, match='modelId #2 is taken by two'):
            run(f'{text} modelId #2 block false')
        assert not _running(session)
        assert len(session.models.list()) == count


@pytest.mark.parametrize('text', ['occupy #1', *RESULTS])
@pytest.mark.parametrize('error', [UserError('told'), TypeError('oh'), KeyError('gone')])
@pytest.mark.parametrize('block', ['true', 'false'])
def test_every_error_in_delivery_is_told(run, session, blobs, log, wait_until, monkeypatch, text,
                                         error, block):
    from chimerax.occupy.session import volumes

    def failing(*_args, **_keywords):
        raise error

    monkeypatch.setattr(volumes, 'new_volume', failing)
    if block == 'true':
        with pytest.raises(UserError) as caught:
            run(f'{text} block true')
        told = str(caught.value)
    else:
        job = run(f'{text} block false')
        wait_until(lambda: not job.running)
        told = job.failure
        wait_until(lambda: told in log.text('error'))
        assert job.result is None
    assert str(error) in told
    if not isinstance(error, UserError):
        assert f'failed: {type(error).__name__}' in told
        assert 'in failing' in log.text('info')      # where, for a report
    assert not log.text('bug')
    assert not _running(session)
    assert [model.id[0] for model in session.models.list() if len(model.id) == 1] == [1]


@pytest.mark.parametrize('text', ['occupy #1', *RESULTS])
@pytest.mark.parametrize('where', ['placeholder', 'task'])
def test_a_start_that_fails_leaves_nothing(run, session, blobs, monkeypatch, text, where):
    from chimerax.core.tasks import Task
    from chimerax.occupy.session import jobs

    def failing(*_args, **_keywords):
        raise RuntimeError("can't start new thread")

    ended = []
    triggers = jobs.jobs(session).triggers
    handler = triggers.add_handler(jobs.ENDED, lambda _name, job: ended.append(job))
    if where == 'task':
        monkeypatch.setattr(Task, 'start', failing)
    else:
        monkeypatch.setattr(session.models, 'add', failing)
    with pytest.raises(RuntimeError):
        run(f'{text} block false')
    triggers.remove_handler(handler)
    monkeypatch.undo()
    assert not _running(session)
    assert not session.tasks.list()
    assert [model.id[0] for model in session.models.list() if len(model.id) == 1] == [1]
    (job,) = ended
    assert 'could not be started' in job.failure
    assert run(text)        # nothing stands in the way of another


def test_two_of_one_map_and_mode_at_once(run, session, blobs, known, log, wait_until):
    first = run('occupy #1 mode occupancy block false')
    second = run('occupy #1 mode occupancy lowPass 10 block false')
    wait_until(lambda: not first.running and not second.running)
    entry = known.entry(blobs, 'occupancy')
    assert entry.estimate.parameters.low_pass == 10     # what was asked for last
    scales = [model for model in session.models.list() if model.name.endswith(' scale')]
    assert scales == [entry.scale_map]
    assert (entry.scale_map.full_matrix() == entry.estimate.scale).all()
    assert not log.text('error', 'bug')


def test_an_estimate_overtaken_by_a_later_one(run, session, blobs, known, log, wait_until, deliver,
                                              monkeypatch):
    """The later one is delivered first: the earlier one does not take its place."""
    first = run('occupy #1 mode occupancy block false')
    finish = first.finish
    monkeypatch.setattr(first, 'finish', lambda: None)
    deliver()
    second = run('occupy #1 mode occupancy lowPass 10 block false')
    wait_until(lambda: not second.running and first.at_rest)
    monkeypatch.undo()
    assert first.running
    finish()
    entry = known.entry(blobs, 'occupancy')
    assert entry.estimate.parameters.low_pass == 10
    assert (entry.scale_map.full_matrix() == entry.estimate.scale).all()
    assert 'estimated anew meanwhile' in log.text('info')


@pytest.mark.parametrize('text', ['occupy confidence #1 solventMask #2',
                                  'occupy solvent #1 solventMask #2'])
def test_a_refit_overtaken_by_an_estimate(run, session, blobs, open_array, known, log, wait_until,
                                          deliver, text):
    mask = open_array((blobs.full_matrix() > 0.3).astype(np.float32), name='mask', level=None)
    run('occupy #1 mode occupancy color false')
    job = run(f'{text} block false')
    while not job.at_rest:
        time.sleep(0.005)
    run('occupy #1 mode occupancy lowPass 10 color false block true')
    newest = known.entry(blobs, 'occupancy').estimate
    deliver()
    wait_until(lambda: not job.running)
    assert job.result, job.failure
    entry = known.entry(blobs, 'occupancy')
    assert entry.estimate is newest
    assert not entry.stale
    assert 'estimated anew meanwhile' in log.text('info')
    assert not log.text('error', 'bug')
    assert not mask.deleted


def test_what_is_made_on_the_way_does_not_overtake(run, session, blobs, known, wait_until):
    """A modification that began without an estimate keeps its own out of what was asked for."""
    job = run('occupy amplify #1 confidence false block false')
    while not job.at_rest:
        time.sleep(0.005)
    run('occupy #1 mode occupancy lowPass 10 color false block true')
    wait_until(lambda: not job.running)
    assert len(job.result) == 1
    assert known.entry(blobs, 'occupancy').estimate.parameters.low_pass == 10
    assert len([one for one in session.models.list() if one.name.endswith(' scale')]) == 1


def test_one_map_that_fails_does_not_take_the_others_along(run, session, open_array, two_blobs,
                                                           known, log):
    """Full scale is found not to be positive only after the long part."""
    array = two_blobs() - 5
    array[0, 0, 0] = 0.1
    good = open_array(name='good')
    bad = open_array(array, name='bad', level=None)
    for text in ('occupy #1,2 mode occupancy', 'occupy confidence #1,2'):
        with pytest.raises(UserError, match='bad #2: full scale came out as'):
            run(text)
        assert known.entry(good, 'occupancy')
        assert not known.entries(bad)
    names = [model.name for model in session.models.list() if len(model.id) == 1]
    assert names == ['good', 'bad', 'good occupancy scale', 'Color key', 'good confidence']


class TestMemory:
    """Asked for before any work, and only for work."""

    @pytest.fixture
    def little(self, monkeypatch):
        psutil = pytest.importorskip('psutil', reason='the test environment has it')

        class Memory:
            available = 1000

        def leave(size=1000):
            Memory.available = size
            monkeypatch.setattr(psutil, 'virtual_memory', Memory)
        return leave

    @pytest.mark.parametrize('name', COMMANDS)
    def test_it_is_asked_for(self, run, session, scene, little, name):
        text, before, _ = COMMANDS[name]
        if before:
            run('occupy #1 mode occupancy color false')
        count = len(session.models.list())
        little()
        with pytest.raises(UserError, match=r'needs about .* GB of memory, but only'):
            run(f'{text} block false')
        assert len(session.models.list()) == count
        assert not _running(session)

    def test_results_count_where_estimates_are_at_hand(self, run, scene, little):
        run('occupy #1 mode occupancy color false')
        little()
        for text in RESULTS:
            with pytest.raises(UserError, match='GB of memory'):
                run(text)

    def test_nothing_is_asked_for_nothing(self, run, scene, little):
        run('occupy compare #1,2 model #5')
        little()
        assert run('occupy compare #1,2 model #5')
        assert run('occupy atoms #5 map #1,2')

    def test_large_tiles_are_foretold(self, run, scene, little):
        from chimerax.occupy.core.memory import estimate_bytes
        little(10 ** 12)
        run('occupy #1 tileSize 20')
        grid = run('occupy #1')[0].full_matrix()
        from chimerax.occupy.core import Grid
        usual, large = (estimate_bytes(grid, Grid.of(grid.shape, 1.5), tile) for tile in (12, 200))
        assert large >= usual


def test_a_given_scale_is_sampled_in_the_thread(run, session, scene, monkeypatch):
    """As are masks: a large one would hold up the window for seconds."""
    import threading

    from chimerax.occupy.session import volumes
    threads = []
    sampler = volumes.sampler

    def watched(volume, source):
        sampled = sampler(volume, source)

        def noted(shape=None):
            threads.append(threading.current_thread())
            return sampled(shape)
        return noted

    monkeypatch.setattr(volumes, 'sampler', watched)
    for text in ('occupy amplify #1 scaleMap #4 solventMask #3', 'occupy #1 fullScaleRegion #3',
                 'occupy mask #1 solvent scaleMap #4', 'occupy confidence #1 solventMask #3',
                 'occupy target #1 region #3', 'occupy compare #1,2 regions #3'):
        threads.clear()
        run(text)
        assert threads, text
        assert threading.main_thread() not in threads, text
