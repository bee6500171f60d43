"""The table of results: rows are found in the scene, sorted, and know their models."""

import numpy as np
import pytest

from ..models import strand
from .tables import cells


def test_a_click_selects_and_zooms_and_hovering_lights_up(measure, model, events, commands,
                                                         session):
    section = measure('atoms')
    section.model.value = model
    events()
    section.measure.click()
    events()
    atoms = model.atoms
    atoms[:2].selecteds = True
    before = atoms.selecteds.copy()
    section.table.cellEntered.emit(1, 0)
    assert set(atoms[atoms.selecteds].residues.chain_ids) == {'B'}
    section.table.cellEntered.emit(0, 0)
    assert set(atoms[atoms.selecteds].residues.chain_ids) == {'A'}
    section.table.put_out()
    assert np.array_equal(atoms.selecteds, before)
    section.table.cellEntered.emit(0, 0)
    section.table.cellClicked.emit(1, 0)
    assert commands[-2:] == [f'select #{model.id_string}/B', f'view #{model.id_string}/B']
    section.table.put_out()
    assert set(atoms[atoms.selecteds].residues.chain_ids) == {'B'}
    session.models.close([model])
    events()
    commands.clear()
    section.table.cellClicked.emit(1, 0)
    section.table.cellEntered.emit(0, 0)
    assert commands == []


@pytest.fixture
def shown(panel, model, events):
    """`shown(*specs)` shows a table with a row for each specifier, and returns it."""
    from chimerax.occupy.tool.results import Number, Row, Table

    def show(*specs):
        panel.measure.show_results(Table('Occupancy', ('Group', 'Occupancy'), [
            Row((spec, Number(0.5)), spec) for spec in specs]))
        events()
        return panel.measure.table

    return show


def test_rows_know_their_model_whatever_its_number(shown, model, events, commands, run, open_model):
    number = model.id_string
    table = shown(f'#{number}/A', f'#{number}/B')
    run(f'rename #{number} id #7')
    other = open_model(strand('B', (46, 29, 30), 4), 'other')
    run(f'rename #{other.id_string} id #{number}')
    events()
    commands.clear()
    table.cellEntered.emit(1, 0)
    assert model.atoms.selecteds.any()
    assert not other.atoms.selecteds.any()
    table.cellClicked.emit(1, 0)
    assert commands == ['select #7/B', 'view #7/B']
    run('close #7')
    events()
    commands.clear()
    table.cellClicked.emit(1, 0)
    assert commands == []


def test_a_row_of_what_is_hidden_is_selected(shown, model, commands, run, log):
    number = model.id_string
    table = shown(f'#{number}/A', f'#{number}/B')
    run(f'hide #{number}/B atoms; hide #{number}/B cartoons')
    commands.clear()
    table.cellClicked.emit(1, 0)
    assert commands == [f'select #{number}/B']
    assert log.text('error') == ''


def test_a_row_of_a_part_in_the_words_of_a_user(shown, model, run):
    number = model.id_string
    several = f'#{number}-{number}/A'
    table = shown(f'#{number}/A:1-2 | #{number}/B', several)
    run(f'rename #{number} id #1.8')
    assert [table._spec_at(row) for row in (0, 1)] == ['#1.8/A:1-2 | #1.8/B', several]


def test_sorted_by_number(measure, model, events):
    from Qt.QtCore import Qt
    section = measure('atoms')
    section.model.value = model
    events()
    section.measure.click()
    section.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [row[0][-1] for row in cells(section)] == ['B', 'A']
    assert section.table.row_at(0).spec.endswith('/B')
    section.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [row[0][-1] for row in cells(section)] == ['A', 'B']


def test_sorted_as_before_when_measured_again(measure, model, events):
    from Qt.QtCore import Qt
    section = measure('atoms')
    section.measure.click()
    header = section.table.horizontalHeader()
    assert header.sortIndicatorSection() == -1
    section.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    section.measure.click()
    events()
    assert [row[0][-1] for row in cells(section)] == ['B', 'A']
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (
        1, Qt.SortOrder.AscendingOrder)
    from chimerax.occupy.tool.results import Number, Row, Table
    section.show_results(Table('Other', ('Group', 'Occupancy'), [
        Row((name, Number(value))) for name, value in (('b', 0.5), ('c', 0.2), ('a', 0.9))]))
    assert [row[0] for row in cells(section)] == ['b', 'c', 'a']    # another kind, as it comes
    assert header.sortIndicatorSection() == -1
