"""Batches that are interrupted, and processes that die in the midst of a map."""

import json
import os
import signal
import time

import pytest
from chimerax.occupy.batch import run_batch
from chimerax.occupy.batch.results import Results
from chimerax.occupy.mapfiles import read_map

WANTED = {'mode': 'occupancy', 'confidence': True, 'attenuate': [2, 3, 4]}
ARGUMENTS = ['--mode', 'occupancy', '--confidence', '--attenuate', '2', '--attenuate', '3',
             '--attenuate', '4']
RESULTS = 5

pytestmark = pytest.mark.skipif(os.name != 'posix', reason='needs signals')


def wait_for(condition, process=None, timeout=60):
    """What `condition()` gives as soon as it gives something."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.005)
    raise TimeoutError


def owners(folder):
    """Processes that are writing a result in a folder now."""
    return {int(path.name.rsplit('.', 2)[1].split('-')[-2]) for path in folder.glob('.*.part')}


def done_and_writing(folder):
    """Whether a map is done and another one being written."""
    return owners(folder) and any(
        '"complete": true' in path.read_text(encoding='utf-8') for path in folder.glob('*.json'))


def _halts_in_mid_file(process, folder):
    """Stop a process; whether a file was being written then. It goes on if not."""
    process.send_signal(signal.SIGSTOP)
    if owners(folder):
        return True
    process.send_signal(signal.SIGCONT)
    return False


def is_whole(folder):
    """Whether every file is a whole map or a report, and the complete reports have their maps."""
    for path in folder.iterdir():
        if path.suffix == '.json':
            report = json.loads(path.read_text(encoding='utf-8'))
            if report['complete']:
                assert len([folder / entry['file'] for entry in report['files']
                            if (folder / entry['file']).is_file()]) == RESULTS
        else:
            assert path.suffix == '.mrc', path
            read_map(path)
    return True


@pytest.fixture(scope='module')
def reference(many_maps, tmp_path_factory):
    """The bytes of all results, made without any disturbance."""
    folder = tmp_path_factory.mktemp('reference')
    run_batch(many_maps, output_dir=folder, **WANTED)
    return {path.name: path.read_bytes() for path in folder.glob('*.mrc')}


def assert_complete(folder, reference):
    """Everything is there, as it would be without the disturbance, and nothing else."""
    assert {path.name: path.read_bytes() for path in folder.glob('*.mrc')} == reference
    assert len(list(folder.iterdir())) == len(reference) * (RESULTS + 1) // RESULTS


@pytest.mark.parametrize(('stop', 'jobs'), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
def test_interrupted_batch_goes_on(many_maps, reference, shell, tmp_path, stop, jobs):
    process = shell.start(*many_maps, *ARGUMENTS, '-o', tmp_path, '--jobs', jobs,
                          start_new_session=True)
    wait_for(lambda: done_and_writing(tmp_path), process)
    # To all processes, as a terminal sends it.
    os.killpg(process.pid, stop)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert 'the same command goes on' in errors
    assert 'Traceback' not in errors
    assert not list(tmp_path.glob('.*'))
    assert is_whole(tmp_path)
    outcomes = run_batch(many_maps, output_dir=tmp_path, **WANTED)
    statuses = [outcome.status for outcome in outcomes]
    assert 0 < statuses.count('already done') < len(many_maps)
    assert set(statuses) == {'already done', 'done'}
    assert_complete(tmp_path, reference)


def test_killed_batch_goes_on(many_maps, reference, shell, tmp_path):
    process = shell.start(*many_maps, *ARGUMENTS, '-o', tmp_path)
    wait_for(lambda: done_and_writing(tmp_path) and _halts_in_mid_file(process, tmp_path), process)
    process.kill()
    process.communicate()
    (_,) = owners(tmp_path)     # it had no time to clean up
    outcomes = run_batch(many_maps, output_dir=tmp_path, **WANTED)
    assert {outcome.status for outcome in outcomes} == {'already done', 'done'}
    assert_complete(tmp_path, reference)


def test_worker_that_dies_is_replaced(many_maps, reference, shell, tmp_path):
    process = shell.start(*many_maps, *ARGUMENTS, '-o', tmp_path, '--jobs', '2')
    worker = min(wait_for(lambda: owners(tmp_path), process))
    assert worker != process.pid
    os.kill(worker, signal.SIGKILL)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert f'{len(many_maps)} done' in output
    assert_complete(tmp_path, reference)


def test_map_that_kills_every_worker_is_given_up(many_maps, tmp_path, monkeypatch):
    from chimerax.occupy.batch import workers

    deadly = workers.CHILD.replace('serve()', '''
import os
from chimerax.occupy.batch import workers
process = workers.process
def deadly(task, progress):
    if 'class1' in task.map:
        os.kill(os.getpid(), 9)
    return process(task, progress)
workers.process = deadly
workers.serve()''')
    monkeypatch.setattr(workers, 'CHILD', deadly)
    outcomes = run_batch(many_maps[:3], output_dir=tmp_path, jobs=2)
    assert [outcome.status for outcome in outcomes] == ['done', 'failed', 'done']
    assert 'ended 2 times (killed by signal 9); perhaps memory ran out' in outcomes[1].message


def in_time(maps, folder, seconds=30):
    """Outcomes of a batch in two processes, which must not take longer."""
    import threading

    found = []
    thread = threading.Thread(
        target=lambda: found.extend(run_batch(maps, output_dir=folder, jobs=2)), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), 'the batch waits'
    return found


@pytest.mark.parametrize(('program', 'why'), [
    (None, 'no process to work on it could be started'),
    ('not executable', 'no process to work on it could be started'),
    ('#!/bin/sh\nexit 3\n', 'exit status 3'),
    ('#!/bin/sh\necho hello\nexec sleep 60\n', 'said nothing for 0.5 s'),
])
def test_worker_that_cannot_be_started(many_maps, tmp_path, monkeypatch, program, why):
    import sys

    from chimerax.occupy.batch import workers

    path = tmp_path / 'program'
    if program is not None:
        path.write_text(program, encoding='utf-8')
        path.chmod(0o755 if program.startswith('#!') else 0o644)
    monkeypatch.setattr(sys, 'executable', str(path))
    monkeypatch.setattr(workers, 'PATIENCE', 0.5)
    outcomes = in_time(many_maps[:3], tmp_path / 'out')
    assert [outcome.status for outcome in outcomes] == ['failed'] * 3
    assert all(why in outcome.message for outcome in outcomes), outcomes[0].message
    assert not any(outcome.details for outcome in outcomes)
    assert not (tmp_path / 'out').exists()


def test_others_do_what_a_worker_that_cannot_be_started_leaves(many_maps, tmp_path, monkeypatch):
    import errno

    from chimerax.occupy.batch import workers

    class Popen(workers.subprocess.Popen):
        """The first process is refused, as where a limit is reached."""

        refused = []

        def __init__(self, *arguments, **options):
            if not self.refused:
                self.refused.append(arguments)
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            super().__init__(*arguments, **options)

    monkeypatch.setattr(workers.subprocess, 'Popen', Popen)
    outcomes = in_time(many_maps[:3], tmp_path)
    assert Popen.refused
    assert [outcome.status for outcome in outcomes] == ['done'] * 3


@pytest.mark.parametrize('stop', [signal.SIGINT, signal.SIGKILL])
def test_nothing_runs_on(many_maps, shell, tmp_path, stop):
    process = shell.start(*many_maps, *ARGUMENTS, '-o', tmp_path, '--jobs', '2')
    workers = wait_for(lambda: owners(tmp_path), process)
    process.send_signal(stop)       # to the parent alone
    process.communicate(timeout=60)

    def has_ended(worker):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return True
        return False

    wait_for(lambda: all(has_ended(worker) for worker in workers), timeout=20)
    assert is_whole(tmp_path)
    assert not list(tmp_path.glob('.*'))


def test_results_are_put_in_place_as_one(tmp_path):
    report, first, second = tmp_path / 'r.json', tmp_path / 'a.mrc', tmp_path / 'b.mrc'
    seen = []

    def text():
        seen.append(sorted(path.name for path in tmp_path.iterdir()))

    with Results() as results:
        for final in (first, second):
            results.path_for(final).write_text(final.name, encoding='utf-8')
        text()
        results.commit(report, 'complete', 'incomplete')
    assert all(name.startswith('.') for name in seen[0])
    assert report.read_text(encoding='utf-8') == 'complete'
    assert [path.name for path in sorted(tmp_path.iterdir())] == ['a.mrc', 'b.mrc', 'r.json']


@pytest.mark.parametrize('renames', [1, 2, 3])
def test_interrupted_while_put_in_place(many_maps, reference, tmp_path, monkeypatch, renames):
    replace, count = os.replace, []

    def failing(*paths):
        count.append(paths)
        if len(count) > renames:
            raise KeyboardInterrupt
        replace(*paths)

    wanted = {**WANTED, 'output_dir': tmp_path}
    with monkeypatch.context() as patch:
        patch.setattr(os, 'replace', failing)
        with pytest.raises(KeyboardInterrupt):
            run_batch(many_maps[0], **wanted)
    assert is_whole(tmp_path)
    assert not list(tmp_path.glob('.*'))
    outcome, = run_batch(many_maps[0], **wanted)
    assert outcome.status == 'done'
    assert {path.name: path.read_bytes() for path in tmp_path.glob('*.mrc')} == {
        name: data for name, data in reference.items() if name.startswith('class0')}


def test_full_disk_leaves_nothing(many_maps, tmp_path, monkeypatch):
    import errno

    from chimerax.occupy.batch import onemap

    written = []

    def write_map(path, *_):
        path.write_text('half', encoding='utf-8')
        written.append(path)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(onemap, 'write_map', write_map)
    outcome, = run_batch(many_maps[0], output_dir=tmp_path, **WANTED)
    assert outcome.message == 'no space left on device'
    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []
