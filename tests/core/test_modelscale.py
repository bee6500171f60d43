"""The scale against a model."""

import numpy as np
import pytest
from chimerax.occupy.core import Atoms, estimate

from .assemblies import make_atoms, make_map

SHAPE, VOXEL = (34, 40, 40), 2.0
CENTRES = [[26, 24, 26], [46, 26, 30], [34, 50, 44]]
TRUTH = np.array([1.0, 0.7, 0.4])


@pytest.fixture(scope='module')
def atoms():
    return make_atoms(CENTRES)


@pytest.fixture(scope='module')
def density(atoms):
    return make_map(atoms, TRUTH, SHAPE, VOXEL)


def at_atoms(scale, atoms):
    z, y, x = np.rint(atoms.positions[:, ::-1] / VOXEL).astype(int).T
    return scale[z, y, x]


def test_single_atoms_read_their_occupancy(atoms, density):
    found = estimate(density, VOXEL, mode='occupancy', full_scale_model=atoms)
    plain = estimate(density, VOXEL, mode='occupancy', full_scale='auto')
    truth = TRUTH[atoms.groups]
    error, before = (np.abs(at_atoms(each.scale, atoms) - truth).mean() for each in (found, plain))
    assert error < 0.05
    assert error < 0.7 * before
    assert found.full_scale_note.endswith(': A')
    assert found.scale.max() == 1
    assert found.scale.min() >= 0


def test_the_plain_scale_stays_where_there_is_no_model(atoms, density):
    some = Atoms(atoms.positions, atoms.elements, np.where(atoms.groups == 2, -1, atoms.groups),
                 ('A', 'B'))
    found = estimate(density, VOXEL, mode='occupancy', full_scale_model=some)
    plain = estimate(density, VOXEL, mode='occupancy', full_scale=found.full_scale)
    far = atoms.positions[:, 1] > 52
    ratio = np.median(at_atoms(found.scale, atoms)[far] / at_atoms(plain.scale, atoms)[far])
    assert ratio == pytest.approx(1, abs=0.08)
    # No step where the model ends: as even from voxel to voxel as the plain scale.
    steps = [np.percentile(np.abs(np.diff(each.scale, axis=2)), 99.9) for each in (found, plain)]
    assert steps[0] < 1.5 * steps[1]


def test_which_groups_are_full_can_be_said(atoms, density):
    found = estimate(density, VOXEL, mode='occupancy', full_scale_model=atoms, full_groups='B')
    assert np.median(at_atoms(found.scale, atoms)[atoms.groups == 1]) == pytest.approx(1, abs=0.05)
    one = Atoms(atoms.positions, atoms.elements, np.zeros(len(atoms), int), ('all',))
    assert estimate(density, VOXEL, mode='occupancy', full_scale_model=one).full_scale > 0


def test_what_will_not_do_is_refused(atoms, density):
    with pytest.raises(ValueError, match='needs mode occupancy'):
        estimate(density, VOXEL, full_scale_model=atoms)
    with pytest.raises(ValueError, match='only one of full_scale and'):
        estimate(density, VOXEL, mode='occupancy', full_scale='auto', full_scale_model=atoms)
    with pytest.raises(ValueError, match='only one of full_scale_model'):
        estimate(density, VOXEL, mode='occupancy', full_scale_model=atoms,
                 full_scale_region=density > 0)
    away = Atoms(atoms.positions + 500, atoms.elements, atoms.groups, atoms.names)
    with pytest.raises(ValueError, match='does not lie on this map'):
        estimate(density, VOXEL, mode='occupancy', full_scale_model=away)
