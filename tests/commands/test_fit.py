"""occupy fit: occupancies of the parts of a model, on maps that ChimeraX made of it."""

import csv
import json

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import atom_line, sheet

TRUTH = {'A': 1.0, 'B': 0.4, 'C': 1.0}


@pytest.fixture
def model(open_model):
    """Three chains apart, #1; B has a ligand of five atoms, C a lone ion and a water."""
    ring = [atom_line(900 + i, 'CA', 'LIG', 'B', 201, (24 + 2 * np.cos(i), 14 + 2 * np.sin(i), 8.0),
                      hetero=True) for i in range(5)]
    return open_model([*sheet('A', 0.0, 1), *sheet('B', 24.0, 300), *sheet('C', 48.0, 600), *ring,
                       atom_line(950, 'ZN', 'ZN', 'C', 301, (48, 20, 8), hetero=True),
                       atom_line(951, 'O', 'HOH', 'C', 401, (48, 22, 8), hetero=True)])


@pytest.fixture
def make_map(model, make_map):
    """Makes a map of the model's chains, with `TRUTH` unless told otherwise; tests/conftest.py."""
    return lambda truth=TRUTH, **options: make_map(truth, **options)


def values(fitted, index=0):
    return {group.name: group.occupancy for group in fitted.found[index].groups}


def test_chains_and_ligands_read_what_is_true(run, make_map, log):
    volume = make_map()
    fitted = run(f'occupy fit #1 map #{volume.id_string}')
    found = values(fitted)
    assert set(found) == {'#1/A', '#1/B', '#1/B LIG 201', '#1/C'}
    for chain, truth in TRUTH.items():
        assert found[f'#1/{chain}'] == pytest.approx(truth, abs=0.03)
    assert found['#1/B LIG 201'] == pytest.approx(0.4, abs=0.15)
    assert 'correlate by 0.9' in log.text()
    assert [row['group'] for row in fitted.rows] == list(found)


def test_attributes_and_column_hold_what_was_fitted(session, run, model, make_map):
    volume = make_map()
    fitted = run(f'occupy fit #1 map #{volume.id_string} column occupancy')
    found = values(fitted)
    chains = {chain.chain_id: chain for chain in model.chains}
    assert chains['B'].fitted_occupancy == pytest.approx(found['#1/B'])
    assert chains['A'].fitted_b == pytest.approx(fitted.found[0]['#1/A'].b_factor)
    for residue in model.residues:
        if residue.name == 'LIG':
            assert residue.fitted_occupancy == pytest.approx(found['#1/B LIG 201'])
        elif residue.name in ('ZN', 'HOH'):
            assert not hasattr(residue, 'fitted_occupancy')
        for atom in residue.atoms:
            if residue.name == 'ALA':
                assert atom.occupancy == pytest.approx(
                    min(1, found[f'#1/{residue.chain_id}']), abs=1e-5)
    run('undo')
    assert set(model.atoms.occupancies) == {1.0}


def test_hydrogens_get_the_column_of_the_atoms_they_are_on(run, model, make_map):
    parent = model.atoms[model.atoms.names == 'CA'][0]
    hydrogen = model.new_atom('HA', 'H')
    parent.residue.add_atom(hydrogen)
    hydrogen.coord = parent.coord + 0.6
    model.new_bond(parent, hydrogen)
    volume = make_map({'A': 0.5, 'B': 1, 'C': 1})
    run(f'occupy fit #1 map #{volume.id_string} column occupancy')
    assert hydrogen.occupancy == parent.occupancy == pytest.approx(0.5, abs=0.1)
    run('undo')
    assert hydrogen.occupancy == 1.0


def test_full_is_what_the_user_says(run, make_map):
    volume = make_map({'A': 0.5, 'B': 0.2, 'C': 0.5})
    fit = f'occupy fit #1 map #{volume.id_string}'
    assert values(run(fit))['#1/A'] == pytest.approx(1, abs=0.03)
    full = values(run(f'{fit} full #1/B'))
    assert full['#1/B'] == pytest.approx(1, abs=0.01)
    assert full['#1/A'] == pytest.approx(2.5, abs=0.15)
    level = run(fit).found[0].full_level
    halved = values(run(f'{fit} full {2 * level:.6g}'))
    assert halved['#1/A'] == pytest.approx(0.5, abs=0.02)
    alone = run(f'occupy fit #1/B map #{volume.id_string} full {level:.6g} groups #1/B')
    assert len(alone.found[0].groups) == 1


@pytest.mark.parametrize(('words', 'names', 'number'), [
    ('by residue', {'#1/A:1', '#1/C:46', '#1/B LIG 201'}, 121),
    ('by segment segment 20', {'#1/A:1-22', '#1/B:25-46'}, 7),
    ('groups #1/A,B groups #1/C:1-30', {'#1/A,B', '#1/C:1-30'}, 2)])
def test_groups(run, make_map, words, names, number):
    volume = make_map()
    fitted = run(f'occupy fit #1 map #{volume.id_string} {words}')
    assert names <= set(values(fitted))
    assert len(values(fitted)) == number


def test_several_maps_of_one_grey_level_share_one_full_level(run, make_map, tmp_path):
    one, two = make_map(name='one'), make_map({'A': 1, 'B': 0.9, 'C': 0.3}, seed=1, name='two')
    maps = f'#{one.id_string},{two.id_string}'
    fitted = run(f'occupy fit #1 map {maps} file {tmp_path}/several.csv')
    assert fitted.found[0].full_level == fitted.found[1].full_level
    assert values(fitted, 0)['#1/B'] == pytest.approx(0.4, abs=0.03)
    assert values(fitted, 1)['#1/C'] == pytest.approx(0.3, abs=0.03)
    with open(tmp_path / 'several.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert next(iter(rows[0])) == 'map'
    assert len(rows) == 8
    double = make_map(name='double')
    double.data.array *= 3
    double.data.values_changed()
    fitted = run(f'occupy fit #1 map #{one.id_string},{double.id_string}')
    assert fitted.found[0].full_level != fitted.found[1].full_level
    assert values(fitted, 1)['#1/B'] == pytest.approx(0.4, abs=0.03)


def test_files(run, make_map, tmp_path):
    volume = make_map()
    fit = f'occupy fit #1 map #{volume.id_string}'
    fitted = run(f'{fit} file {tmp_path}/fit.csv plot {tmp_path}/fit.png')
    with open(tmp_path / 'fit.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ['group', 'atoms', 'occupancy', 'error', 'b_factor', 'b_error',
                             'inside', 'note']
    assert float(rows[0]['occupancy']) == pytest.approx(values(fitted)['#1/A'], abs=1e-4)
    run(f'{fit} file {tmp_path}/fit.json')
    assert json.loads((tmp_path / 'fit.json').read_text(encoding='utf-8'))[0]['group'] == '#1/A'
    assert (tmp_path / 'fit.png').stat().st_size > 3000


def test_the_residual_lies_on_its_map(run, make_map):
    volume = make_map()
    fitted = run(f'occupy fit #1 map #{volume.id_string} output residual')
    residual, = fitted.residuals
    box = [np.array(one.data.step) * one.data.size for one in (volume, residual)]
    np.testing.assert_allclose(*box, rtol=1e-5)
    assert np.abs(residual.full_matrix()).max() < 0.5 * volume.full_matrix().max()


def test_moved_together_nothing_changes(run, make_map):
    volume = make_map()
    before = values(run(f'occupy fit #1 map #{volume.id_string}'))
    run(f'turn 1,2,3 50 models #1,{volume.id_string} center 3,4,5')
    run(f'move 10,20,30 models #1,{volume.id_string}')
    after = values(run(f'occupy fit #1 map #{volume.id_string}'))
    assert after == pytest.approx(before, abs=1e-3)


def test_alternate_conformers_count_by_their_shares(run, open_model, make_map, model, monkeypatch):
    from chimerax.occupy.session import altlocs
    get_at = altlocs.get_at

    def as_in_the_application(atom, location, name):
        """The place of one atom is a tinyarray there, which cannot be indexed as an array can."""
        value = get_at(atom, location, name)
        return tuple(value) if name == 'scene_coord' else value

    monkeypatch.setattr(altlocs, 'get_at', as_in_the_application)
    volume = make_map()
    lines = [*sheet('A', 0.0, 1), *sheet('B', 24.0, 300), *sheet('C', 48.0, 600)]
    twice = []
    for line in lines:
        if ' 14 ' in line[20:28] and line[21] == 'A':
            twice += [line[:16] + 'A' + line[17:54] + '  0.60' + line[60:],
                      line[:16] + 'B' + line[17:54] + '  0.40' + line[60:]]
        else:
            twice.append(line)
    other = open_model(twice, name='alternate')
    found = values(run(f'occupy fit #{other.id_string} map #{volume.id_string}'))
    plain = values(run(f'occupy fit #1 map #{volume.id_string}'))
    assert found[f'#{other.id_string}/A'] == pytest.approx(plain['#1/A'], abs=0.01)


BAD = {
    'occupy fit #9 map #2': 'no atoms|atoms',
    'occupy fit #1 map #1': 'is not a map',
    'occupy fit #1/A map #2': 'nothing to compare with',
    'occupy fit #1 map #2 groups #1/A groups #1/A:1-5': 'share atoms',
    'occupy fit #1 map #2 groups #1/A by chain': 'groups contradicts by',
    'occupy fit #1 map #2 segment 10': 'by segment',
    'occupy fit #1 map #2 full #1/A:1-3': 'no whole group',
    'occupy fit #1 map #2 file fit.txt': 'must end in .csv or .json',
    'occupy fit #1 map #2 plot fit.gif': 'plot must end in',
    'occupy fit #1 map #2 fitResolution 1': 'fitResolution|at least',
    'occupy fit #1 map #2 fitResolution 2.1': 'finer than two voxels',
    'occupy fit #1 map #2 color false palette occupy': 'contradicts',
    'occupy fit #1/C:301 map #2 full 1': 'no chain and no ligand',
}


@pytest.mark.parametrize('command', BAD)
def test_mistakes_are_told_and_nothing_is_lost(session, run, make_map, command):
    make_map()
    before = session.models.list()
    with pytest.raises(UserError, match=BAD[command]):
        run(command)
    assert session.models.list() == before


def test_a_model_off_the_map_is_refused(run, make_map):
    volume = make_map()
    run('move x 300 models #1')
    with pytest.raises(UserError, match='does not lie on this map'):
        run(f'occupy fit #1 map #{volume.id_string}')


@pytest.mark.parametrize('closed', ['map', 'model'])
def test_closed_in_mid_run_it_ends_quietly(session, run, make_map, model, log, wait_until, closed):
    volume = make_map()
    job = run(f'occupy fit #1 map #{volume.id_string} block false')
    session.models.close([volume if closed == 'map' else model])
    wait_until(lambda: job.at_rest)
    assert not job.running
    assert 'closed' in job.failure
    assert 'Traceback' not in log.text()


def test_the_scale_against_a_model(session, run, make_map, model):
    from chimerax.occupy.session.record import record
    volume = make_map()
    run(f'occupy #{volume.id_string} mode occupancy fullScaleModel #1 color false')
    scales = run(f'occupy atoms #1 map #{volume.id_string} mode occupancy')[0]
    found = dict(zip([part.name for part in scales.layout.parts], scales.part_values, strict=True))
    assert found['#1/A'] == pytest.approx(1, abs=0.05)
    assert found['#1/B'] == pytest.approx(0.4, abs=0.06)
    plain = record(session).estimate_for(volume, 'occupancy')
    assert 'model' in plain.full_scale_note
    for words, match in (('mode resolution', 'needs "mode occupancy"'),
                         ('mode occupancy fullScale auto', 'contradict')):
        with pytest.raises(UserError, match=match):
            run(f'occupy #{volume.id_string} {words} fullScaleModel #1')
