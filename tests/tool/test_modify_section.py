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
def test_kinds(modify, panel, events, commands, kind, command):
    commands.clear()
    modify.kind.setCurrentIndex(modify.kind.findData(kind))
    panel.bottom.create.click()
    assert commands == [command]


def test_all_options(modify, panel, events, commands):
    commands.clear()
    modify.kind.setCurrentIndex(modify.kind.findData('attenuate'))
    modify.power.value = 4.5
    modify._options.exclude_solvent.click()
    modify._options.everywhere.click()
    modify._options.match_histogram.click()
    modify._options.hedge.setValue(2)
    modify._options.scale_limit.setValue(0.1)
    modify._options.output_low_pass.setValue(6)
    modify._options.seed.setValue(7)
    panel.bottom.create.click()
    assert commands == [
        'occupy attenuate #1 power 4.5 scaleLimit 0.1 hedge 2 confidence false '
        'excludeSolvent true outputLowPass 6 matchHistogram true seed 7']


def test_scale_from_another_map(modify, estimated, panel, events, commands, run, open_array):
    scale = open_array(panel.entry('occupancy').estimate.scale * 0.5, name='halved', level=None)
    run('occupy #1 mode resolution color false')
    events()
    listed = [action.text() for action in modify._options.scale_map.menu().actions()]
    assert not any('resolution' in text for text in listed)
    assert any('halved' in text for text in listed)
    modify.kind.setCurrentIndex(modify.kind.findData('attenuate'))
    modify.live.click()
    events(lambda: not modify.preview.busy)
    own = estimated.surfaces[0].vertices
    modify._options.scale_map.value = scale
    events(lambda: modify.preview is not None and not modify.preview.busy)
    assert len(estimated.surfaces[0].vertices) != len(own)
    commands.clear()
    panel.bottom.create.click()
    modify.kind.setCurrentIndex(modify.kind.findData('solvent'))
    assert not modify._options.scale_map.isEnabled()
    panel.bottom.create.click()
    number = scale.id_string
    assert commands == [f'occupy attenuate #1 power 3 scaleMap #{number}', 'occupy solvent #1']


def test_difference(modify, panel, events, commands):
    commands.clear()
    modify._options.output.setCurrentText('difference')
    assert 'preview' in modify.live.toolTip()
    panel.bottom.create.click()
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


def test_create_ends_the_preview(modify, panel, estimated, events, session):
    own = estimated.surfaces[0].vertices
    modify.live.click()
    events(lambda: not modify.preview.busy)
    panel.bottom.create.click()
    events()
    assert estimated.surfaces[0].vertices is own
    assert not estimated.display


def test_after_create_one_goes_on_from_there(modify, panel, estimated, events, session, commands):
    panel.bottom.create.click()
    events()
    made = next(model for model in session.models.list() if 'amplified' in model.name)
    modify.original.pressed.emit()
    assert (estimated.display, made.display) == (True, False)
    modify.original.released.emit()
    assert (estimated.display, made.display) == (False, True)
    commands.clear()
    modify.live.click()
    events(lambda: not modify.preview.busy)
    assert modify.live.isChecked()
    assert (estimated.display, made.display) == (True, False)
    assert commands[-2:] == [f'hide #{made.id_string} models', 'show #1 models']


def test_original_is_seen_while_held(modify, estimated, events):
    surface = estimated.surfaces[0]
    own = surface.vertices
    modify.live.click()
    events(lambda: not modify.preview.busy)
    shown = surface.vertices
    assert shown is not own
    modify.original.pressed.emit()
    assert surface.vertices is own
    modify.original.released.emit()
    events(lambda: not modify.preview.busy)
    assert len(surface.vertices) == len(shown)
    assert surface.vertices is not own


def test_values_are_of_one_map(modify, panel, estimated, open_array, events):
    other = open_array(name='other')
    events()
    modify.power.value = 7
    modify._options.hedge.setValue(2)
    panel.map.menu.value = other
    events()
    assert (modify.power.value, modify._options.hedge.value()) == (3, 1)
    panel.map.menu.value = estimated
    events()
    assert (modify.power.value, modify._options.hedge.value()) == (7, 2)
    modify.reset.click()
    assert (modify.power.value, modify._options.hedge.value()) == (3, 1)


def test_preview_is_of_occupancy_in_its_colours(modify, panel, estimated, events, run):
    run('occupy #1 mode resolution')
    events()
    assert panel.mode == 'resolution'
    modify.live.click()
    events(lambda: not modify.preview.busy)
    assert panel.mode == 'occupancy'


def test_level_does_not_empty_the_view(modify, panel, estimated, events, commands):
    options = modify._options
    assert 'enter a level' in options.set_level.toolTip().lower()
    commands.clear()
    options.from_map.click()
    events()
    options.set_level.click()
    assert commands == ['occupy level #1 0.3']
    options.level.setText('100')
    events()
    assert 'nothing of the map is above 100' in options.set_level.toolTip().lower()


def test_preview_ends_when_the_estimate_does(modify, estimated, events):
    modify.live.click()
    events(lambda: not modify.preview.busy)
    estimated.data.values_changed()
    events()
    assert modify.preview is None


def test_preview_estimates_by_itself(panel, plain, events, commands):
    panel.modify.live.click()
    events(lambda: panel.modify.preview is not None and not panel.modify.preview.busy)
    assert commands == ['occupy #1 mode occupancy']
    assert panel.modify.live.isChecked()


def test_preview_estimates_in_the_background(panel, plain, events, commands, in_background):
    own = plain.surfaces[0].vertices
    panel.modify.live.click()
    events(lambda: panel.modify.preview is not None and not panel.modify.preview.busy)
    assert plain.surfaces[0].vertices is not own
    assert panel.modify.words() == 'Preview: the map itself is unchanged.'


@pytest.fixture
def masked(open_array, two_blobs, panel, events):
    """A map without solvent to be seen, as most deposited ones."""
    array = two_blobs()
    array[array < 0.25] = 0
    made = open_array(array)
    events()
    return made


def test_undo_that_cannot_restore_says_so(modify, panel, events, run, session):
    panel.bottom.create.click()
    made = max(session.models.list(), key=lambda model: model.id)
    run('close #1')
    events()
    panel.bottom.undo.click()
    events()
    assert 'blobs #1 is closed' in panel.bottom.status.text()
    assert made.display


@pytest.mark.parametrize('wanted', ['create', 'live'])
@pytest.mark.parametrize('background', [False, True])
def test_masked_map(panel, masked, events, commands, log, wanted, background, request):
    """One message, in the panel, with what can be done; then it goes on with what was asked for."""
    if background:
        request.getfixturevalue('in_background')
    modify = panel.modify
    button = panel.bottom.create if wanted == 'create' else modify.live
    assert not modify.notice.isVisibleTo(panel.widget)
    button.click()
    events(lambda: not panel.busy)
    assert panel.shown_section is modify or wanted == 'live'
    assert not modify.notice.isHidden()
    assert 'masked' in modify.why.text()
    assert 'Failed' not in panel.bottom.status.text()
    assert not log.text('error')
    modify.every_voxel.click()
    events(lambda: not panel.busy)
    assert modify.notice.isHidden()
    if wanted == 'create':
        assert commands[-1] == 'occupy amplify #1 power 3 confidence false'
        assert any('amplified' in model.name for model in panel.session.models.list())
    else:
        assert modify.preview is not None


def test_masked_map_choose_mask(panel, masked, events):
    panel.bottom.create.click()
    events()
    panel.modify.choose_mask.click()
    assert panel.shown_section is panel.solvent
