"""The tab that measures: the commands, what stands in the table, files."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest

from ..models import strand
from .tables import cells


def test_reasons(panel, plain, events):
    measure = panel.measure
    for what, words in (('target', 'choose a region'), ('atoms', 'choose a model'),
                        ('compare', 'open another class')):
        measure.what.setCurrentIndex(measure.what.findData(what))
        events()
        assert words in measure.measure.toolTip().lower()


def test_the_only_model_is_chosen(panel, plain, events, open_model, run):
    assert panel.measure.model.value is None
    model = open_model(strand('A', (21.6, 29, 30), 5))
    events(lambda: panel.measure.model.value is model)
    assert panel.measure.region.value is None       # a mask would do as well
    assert panel.measure.measure.isEnabled()


def test_region(measure, panel, model, events, commands):
    section = measure('target')
    section.region.value = model
    events()
    section.distance.setValue(3)
    commands.clear()
    section.measure.click()
    events()
    assert commands == [f'occupy target #1 region #{model.id_string} distance 3']
    (name, occupancy, voxels), = cells(section)
    assert name == f'#{model.id_string}'
    assert 0 < float(occupancy) <= 1
    assert panel.bottom.status.text() == (
        f'Occupancy of the region #{model.id_string} in blobs #1.')
    assert int(voxels) > 10


def test_along_a_model(measure, model, events, commands, session):
    section = measure('atoms')
    section.model.value = model
    events()
    commands.clear()
    section.measure.click()
    events()
    number = model.id_string
    assert commands == [f'occupy atoms #{number} map #1 mode occupancy']
    rows = cells(section)
    assert [row[0] for row in rows] == [f'#{number}/A', f'#{number}/B']
    assert float(rows[0][1]) > float(rows[1][1])


def test_column_and_colours(measure, model, events, commands):
    section = measure('atoms')
    section.model.value = model
    section.color_it.click()
    section.column.setCurrentIndex(section.column.findData('bfactor'))
    events()
    commands.clear()
    section.measure.click()
    assert commands == [f'occupy atoms #{model.id_string} map #1 mode occupancy color true '
                        'column bfactor']
    assert model.atoms.bfactors.max() <= 1


def test_in_the_background(panel, plain, model, events, in_background):
    section = panel.measure
    section.what.setCurrentIndex(section.what.findData('target'))
    section.region.value = model
    events()
    section.measure.click()
    assert panel.busy
    events(lambda: section.table.rowCount() == 1)


class TestOfWhat:
    """The table says of which map it is, and does not pass for that of another one."""

    @pytest.fixture
    def measured(self, measure, model, events):
        section = measure('atoms')
        section.measure.click()
        events()
        return section

    def caption(self, section, events):
        events()
        return section.heading.text()

    def test_the_map_is_named(self, measured, panel, events):
        assert self.caption(measured, events) == 'Occupancy scale, blobs #1'
        assert panel.bottom.status.text() == 'Occupancy scale of 2 parts in blobs #1.'

    def test_another_map_is_chosen(self, measured, panel, model, events, open_array, estimated,
                                   commands, monkeypatch):
        panel.map.menu.value = open_array(name='other')
        assert self.caption(measured, events) == 'Occupancy scale, blobs #1, not the map chosen'
        # What stands beside the table is of it, whatever is chosen for the next one.
        measured.what.setCurrentIndex(measured.what.findData('target'))
        events()
        assert measured.plot.isVisibleTo(panel.widget)
        ran = []
        monkeypatch.setattr(panel, 'run', lambda command, then: ran.append(command))
        measured.plot.click()
        assert ran == [f'occupy atoms #{model.id_string} map #1 mode occupancy plot true']
        panel.map.menu.value = estimated
        assert self.caption(measured, events) == 'Occupancy scale, blobs #1'

    def test_the_map_is_closed(self, measured, panel, events, open_array, run, tmp_path):
        open_array(name='other')
        run('close #1')
        assert self.caption(measured, events) == 'Occupancy scale, blobs #1, closed'
        assert 'blobs #1 is closed' in measured.plot.toolTip()
        assert not measured.plot.isEnabled()
        measured.table.save(tmp_path / 'table.csv')
        assert len((tmp_path / 'table.csv').read_text().splitlines()) == 3

    def test_the_model_is_closed_or_renumbered(self, measured, model, events, run):
        number = model.id_string
        run(f'rename #{number} id 20')
        events()
        assert 'another number' in measured.plot.toolTip()
        run('close #20')
        events()
        assert 'is closed' in measured.plot.toolTip()

    def test_several_maps(self, measure, panel, events, open_array, two_blobs, run):
        section = measure('compare')
        for share in (0.7, 0.2):
            open_array(two_blobs(occupancies=(1, share)), name='class')
        events()
        section.measure.click()
        assert self.caption(section, events) == 'Mean scale, 3 maps'
        assert panel.bottom.status.text() == 'Mean scale of 1 region in 3 maps.'
        assert not section.plot.isVisibleTo(panel.widget)
        run('close #1')
        assert self.caption(section, events) == 'Mean scale, 3 maps, 1 of them closed'
        panel.map.menu.value = open_array(name='other')
        assert self.caption(section, events) == (
            'Mean scale, 3 maps, 1 of them closed, not the map chosen')


def test_fit(measure, panel, model, events, commands, run):
    section = measure('fit')
    made = run(f'molmap #{model.id_string} 5 edgePadding 15')
    events()
    panel.map.menu.value = made
    section.model.value = model
    events()
    commands.clear()
    section.measure.click()
    events()
    assert commands == [f'occupy fit #{model.id_string} map #{made.id_string}']
    assert [row[0] for row in cells(section)] == [f'#{model.id_string}/A', f'#{model.id_string}/B']
    assert all('±' in row[1] for row in cells(section))


def test_classes(measure, panel, model, open_array, two_blobs, events, commands):
    section = measure('compare')
    other, third = (open_array(two_blobs(occupancies=(1, share)), name='class')
                    for share in (0.7, 0.2))
    events()
    commands.clear()
    section.measure.click()
    section.model.value = model
    events()
    section.by_chain.click()
    section.measure.click()
    events()
    three = f'#1,{other.id_string},{third.id_string}'
    assert commands == [f'occupy compare {three} mode occupancy',
                        f'occupy compare {three} mode occupancy model #{model.id_string}']
    section.other.value = other
    events()
    assert section.command().startswith(f'occupy compare #1,{other.id_string} mode')
    panel.map.menu.value = third
    section.other.value = other
    events()
    # Two with a model: what changed from the panel's own.
    assert section.command().startswith(
        f'occupy compare #{third.id_string} #{other.id_string} mode')
    assert section.table.columnCount() == 4
    assert [row[0] for row in cells(section)] == [f'#{model.id_string}/A', f'#{model.id_string}/B']
    colors = {section.table.item(row, 1).background().color().name() for row in range(2)}
    assert len(colors) == 2     # a heat map


def test_two_classes_by_a_fit(measure, panel, model, events, commands, run):
    """One grey level is asked for where a model tells it, and only there."""
    section = measure('compare')
    first = run(f'molmap #{model.id_string} 5 edgePadding 15')
    second = run(f'volume copy #{first.id_string}')
    run('close #1')
    events()
    panel.map.menu.value = first
    section.other.value = second
    events()
    assert not section.one_grey.isEnabled()
    assert 'choose a model' in section.one_grey.toolTip()
    section.model.value = model
    events()
    section.by_chain.click()
    panel.map.mode_buttons['resolution'].click()
    events()
    assert 'occupancy' in section.one_grey.toolTip()
    assert not section.one_grey.isEnabled()
    panel.map.mode_buttons['occupancy'].click()
    events()
    section.one_grey.click()
    section.color_it.click()
    commands.clear()
    section.measure.click()
    events()
    assert commands == [f'occupy compare #{first.id_string},{second.id_string} mode occupancy '
                        f'model #{model.id_string} normalize true color true']
    heads = [section.table.horizontalHeaderItem(i).text() for i in range(4)]
    assert heads == ['Group', f'#{first.id_string}', f'#{second.id_string}', 'Change']
    assert len(cells(section)) == 2
    section.by_chain.click()
    assert 'normalize' not in section.command()


def test_colours_are_offered_where_there_are_any(measure, model, events, panel):
    for what in ('fit', 'target', 'atoms', 'compare', 'series'):
        section = measure(what)
        section.model.value = model
        events()
        assert section.color_it.isVisibleTo(panel.widget) == (what in ('fit', 'atoms', 'compare'))
        assert section.plot.isVisibleTo(panel.widget) == (what in ('fit', 'atoms'))
        if section.color_it.isVisibleTo(panel.widget):
            assert section.color_it.toolTip()
        if section.plot.isVisibleTo(panel.widget):
            assert 'Plot' in section.plot.toolTip() or not section.plot.isEnabled()


def test_a_series(measure, panel, model, events, commands, run):
    """All open maps, or, of maps within a group, those of that group."""
    section = measure('series')
    section.model.value = model
    events()
    assert section.measure.toolTip() == 'open the other maps of the series first' or (
        not section.measure.isEnabled())
    whole = run(f'molmap #{model.id_string} 5 edgePadding 15')
    part = run(f'molmap #{model.id_string}/A 5 onGrid #{whole.id_string}')
    run('close #1')
    run(f'rename #{whole.id_string},{part.id_string} id 20')
    events()
    panel.map.menu.value = whole
    section.model.value = model
    events()
    commands.clear()
    section.measure.click()
    events()
    assert commands == [f'occupy series #20.1#20.2 model #{model.id_string}']
    assert section.table.columnCount() == 3
    by_name = {row[0]: row[1:] for row in cells(section)}
    assert set(by_name) == {f'#{model.id_string}/A', f'#{model.id_string}/B'}
    gone = by_name[f'#{model.id_string}/B']
    assert sorted(float(text.split()[0]) for text in gone) == pytest.approx([0, 1], abs=0.1)


def given(names):
    """Groups as a fit has them where the user named them by specifiers."""
    residues = SimpleNamespace(unique_residues=[])
    return SimpleNamespace(given=True, groups=[SimpleNamespace(name=name) for name in names],
                           members=lambda _index: residues)


def test_errors_are_numbers_of_their_own(panel):
    from chimerax.occupy.tool.results import table_of
    groups = [SimpleNamespace(name='#2/A', occupancy=0.9, error=0.02, b_factor=50.0, b_error=4.0,
                              atoms=100, note=''),
              SimpleNamespace(name='ligand', occupancy=np.nan, error=np.nan, b_factor=np.nan,
                              b_error=np.nan, atoms=8, note='outside the map')]
    from chimerax.occupy.commands.fit import Fitted
    table = table_of(Fitted([], [SimpleNamespace(groups=groups)],
                            given(['#2/A', 'ligand']), [], []))
    panel.measure.show_results(table)
    assert cells(panel.measure)[0] == ['#2/A', '0.900 ± 0.020', '50 ± 4', '100', '']
    assert cells(panel.measure)[1] == ['ligand', '–', '–', '8', 'outside the map']
    assert [row.spec for row in table.rows] == ['#2/A', 'ligand']
    assert table.csv()[0] == ['Group', 'Occupancy', 'Occupancy error', 'B (Å²)', 'B (Å²) error',
                              'Atoms', 'Note']
    assert table.csv()[1] == ['#2/A', '0.9', '0.02', '50', '4', '100', '']


def test_files(panel, measure, model, events, commands, tmp_path, monkeypatch):
    from chimerax.occupy.tool import filenames
    from Qt.QtWidgets import QApplication
    answers = []

    def ask(_parent, _title, _folder, kinds):
        return answers.pop(0), kinds.split(';;')[0]

    monkeypatch.setattr(filenames.QFileDialog, 'getSaveFileName', ask)
    section = measure('atoms')
    section.model.value = model
    events()
    section.measure.click()
    panel.masks.make.click()
    events()
    commands.clear()
    answers += ['', str(tmp_path / 'my report'), str(tmp_path / 'report.json'),
                str(tmp_path / 'table'), str(tmp_path / 'mask')]
    panel.solvent.report.click()
    assert commands == []
    panel.solvent.report.click()
    panel.solvent.report.click()
    section.save.click()
    panel.masks.save.click()
    assert f'"{tmp_path / "my report.txt"}"' in commands[0]
    panel.masks.copy.click()
    assert f'--solvent_mask {tmp_path / "mask.mrc"}' in QApplication.clipboard().text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != '.pdb') == [
        'mask.mrc', 'my report.txt', 'report.json', 'table.csv']
    with open(tmp_path / 'table.csv', newline='', encoding='utf-8') as file:
        assert [row[0] for row in csv.reader(file)][1:] == [
            f'#{model.id_string}/A', f'#{model.id_string}/B']
    commands.clear()
    answers += [str(tmp_path / 'my report'), str(tmp_path / 'emd_1234.v2')]
    monkeypatch.setattr(filenames.QMessageBox, 'question',
                        lambda *_: filenames.QMessageBox.StandardButton.No)
    panel.solvent.report.click()
    assert commands == []
    panel.solvent.report.click()
    assert (tmp_path / 'emd_1234.v2.txt').exists()
