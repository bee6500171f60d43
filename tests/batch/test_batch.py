"""Batches: what is written, what is kept, what is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from chimerax.occupy.batch import Request, run_batch
from chimerax.occupy.batch.cli import main
from chimerax.occupy.core import Mask, Modification, estimate, make_mask, modify
from chimerax.occupy.mapfiles import read_map
from scipy.ndimage import gaussian_filter

EVERYTHING = {'confidence': True, 'amplify': 3, 'attenuate': [2, 4], 'sigmoid': 5, 'solvent': True,
              'mask_solvent': True, 'mask_attenuate': 3}


@pytest.fixture
def source(blobs, write, tmp_path):
    """Path of a map in a folder of its own."""
    (tmp_path / 'maps').mkdir()
    return write(tmp_path / 'maps' / 'a.mrc', blobs)


@pytest.fixture
def output(tmp_path):
    """Where results go."""
    return tmp_path / 'out'


def names(folder):
    """Names of all files in a folder, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())


def read_report(outcome):
    """The report of a map."""
    return json.loads(Path(outcome.report).read_text(encoding='utf-8'))


def contents(folder):
    """Bytes of every map in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.glob('*.mrc')}


def test_results_are_those_of_the_core(source, output, blobs):
    outcome, = run_batch(source, output_dir=output, **EVERYTHING)
    assert (outcome.status, outcome.warnings) == ('done', ())
    words = {'scale_occupancy', 'confidence', 'amplified_3', 'attenuated_2', 'attenuated_4',
             'sigmoid_5_0.3', 'solvent_suppressed', 'mask_solvent', 'mask_kept_attenuate_3'}
    assert set(names(output)) == {f'a_{word}.mrc' for word in words} | {'a_report.json'}
    found = estimate(blobs, 1.5, mode='occupancy')
    for word, wanted in {
            'scale_occupancy': found.scale, 'confidence': found.confidence,
            'mask_solvent': make_mask(blobs, found, Mask('solvent')),
            'mask_kept_attenuate_3': make_mask(blobs, found, Mask(
                'subtraction', modification=Modification('attenuate', power=3))),
            'attenuated_2': modify(blobs, found, Modification('attenuate', power=2)),
            'solvent_suppressed': modify(blobs, found, Modification('solvent'))}.items():
        np.testing.assert_array_equal(read_map(output / f'a_{word}.mrc').array, wanted, word)


def test_report_tells_all(source, output, blobs):
    outcome, = run_batch(source, output_dir=output, mode='occupancy', attenuate=3, tile_size=10)
    report = read_report(outcome)
    found = estimate(blobs, 1.5, mode='occupancy', tile_size=10)
    assert report['complete']
    assert report['full_scale'] == {'value': found.full_scale, 'how': found.full_scale_note}
    assert report['parameters']['tau'] == found.parameters.tau
    assert report['parameters']['kernel_size'] == list(found.parameters.kernel_size)
    assert report['tiles']['full']['first_voxel'] == list(found.tiles.full.start[::-1])
    assert report['tiles']['full']['position'] == [
        1.5 * place for place in found.tiles.full.centre[::-1]]
    assert report['solvent']['mean'] == found.solvent.mean
    assert report['map']['box'] == [44, 42, 40]
    assert report['modifications']['attenuated_3']['power'] == 3
    assert {entry['file'] for entry in report['files']} == set(names(output)) - {'a_report.json'}
    assert {'python', 'numpy', 'scipy', 'mrcfile', 'chimerax.occupy'} == set(report['versions'])
    assert report['seconds']['estimating'] >= 0


def test_labels_tell_what_was_done(source, output):
    run_batch(source, output_dir=output, sigmoid=5, pivot=0.2)
    labels = read_map(output / 'a_sigmoid_5_0.2.mrc').header['label']
    assert b'map modified by its scale, occupancy mode, 8 A' in bytes(labels[0])
    assert bytes(labels[1]) == b'sigmoid power 5 pivot 0.2 hedge 1 solvent kept seed 0'


def test_masks_say_what_they_are_and_what_comes_next(source, output, capsys):
    arguments = [str(source), '-o', str(output), '--no-scale', '--mask-weak', '--below', '0.6',
                 '--mask-sigmoid', '5', '--pivot', '0.6', '--extend', '2', '--soft-edge', '5']
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    report = json.loads((output / 'a_report.json').read_text(encoding='utf-8'))
    assert set(report['masks']) == {'mask_weak', 'mask_kept_sigmoid_5_0.6'}
    for word, mask in report['masks'].items():
        path = output / f'a_{word}.mrc'
        assert (mask['extend'], mask['soft_edge']) == (2, 5)
        assert f' {path.absolute()}' in mask['next']['relion']
        assert mask['next']['relion'] in printed
        labels = [bytes(label).decode() for label in read_map(path).header['label'][:2]]
        assert 'mask, occupancy mode, 8 A' in labels[0]
        assert 'extend 2 A, soft edge 5 A' in labels[1]
    assert 'scale below 0.6' in labels[1] or 'sigmoid power 5 pivot 0.6' in labels[1]
    assert report['masks']['mask_weak']['next']['relion'].endswith(f'{output}/a_mask_weak.mrc')


def test_a_mask_of_nothing_leaves_the_rest(source, output, capsys):
    wanted = {'output_dir': output, 'mask_weak': True, 'below': 0.02, 'mask_strong': True}
    outcome, = run_batch(source, **wanted)
    assert outcome.failed
    assert outcome.message.startswith('mask_weak was not made: ')
    assert 'raise --below' in outcome.message
    assert names(output) == ['a_mask_strong.mrc', 'a_report.json', 'a_scale_occupancy.mrc']
    assert set(read_report(outcome)['refused']) == {'mask_weak'}
    again, = run_batch(source, **wanted)
    assert (again.status, again.message) == (outcome.status, outcome.message)
    # Reasons that differ are told apart.
    outcome, = run_batch(source, **wanted | {'mask_sigmoid': 2, 'pivot': 0.01, 'overwrite': True})
    assert 'scale first. mask_kept_sigmoid_2_0.01 was not made: the curve' in outcome.message
    assert outcome.message.endswith(
        ' (again only with --overwrite, as the other results are there now)')
    # What is advised works.
    better, = run_batch(source, **{**wanted, 'below': 0.6, 'overwrite': True})
    assert better.status == 'done', better.message
    assert 'a_mask_weak.mrc' in names(output)


def test_one_bad_map_does_not_stop_the_rest(source, output, blobs, write, shell):
    holes = blobs.copy()
    holes[3, 4, 5] = np.nan
    folder = source.parent
    bad = [write(folder / 'constant.mrc', np.ones_like(blobs)),
           write(folder / 'holes.mrc', holes),
           write(folder / 'negative.mrc', -np.abs(blobs)),
           write(folder / 'small.mrc', blobs[:2, :2, :2])]
    (folder / 'text.mrc').write_text('no map', encoding='utf-8')
    found = shell.run(*bad, folder / 'text.mrc', folder / 'none.mrc', source, '-o', output)
    assert found.status == 1
    for sentence in ('the map is constant', 'not numbers', 'no positive density',
                     'fewer than the kernel', 'not an MRC or CCP4 map', 'no such file'):
        assert sentence in found.errors
    assert '7 maps: 1 done, 6 failed' in found.errors
    assert 'Traceback' not in found.errors + found.output
    assert names(output) == ['a_report.json', 'a_scale_resolution.mrc']


@pytest.mark.parametrize(('kind', 'reason'), [
    ('masked', 'solvent model is suspect'), ('noise', 'in noise')])
def test_refused_modification_leaves_the_rest(output, blobs, write, tmp_path, kind, reason, capsys):
    rng = np.random.default_rng(0)
    array = {'masked': np.where(blobs > 0.2, blobs, 0),
             'noise': gaussian_filter(rng.standard_normal((64, 64, 64)), 1)}[kind]
    path = write(tmp_path / f'{kind}.mrc', array.astype(np.float32))
    wanted = {'output_dir': output, 'amplify': 3, 'attenuate': 2, 'confidence': True}
    found = estimate(array, 1.5, mode='occupancy')
    assert found.solvent.suspect, 'the test needs a map with suspect solvent'
    outcome, = run_batch(path, **wanted)
    assert outcome.failed
    assert outcome.message.startswith('amplified_3, attenuated_2 were not made: ')
    assert reason in outcome.message
    report = read_report(outcome)
    assert set(report['refused']) == {'amplified_3', 'attenuated_2'}
    assert report['modifications'] == {}
    assert report['warnings'] == list(outcome.warnings) != []
    words = [f'{kind}_{word}' for word in (
        'confidence.mrc', 'report.json', 'scale_occupancy.mrc')]
    assert names(output) == words
    np.testing.assert_array_equal(
        read_map(output / f'{kind}_scale_occupancy.mrc').array, found.scale)
    # Again: nothing is done twice, and it fails as before.
    before = (output / words[2]).stat().st_mtime_ns
    again, = run_batch(path, **wanted)
    assert (again.status, again.message) == (outcome.status, outcome.message)
    assert (output / words[2]).stat().st_mtime_ns == before
    # What is advised works.
    assert '--modify-everywhere' in outcome.message
    assert '--overwrite' in outcome.message
    arguments = [str(path), '-o', str(output), '--amplify', '3', '--attenuate', '2', '--confidence']
    assert main(arguments) == 1
    assert reason in capsys.readouterr().err
    assert main([*arguments, '--modify-everywhere', '--overwrite']) == 0
    assert (output / f'{kind}_amplified_3.mrc').is_file()


def test_masks_by_the_name_of_each_map(source, output, blobs, write, tmp_path):
    ball = (np.indices(blobs.shape) - 20) ** 2
    write(tmp_path / 'a_mask.mrc', (ball.sum(axis=0) < 15 ** 2).astype(np.float32))
    mask = str(tmp_path / '{name}_mask.mrc')
    outcome, = run_batch(source, output_dir=output, solvent_mask=mask, full_scale_region=mask)
    report = read_report(outcome)
    assert report['inputs']['solvent_mask']['file'] == str(tmp_path / 'a_mask.mrc')
    assert 'region' in report['full_scale']['how']


def test_full_scale_from_another(source, output, blobs, write, tmp_path):
    weak = write(tmp_path / 'weak.mrc', blobs / 2)
    first, = run_batch(source, output_dir=output)
    by_report, = run_batch(weak, output_dir=output, full_scale_from=first.report)
    by_map, = run_batch(weak, output_dir=tmp_path / 'b', full_scale_from=str(source))
    assert by_report.message.startswith(first.message.split(' (')[0])
    assert 'taken from' in by_report.message
    scale, of_weak = (read_map(output / f'{name}_scale_resolution.mrc').array
                      for name in ('a', 'weak'))
    np.testing.assert_allclose(of_weak[scale < 1], scale[scale < 1] / 2, atol=1e-6)
    assert by_map.message.split(' (')[0] == first.message.split(' (')[0]
    with pytest.raises(ValueError, match='the full scale of resolution mode'):
        run_batch(weak, mode='occupancy', output_dir=output, full_scale_from=first.report)


def test_done_maps_are_skipped_and_others_kept(source, output, blobs, write):
    wanted = {'output_dir': output, 'attenuate': 3}
    run_batch(source, **wanted)
    before = {path: path.stat().st_mtime_ns for path in output.iterdir()}

    def status(**changes):
        return run_batch(source, **{**wanted, **changes})[0].status

    assert status() == 'already done'
    source.touch()      # the same contents
    assert status() == 'already done'
    assert status(tile_size=11) == 'failed'
    assert before == {path: path.stat().st_mtime_ns for path in output.iterdir()}
    assert status(tile_size=11, overwrite=True) == 'done'
    assert status(tile_size=11) == 'already done'
    (output / 'a_attenuated_3.mrc').unlink()
    assert status(tile_size=11) == 'done'
    write(source, blobs * 2)
    outcome, = run_batch(source, tile_size=11, **wanted)
    assert 'of another file are there and were kept' in outcome.message


def test_foreign_files_are_kept(source, output):
    output.mkdir()
    (output / 'a_scale_resolution.mrc').write_text('precious', encoding='utf-8')
    outcome, = run_batch(source, output_dir=output)
    assert 'a_scale_resolution.mrc is there already' in outcome.message
    assert (output / 'a_scale_resolution.mrc').read_text(encoding='utf-8') == 'precious'
    (output / 'a_report.json').write_text('{"notes": "precious"}', encoding='utf-8')
    assert 'were kept' in run_batch(source, output_dir=output)[0].message
    assert names(output) == ['a_report.json', 'a_scale_resolution.mrc']
    assert run_batch(source, output_dir=output, overwrite=True)[0].status == 'done'


def test_several_processes_give_the_same_files(many_maps, tmp_path):
    wanted = Request(mode='occupancy', confidence=True, attenuate=3)
    seen = []
    run_batch(many_maps[:3], wanted, output_dir=tmp_path / 'one')
    outcomes = run_batch(many_maps[:3], wanted, output_dir=tmp_path / 'two', jobs=2, threads=1,
                         on_progress=lambda *values: seen.append(values))
    assert [outcome.map for outcome in outcomes] == [str(path) for path in many_maps[:3]]
    assert [outcome.status for outcome in outcomes] == ['done'] * 3
    assert contents(tmp_path / 'one') == contents(tmp_path / 'two')
    assert seen
    assert all(0 <= share <= 1 for _, share, _ in seen)


def test_names_of_results(source, output, blobs, write, tmp_path):
    (tmp_path / 'more').mkdir()
    other = write(tmp_path / 'more' / 'a.map', blobs)
    outcomes = run_batch([source, other, source], output_dir=output,
                         name='{folder}/{name}-{result}')
    assert [outcome.status for outcome in outcomes] == ['done', 'done']
    assert names(output / 'maps') == ['a-report.json', 'a-scale_resolution.mrc']
    assert names(output / 'more') == ['a-report.json', 'a-scale_resolution.mrc']


def test_shell_says_what_it_does(source, output, shell, tmp_path, capsys):
    (tmp_path / 'list.txt').write_text(f'{source}\n--confidence\n', encoding='utf-8')
    first = shell.run(f'@{tmp_path / "list.txt"}', '--output-dir', output)
    assert first.status == 0
    assert first.errors == ''       # no bar where nobody looks
    assert '\x1b' not in first.output
    assert 'full scale' in first.output
    assert '1 map: 1 done' in first.output
    assert main([str(source), '--confidence', '-o', str(output)]) == 0
    assert '1 map: 1 done before' in capsys.readouterr().out
    assert main([str(source), '--confidence', '-o', str(output), '--quiet']) == 0
    assert capsys.readouterr() == ('', '')


def test_bar_at_a_terminal(source, output, shell):
    import os
    import pty

    ours, theirs = pty.openpty()
    process = shell.start(source, '-o', output, stderr=theirs)
    os.close(theirs)
    process.communicate(timeout=60)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert '[' in seen
    assert '0 of 1' in seen
    assert seen.endswith('\r\x1b[K')


def test_needs_nothing_of_chimerax_or_qt(shell):
    import subprocess
    import sys

    code = ('import sys, chimerax.occupy.batch.cli\n'
            'print([name for name in sys.modules if name.split(".")[0] in '
            '("matplotlib", "Qt", "PyQt6", "distributed") or name.startswith("chimerax.core")])')
    found = subprocess.run([sys.executable, '-c', code], env=shell.environment, check=True,
                           capture_output=True, text=True, encoding='utf-8')
    assert found.stdout == '[]\n'


@pytest.mark.parametrize('jobs', [1, 2])
def test_plots_without_matplotlib(many_maps, output, monkeypatch, capsys, jobs):
    import sys

    monkeypatch.setitem(sys.modules, 'matplotlib.figure', None)
    began = []
    with pytest.raises(ValueError, match='plots need matplotlib, which is not installed here'):
        run_batch(many_maps, output_dir=output, plots=True, jobs=jobs,
                  on_progress=lambda *values: began.append(values), on_outcome=began.append)
    assert not began
    with pytest.raises(SystemExit):
        main([*map(str, many_maps), '--plots', '-o', str(output)])
    assert capsys.readouterr().err.count('matplotlib') == 1
    assert not output.exists()


@pytest.mark.parametrize('blank', ['', '   ', '\t', ' \t '])
@pytest.mark.parametrize('newline', ['\n', '\r\n'])
def test_blank_lines_of_a_list_are_no_maps(source, output, tmp_path, capsys, blank, newline):
    lines = ['\ufeff' + blank, f'{source} ', blank, blank, '--confidence', blank, '']
    (tmp_path / 'list.txt').write_bytes(newline.join(lines).encode())
    assert main([f'@{tmp_path / "list.txt"}', '-o', str(output)]) == 0
    assert '1 map: 1 done' in capsys.readouterr().out
    assert (output / 'a_confidence.mrc').is_file()


@pytest.mark.parametrize('empty', ['', ' '])
def test_a_map_without_a_name_is_a_mistake(source, output, empty):
    with pytest.raises(ValueError, match='the name of a map is empty'):
        run_batch([source, empty], output_dir=output)
    assert not output.exists()


def test_plots(source, output):
    outcome, = run_batch(source, output_dir=output, plots=True, scale=False)
    assert outcome.status == 'done', outcome.message
    assert (output / 'a_solvent_model.png').read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize('factor', [1, 0.3, 255])
def test_a_region_that_is_no_mask_counts_above_half_of_its_maximum(
        source, output, write, tmp_path, factor):
    """Which voxels a density made from a model takes does not depend on its grey level."""
    blob = np.exp(-((np.indices((40, 42, 44)) - 20) ** 2).sum(axis=0) / 50).astype(np.float32)
    scales = []
    for number, density in enumerate((blob > 0.5, blob)):
        mask = write(tmp_path / f'mask{number}.mrc', (factor * density).astype(np.float32))
        outcome, = run_batch(source, output_dir=output, full_scale_region=str(mask), overwrite=True)
        scales.append(read_report(outcome)['full_scale'])
        level = read_report(outcome)['inputs']['full_scale_region']['level']
        assert level == pytest.approx(factor / 2)
        notes = [note for note in outcome.warnings if 'half of its maximum' in note]
        assert len(notes) == (factor != 1)
        assert all(f'{level:.4g}' in note for note in notes)
    assert scales[0] == scales[1]


@pytest.mark.parametrize(('role', 'words'), [
    ('solvent_mask', 'the solvent mask'), ('full_scale_region', 'the mask of the region')])
def test_masks_that_will_not_do(source, output, blobs, write, tmp_path, role, words):
    for name, array, options, sentence in [
            ('elsewhere', np.ones((8, 8, 8)), {'origin': (900, 0, 0)}, 'does it lie elsewhere'),
            ('empty', np.zeros((8, 8, 8)), {}, 'nothing above zero'),
            ('holes', np.full((8, 8, 8), np.nan), {}, 'not numbers'),
            ('sizeless', np.ones((8, 8, 8)), {'cell': (0, 0, 0)}, 'no voxel size')]:
        mask = write(tmp_path / f'{name}.mrc', array.astype(np.float32), **options)
        outcome, = run_batch(source, output_dir=output, **{role: str(mask)})
        assert outcome.failed
        assert outcome.message.startswith(words)
        assert sentence in outcome.message
    assert not output.exists()


def test_a_folder_that_cannot_be_written_is_told_before_the_work(source, output):
    output.touch()
    done = []
    with pytest.raises(ValueError, match='nothing can be written in .*out.more: not a directory; '
                                         'give another --output-dir'):
        run_batch(source, output_dir=output / 'more',
                  on_outcome=lambda number, outcome: done.append(number))
    assert not done
    output.unlink()
    run_batch(source, output_dir=output / 'more')
    assert names(output) == ['more']
