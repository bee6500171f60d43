"""`occupy compare` with two maps and a model: what changed, by a fit."""

import csv

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import sheet

FIRST = {'A': 1, 'B': 0.9, 'C': 0.3, 'D': 1}
SECOND = {'A': 1, 'B': 0.3, 'C': 0.6, 'D': 1}


@pytest.fixture
def model(open_model):
    """#1: four chains apart."""
    return open_model([*sheet('A', 0.0, 1), *sheet('B', 24.0, 300), *sheet('C', 48.0, 600),
                       *sheet('D', 72.0, 900)])


@pytest.fixture
def classes(model, make_map):
    """#2 and #3: two classes of one grey level."""
    return [make_map(FIRST, name='first', seed=1), make_map(SECOND, name='second', seed=2)]


def changes_of(told):
    return {change.name[-1]: change for change in told.changes.groups}


def test_what_changed_is_ranked(run, log, classes):
    told = run('occupy compare #2,3 model #1')
    found = changes_of(told)
    for chain, first in FIRST.items():
        assert found[chain].first == pytest.approx(first, abs=0.04)
        assert found[chain].second == pytest.approx(SECOND[chain], abs=0.04)
        assert found[chain].change == pytest.approx(SECOND[chain] - first, abs=0.04)
        assert 0 < found[chain].error < 0.05
    assert [change.name for change in told.changes.ranked()][:2] == ['#1/B', '#1/C']
    assert [found[chain].is_marked for chain in 'ABCD'] == [False, True, True, False]
    assert told.notes == []
    assert '2 of 4 groups changed' in log.text()


def test_the_table_of_the_panel_and_of_scripts(session, run, classes):
    pytest.importorskip('Qt')
    from chimerax.occupy.commands.answers import plain
    from chimerax.occupy.tool.results import table_of
    told = run('occupy compare #3 #2 model #1')
    assert told.sources == classes[::-1]
    table = table_of(told)
    assert table.columns[:5] == ('Group', '#3', '#2', 'Change', 'z')
    assert [row.spec.split(':')[0] for row in table.rows][:2] == ['#1/B', '#1/C']
    assert table.rows[0].cells[3].value == pytest.approx(0.6, abs=0.04)
    answer = plain(session, told)
    assert [row['group'] for row in answer['rows']] == [row['group'] for row in told.rows]
    assert answer['sources'][0]['id'] == '3'


def test_csv(run, classes, tmp_path):
    path = tmp_path / 'changes.csv'
    told = run(f'occupy compare #2,3 model #1 file {path}')
    with open(path, newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert [row['group'] for row in rows] == [change.name for change in told.changes.ranked()]
    for row, change in zip(rows, told.changes.ranked(), strict=True):
        assert float(row['change']) == pytest.approx(change.change, abs=1e-4)
        assert float(row['error']) == pytest.approx(change.error, abs=1e-4)
        assert float(row['change']) == pytest.approx(
            float(row['occupancy_2']) - float(row['occupancy_1']), abs=2e-4)
        assert row['marked'] == str(change.is_marked).lower()
        assert row['unchanged'] == 'false'


def test_maps_normalised_one_by_one_are_recognised_and_the_advice_works(run, log, classes,
                                                                        make_map):
    make_map(SECOND, name='normalised', seed=2, unit=1.8)
    told = run('occupy compare #2,4 model #1')
    (note,) = told.notes
    assert 'normalised #4 seems to have 1.8' in note
    assert note in log.text('warning')
    again = run('occupy compare #2,4 model #1 normalize true')
    assert again.notes == []
    assert set(again.changes.unchanged) == {'#1/A', '#1/D'}
    assert again.changes.ratio == pytest.approx(1.8, rel=0.03)
    assert 'groups that do not change (#1/A, #1/D)' in log.text()
    for chain, change in changes_of(again).items():
        assert change.change == pytest.approx(SECOND[chain] - FIRST[chain], abs=0.05)
    named = run('occupy compare #2,4 model #1 normalize #1/A')
    assert named.changes.unchanged == ('#1/A',)
    assert named.changes.ratio == pytest.approx(1.8, rel=0.04)


def test_the_surface_is_coloured_by_the_change(session, run, classes, model):
    from chimerax.color_key.model import get_model
    from chimerax.occupy.session.key import shown_on
    told = run('occupy compare #2,3 model #1 color true')
    surface = classes[0].surfaces[0]
    shown = shown_on(surface)
    assert shown.title == 'occupancy change'
    # What is in the parts, up to 0.6, in steps of a tenth.
    reach = shown.range[1]
    assert shown.range[0] == -reach
    most = max(abs(change.change) for change in told.changes.groups)
    assert reach - 0.1 < most < reach + 1e-5 < 0.71
    labels = [label.strip() for _, label in get_model(session, create=False).rgbas_and_labels
              if label]
    assert labels == [f'-{reach:.1f}', 'occupancy change', f'{reach:.1f}']
    points = surface.scene_position * surface.vertices
    colors = surface.vertex_colors.astype(int)
    nearest = {}
    for chain in 'ABCD':
        atoms = model.atoms[model.atoms.chain_ids == chain].scene_coords
        near = np.linalg.norm(points - atoms.mean(axis=0), axis=1) < 9
        assert near.any()
        nearest[chain] = np.median(colors[near], axis=0)
    assert nearest['B'][0] > nearest['B'][2] + 60           # red: lost
    assert nearest['C'][2] > nearest['C'][0] + 30           # blue: gained
    assert np.ptp(nearest['A'][:3]) < 8                     # neither
    assert told.change_map.name == 'first change to #3'
    assert not told.change_map.show_in_volume_viewer
    run('undo')
    assert surface.vertex_colors is None
    assert get_model(session, create=False) is None


def test_colours_of_change_stay_with_the_session(session, run, classes, tmp_path):
    run('occupy compare #2,3 model #1 color true; wait 1')
    before = classes[0].surfaces[0].vertex_colors.copy()
    run(f'save {tmp_path}/changed.cxs; close; open {tmp_path}/changed.cxs')
    from chimerax.occupy.session.key import scale_key, shown_on
    volume = session.models.list(model_id=(2,))[0]
    volume.update_drawings()
    run('wait 1')
    np.testing.assert_array_equal(volume.surfaces[0].vertex_colors, before)
    assert shown_on(volume.surfaces[0]).title == 'occupancy change'
    assert scale_key(session).is_shown
    run('color #2 gray')
    assert not scale_key(session).is_shown


BAD = {
    'occupy compare #2,3 method fit': 'give "model"',
    'occupy compare #2,3 model #1 method fit lowPass 9': 'lowPass is of "method scale"',
    'occupy compare #2,3 model #1 mode resolution by residue': 'mode is of "method scale"',
    'occupy compare #2,3 model #1 method scale by residue': 'by is of "method fit"',
    'occupy compare #2-4 model #1 method fit': '"occupy fit" fits any number',
    'occupy compare #2,3 model #1 by chain groups #1/A': 'groups contradicts by',
    'occupy compare #2,3 model #1 normalize #1/A:1-5': 'normalize names no whole group',
    'occupy compare #2,3 model #1 file x.json': 'must end in .csv',
    'occupy compare #2,3 model #1 groups #1/A groups #1/B normalize true': 'no two groups',
}


def test_mistakes_are_told(session, run, classes, make_map):
    make_map(FIRST)
    count = len(session.models.list())
    for command, words in BAD.items():
        with pytest.raises(UserError, match=words):
            run(command)
        assert len(session.models.list()) == count


def test_what_goes_by_scale(run, classes, make_map):
    from chimerax.occupy.commands.compare import Comparison
    assert isinstance(run('occupy compare #2,3 model #1 method scale'), Comparison)
    assert isinstance(run('occupy compare #2,3'), Comparison)
