"""The loop inside RELION itself, where it is installed: two iterations of a tiny classification.
"""

import shutil
import subprocess

import mrcfile
import numpy as np
import pytest
from chimerax.occupy.relion import log

pytestmark = pytest.mark.skipif(
    not shutil.which('relion_refine') or not shutil.which('relion_external_reconstruct'),
    reason='RELION is not installed')

PIXEL = 3.0     # of `particles`


def _refine(particles, folder, environment, words, *options):
    """Run relion_refine with the loop's program; the finished process."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = dict(environment, RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE=' '.join(words),
                       OMP_NUM_THREADS='1')
    return subprocess.run(
        ['relion_refine', '--i', particles / 'particles.star', '--o', folder / 'run', '--ref',
         particles / 'reference.mrc', '--K', '2', '--iter', '2', '--particle_diameter', '80',
         '--skip_align', '--flatten_solvent', '--zero_mask', '--dont_check_norm', '--ini_high',
         '20', '--pad', '1', '--j', '1', '--random_seed', '1', '--external_reconstruct', *options],
        env=environment, capture_output=True, text=True, encoding='utf-8')


def test_relion_goes_on_with_the_changed_maps_and_ends_with_its_own(
        particles, tmp_path, as_process):
    environment, words = as_process
    done = _refine(particles, tmp_path, environment, [*words, '--strength 1 --schedule 1:0:1'])
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    lines = {line['name']: line for line in log.read(tmp_path)}
    # A class that has lost all its particles is not reconstructed.
    assert {line['iteration'] for line in lines.values()} == {'1', '2'}
    for name, line in lines.items():
        star = tmp_path / f'{name}_external_reconstruct.star'
        given = mrcfile.read(star.with_suffix('.mrc'))
        subprocess.run(['relion_external_reconstruct', star], check=True, capture_output=True)
        own = mrcfile.read(star.with_suffix('.mrc'))
        assert float(line['angpix']) == PIXEL
        if line['iteration'] == '2':
            assert line['status'] == 'kept'
            np.testing.assert_array_equal(given, own)
        elif line['status'] == 'changed':
            assert np.abs(given - own).max() > 0
    assert any(line['status'] == 'changed' for line in lines.values())


def test_gradient_descent_ends_the_run_with_a_sentence(particles, tmp_path, as_process):
    environment, words = as_process
    done = _refine(particles, tmp_path, environment, words, '--sgd')
    if 'external' not in done.stdout:
        pytest.skip('this RELION makes no external reconstruction in gradient descent')
    assert done.returncode != 0
    assert 'RELION descends gradients' in done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which('relion_refine_mpi') or not shutil.which('mpirun'),
                    reason='RELION with MPI is not installed')
def test_a_refinement_of_halves_ends_with_relions_own_joined_map(particles, tmp_path, as_process):
    environment, words = as_process
    program = ' '.join([*words, '--strength 1 --schedule 1:0:1'])
    environment = dict(
        environment, RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE=program,
        OMP_NUM_THREADS='1', OMPI_ALLOW_RUN_AS_ROOT='1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1',
        OMPI_MCA_rmaps_base_oversubscribe='1', OMPI_MCA_mpi_yield_when_idle='1')
    done = subprocess.run(
        ['mpirun', '-n', '3', 'relion_refine_mpi', '--i', particles / 'particles.star', '--o',
         tmp_path / 'run', '--ref', particles / 'reference.mrc', '--auto_refine',
         '--split_random_halves', '--skip_align', '--particle_diameter', '80', '--zero_mask',
         '--flatten_solvent', '--dont_check_norm', '--ini_high', '20', '--pad', '1', '--j', '1',
         '--random_seed', '1', '--low_resol_join_halves', '40', '--external_reconstruct'],
        env=environment, capture_output=True, text=True, encoding='utf-8')
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    lines = log.read(tmp_path)
    halves = [line for line in lines if 'half' in line]
    (joined,) = (line for line in lines if 'half' not in line)
    assert {line['half'] for line in halves} == {'1', '2'}
    assert any(line['status'] == 'changed' for line in halves)
    assert all(float(line['angpix']) == PIXEL for line in lines)
    assert joined['status'] == 'kept'
    assert 'joined' in joined['reason']
