"""The commands and programs of docs/batch.md and docs/series.md, run as they stand there."""

import gzip
import json
import pickle
import re
import shlex
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from chimerax.occupy.batch import Request
from chimerax.occupy.batch.cli import main

DOCUMENT = Path(__file__).parents[2] / 'docs' / 'batch.md'
SERIES = DOCUMENT.with_name('series.md')
COMMAND = 'chimerax -m chimerax.occupy '


def blocks(language, document=DOCUMENT):
    """The text of every block of a language in a document."""
    text = document.read_text(encoding='utf-8')
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.M | re.S)


@pytest.fixture
def in_folder(blobs, write, assembly, tmp_path, monkeypatch):
    """Makes a folder with the maps that the document speaks of the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ('maps', 'masked', 'masks_of_solvent', 'classes'):
        Path(name).mkdir()
    assembly.map('map.mrc', [1, 1, 0.7, 0.5])
    assembly.model.rename('model.cif')
    for number in (1, 2):
        path = write(Path(f'maps/emd_{number}.map'), blobs * number)
        Path(f'{path}.gz').write_bytes(gzip.compress(path.read_bytes(), 1))
        path.unlink()
    for name in ('full', 'half'):
        write(Path(f'classes/{name}.mrc'), blobs)
    distance = np.square(np.indices(blobs.shape) - 20).sum(axis=0)
    write(Path('masked/one.mrc'), np.where(distance < 16 ** 2, blobs, 0))
    write(Path('masks_of_solvent/one.mrc'), (
        (distance < 15 ** 2) & (distance > 12 ** 2)).astype(np.float32))
    Path('list.txt').write_text('map.mrc\nclasses/full.mrc\n', encoding='utf-8')


def test_commands(in_folder, capsys):
    commands = [line for block in blocks('sh') for line in block.splitlines()]
    assert len(commands) > 8
    for command in commands:
        assert command.startswith(COMMAND)
        status = main(shlex.split(command.removeprefix(COMMAND)))
        assert status == 0, (command, capsys.readouterr().err)
    assert Path('occupy/map_scale_resolution.mrc').is_file()
    assert Path('with_masks/one_attenuated_3.mrc').is_file()


def test_programs(in_folder, capsys, monkeypatch):
    distributed = pytest.importorskip('distributed')

    class SLURMCluster(distributed.LocalCluster):
        """A cluster in this process, which takes what the one for Slurm takes."""

        def __init__(self, cores, processes, memory, walltime, queue):
            super().__init__(n_workers=1, threads_per_worker=cores, processes=False,
                             dashboard_address=None)

        def adapt(self, minimum_jobs, maximum_jobs):
            """As many workers as there are: one."""

    stand_in = types.ModuleType('dask_jobqueue')
    stand_in.SLURMCluster = SLURMCluster
    monkeypatch.setitem(sys.modules, 'dask_jobqueue', stand_in)
    for program in blocks('python'):
        names = {}
        exec(program, names)
        if 'cluster' in names:
            names['cluster'].close()
        assert [outcome.status for outcome in names['outcomes']] in (['done'], ['done'] * 2)
    assert Path('from_slurm/emd_2_confidence.mrc').is_file()
    assert Path('from_python/map_attenuated_2.mrc').is_file()


def test_results_are_called_what_the_document_says():
    for options, files in re.findall(r'^\| `(--[^`]+)` \| `map_(\w[^`]*?)\.mrc`',
                                     DOCUMENT.read_text(encoding='utf-8'), re.M):
        words = shlex.split(options)
        values = {name[2:].replace('-', '_'): value for name, value in
                  zip(words[::2], [*words[1::2], True], strict=False)}
        for name in ('amplify', 'attenuate', 'sigmoid', 'mask_attenuate', 'mask_sigmoid'):
            if name in values:
                values[name] = float(values[name])
        request = Request(**values)
        made = {*request.modifications, *request.masks}
        made |= {'confidence'} if request.confidence else set()
        assert files in made


@pytest.fixture
def with_volumes(assembly, write, tmp_path, monkeypatch):
    """Makes a folder with the volumes that docs/series.md speaks of the current one."""
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        assembly.map(f'volumes/vol_{number:03}.mrc', [1, 1, 1 - number / 2, number / 2],
                     seed=number)
    assembly.model.rename('model.cif')
    Path('masks').mkdir()
    for name, density in zip('AB', assembly._densities, strict=False):
        write(Path(f'masks/{name}.mrc'), (density > 0.3 * density.max()).astype(np.float32),
              voxel=(assembly.STEP,) * 3)
    Path('groups.txt').write_text(blocks('text', SERIES)[0], encoding='utf-8')
    Path('labels.pkl').write_bytes(pickle.dumps(np.array([0, 1, 2, 2, 1, 0, 0])))


def test_commands_of_series(with_volumes, capsys, monkeypatch):
    # Pictures are tested by themselves.
    monkeypatch.setattr('chimerax.occupy.batch.seriesresults._figures', lambda *_: ())
    commands = [line for block in blocks('sh', SERIES) for line in block.splitlines()]
    assert len(commands) > 6
    for command in commands:
        assert command.startswith(COMMAND)
        words = shlex.split(command.removeprefix(COMMAND))
        status = main([*words, '-j', '1', *([] if {'--masks', '--method'} & {*words} else
                                            ['--fit-resolution', '12'])])
        assert status == 0, (command, capsys.readouterr().err)
    assert Path('occupy_series/particles_1.pkl').is_file()
    report = json.loads(Path('listed/series.json').read_text(encoding='utf-8'))
    assert report['groups'] == ['core', 'arm', '/D']
    assert report['inputs']['groups']['sha256']


def test_program_of_series(with_volumes, capsys, monkeypatch):
    monkeypatch.setattr('chimerax.occupy.batch.seriesresults._figures', lambda *_: ())
    for program in blocks('python', SERIES):
        exec(program, {})
    assert "('/A', '/B', '/C', '/D') (4, 3)" in capsys.readouterr().out
