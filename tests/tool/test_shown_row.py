"""The slider of what is shown: it follows, is one command when let go, and says what is."""

import numpy as np
import pytest


@pytest.fixture
def row(panel, estimated):
    return panel.color.shown


def hidden(volume):
    mask = volume.surfaces[0].triangle_mask
    return 0 if mask is None else int((~np.asarray(mask, bool)).sum())


def drag(row, *values):
    """Press the slider, pull it over values, and let go."""
    slider = row.slider.slider
    slider.setSliderDown(True)
    for value in values:
        slider.setValue(round(1000 * value))
        yield value
    slider.setSliderDown(False)


def test_surface_follows_and_one_command_is_logged(row, estimated, commands, events, panel):
    del commands[:]
    seen = [hidden(estimated) for _ in drag(row, 0.2, 0.6, 0.8)]
    events(lambda: not panel.color._values.busy)
    assert 0 <= seen[0] <= seen[1] < seen[2]
    assert commands == ['occupy show #1 above 0.8 mode occupancy']
    assert hidden(estimated) == seen[2]
    counts = panel.color._values.counts
    assert counts[:78].sum() == 0 < counts.sum()      # of what is seen
    assert row.slider.box.text() == '0.80'
    list(drag(row, 0))
    assert commands[-1] == 'occupy show #1'
    assert hidden(estimated) == 0
    assert row.slider.value == 0
    assert row.slider.box.text() == 'all'


def test_undo_after_a_drag_gives_back_what_was_before(row, estimated, run, events):
    run('occupy show #1 above 0.5')
    before = hidden(estimated)
    list(drag(row, 0.7, 0.8))
    assert hidden(estimated) != before
    run('undo')
    events()
    assert hidden(estimated) == before
    assert row.slider.value == 0.5


def test_follows_commands_and_says_what_the_widgets_do_not(row, panel, estimated, run, events):
    run('occupy show #1 above 0.3 below 0.95')
    events()
    assert row.slider.value == 0.3
    assert panel.bottom.status.text() == 'Shown is scale from 0.3 to 0.95.'
    row.slider.box.setValue(0.4)
    events()
    assert panel.bottom.status.text() == 'Shown is scale from 0.4 to 0.95.'
    run('occupy #1 mode resolution')
    events()
    assert panel.bottom.status.text() == 'Shown is occupancy scale from 0.4 to 0.95.'
    row.slider.box.setValue(0.5)        # still by occupancy
    events()
    assert panel.bottom.status.text() == 'Shown is occupancy scale from 0.5 to 0.95.'


def test_what_would_empty_the_view_is_refused(row, panel, estimated, run, events):
    run('color single #1; occupy show #1 above 0.5')
    run('occupy #1 mode occupancy fullScale 5')
    events()
    list(drag(row, 0.9))
    events()
    assert 'nothing on the surface' in panel.bottom.status.text()
    assert row.slider.value == 0.5


def test_nothing_to_move_without_an_estimate(panel, plain):
    row = panel.color.shown
    assert not row.slider.slider.isEnabled()
    assert 'stimate the map' in row.slider.slider.toolTip()


def test_closing_the_panel_amid_a_drag_leaves_nothing_behind(row, tool, estimated, events):
    for _ in drag(row, 0.6):
        assert hidden(estimated)
        tool.delete()
        break
    assert hidden(estimated) == 0
