"""A series of volumes from files: one table, whatever happens to single volumes."""

import csv
import errno
import json
import os
import shutil

import numpy as np
import pytest
from chimerax.occupy.batch import seriesresults
from chimerax.occupy.batch.cli import main
from chimerax.occupy.batch.series import run_series
from chimerax.occupy.batch.volumes import listed, named
from chimerax.occupy.series.files import read_table

#: Occupancies of chains A to D in volumes 1, 2, 3 and 10: D comes while C goes.
TRUTH = np.array([[1, 1, 1, 1], [1, .8, 1, .8], [1, .8, .5, .3], [0, .3, .7, 1]])
NUMBERS = (1, 2, 3, 10)


@pytest.fixture
def volumes(assembly):
    """The folder of four volumes; the assembly's model lies beside it."""
    for number, occupancies in zip(NUMBERS, TRUTH.T, strict=True):
        assembly.map(f'volumes/vol_{number}.mrc', occupancies, seed=number)
    return assembly.folder / 'volumes'


@pytest.fixture
def series(volumes, assembly, tmp_path):
    """The function that runs a series of them: options as for `run_series`."""
    def run(given=None, **options):
        options = {'model': assembly.model, 'output_dir': tmp_path / 'out', 'jobs': 1,
                   'images': 'none', **({} if 'method' in options or 'masks' in options
                                        else {'fit_resolution': 12}), **options}
        return run_series(volumes if given is None else given, **options)

    return run


def test_table_is_true_and_in_order(series, tmp_path):
    found = series(images='png', fit_resolution=None)
    assert found.table.volumes == ('vol_1', 'vol_2', 'vol_3', 'vol_10')
    assert found.table.groups == ('/A', '/B', '/C', '/D')
    np.testing.assert_allclose(found.table.occupancy, TRUTH, atol=0.03)
    assert (found.table.error < 0.1).all()
    assert not found.table.failed
    with open(tmp_path / 'out' / 'series.csv', encoding='utf-8', newline='') as stream:
        rows = list(csv.DictReader(stream))
    assert [row['volume'] for row in rows[::4]] == ['vol_1', 'vol_2', 'vol_3', 'vol_10']
    assert float(rows[-1]['occupancy']) == pytest.approx(found.table.occupancy[3, 3], abs=1e-4)
    again = read_table(tmp_path / 'out' / 'series.json')
    np.testing.assert_array_equal(again.occupancy, found.table.occupancy)
    report = json.loads((tmp_path / 'out' / 'series.json').read_text(encoding='utf-8'))
    assert report['complete']
    assert report['inputs']['model']['sha256']
    assert len(report['solvent']) == 4
    assert {entry['file'] for entry in report['files']} == {
        'series.csv', 'together.csv', 'heatmap.png', 'frames.png'}
    for name in ('heatmap.png', 'frames.png'):
        assert (tmp_path / 'out' / name).read_bytes()[:4] == b'\x89PNG'


def test_a_series_of_another_version_gets_its_solvent_anew(series, tmp_path):
    series()
    path = tmp_path / 'out' / 'series.json'
    report = json.loads(path.read_text(encoding='utf-8'))
    path.write_text(json.dumps({**report, 'solvent': report['solvent'][:2]}), encoding='utf-8')
    series()
    again = json.loads(path.read_text(encoding='utf-8'))
    assert again['solvent'] == pytest.approx(report['solvent'], abs=1e-6)


def test_results_do_not_depend_on_who_does_the_work(series, tmp_path):
    alone = series(output_dir=tmp_path / 'alone')
    two = series(output_dir=tmp_path / 'two', jobs=2)
    np.testing.assert_allclose(alone.table.occupancy, two.table.occupancy, atol=1e-5)
    np.testing.assert_allclose(alone.table.error, two.table.error, atol=1e-5)


def test_bad_volumes_do_not_stop_the_rest(series, volumes, assembly, write, tmp_path, capsys):
    path = volumes / 'vol_4.mrc'
    path.write_bytes((volumes / 'vol_3.mrc').read_bytes()[:-1000])
    (volumes / 'vol_5.mrc').write_text('no map', encoding='utf-8')
    write(volumes / 'vol_6.mrc', np.ones((40, 40, 41), np.float32), voxel=(2, 2, 2))
    assembly.map('volumes/vol_7.mrc', [1, 1, 1, 1], voxel=(2.1,) * 3)
    status = main(['series', str(volumes), '--model', str(assembly.model), '-j', '1',
                   '--images', 'none', '--fit-resolution', '12', '-o', str(tmp_path / 'out')])
    assert status == 1
    told = capsys.readouterr()
    reasons = {'vol_4': 'truncated', 'vol_5': 'not an MRC or CCP4 map',
               'vol_6': 'its box is 41×40×40 voxels, that of the series 40×40×40',
               'vol_7': 'its voxel size is 2.1 Å, that of the series 2 Å'}
    table = read_table(tmp_path / 'out' / 'series.json')
    assert table.volumes == tuple(f'vol_{i}' for i in (1, 2, 3, 4, 5, 6, 7, 10))
    assert set(table.failed) == set(reasons)
    for name, reason in reasons.items():
        assert reason in table.failed[name]
        assert f'{name}.mrc: failed: ' in told.err
    assert '4 groups in 4 volumes, 4 failed' in told.out
    good = [table.volumes.index(f'vol_{i}') for i in NUMBERS]
    np.testing.assert_allclose(table.occupancy[:, good], TRUTH, atol=0.03)
    assert 'Traceback' not in told.err


def test_a_pilot_that_is_damaged_is_done_without(series, volumes, tmp_path):
    whole = series(output_dir=tmp_path / 'whole')
    (volumes / 'vol_0.mrc').write_bytes((volumes / 'vol_3.mrc').read_bytes()[:-1000])
    found = series(output_dir=tmp_path / 'damaged')
    assert set(found.table.failed) == {'vol_0'}
    np.testing.assert_allclose(found.table.occupancy[:, 1:], whole.table.occupancy, atol=1e-6)


def test_interrupted_series_goes_on(series, tmp_path):
    def stop(number, outcome):
        if number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        series(on_outcome=stop)
    assert not (tmp_path / 'out' / 'series.csv').exists()
    found = series()
    assert [outcome.status for outcome in found.outcomes.values()] == [
        'already done', 'already done', 'done', 'done']
    np.testing.assert_allclose(found.table.occupancy, TRUTH, atol=0.03)
    assert not [path for path in (tmp_path / 'out').rglob('*') if path.suffix == '.part']


def test_drawn_again_without_its_volumes_but_not_over_others(series, volumes, assembly, tmp_path):
    first = series(images='png')
    second = series(images='svg', full=('/B',), order='given')
    assert {outcome.status for outcome in second.outcomes.values()} == {'already done'}
    np.testing.assert_allclose(second.table.occupancy[1], [1.25, 1, 1.25, 1] * np.array(0.8),
                               atol=0.3)
    assert second.table.full.endswith('/B, said to be full, has in each volume, as grey levels '
                                      'differ')
    assert not (tmp_path / 'out' / 'heatmap.png').exists()
    assert (tmp_path / 'out' / 'heatmap.svg').exists()
    # One volume more: only that is worked on, as the solvent stays that of the series.
    shutil.copy(volumes / 'vol_3.mrc', volumes / 'vol_11.mrc')
    third = series()
    assert [outcome.status for outcome in third.outcomes.values()] == [*['already done'] * 4,
                                                                       'done']
    np.testing.assert_array_equal(third.table.occupancy[:, 4], third.table.occupancy[:, 2])
    np.testing.assert_allclose(third.table.occupancy[:, :4], first.table.occupancy, atol=0.02)
    with pytest.raises(ValueError, match='of other parts or parameters and was kept; give'):
        series(groups='segment 30')
    anew = series(groups='segment 30', overwrite=True)
    assert len(anew.table.groups) == 8
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other' / 'series.csv').write_text('mine', encoding='utf-8')
    with pytest.raises(ValueError, match='is there already and was kept'):
        series(output_dir=tmp_path / 'other')
    assert (tmp_path / 'other' / 'series.csv').read_text(encoding='utf-8') == 'mine'


def test_one_volume(series, volumes):
    found = series(volumes / 'vol_2.mrc', images='png')
    np.testing.assert_allclose(found.table.occupancy[:, 0], TRUTH[:, 1] , atol=0.03)
    assert found.table.volumes == ('vol_2',)


def test_volumes_of_like_names_do_not_take_each_others_place(series, assembly):
    folder = assembly.folder
    for name, occupancies in (('a/vol', [1, 1, 1, 0]), ('b/vol', [1, 1, 0, 1]),
                              ('c/A_vol', [1, 0, 1, 1])):
        assembly.map(f'{name}.mrc', occupancies)
    for _ in range(2):
        found = series([folder / name for name in 'abc'], method='scale')
        assert found.table.volumes == ('a/vol', 'b/vol', 'A_vol')
        np.testing.assert_array_equal(found.table.occupancy.argmin(axis=0), [3, 2, 1])
    assert {outcome.status for outcome in found.outcomes.values()} == {'already done'}


def test_what_cannot_be_written_is_told(series, tmp_path, monkeypatch):
    (tmp_path / 'out').touch()
    done = []
    with pytest.raises(ValueError, match='nothing can be written in .*out: not a directory; give '
                                         'another --output-dir'):
        series(on_outcome=lambda number, outcome: done.append(number))
    assert not done
    (tmp_path / 'out').unlink()

    def full(stream, table):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(seriesresults, 'write_csv', full)
        with pytest.raises(ValueError, match='cannot be written in .*out: no space left on device; '
                                             'what the volumes told is kept'):
            series(method='scale')
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['parts']
    found = series(method='scale')
    assert {outcome.status for outcome in found.outcomes.values()} == {'already done'}


def test_scale_at_a_model_and_in_masks(series, assembly, write, tmp_path):
    by_model = series(method='scale', output_dir=tmp_path / 'model')
    assert np.isnan(by_model.table.error).all()
    assert 'largest full scale of 4 volumes' in by_model.table.full
    rises = by_model.table.occupancy[3]
    assert (np.diff(rises) > 0.1).all()
    masks = tmp_path / 'masks'
    masks.mkdir()
    for chain, density in zip('CD', assembly._densities[2:], strict=True):
        write(masks / f'{chain}.mrc', (density > 0.3 * density.max()).astype(np.float32),
              voxel=(assembly.STEP,) * 3)
    by_mask = series(model=(), masks=str(masks / '*.mrc'), output_dir=tmp_path / 'masks_out')
    assert by_mask.table.groups == ('C', 'D')
    np.testing.assert_allclose(by_mask.table.occupancy, by_model.table.occupancy[2:], atol=0.15)


def test_mistakes_end_before_any_work(volumes, assembly, write, tmp_path, capsys):
    empty = tmp_path / 'empty'
    empty.mkdir()
    shutil.copy(volumes / 'vol_1.mrc', tmp_path / 'a.mrc')
    empty_mask = write(tmp_path / 'empty.mrc', np.zeros((40, 40, 40), np.float32))
    away = tmp_path / 'away.pdb'
    away.write_text(''.join(
        f'{line[:30]}{float(line[30:38]) + 200:8.3f}{line[38:]}\n' for line in
        assembly.model.read_text(encoding='utf-8').splitlines() if line.startswith('ATOM')),
        encoding='utf-8')
    model = ['--model', str(assembly.model)]
    for arguments, reason in (
            ([str(empty), *model], f'the folder {empty} holds no maps'),
            ([*model, str(volumes)], 'no volumes are named; put them before --model'),
            ([str(volumes)], 'give either --model or --masks'),
            ([str(volumes), *model, '--masks', 'a.mrc'], 'give either --model or --masks'),
            ([str(volumes), '--masks', 'none.mrc'],
             'the mask none.mrc cannot be read: no such file'),
            ([str(volumes), '--masks', str(empty_mask)],
             f'the mask {empty_mask}: the mask has nothing above zero'),
            ([str(volumes), '--masks', str(volumes / 'vol_1.mrc'), '--method', 'fit'],
             '--method fit needs --model; masks are for --method scale'),
            ([str(volumes), *model, '--low-pass', '10'], '--low-pass is not for --method fit'),
            ([str(volumes), *model, '--full', '/Z'], '--full names the group "/Z"'),
            ([str(volumes), *model, '--groups', '/A'], 'a single group has nothing to compare'),
            ([str(volumes), '--model', str(away)], 'the model does not lie on this map'),
            ([str(volumes), '--model', 'none.cif'], 'none.cif cannot be read: no such file'),
            ([str(tmp_path / 'none.mrc'), *model],
             'none of the volumes could be used; none: no such file'),
            ([str(volumes), *model, '--full', '-1'], 'above zero'),
            ([str(tmp_path / 'a.mrc'), str(volumes), *model, '--order', 'odd'], 'invalid choice')):
        with pytest.raises(SystemExit) as ended:
            main(['series', *arguments, '-o', str(tmp_path / 'out'), '-j', '1'])
        assert ended.value.code == 2, arguments
        told = capsys.readouterr().err
        assert reason in told, (arguments, told)
        assert told.count('\n') == 1 or 'none.mrc: failed' in told
    assert not (tmp_path / 'out').exists()


def test_volumes_are_listed_in_the_order_of_their_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ('a/vol_10.mrc', 'a/vol_2.map.gz', 'a/vol_1.mrc', 'b/vol_1.mrc', 'a/notes.txt',
                 'a/.hidden.mrc'):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, 'wb'):
            pass
    assert listed('a') == ['a/vol_1.mrc', 'a/vol_2.map.gz', 'a/vol_10.mrc']
    assert listed(['a/vol_1.mrc', 'a/vol_10.mrc', 'a/vol_2.map.gz']) == listed(['a/vol_*'])
    assert listed(['a/vol_10.mrc', 'a/vol_1.mrc']) == ['a/vol_10.mrc', 'a/vol_1.mrc']
    os.symlink('nowhere', 'b/vol_0.mrc')
    assert listed('b') == ['b/vol_0.mrc', 'b/vol_1.mrc']
    os.unlink('b/vol_0.mrc')
    assert list(named(listed(['a', 'b']))) == ['a/vol_1', 'vol_2', 'vol_10', 'b/vol_1']
    with pytest.raises(ValueError, match='no volumes'):
        listed([])
