"""What RELION itself does with masks, by the very commands that are told."""

import shutil
import subprocess

import mrcfile
import numpy as np
import pytest
from chimerax.occupy.core import Grid, next_steps
from chimerax.occupy.core.distance import soft_edge

pytestmark = pytest.mark.skipif(
    not all(shutil.which(f'relion_{name}') for name in (
        'refine', 'particle_subtract', 'reconstruct', 'postprocess')),
    reason='RELION is not installed')

PIXEL = 3.0


@pytest.fixture(scope='module')
def run(particles):
    """A folder with what a refinement leaves, under the names that RELION gives."""
    star = (particles / 'particles.star').read_text()
    # As `--ctf` wants it, with a CTF that is 1 throughout.
    star = star.replace('300 2.7 0.1', '300 0 1.0').replace(
        '_rlnOpticsGroup\n0', '_rlnOpticsGroup\n_rlnDefocusU\n_rlnDefocusV\n_rlnDefocusAngle\n0')
    lines = [f'{line} 0 0 0' if '@' in line else line for line in star.splitlines()]
    (particles / 'with_ctf.star').write_text('\n'.join(lines) + '\n')
    _shell(particles, 'relion_refine --i with_ctf.star --o ./run --ref reference.mrc --iter 1 '
           '--ctf --skip_align --particle_diameter 80 --zero_mask --flatten_solvent '
           '--dont_check_norm --pad 1 --j 1 --random_seed 1')
    for name in ('optimiser.star', 'data.star', 'class001.mrc'):
        shutil.copy(particles / f'run_it001_{name}', particles / f'run_{name}')
    rows = [line for line in lines if '@' in line]
    head = '\n'.join(line for line in lines if '@' not in line)
    for half in (1, 2):
        (particles / 'half.star').write_text('\n'.join([head, *rows[half - 1::2]]) + '\n')
        _shell(particles, 'relion_reconstruct --i half.star --ctf '
               f'--o run_half{half}_class001_unfil.mrc')
    return particles


@pytest.fixture(scope='module')
def mask(run):
    """Path of a soft mask of the blob at low x; there is a space in its name."""
    region = mrcfile.read(run / 'reference.mrc') > 0.05 * mrcfile.read(run / 'reference.mrc').max()
    region[:, :, 16:] = False
    path = run / 'a mask.mrc'
    with mrcfile.new(path) as file:
        file.set_data(soft_edge(region, Grid.of(region.shape, PIXEL), 0, 2 * PIXEL))
        file.voxel_size = PIXEL
    return path


def _shell(folder, command):
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True,
                          encoding='utf-8')
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]


def _tell(folder, command):
    """Run a command that is told, where none was run before."""
    for name in ('Subtract', 'Class3D', 'PostProcess'):
        shutil.rmtree(folder / name, ignore_errors=True)
    _shell(folder, command)


def _reconstructed(folder, star):
    _shell(folder, f'relion_reconstruct --i {star} --o made.mrc --ctf')
    return mrcfile.read(folder / 'made.mrc')


def test_what_is_kept_stays_and_the_rest_is_subtracted(run, mask):
    _tell(run, next_steps('kept', str(mask)).relion)
    before = _reconstructed(run, 'with_ctf.star')
    after = _reconstructed(run, 'Subtract/particles_subtracted.star')
    kept, other = (slice(4, 14), slice(18, 28))
    middle = slice(10, 22)
    energy = {name: [(one[middle, middle, part] ** 2).sum() for one in (before, after)]
              for name, part in (('kept', kept), ('other', other))}
    assert energy['kept'][1] > 0.8 * energy['kept'][0]
    # The rest is noise of forty particles, which no reference holds.
    assert energy['other'][1] < 0.5 * energy['other'][0]


@pytest.mark.parametrize('use', ['weak', 'region'])
def test_classes_are_confined_to_the_mask(run, mask, use):
    command = next_steps(use, str(mask)).relion
    assert '--iter 25' in command
    _tell(run, command.replace('--iter 25', '--iter 2') + ' --dont_check_norm --pad 1')
    values = mrcfile.read(mask)
    for number in (1, 2):
        made = mrcfile.read(run / f'Class3D/run_it002_class00{number}.mrc')
        assert np.abs(made[values == 0]).max() < 1e-3 * np.abs(made).max()
        assert np.abs(made[values == 1]).max() > 0


def test_without_solvent_flattening_relion_ignores_the_mask(run, mask):
    """Why the command has that option."""
    command = next_steps('weak', str(mask)).relion.replace('--flatten_solvent ', '')
    _tell(run, command.replace('--iter 25', '--iter 2') + ' --dont_check_norm --pad 1')
    made = mrcfile.read(run / 'Class3D/run_it002_class001.mrc')
    assert np.abs(made[mrcfile.read(mask) == 0]).max() > 0.1 * np.abs(made).max()


@pytest.mark.parametrize('use', ['strong', 'solvent'])
def test_half_maps_are_compared_within_the_mask(run, mask, use):
    _tell(run, next_steps(use, str(mask)).relion)
    made = mrcfile.read(run / 'PostProcess/postprocess_masked.mrc')
    values = mrcfile.read(mask)
    assert np.abs(made[values == 0]).max() < 1e-3 * np.abs(made).max()
