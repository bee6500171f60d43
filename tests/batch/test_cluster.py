"""Batches on a Dask cluster: a scheduler and two workers on this machine."""

import contextlib
import json
import re
import subprocess
import time

import numpy as np
import pytest
from chimerax.occupy.batch import cluster, run_batch
from chimerax.occupy.batch.series import run_series

distributed = pytest.importorskip('distributed')

WANTED = ['--mode', 'occupancy', '--confidence', '--attenuate', '2', '--attenuate', '3']
QUIET = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}


@contextlib.contextmanager
def ended(*processes):
    """End processes on the way out."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope='module')
def scheduler(shell, tmp_path_factory):
    """Address of a scheduler."""
    file = tmp_path_factory.mktemp('dask') / 'scheduler.json'
    process = shell.start('--host', '127.0.0.1', '--port', '0', '--no-dashboard',
                          '--scheduler-file', file, module='distributed.cli.dask_scheduler',
                          **QUIET)
    with ended(process):
        end = time.monotonic() + 60
        while not (file.exists() and file.read_text(encoding='utf-8').endswith('}')):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        yield json.loads(file.read_text(encoding='utf-8'))['address']


@pytest.fixture(scope='module')
def workers(shell, scheduler, tmp_path_factory):
    """Two workers of one process and one thread, without nannies that would replace them."""
    folder = tmp_path_factory.mktemp('workers')
    processes = [
        shell.start(scheduler, '--no-nanny', '--nthreads', '1', '--no-dashboard',
                    '--host', '127.0.0.1', '--local-directory', folder,
                    module='distributed.cli.dask_worker', **QUIET) for _ in range(2)]
    with ended(*processes):
        yield processes


def test_one_bad_map_does_not_stop_the_rest(scheduler, workers, many_maps, tmp_path):
    outcomes = run_batch([tmp_path / 'none.mrc', many_maps[0]], output_dir=tmp_path / 'out',
                         dask=scheduler)
    assert [outcome.status for outcome in outcomes] == ['failed', 'done']
    assert outcomes[0].message == 'no such file or directory'


def test_nobody_answers(many_maps, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, 'PATIENCE', 0.5)
    with pytest.raises(ValueError, match='no Dask scheduler answers at tcp://127.0.0.1:9'):
        run_batch(many_maps, output_dir=tmp_path, dask='tcp://127.0.0.1:9')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(('error', 'sentence'), [
    (distributed.CancelledError('a'), 'scheduler was lost; the same command goes on'),
    (OSError('closed'), 'scheduler was lost; the same command goes on'),
    (distributed.KilledWorker('a', None, 3), 'every Dask worker that tried it ended'),
    (ModuleNotFoundError('no', name='chimerax'), 'no module chimerax where the Dask workers run'),
    (KeyError('a'), "the Dask worker failed: KeyError: 'a'")])
def test_what_goes_wrong_with_a_cluster_is_an_outcome(error, sentence):
    class Future:
        """A future of a task that did not come back."""

        def result(self, timeout):
            raise error

    class Task:
        """Of a task, what an outcome takes from it."""

        given = 'a.mrc'

    outcome = cluster._outcome_of(Future(), Task())
    assert outcome.failed
    assert sentence in outcome.message


def test_a_worker_is_killed_and_nothing_is_lost(shell, scheduler, workers, many_maps, tmp_path):
    here = tmp_path / 'here'
    run_batch(many_maps, mode='occupancy', confidence=True, attenuate=[2, 3], output_dir=here)
    there = tmp_path / 'there'
    batch = shell.start(*many_maps, *WANTED, '-o', there, '--dask', scheduler)
    with ended(batch):
        victim = None
        while victim is None:   # until one is in the midst of a map, after some are done
            assert batch.poll() is None, batch.communicate()
            done = len(list(there.glob('*.json')))
            writing = {path.name.rsplit('-', 2)[-2] for path in there.glob('.*.part')}
            victim = next((worker for worker in workers
                           if done and str(worker.pid) in writing), None)
            time.sleep(0.005)
        victim.kill()
        victim.wait()
        output, errors = batch.communicate(timeout=60)
    assert batch.returncode == 0, errors
    assert re.search(f'{len(many_maps)} maps: ([^,]* done|[^,]* done, 1 done before)$', output)
    maps = {path.name: path.read_bytes() for path in here.glob('*.mrc')}
    assert len(maps) == 4 * len(many_maps)
    assert {path.name: path.read_bytes() for path in there.glob('*.mrc')} == maps
    # What the victim had half written went when its map was done again.
    assert not list(there.glob('.*'))


def test_series(scheduler, workers, assembly, tmp_path):
    for number in range(3):
        assembly.map(f'volumes/vol_{number}.mrc', [1, 1, 1 - number / 2, number / 2], seed=number)
    options = {'model': assembly.model, 'fit_resolution': 12, 'images': 'none'}
    found = run_series(tmp_path / 'volumes', output_dir=tmp_path / 'there', dask=scheduler,
                       **options)
    here = run_series(tmp_path / 'volumes', output_dir=tmp_path / 'here', jobs=1, **options)
    np.testing.assert_allclose(found.table.occupancy, here.table.occupancy, atol=1e-4)
