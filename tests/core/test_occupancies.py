"""Occupancies of groups of atoms."""

import numpy as np
import pytest
from chimerax.occupy.core import (
    Atoms,
    Cancelled,
    fit_occupancies,
    occupancies,
    on_one_scale,
    prepare,
)
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter

from .assemblies import make_atoms, make_map

SHAPE, VOXEL = (34, 36, 40), 1.9
CENTRES = [[22, 22, 22], [41, 22, 26], [31, 41, 40], [52, 42, 42]]
TRUTH = np.array([1.0, 0.7, 0.4, 0.0])


@pytest.fixture(scope='module')
def atoms():
    return make_atoms(CENTRES)


@pytest.fixture(scope='module')
def density(atoms):
    made = make_map(atoms, TRUTH, SHAPE, VOXEL)
    made.flags.writeable = False
    return made


@pytest.fixture(scope='module')
def found(atoms, density):
    return occupancies(density, VOXEL, atoms)


def values(found):
    return np.array([group.occupancy for group in found.groups])


def errors(found):
    return np.array([group.error for group in found.groups])


def test_occupancies_are_true(found):
    assert np.abs(values(found) - TRUTH).max() < 0.02
    assert found.full_groups == ('A',)
    assert found['C'].atoms == 280
    assert found.correlation > 0.98
    assert found.outside < 0.05
    assert not found.warnings
    assert [group.note for group in found.groups] == ['full by definition', '', '', '']


def test_errors_cover_the_truth(atoms):
    z = []
    design = prepare(SHAPE, VOXEL, atoms)
    clean = make_map(atoms, TRUTH, SHAPE, VOXEL, noise=0)
    for seed in range(8):
        rough = np.random.default_rng(seed).standard_normal(SHAPE)
        made = clean + (0.1 * clean.max() * rough).astype(np.float32)
        fit = fit_occupancies(design, made)
        z += [(g.raw - t) / g.error for g, t in zip(fit.groups[1:], TRUTH[1:], strict=True)]
    assert 0.35 < np.sqrt(np.mean(np.square(z))) < 1.6


@pytest.mark.parametrize('bulk', [0.0, 0.5])
def test_each_group_has_a_mobility_of_its_own(atoms, bulk):
    mobile = np.array([60, 200, 100, 150])
    truth = np.array([1.0, 0.8, 0.6, 0.4])
    made = make_map(atoms, truth, SHAPE, VOXEL, b=mobile, bulk=bulk)
    fit = occupancies(made, VOXEL, atoms)
    assert np.abs(values(fit) - truth).max() < 0.03
    b = np.array([group.b_factor for group in fit.groups])
    assert np.abs((b - b[0]) - (mobile - 60)).max() < 35
    same = occupancies(made, VOXEL, atoms, b_factor='same')
    assert len({group.b_factor for group in same.groups}) == 1
    assert np.abs(values(same) - truth).max() > np.abs(values(fit) - truth).max()


@pytest.mark.parametrize('radius', [2.0, 3.2])
def test_solvent_of_even_density_with_an_edge(atoms, density, radius):
    # No smoothed copy of the model, which is what else is fitted.
    fine = 2
    far = np.ones([fine * n for n in SHAPE], bool)
    body = np.zeros(SHAPE, np.float32)
    for g, occupancy in enumerate(TRUTH):
        near = far.copy()
        places = np.rint(atoms.positions[atoms.groups == g, ::-1] * fine / VOXEL).astype(int)
        near[tuple(places.T)] = False
        near = distance_transform_edt(near, VOXEL / fine) < radius
        near = gaussian_filter(near.astype(np.float32), 1.2 * fine / VOXEL)[::fine, ::fine, ::fine]
        body = np.maximum(body, np.float32(occupancy) * near)
    level = np.float32(0.6 * density[body > 0.6].mean())
    fit = occupancies(density - level * body, VOXEL, atoms)
    assert np.abs(values(fit) - TRUTH).max() < 0.025


@pytest.mark.parametrize('noise', [0.02, 0.0], ids=['noise goes on', 'a filter ends both'])
def test_the_fit_ends_where_the_map_ends(atoms, found, noise):
    assert found.resolution == pytest.approx(3 * VOXEL)
    early = make_map(atoms, TRUTH, SHAPE, VOXEL, resolution=9.0, noise=0)
    rough = np.random.default_rng(3).standard_normal(SHAPE).astype(np.float32)
    fit = occupancies(early + np.float32(noise) * early.max() * rough, VOXEL, atoms)
    assert fit.resolution == pytest.approx(1.25 * 9, rel=0.1)
    assert np.abs(values(fit) - TRUTH).max() < 0.03


def test_grey_level_and_type_change_nothing(atoms, density, found):
    other = occupancies((density * 1000).astype(np.float64), VOXEL, atoms)
    assert np.allclose(values(other), values(found), atol=2e-3)
    assert other.full_level == pytest.approx(1000 * found.full_level, rel=5e-3)


def test_skewed_axes(atoms):
    axes = np.diag([1.9, 1.9, 1.9]) + np.array([[0, 0, 0], [0.15, 0, 0], [-0.2, 0.1, 0]])
    made = make_map(atoms, TRUTH, SHAPE, axes)
    assert np.abs(values(occupancies(made, axes, atoms)) - TRUTH).max() < 0.03


def test_axes_in_another_order(atoms, density):
    turned = Atoms(atoms.positions[:, ::-1], atoms.elements, atoms.groups, atoms.names)
    other = occupancies(density.transpose(2, 1, 0), VOXEL, turned)
    assert np.abs(values(other) - TRUTH).max() < 0.02


def test_a_design_serves_many_maps(atoms, density, found):
    design = prepare(SHAPE, VOXEL, atoms)
    again = fit_occupancies(design, density)
    weak = fit_occupancies(design, 0.5 * density, like=again)
    assert np.array_equal(values(again), values(found))
    assert np.allclose(values(weak), values(again) / 2, atol=5e-3)
    assert weak.full_note == 'taken from another map'
    with pytest.raises(ValueError, match='make one for this grid'):
        fit_occupancies(design, density[1:])


def test_one_scale_for_several_maps(atoms, density, found):
    a, b = on_one_scale([found, occupancies(density * np.float32(0.9), VOXEL, atoms)])
    assert a.full_level == b.full_level
    assert np.allclose(values(b), 0.9 * values(a), atol=5e-3)


def test_full_by_definition_has_no_error_and_says_so(atoms, density, found):
    assert found['A'].occupancy == 1
    assert np.isnan(found['A'].error)
    assert (errors(found)[1:] > 0).all()
    # Against a level from elsewhere it is a number like any other.
    weak = occupancies(density * np.float32(0.9), VOXEL, atoms)
    for one in (occupancies(density, VOXEL, atoms, like=weak), *on_one_scale([found, weak])):
        assert np.isfinite(errors(one)).all()
        assert errors(one)[0] > 0
        assert 'by definition' not in one['A'].note


def test_misfit_counts_as_error(atoms, density, found):
    # A share of each atom's density beside it: what no noise elsewhere explains.
    ghost = np.roll(density, 2, axis=0) * np.float32(0.3)
    wrong = occupancies(density + ghost, VOXEL, atoms)
    assert (errors(wrong)[1:] > 1.8 * errors(found)[1:]).all()


def test_full_is_what_the_user_says(atoms, density, found):
    second = occupancies(density, VOXEL, atoms, full='B')
    assert second['B'].occupancy == pytest.approx(1)
    assert second['A'].occupancy == pytest.approx(1 / 0.7, abs=0.05)
    number = occupancies(density, VOXEL, atoms, full=2 * found.full_level)
    assert np.allclose(values(number), values(found) / 2)
    one = Atoms(atoms.positions, atoms.elements, np.zeros(len(atoms), int), ('all',))
    with pytest.raises(ValueError, match='single group'):
        occupancies(density, VOXEL, one)
    assert occupancies(density, VOXEL, one, full='all').groups[0].occupancy == pytest.approx(1)


def test_groups_alike_set_full_together(atoms):
    truth = np.array([1, 1, 1, 0.5])
    fit = occupancies(make_map(atoms, truth, SHAPE, VOXEL, noise=0.05), VOXEL, atoms)
    assert set(fit.full_groups) == {'A', 'B', 'C'}
    assert np.abs(values(fit) - truth).max() < 0.03


def test_weights_are_shares_of_atoms(atoms, density, found):
    twice = Atoms(np.repeat(atoms.positions, 2, axis=0), np.repeat(atoms.elements, 2),
                  np.repeat(atoms.groups, 2), atoms.names, np.tile([0.6, 0.4], len(atoms)))
    assert np.allclose(values(occupancies(density, VOXEL, twice)), values(found), atol=2e-3)


def test_the_residual_shows_what_the_model_lacks(atoms, density):
    some = atoms.groups != 1
    lacking = Atoms(atoms.positions[some], atoms.elements[some],
                    np.where(atoms.groups == 0, 0, atoms.groups - 1)[some], ('A', 'C', 'D'))
    fit = occupancies(density, VOXEL, lacking)
    assert fit.outside > 0.15
    assert any('where the model has nothing' in warning for warning in fit.warnings)
    place = np.array(np.unravel_index(fit.residual.argmax(), fit.residual.shape)[::-1])
    assert np.linalg.norm(place * fit.grid.steps - CENTRES[1]) < 10


def test_a_model_out_of_place_is_told(atoms, density):
    positions = atoms.positions + np.array([1.0, 0.8, 0])
    moved = Atoms(positions, atoms.elements, atoms.groups, atoms.names)
    assert any('moved by 1' in w for w in occupancies(density, VOXEL, moved).warnings)


def test_a_copy_in_solvent_reads_nothing(atoms, density):
    copy = atoms.positions[atoms.groups == 0] + [32, 0, 26]
    decoy = Atoms(np.concatenate([atoms.positions, copy]),
                  np.concatenate([atoms.elements, atoms.elements[atoms.groups == 0]]),
                  np.concatenate([atoms.groups, np.full(280, 4)]), (*atoms.names, 'copy'))
    fit = occupancies(density, VOXEL, decoy)
    assert abs(fit['copy'].raw) < 3 * fit['copy'].error + 0.01


def test_mates_agree_and_a_part_turned_on_the_spot_is_told(atoms):
    # As in a real map: masked, of another B-factor than any model's, sharpened a little.
    truth = np.array([1.0, 1.0, 1.0, 0.6])
    made = make_map(atoms, truth, SHAPE, VOXEL, b=np.array([40, 70, 110, 60]), bulk=0.4)
    near = np.zeros(SHAPE, bool)
    near[tuple(np.rint(atoms.positions[:, ::-1] / VOXEL).astype(int).T)] = True
    masked = made * gaussian_filter(binary_dilation(near, iterations=3).astype(np.float32), 1)
    fit = occupancies(masked, VOXEL, atoms)
    mates, width = values(fit)[:3], np.nan_to_num(errors(fit))[:3]
    assert (np.abs(mates - mates.mean()) <= 2 * width + 0.01).all()
    first, positions = atoms.groups == 0, atoms.positions.copy()
    stretched = (positions[first] - CENTRES[0]) * [2.2, 0.5, 0.5] + CENTRES[0]
    positions[first] = stretched
    fit = occupancies(masked, VOXEL, Atoms(
        positions, atoms.elements, atoms.groups, atoms.names))
    assert fit['A'].note or fit['A'].occupancy < 2 * fit['A'].error + 0.05
    assert fit['A'].error > 3 * np.nanmin(errors(fit))


def test_a_ligand_may_be_more_mobile_than_chains_that_are_alike(atoms):
    few = np.random.default_rng(3).normal([31, 30, 10], 1.3, size=(6, 3))
    places, elements = np.concatenate([atoms.positions, few]), [*atoms.elements, *'CCCOON']
    groups, names = np.append(atoms.groups, np.full(6, 4)), (*atoms.names, 'few')
    made = make_map(Atoms(places, elements, groups, names), [1, 0.7, 0.4, 0.9, 1], SHAPE, VOXEL,
                    b=[60, 60, 60, 60, 160], noise=0.05)
    other, ligand = (occupancies(made, VOXEL, Atoms(
        places, elements, groups, names, kinds=(*['protein'] * 4, kind)))['few']
        for kind in ('', 'ligand'))
    # Chains say little of its mobility, and what is not known of that counts in the error.
    assert ligand.b_factor > other.b_factor + 5
    assert ligand.b_error > 1.2 * other.b_error
    assert abs(ligand.occupancy - 1) < ligand.error


def test_errors_of_mobilities_fall_with_noise(atoms, found):
    quiet = occupancies(make_map(atoms, TRUTH, SHAPE, VOXEL, noise=0.002), VOXEL, atoms)
    for name in 'ABC':
        assert quiet[name].b_error < found[name].b_error < 10
    # Nothing is known of what is not there.
    assert quiet['D'].b_error > 10


def test_much_displaced_solvent_is_no_content_beyond_the_model(atoms, density):
    # As dense as the model itself, nearly: far away it lies well above what is left of it nearby.
    near = np.ones(SHAPE, bool)
    near[tuple(np.rint(atoms.positions[:, ::-1] / VOXEL).astype(int).T)] = False
    body = gaussian_filter((distance_transform_edt(near, VOXEL) < 4).astype(np.float32), 1)
    fit = occupancies(density - 0.7 * density[body > 0.9].mean() * body, VOXEL, atoms)
    assert fit.outside < 0.1
    assert not any('where the model has nothing' in warning for warning in fit.warnings)


def test_what_lies_beside_the_model_draws_nothing_down(atoms, density, found):
    z, y, x = np.indices(SHAPE) * VOXEL
    belt = np.exp(-((x - 41) ** 2 / 2 + (y - 8) ** 2) / 30 - ((z - 26) / 12) ** 4)
    fit = occupancies(density + (0.8 * density.max() * belt).astype(np.float32), VOXEL, atoms)
    assert np.abs(values(fit) - TRUTH).max() < 0.027
    assert any('where the model has nothing' in warning for warning in fit.warnings)


def test_groups_outside_are_told(atoms, density):
    positions = atoms.positions.copy()
    positions[atoms.groups == 3] += [200, 0, 0]
    fit = occupancies(density, VOXEL, Atoms(positions, atoms.elements, atoms.groups, atoms.names))
    assert np.isnan(fit['D'].occupancy)
    assert fit['D'].inside == 0
    assert fit['D'].note == 'outside the map'
    assert np.abs(values(fit) - TRUTH)[:3].max() < 0.03


def test_groups_in_one_place_are_told(atoms, density):
    own = atoms.groups == 0
    both = Atoms(np.concatenate([atoms.positions, atoms.positions[own] + 0.3]),
                 np.concatenate([atoms.elements, atoms.elements[own]]),
                 np.concatenate([atoms.groups, np.full(280, 4)]), (*atoms.names, 'again'))
    fit = occupancies(density, VOXEL, both, full='B')
    assert 'not to be told from again' in fit['A'].note
    assert 'not to be told from A' in fit['again'].note
    assert fit['B'].note == 'full by definition'


@pytest.mark.parametrize(('change', 'message'), [
    ({'groups': -1}, 'no atoms'),
    ({'elements': 'H'}, 'hydrogen atoms only'),
    ({'elements': 'Zz'}, 'no electron scattering factor'),
    ({'shift': 500.0}, 'does not lie on this map'),
    ({'shift': np.nan}, 'not a number'),
    ({'names': ('A', 'B', 'C', 'D', 'E')}, 'the group "E" has no atoms'),
    ({'names': ('A', 'B')}, 'has no name'),
    ({'names': ('A', 'A', 'C', 'D')}, 'two groups'),
    ({'full': 'X'}, 'none of those'),
    ({'full': -1.0}, 'above zero'),
    ({'full': []}, 'names no group'),
    ({'factor': -1}, 'inverted'),
    ({'fit_resolution': 3.0}, 'two voxels'),
    ({'b_factor': 'none'}, 'own, same'),
])
def test_what_will_not_do_is_refused(atoms, density, change, message):
    change = dict(change)
    shift, factor = change.pop('shift', 0.0), change.pop('factor', 1)
    groups = np.full(len(atoms), change.pop('groups', 0)) if 'groups' in change else atoms.groups
    elements = [change.pop('elements')] * len(atoms) if 'elements' in change else atoms.elements
    with pytest.raises(ValueError, match=message):
        occupancies(factor * density, VOXEL, Atoms(
            atoms.positions + shift, elements, groups, change.pop('names', atoms.names)), **change)


def test_noise_is_not_taken_for_the_model(atoms):
    noise = np.random.default_rng(0).standard_normal(SHAPE).astype(np.float32)
    with pytest.raises(ValueError, match='does not lie on this map'):
        occupancies(noise, VOXEL, atoms)


def test_progress_and_cancel(atoms, density):
    seen = []
    occupancies(density, VOXEL, atoms, progress=lambda share, name: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1

    def stop(share, name):
        if share > 0.5:
            raise Cancelled
    with pytest.raises(Cancelled):
        occupancies(density, VOXEL, atoms, progress=stop)
