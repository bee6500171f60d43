"""The panel says what lies below the level shown, where the colours are explained."""

import pytest

from ..core.test_inview import bodies


@pytest.fixture
def weak(panel, open_array, events):
    """A map with a strong and a weak body, contoured so that the weak one is not seen."""
    array, voxel = bodies()
    volume = open_array(array, name='weak', step=(voxel,) * 3, level=0.5)
    events()
    panel.map.mode_buttons['occupancy'].click()
    panel.bottom.estimate.click()
    events(lambda: not panel.color._values.busy and not panel.color.below.busy)
    events()
    return volume


def told(panel):
    return panel.bottom.status.text()


def test_said_and_lowered_at_a_click(panel, weak, events, commands, run):
    assert '% of what the map holds lies below the level shown' in told(panel)
    assert not panel.bottom.remedy.isHidden()
    assert panel.bottom.remedy.text() == 'Lower level'
    commands.clear()
    panel.bottom.remedy.click()
    events()
    level = weak.surfaces[0].level
    assert level < 0.3
    assert commands == [f'volume #1 level {level:g}']
    assert told(panel) == f'Contoured at {level:g}; it was at 0.5.'
    assert panel.bottom.remedy.isHidden()
    panel.say('')
    assert told(panel) == 'Occupancy scale: #2.'


def test_follows_the_level_and_is_said_of_nothing_else(panel, weak, events, run):
    run(f'volume #1 level {panel.color.below.lower}; wait 1')
    events()
    assert 'level shown' not in told(panel)
    weak.set_parameters(surface_levels=[0.5])       # as a level that is dragged: by no command
    run('wait 1', log=False)
    events()
    assert 'level shown' in told(panel)
    panel.tabs.setCurrentWidget(panel.modify.widget)
    events()
    assert 'level shown' not in told(panel)
    assert panel.bottom.remedy.isHidden()
    panel.tabs.setCurrentWidget(panel.color.widget)
    for hides in ('hide #1 models', 'volume #1 show region 0,0,0,20,40,40'):
        run(f'{hides}; wait 1')
        panel.refresh()
        assert 'level shown' not in told(panel), hides
    run('close #1')
    events()
    assert panel.bottom.remedy.isHidden()
