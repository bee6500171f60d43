"""The tab for modifications: commands, preview, and when they are not to be had."""

import pytest


@pytest.fixture
def modify(panel, estimated, events):
    panel.tabs.setCurrentWidget(panel.modify.widget)
    events()
    return panel.modify


@pytest.mark.parametrize(('kind', 'command'), [
    ('amplify', 'occupy amplify #1 power 3'), ('attenuate', 'occupy attenuate #1 power 3'),
    ('sigmoid', 'occupy sigmoid #1 power 3 pivot 0.3'), ('solvent', 'occupy solvent #1')])
def test_kinds(modify, events, commands, kind, command):
    commands.clear()
    modify.kind.setCurrentIndex(modify.kind.findData(kind))
    modify.create.click()
    assert commands == [command]


def test_all_options(modify, events, commands):
    commands.clear()
    modify.kind.setCurrentIndex(modify.kind.findData('attenuate'))
    modify.power.value = 4.5
    modify.exclude_solvent.click()
    modify.everywhere.click()
    modify.match_histogram.click()
    modify.hedge.setValue(2)
    modify.scale_limit.setValue(0.1)
    modify.output_low_pass.setValue(6)
    modify.seed.setValue(7)
    modify.create.click()
    assert commands == [
        'occupy attenuate #1 power 4.5 scaleLimit 0.1 hedge 2 confidence false '
        'excludeSolvent true outputLowPass 6 matchHistogram true seed 7']


def test_scale_from_another_map(modify, estimated, panel, events, commands, run, open_array):
    scale = open_array(panel.entry('occupancy').estimate.scale * 0.5, name='halved', level=None)
    run('occupy #1 mode resolution color false')
    events()
    listed = [action.text() for action in modify.scale_map.menu().actions()]
    assert not any('resolution' in text for text in listed)
    assert any('halved' in text for text in listed)
    modify.kind.setCurrentIndex(modify.kind.findData('attenuate'))
    modify.live.click()
    events(lambda: not modify.preview.busy)
    own = estimated.surfaces[0].vertices
    modify.scale_map.value = scale
    events(lambda: modify.preview is not None and not modify.preview.busy)
    assert len(estimated.surfaces[0].vertices) != len(own)
    commands.clear()
    modify.create.click()
    modify.kind.setCurrentIndex(modify.kind.findData('solvent'))
    assert not modify.scale_map.isEnabled()
    modify.create.click()
    number = scale.id_string
    assert commands == [f'occupy attenuate #1 power 3 scaleMap #{number}', 'occupy solvent #1']


def test_difference(modify, events, commands):
    commands.clear()
    modify.output.setCurrentText('difference')
    assert 'preview' in modify.live.toolTip()
    modify.create.click()
    assert commands == ['occupy amplify #1 power 3 output difference']


def test_preview_by_slider_and_back(modify, panel, estimated, events, commands, session):
    surface = estimated.surfaces[0]
    own, models = surface.vertices, session.models.list()
    commands.clear()
    modify.kind.setCurrentIndex(modify.kind.findData('sigmoid'))
    modify.live.click()
    events(lambda: not modify.preview.busy)
    first = surface.vertices
    assert first is not own
    modify.power.slider.setValue(800)
    events(lambda: not modify.preview.busy)
    assert surface.vertices is not first
    assert session.models.list() == models
    modify.live.click()
    assert surface.vertices is own
    assert commands == []


def test_leaving_ends_the_preview(modify, tool, panel, estimated, events, run):
    own = estimated.surfaces[0].vertices

    def on():
        panel.tabs.setCurrentWidget(panel.modify.widget)
        modify.live.click()
        events(lambda: not modify.preview.busy)
        assert estimated.surfaces[0].vertices is not own

    on()
    panel.tabs.setCurrentWidget(panel.color.widget)
    assert estimated.surfaces[0].vertices is own
    on()
    tool.tool_window.shown = False
    assert estimated.surfaces[0].vertices is own
    tool.tool_window.shown = True
    on()
    tool.delete()
    assert estimated.surfaces[0].vertices is own


def test_create_ends_the_preview(modify, estimated, events, session):
    own = estimated.surfaces[0].vertices
    modify.live.click()
    events(lambda: not modify.preview.busy)
    modify.create.click()
    events()
    assert estimated.surfaces[0].vertices is own
    assert not modify.live.isEnabled()
    assert 'hidden' in modify.why.text()


def test_preview_ends_when_the_estimate_does(modify, estimated, events):
    modify.live.click()
    events(lambda: not modify.preview.busy)
    estimated.data.values_changed()
    events()
    assert modify.preview is None
    assert 'no longer holds' in modify.live.toolTip()


def test_needs_the_occupancy_mode(panel, plain, events):
    assert 'stimate the map in occupancy mode first' in panel.modify.live.toolTip()
    assert panel.modify.create.isEnabled()      # the command makes the estimate first


def test_suspect_solvent(panel, open_array, two_blobs, events, commands):
    array = two_blobs()
    array[array < 0.25] = 0
    open_array(array)
    events()
    panel.map.mode_buttons['occupancy'].click()
    panel.map.estimate_button.click()
    events()
    assert panel.solvent.verdict.text().startswith('<b>Suspect</b>')
    assert not panel.modify.create.isEnabled()
    assert 'suspect' in panel.modify.why.text()
    panel.modify.everywhere.click()
    assert panel.modify.create.isEnabled()
