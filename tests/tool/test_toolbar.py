"""The buttons in ChimeraX's Map tab."""

from xml.etree import ElementTree

import chimerax_library
import numpy as np
import pytest
from chimerax.core.errors import UserError

ROOT = chimerax_library.REPOSITORY


@pytest.fixture
def bundle(session):
    found = session.toolshed.find_bundle('ChimeraX-OccuPy', session.logger, installed=True)
    assert found is not None
    return found


@pytest.fixture
def press(session, bundle):
    """Presses a button as the toolbar does."""
    def pressed(name):
        return bundle.run_provider(session, name, None, display_name='')

    return pressed


@pytest.fixture
def open_ball(session):
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData

    def opened(name='ball'):
        session.main_view.drawing_bounds()
        z, y, x = np.indices((30, 30, 30)) - 15
        array = np.random.default_rng(1).normal(0, 0.05, x.shape) + (x * x + y * y + z * z < 60)
        grid = ArrayGridData(array.astype(np.float32), step=(1.5,) * 3, name=name)
        volume = volume_from_grid_data(grid, session, show_dialog=False)
        volume.set_parameters(surface_levels=[0.5])
        volume.update_drawings()
        return volume

    return opened


def buttons():
    tree = ElementTree.parse(ROOT / 'bundle_info.xml')
    return [one.attrib for one in tree.iter('Provider') if 'icon' in one.attrib]


def modes(session):
    from chimerax.occupy.session.record import record
    return {(entry.source.name, entry.mode) for entry in record(session).entries()}


def test_every_button_has_a_command_and_an_icon(bundle):
    from chimerax.occupy.tool import mouse, toolbar
    from PIL import Image
    own = [button for button in buttons() if 'mouse_mode' not in button]
    assert {button['name'] for button in own} == set(toolbar._COMMANDS)
    assert all(button['tab'] == 'Map' for button in own)
    others = [button for button in buttons() if 'mouse_mode' in button]
    assert [button['mouse_mode'] for button in others] == [mode.name for mode in mouse.MODES]
    assert all(button['tab'] == 'Right Mouse' for button in others)
    for button in buttons():
        with Image.open(ROOT / 'src' / 'icons' / button['icon']) as icon:
            assert icon.size == (64, 64)
            assert icon.mode == 'RGBA'


def test_estimates(session, press, open_ball, wait_until):
    from chimerax.occupy.session.jobs import jobs
    open_ball()
    press('estimate by resolution')
    wait_until(lambda: not jobs(session).running)
    assert modes(session) == {('ball', 'resolution')}
    press('estimate by occupancy')
    wait_until(lambda: not jobs(session).running)
    assert modes(session) == {('ball', 'resolution'), ('ball', 'occupancy')}


def test_shown_maps_or_those_selected(session, press, run, open_ball, wait_until):
    from chimerax.occupy.session.jobs import jobs
    for name in ('one', 'two', 'three'):
        open_ball(name)
    run('hide #2 models')
    press('estimate by resolution')
    wait_until(lambda: not jobs(session).running)
    assert modes(session) == {('one', 'resolution'), ('three', 'resolution')}
    run('select #3')
    press('estimate by occupancy')
    wait_until(lambda: not jobs(session).running)
    assert ('three', 'occupancy') in modes(session)
    assert ('one', 'occupancy') not in modes(session)


@pytest.mark.parametrize('name', ['estimate by resolution', 'estimate by occupancy'])
def test_with_nothing_open_it_says_what_to_do(press, name):
    with pytest.raises(UserError, match='no map is open: open one first'):
        press(name)
