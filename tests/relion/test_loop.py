"""One reconstruction from RELION's request to the changed map, or RELION's own."""

import errno
import os
import subprocess
import warnings

import mrcfile
import numpy as np
import pytest
from chimerax.occupy.core import Modification, Parameters, displacement, estimate
from chimerax.occupy.relion import log

PIXEL = 3.0


def _result(refinement):
    return mrcfile.read(refinement.result)


def _litter(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith('.part')]


def test_a_map_is_changed_as_the_core_would_change_it(refinement, occupy):
    star = refinement.ask()
    assert occupy(star, '--strength', 0.5, '--kind', 'amplify') == (0, '')
    found = estimate(refinement.map, PIXEL, Parameters(mode='occupancy', full_scale='auto'))
    wanted = refinement.map + displacement(
        refinement.map, PIXEL, Modification('amplify', exclude_solvent=True), 0.5, estimate=found)
    np.testing.assert_allclose(_result(refinement), wanted, atol=1e-6)
    line = refinement.log()
    assert line['status'] == 'changed'
    assert float(line['full_scale']) == pytest.approx(found.full_scale, rel=1e-4)
    moved = np.sqrt(np.mean((wanted - refinement.map) ** 2) / np.mean(refinement.map ** 2))
    assert float(line['changed']) == pytest.approx(moved, rel=1e-3)
    assert 0 < float(line['variability']) < 0.5


def test_the_header_stays_relions_but_for_the_statistics(refinement, occupy):
    star = refinement.ask()
    occupy(star)
    with mrcfile.open(refinement.result, permissive=True) as file, \
            mrcfile.open(refinement.folder / 'made.mrc', permissive=True) as own:
        assert bytes(file.header.label[0]) == bytes(own.header.label[0])
        assert file.header.cella == own.header.cella
        assert file.header.dmax == pytest.approx(file.data.max())
    assert refinement.result.stat().st_size == (refinement.folder / 'made.mrc').stat().st_size


def test_the_weak_part_is_weakened_and_the_full_one_is_not(refinement, occupy):
    refinement.map = refinement.two_blobs(weak=0.3)
    occupy(refinement.ask(), '--kind', 'sigmoid')
    full, weak = _kept(refinement)
    assert full > 0.85
    assert weak < 0.6 * full


def test_solvent_is_left_out_and_weak_parts_stay(refinement, occupy):
    refinement.map = refinement.two_blobs(weak=0.3)
    occupy(refinement.ask(), '--kind', 'solvent')
    full, weak = _kept(refinement)
    assert 1 >= full > 0.95
    assert 1 >= weak > 0.9
    # The corners were noise and nothing else.
    assert refinement.map[:4, :4, :4].std() > 0.01
    assert not _result(refinement)[:4, :4, :4].any()
    assert refinement.log()['kind'] == 'solvent'
    assert 'power' not in refinement.log()


def _kept(refinement):
    """Shares of the density of the full and of the weak blob that are in the result."""
    changed = _result(refinement)
    return [(changed[half] * (refinement.map[half] > 0.1)).sum()
            / refinement.map[half][refinement.map[half] > 0.1].sum()
            for half in (np.s_[..., :16], np.s_[..., 16:])]


def test_the_crop_to_the_current_size_loses_nothing(refinement, occupy):
    from scipy import fft
    half = fft.fftn(refinement.map)
    k = np.abs(fft.fftfreq(32, 1 / 32))
    half[(k[:, None, None] > 9) | (k[:, None] > 9) | (k > 9)] = 0
    refinement.map = fft.ifftn(half).real.astype(np.float32)
    refinement.fields['rlnCurrentImageSize'] = 18
    occupy(refinement.ask(), '--low-pass', 12)
    line = refinement.log()
    assert line['working_box'] == '20'
    found = estimate(refinement.map, PIXEL, Parameters(
        mode='occupancy', low_pass=12, full_scale='auto'))
    assert float(line['full_scale']) == pytest.approx(found.full_scale, rel=0.1)


def test_by_default_solvent_is_what_is_left_out(refinement, occupy):
    occupy(refinement.ask())
    assert not _result(refinement)[:4, :4, :4].any()
    assert refinement.log()['kind'] == 'solvent'


def test_without_strength_it_only_watches(refinement):
    from chimerax.occupy.relion.cli import main
    star = refinement.ask()
    assert main(['--reconstruct', str(refinement.programme()), str(star)]) == 0
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    assert refinement.log()['reason'] == 'the strength is 0'
    assert float(refinement.log()['full_scale']) > 0


@pytest.mark.parametrize(('name', 'why'), [
    ('run_it025_class001', 'the schedule 2:3:1 leaves iteration 25'),
    ('run_it001_class001', 'the schedule 2:3:1 leaves iteration 1'),
    ('run_it030_class001', 'the schedule 2:3:1 leaves iteration 30'),
    ('run_class001', 'does not tell the iteration')])
def test_relions_maps_stay_where_the_schedule_says_so(refinement, occupy, name, why):
    star = refinement.ask(name)
    assert occupy(star, '--schedule', '2:3:1', '--angpix', 3) == (0, '')
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    text = (refinement.folder / log.NAME).read_text()
    assert 'status=kept' in text
    assert why in text


def test_the_joined_reconstruction_stays_relions(refinement, occupy):
    refinement.optimiser |= {'rlnDoAutoRefine': 1, 'rlnDoSplitRandomHalves': 1}
    star = refinement.ask('run_it009_class001')
    assert occupy(star) == (0, '')
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    assert 'joined' in refinement.log()['reason']
    assert occupy(refinement.ask('run_it009_half1_class001'))[0] == 0
    assert refinement.log()['status'] == 'changed'


def test_without_an_optimiser_star_the_last_iteration_must_be_given(refinement, occupy):
    star = refinement.ask(optimiser=False)
    occupy(star)
    assert 'give --iterations' in refinement.log()['reason']
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    occupy(star, '--iterations', 20)
    assert refinement.log()['status'] == 'changed'


def test_without_a_pixel_size_the_map_stays_and_the_log_tells_what_to_do(refinement, occupy):
    star = refinement.ask(model=False)
    assert occupy(star) == (0, '')
    assert 'give --angpix' in refinement.log()['reason']
    occupy(star, '--angpix', 2)
    assert refinement.log()['angpix'] == '2'
    assert refinement.log()['status'] == 'changed'


@pytest.mark.parametrize('kind', ['empty', 'noise', 'not numbers', 'negative'])
def test_a_class_that_cannot_be_estimated_keeps_its_map(refinement, occupy, kind):
    rng = np.random.default_rng(1)
    refinement.map = {
        'empty': np.zeros((32,) * 3, np.float32),
        'noise': rng.standard_normal((32,) * 3).astype(np.float32),
        'not numbers': np.full((32,) * 3, np.nan, np.float32),
        'negative': -1 - rng.random((32,) * 3, np.float32)}[kind]
    star = refinement.ask()
    assert occupy(star) == (0, '')
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    assert refinement.log()['status'] == 'kept'
    assert len(refinement.log()['reason']) > 10


def test_classes_and_halves_do_not_share_their_noise(refinement, occupy):
    results = []
    for name in ('run_it005_half1_class001', 'run_it005_half2_class001'):
        occupy(refinement.ask(name), '--kind', 'sigmoid', '--no-exclude-solvent', '--angpix', 3)
        results.append(_result(refinement) - refinement.map)
    assert np.abs(results[0] - results[1]).max() > 0.01


def test_gradient_descent_is_refused_before_any_work(refinement, occupy):
    refinement.optimiser['rlnDoStochasticGradientDescent'] = 1
    status, told = occupy(refinement.ask())
    assert status != 0
    assert 'gradients' in told
    assert told.count('\n') == 1
    assert not refinement.result.exists()


@pytest.mark.parametrize('options', [
    ('--pivot', 2), ('--power', 'x'), ('--strength', 1.5), ('--schedule', '2:3'),
    ('--kind', 'none'), ('--angpix', 0), ('--low-pass', -1), ('--full-scale', 'best'),
    ('--threads', 0), ('--iterations', 'many'), ('--unknown', 3)])
def test_a_mistake_in_the_options_is_one_sentence(refinement, occupy, options):
    star = refinement.ask()
    status, told = occupy(star, *options)
    assert status == 2
    assert told.startswith('error: ')
    assert told.count('\n') == 1
    assert not refinement.result.exists()


def test_a_low_pass_that_is_too_fine_keeps_the_map(refinement, occupy):
    assert occupy(refinement.ask(), '--low-pass', 3)[0] == 0
    assert '--low-pass 3 Å is finer than two voxels' in refinement.log()['reason']


def test_a_missing_star_and_one_that_is_none_are_told(refinement, occupy):
    status, told = occupy(refinement.folder / 'none.star')
    assert status != 0
    assert told == 'occupy: none.star cannot be read: No such file or directory\n'
    (refinement.folder / 'half.star').write_bytes(b'data_external_recon')
    assert occupy(refinement.folder / 'half.star')[0] != 0


def test_relions_program_that_fails_or_is_missing_is_told(refinement, occupy):
    star = refinement.ask()
    status, told = occupy(star, program=refinement.programme(1, 'ERROR: no space left', False))
    assert status != 0
    assert 'no space left' in told
    status, told = occupy(star, program='/nowhere/relion_external_reconstruct')
    assert status != 0
    assert 'cannot be started' in told
    assert told.count('\n') == 1


@pytest.mark.parametrize('damage', ['missing', 'truncated', 'other size', 'no map'])
def test_a_damaged_reconstruction_is_told(refinement, occupy, damage):
    star = refinement.ask()
    program = refinement.programme()
    made = refinement.folder / 'made.mrc'
    if damage == 'missing':
        program = refinement.programme(makes=False)
    elif damage == 'truncated':
        made.write_bytes(made.read_bytes()[:-500])
    elif damage == 'no map':
        made.write_bytes(b'not a map' * 400)
    else:
        refinement.fields['rlnOriginalImageSize'] = 40
        star = refinement.ask()
    status, told = occupy(star, program=program)
    assert status != 0
    assert 'the reconstruction' in told
    assert told.count('\n') == 1


def test_a_full_disk_leaves_relions_map_and_no_litter(refinement, occupy, monkeypatch):
    star = refinement.ask()

    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'fsync', full)
    status, told = occupy(star)
    assert status != 0
    assert 'No space left' in told
    assert told.count('\n') == 1
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    assert _litter(refinement.folder) == []


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='needs /dev/full')
def test_a_log_that_cannot_be_written_leaves_relions_map(refinement, occupy):
    star = refinement.ask()
    (refinement.folder / log.NAME).symlink_to('/dev/full')
    status, told = occupy(star)
    assert status != 0
    assert 'occupy_relion.log cannot be written' in told
    np.testing.assert_array_equal(_result(refinement), refinement.map)
    assert _litter(refinement.folder) == []


def test_it_is_silent_about_what_people_would_be_told(refinement, occupy):
    # Without noise the core warns that the map looks computed; here nobody reads it.
    refinement.map = np.maximum(refinement.map, 0)
    star = refinement.ask()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert occupy(star) == (0, '')


def test_as_a_process_it_needs_little_and_imports_no_more_than_it_uses(refinement, shell):
    star = refinement.ask()
    done = shell('--strength', 1, '--reconstruct', refinement.programme(), star)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    assert refinement.log()['status'] == 'changed'
    assert 'RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE' in shell('--help').stdout


def test_processes_that_run_at_once_share_one_log(refinement, as_process):
    environment, words = as_process
    names = [f'run_it005_half{half}_class{number:03d}' for half in (1, 2) for number in (1, 2, 3)]
    stars = [refinement.ask(name) for name in names]
    program = refinement.programme()
    words = [*words, '--strength', '1', '--reconstruct', str(program)]
    running = [subprocess.Popen([*words, str(star)], env=environment) for star in stars]
    assert [process.wait() for process in running] == [0] * len(names)
    lines = log.read(refinement.folder)
    assert sorted(line['name'] for line in lines) == sorted(names)
    assert {line['status'] for line in lines} == {'changed'}
