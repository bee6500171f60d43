"""A map series in the panel: the frame that is shown, or all of them."""

import pytest

from ..session.test_frames import displayed, series, show

__all__ = ['series']


@pytest.fixture
def frames(panel, series, events):
    """The panel with the first frame of a series of three."""
    panel.map.menu.choose(series.maps[0])
    events()
    return series


def test_the_choice_is_there_for_frames_only(panel, frames, events, open_array):
    assert not panel.map.all_frames.isHidden()
    panel.map.menu.choose(open_array(name='other'))
    events()
    assert panel.map.all_frames.isHidden()


def test_the_frame_shown_is_the_one_to_work_on(panel, frames, events, commands):
    show(frames, 2)
    events()
    assert panel.volume is frames.maps[2]
    commands.clear()
    panel.bottom.estimate.click()
    events()
    assert commands[0].startswith('occupy #1.3 mode')
    # A hidden one may be chosen, too.
    panel.map.menu.choose(frames.maps[0])
    events()
    assert panel.volume is frames.maps[0]


def test_all_frames(session, panel, frames, events, commands):
    panel.map.all_frames.setChecked(True)
    panel.map.mode_buttons['occupancy'].click()
    panel.bottom.estimate.click()
    events()
    assert any(line.startswith('occupy #1 mode occupancy') for line in commands)
    assert displayed(frames) == [True, False, False]
    commands.clear()
    panel.map.mode_buttons['resolution'].click()        # of which there is no estimate yet
    events()
    assert commands[0].startswith('occupy #1 mode resolution')
    commands.clear()
    panel.map.mode_buttons['occupancy'].click()
    events()
    assert commands[0].startswith('occupy color #1.1#1.2#1.3 mode occupancy')
    commands.clear()
    panel.bottom.create.click()
    events()
    assert commands[0].startswith('occupy amplify #1 ')
    panel.map.all_frames.setChecked(False)
    events()
    assert panel.spec == '#1.1'


def test_scale_along_a_model_in_every_frame(panel, frames, events, open_model):
    from ..models import strand
    model = open_model([*strand('A', (21.6, 29, 30), 5), *strand('B', (46, 29, 30), 4)])
    panel.map.all_frames.setChecked(True)
    section = panel.measure
    section.what.setCurrentIndex(section.what.findData('atoms'))
    section.model.value = model
    events()
    section.measure.click()
    events(lambda: not panel.busy)
    columns = ('Chain', '#1.1', '#1.2', '#1.3')
    assert section.table.table.columns == columns
    assert section.table.rowCount() == 2
    assert len({section.table.item(1, column).text() for column in (1, 2, 3)}) == 3
    assert '3 maps' in section.heading.text()
