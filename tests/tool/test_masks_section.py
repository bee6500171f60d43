"""The tab that makes masks: the commands, what it says of them, what comes next."""

import numpy as np
import pytest


@pytest.fixture
def choose(panel, events):
    """`choose(kind)` chooses what the mask is to cover; returns the section."""
    def chosen(kind):
        panel.masks.what.setCurrentIndex(panel.masks.what.findData(kind))
        events()
        return panel.masks

    return chosen


def test_commands(panel, estimated, events, commands, choose):
    modify = panel.modify
    commands.clear()
    choose('weak').make.click()
    masks = choose('strong')
    masks.values['strong'].setValue(0.7)
    masks.extend.setValue(3)
    masks.soft_edge.setValue(0)
    masks.make.click()
    masks.extend.setValue(0)
    masks.soft_edge.setValue(masks.soft_edge.minimum())
    masks = choose('solvent')
    masks.values['solvent'].setValue(0.4)
    masks.make.click()
    modify.kind.setCurrentIndex(modify.kind.findData('attenuate'))
    choose('kept').make.click()
    modify.kind.setCurrentIndex(modify.kind.findData('sigmoid'))
    modify.pivot.value = 0.6
    masks = choose('subtracted')
    masks.soft_edge.setValue(5.5)
    masks.make.click()
    assert commands == [
        'occupy mask #1 weak below 0.5',
        'occupy mask #1 strong above 0.7 extend 3 softEdge 0',
        'occupy mask #1 solvent threshold 0.4',
        'occupy mask #1 subtraction attenuate 3 covers kept',
        'occupy mask #1 subtraction sigmoid 3 pivot 0.6 covers subtracted softEdge 5.5']


def test_a_region_confines_it_or_is_all(panel, estimated, events, commands, open_array,
                                        choose):
    part = np.zeros(estimated.full_matrix().shape, np.float32)
    part[:, :, part.shape[2] // 2:] = 1
    region = open_array(part, name='half', level=None)
    masks = choose('region')
    assert 'Choose a region first' in masks.make.toolTip()
    masks.region.value = region
    events()
    commands.clear()
    masks.make.click()
    choose('weak').make.click()
    number = region.id_string
    assert commands == [f'occupy mask #1 region #{number}',
                        f'occupy mask #1 weak below 0.5 region #{number}']


def test_only_what_takes_away_subtracts(panel, estimated, events, choose, commands):
    """Without a detour: where Modify takes nothing away, it is a sigmoid."""
    panel.tabs.setCurrentWidget(panel.masks.widget)
    for kind in ('amplify', 'solvent'):
        panel.modify.kind.setCurrentIndex(panel.modify.kind.findData(kind))
        masks = choose('kept')
        assert masks.command() == 'occupy mask #1 subtraction sigmoid 3 pivot 0.3 covers kept'
    assert 'By sigmoid, power 3, pivot 0.3' in panel.bottom.status.text()
    panel.modify.kind.setCurrentIndex(panel.modify.kind.findData('attenuate'))
    panel.refresh()
    assert 'By attenuate, power 3;' in panel.bottom.status.text()
    commands.clear()
    masks.make.click()
    events()
    assert commands == ['occupy mask #1 subtraction attenuate 3 covers kept']
    text = panel.bottom.status.text()
    assert text.startswith('The last mask is')
    assert text.endswith(': 1 where signal stays, and its surface encloses what is subtracted.')


def test_a_mask_outlives_its_map(panel, estimated, events, choose, run):
    masks = choose('weak')
    masks.make.click()
    events()
    made = masks.last
    run('close #1')
    events()
    assert masks.last is made
    assert masks.save.isEnabled()
    assert masks.copy.isEnabled()
    run(f'close #{made.id_string}')
    events()
    assert not masks.save.isEnabled()


def test_only_the_value_that_counts_is_shown(choose, estimated):
    for kind in ('weak', 'strong', 'solvent', 'region', 'kept'):
        masks = choose(kind)
        shown = [one for one, box in masks.values.items() if not box.isHidden()]
        assert shown == [one for one in (kind,) if one in masks.values]


def test_the_derived_edge_is_shown(panel, estimated, events, run):
    box = panel.masks.soft_edge
    assert box.text() == 'auto 4.5 Å'
    run('occupy #1 mode occupancy lowPass 12.5')
    panel.tabs.setCurrentWidget(panel.masks.widget)
    events()
    assert box.text() == 'auto 6.25 Å'
    assert box.fontMetrics().horizontalAdvance(box.text()) < box.lineEdit().width()


def test_next_step_is_that_of_the_last_mask(panel, estimated, events, choose, run,
                                            tmp_path):
    from Qt.QtWidgets import QApplication

    def copied():
        events()
        panel.masks.copy.click()
        return QApplication.clipboard().text()

    assert not panel.masks.copy.isEnabled()
    modify = panel.modify
    modify.kind.setCurrentIndex(modify.kind.findData('sigmoid'))
    modify.pivot.value = 0.6
    choose('kept').make.click()
    assert copied().startswith('relion_particle_subtract ')
    choose('subtracted').make.click()
    assert copied().startswith('Import 3D Volumes of mask.mrc as a mask, then Particle Sub')
    choose('weak').make.click()
    assert '--flatten_solvent --solvent_mask mask.mrc' in copied()
    # However it is saved.
    run(f'save "{tmp_path / "weak.mrc"}" models #{panel.masks.last.id_string}')
    assert f'--solvent_mask {tmp_path / "weak.mrc"}' in copied()
    assert panel.bottom.status.text().startswith('Copied: ')


def test_choices_come_back(panel, estimated, choose):
    masks = choose('strong')
    masks.values['strong'].setValue(0.8)
    masks.soft_edge.setValue(7)
    state = masks.state()
    choose('weak')
    masks.set_state(state)
    assert masks.state() == state
    masks.set_state({'threshold': 0.3, 'covers': 'subtracted'})     # of 0.1
    assert masks.kind == 'subtracted'


def test_a_long_name_in_the_status_line_may_be_broken(panel, estimated, events, choose):
    estimated.name = 'a_name_of_a_map_' * 6
    choose('weak').make.click()
    panel.tabs.setCurrentWidget(panel.masks.widget)
    panel.say('')
    text = panel.bottom.status.text()
    assert text.startswith('The last mask is a_')
    metrics = panel.bottom.status.fontMetrics()
    pieces = text.replace('\u200b', ' ').split()
    assert max(map(metrics.horizontalAdvance, pieces)) < panel.bottom.status.width()
