"""Occupancies of a model's parts, beside the other results of a map."""

import csv
import json

import numpy as np
import pytest
from chimerax.occupy.batch import run_batch
from chimerax.occupy.batch.groups import read_groups

TRUTH = {'/A': 1, '/B': 0.8, '/C': 0.5, '/D': 0.2}


@pytest.fixture
def one_map(assembly):
    return assembly.map('one.mrc', list(TRUTH.values()))


def rows_of(outcome):
    """Rows of the table of an outcome, as dicts."""
    path, = [file for file in outcome.files if file.endswith('_occupancies.csv')]
    with open(path, encoding='utf-8', newline='') as stream:
        return list(csv.DictReader(stream))


def test_table_beside_the_other_results(assembly, one_map, tmp_path):
    outcome, = run_batch(one_map, model=str(assembly.model), output_dir=tmp_path / 'out')
    assert not outcome.failed, outcome.message
    rows = rows_of(outcome)
    assert list(rows[0]) == ['group', 'atoms', 'occupancy', 'error', 'b_factor', 'b_error',
                             'inside', 'note']
    assert {row['group']: float(row['occupancy']) for row in rows} == pytest.approx(TRUTH, abs=.03)
    assert {row['atoms'] for row in rows} == {'240'}
    with open(outcome.report, encoding='utf-8') as stream:
        report = json.load(stream)
    assert report['asked']['model'] == [str(assembly.model)]
    assert report['inputs']['model']['sha256']
    assert report['occupancies']['correlation'] > 0.95
    assert report['occupancies']['groups'][0]['group'] == '/A'
    again, = run_batch(one_map, model=str(assembly.model), output_dir=tmp_path / 'out')
    assert again.status == 'already done'
    # Another model is other work.
    assembly.model.write_text(
        assembly.model.read_text(encoding='utf-8') + 'REMARK\n', encoding='utf-8')
    assert run_batch(one_map, model=str(assembly.model), output_dir=tmp_path / 'out')[0].failed


@pytest.mark.parametrize('placement', [
    {'origin': (-31.0, 12.5, 7.25)}, {'starts': (3, -5, 7)},
    {'axes': (3, 1, 2), 'order': '>'}, {'labels': [b'Chimera rotation: 0 0 1 90']}])
def test_model_meets_the_map_where_it_lies(assembly, tmp_path, placement):
    from chimerax.occupy.mapfiles import read_map
    path = assembly.map('placed.mrc', list(TRUTH.values()), **placement)
    source = read_map(path)
    groups = read_groups([assembly.model])
    placed = [source.place(point / assembly.STEP) for point in groups.positions]
    lines = assembly.model.read_text(encoding='utf-8').splitlines()
    moved = tmp_path / 'moved.pdb'
    moved.write_text('\n'.join(f'{line[:30]}{x:8.3f}{y:8.3f}{z:8.3f}{line[54:]}' for line, (x, y, z)
                               in zip(lines, placed, strict=False)), encoding='utf-8')
    outcome, = run_batch(path, model=str(moved), output_dir=tmp_path / 'out', scale=False)
    found = {row['group']: float(row['occupancy']) for row in rows_of(outcome)}
    assert found == pytest.approx(TRUTH, abs=.03)


def test_model_off_the_map_leaves_the_rest(assembly, one_map, tmp_path):
    away = assembly.map('away.mrc', [1, 1, 1, 1], origin=(300.0, 0, 0))
    outcomes = run_batch([away, one_map], model=str(assembly.model), output_dir=tmp_path / 'out')
    assert [outcome.failed for outcome in outcomes] == [True, False]
    assert 'occupancies were not made: the model does not lie on this map' in outcomes[0].message
    assert [path.rsplit('_', 1)[1] for path in outcomes[0].files] == ['resolution.mrc']


def test_mistakes_end_before_any_work(assembly, one_map, tmp_path, capsys):
    from chimerax.occupy.batch.cli import main
    listed = tmp_path / 'groups.txt'
    listed.write_text('left /A\n/B nonsense\n', encoding='utf-8')
    model = str(assembly.model)
    for options, reason in (
            (['--model', str(tmp_path / 'none.pdb')], 'none.pdb cannot be read: no such file'),
            (['--model', str(one_map)], 'not a PDB or mmCIF file'),
            (['--groups', 'residue'], '--groups has nothing to act on: give --model too'),
            (['--model', model, '--full', '/X'], '--full names the group "/X"'),
            (['--model', model, '--groups', '/A'], 'single group has nothing to compare'),
            (['--model', model, '--groups', '/A /A:1-9'], 'share atoms'),
            (['--model', model, '--groups', '/A /Z'], 'the chain Z, which is not in the model'),
            (['--model', model, '--groups', 'segment x'], '"segment 20"'),
            (['--model', model, '--groups', 'chains'], 'none of chain, residue'),
            (['--model', model, '--groups', str(listed)], 'not "/B nonsense"')):
        with pytest.raises(SystemExit) as ended:
            main([str(one_map), '-o', str(tmp_path / 'out'), *options])
        assert ended.value.code == 2
        assert reason in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


def test_groups_by_words(assembly, tmp_path):
    model = [assembly.model]
    assert read_groups(model).names == ('/A', '/B', '/C', '/D')
    assert set(read_groups(model).kinds) == {'protein'}
    assert len(read_groups(model, 'residue').names) == 240
    assert read_groups(model, 'segment 30').names[:2] == ('/A:1-30', '/A:31-60')
    some = read_groups(model, '/A,C /B:1-20,31 /D:ALA')
    assert some.names == ('/A,C', '/B:1-20,31', '/D:ALA')
    assert np.bincount(some.group_of + 1).tolist() == [39 * 4, 480, 21 * 4, 240]
    listed = tmp_path / 'groups.txt'
    listed.write_text('the left part  /A-B\n\n/C /D\n', encoding='utf-8')
    assert read_groups(model, str(listed)).names == ('the left part', '/C /D')
    assert np.bincount(read_groups(model, str(listed)).group_of).tolist() == [480, 480]
    both = read_groups([assembly.model, assembly.model], '#1/A #2')
    assert both.names == ('#1/A', '#2')
    assert np.bincount(both.group_of + 1).tolist() == [720, 240, 960]
    assert read_groups([assembly.model, assembly.model]).names[4] == '#2/A'


def test_a_list_of_groups_that_changes_is_other_work(assembly, one_map, tmp_path):
    listed = tmp_path / 'groups.txt'
    options = {'model': str(assembly.model), 'groups': str(listed), 'output_dir': tmp_path / 'out',
               'scale': False}
    for text, status in (
            ('/A\n/B\n', 'done'), ('/A\n/B\n', 'already done'), ('/A\n/C\n', 'failed')):
        listed.write_text(text, encoding='utf-8')
        outcome, = run_batch(one_map, **options)
        assert outcome.status == status, outcome.message
