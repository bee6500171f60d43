"""The tab for what is needed less often: the commands its buttons run, and their files."""

import pytest

from ..models import strand


@pytest.fixture
def model(open_model, events):
    """An atomic model within the first blob."""
    made = open_model(strand('A', (21.6, 29, 30), 5))
    events()
    return made


def test_commands(panel, estimated, events, commands):
    more = panel.more
    commands.clear()
    more.threshold.setValue(0.4)
    more.solvent_mask.click()
    more.subtraction_mask.click()
    more.curve.setCurrentText('sigmoid')
    more.covers.setCurrentIndex(more.covers.findData('subtracted'))
    more.subtraction_mask.click()
    more.confidence.click()
    more.report.click()
    more.from_map.click()
    more.set_level.click()
    more.region.value = next(
        model for model in panel.session.models.list() if 'solvent mask' in model.name)
    events()
    more.target.click()
    assert commands == [
        'occupy mask #1 solvent threshold 0.4',
        'occupy mask #1 subtraction attenuate 3 covers kept',
        'occupy mask #1 subtraction sigmoid 3 pivot 0.3 covers subtracted',
        'occupy confidence #1', 'occupy report #1 mode occupancy', 'occupy level #1 0.3',
        f'occupy target #1 region #{more.region.value.id_string}']


def test_target_of_a_model(panel, estimated, model, events, commands):
    more = panel.more
    assert not more.distance.isEnabled()
    more.region.value = model
    events()
    more.distance.setValue(3)
    commands.clear()
    more.target.click()
    assert commands == [f'occupy target #1 region #{model.id_string} distance 3']


def test_scale_on_a_model(panel, estimated, model, events, commands):
    more = panel.more
    assert 'choose a model' in more.atoms.toolTip().lower()
    more.model.value = model
    events()
    commands.clear()
    more.atoms.click()
    more.color_model.click()
    more.column.setCurrentIndex(more.column.findData('bfactor'))
    more.atoms.click()
    start = f'occupy atoms #{model.id_string} map #1 mode occupancy'
    assert commands == [start, f'{start} color true column bfactor']
    assert model.atoms.bfactors.max() <= 1


def test_files(panel, estimated, model, events, commands, tmp_path, monkeypatch):
    from chimerax.occupy.tool import more_section
    answers = []

    def ask(_parent, _title, _folder, kinds):
        return answers.pop(0), kinds.split(';;')[0]

    monkeypatch.setattr(more_section.QFileDialog, 'getSaveFileName', ask)
    more = panel.more
    more.model.value = model
    events()
    commands.clear()
    answers += ['', str(tmp_path / 'my report'), str(tmp_path / 'report.json'),
                str(tmp_path / 'residues')]
    more.save_report.click()
    assert commands == []
    more.save_report.click()
    more.save_report.click()
    more.save_atoms.click()
    assert f'"{tmp_path / "my report.txt"}"' in commands[0]
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != '.pdb') == [
        'my report.txt', 'report.json', 'residues.csv']
    commands.clear()
    answers += [str(tmp_path / 'my report'), str(tmp_path / 'emd_1234.v2')]
    monkeypatch.setattr(more_section.QMessageBox, 'question',
                        lambda *_: more_section.QMessageBox.StandardButton.No)
    more.save_report.click()
    assert commands == []
    more.save_report.click()
    assert (tmp_path / 'emd_1234.v2.txt').exists()


def test_compare(panel, estimated, open_array, two_blobs, model, events, commands):
    more = panel.more
    assert 'open another class' in more.compare.toolTip().lower()
    other, third = (open_array(two_blobs(occupancies=(1, share)), name='class')
                    for share in (0.7, 0.2))
    events()
    commands.clear()
    more.compare.click()
    more.other.value, more.model.value = third, model
    events()
    more.by_chain.click()
    more.compare.click()
    assert commands == [
        f'occupy compare #1,{other.id_string},{third.id_string} mode occupancy',
        f'occupy compare #1,{third.id_string} mode occupancy model #{model.id_string}']


def test_reasons(panel, plain, events):
    assert 'enter a level' in panel.more.set_level.toolTip().lower()
    assert 'choose a region' in panel.more.target.toolTip().lower()
