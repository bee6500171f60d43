"""One state, read from the surface and the record: panel, toolbar, command, undo, key and session.

Each way of changing colours is tried, and after each all who tell of them have to agree with what
is on the surface.
"""

import numpy as np
import pytest


class Truth:
    """What the surface shows, and what everybody says of it."""

    def __init__(self, session, panel, events):
        self._session, self._panel, self._events = session, panel, events

    def surface(self, volume):
        """(mode, palette, range) by which the colours on the surface can be made again, or None."""
        from chimerax.occupy.session import coloring
        from chimerax.occupy.session.record import record
        surface = volume.surfaces[0]
        if surface.vertex_colors is None:
            return None
        for entry in record(self._session).entries(volume):
            values = entry.scale_map.interpolated_values(surface.vertices, surface.scene_position)
            for name in ('occupy', 'occupy-classic'):
                for limits in ((0.2, 1), (0.1, 0.7)):
                    colormap = coloring.ranged(coloring.palette(name), limits)
                    rgba = (255 * colormap.interpolated_rgba(values)).astype(np.uint8)
                    if np.array_equal(rgba, surface.vertex_colors):
                        return entry.mode, name, limits
        raise AssertionError('the surface shows none of the looks of this test')

    def key(self):
        """(mode, range, first colour) of the key, None where there is none."""
        from chimerax.color_key.model import get_model
        key = get_model(self._session, create=False)
        if key is None or not key.display:
            return None
        labels = [label.strip() for _, label in key.rgbas_and_labels]
        return (labels[4].split()[0], (float(labels[0]), float(labels[-1])),
                tuple(round(part, 3) for part in key.rgbas_and_labels[0][0]))

    def panel(self):
        """(mode, palette, range) that the panel shows."""
        self._events()
        return (self._checked_mode(), self._panel.color.palette.currentText(),
                self._panel.color.range)

    def _checked_mode(self):
        mode, = (name for name, button in self._panel.map.mode_buttons.items()
                 if button.isChecked())
        return mode

    def check(self, volume, expected):
        """All agree on (mode, palette, range), or that there is no colour of scale (None)."""
        from chimerax.occupy.session import coloring
        self._events(lambda: not self._panel.busy)
        assert self.surface(volume) == expected
        if expected is None:
            assert self.key() is None
            assert not self._panel.color.remove.isEnabled()
            return
        mode, name, limits = expected
        assert self.panel() == expected
        assert self._panel.mode == mode
        first = coloring.palette(name).colormap.colors[0]
        assert self.key() == (mode, limits, tuple(round(float(part), 3) for part in first))
        assert self._panel.color.remove.isEnabled()
        self._events(lambda: not self._panel.color._values.busy)
        counts = self._panel.color._values.counts
        assert counts.sum() == len(volume.surfaces[0].vertices)


OCCUPANCY = 'occupancy', 'occupy', (0.2, 1.0)
RESOLUTION = 'resolution', 'occupy', (0.2, 1.0)
CLASSIC = 'resolution', 'occupy-classic', (0.1, 0.7)


@pytest.fixture
def truth(session, panel, estimated, events, run):
    """A map coloured by occupancy, with an estimate of resolution at hand."""
    run('occupy #1 mode resolution color false')
    found = Truth(session, panel, events)
    found.check(estimated, OCCUPANCY)
    return found


def by_panel(panel, **_):
    panel.map.mode_buttons['resolution'].click()


def by_command(run, **_):
    run('occupy color #1 mode resolution')


def by_toolbar(press, **_):
    press('estimate by resolution')


def by_estimate(panel, **_):
    panel.map.estimate(mode='resolution')


WAYS = (by_panel, by_command, by_toolbar, by_estimate)


@pytest.fixture
def means(panel, run, session):
    """What the ways of changing colours need."""
    from chimerax.occupy.tool import toolbar
    return {'panel': panel, 'run': run, 'press': lambda name: toolbar.press(session, name)}


@pytest.mark.parametrize('way', WAYS)
def test_flip_and_undo(truth, estimated, means, run, panel, way):
    way(**means)
    truth.check(estimated, RESOLUTION)
    panel.bottom.undo.click()
    truth.check(estimated, OCCUPANCY)
    run('redo')
    truth.check(estimated, RESOLUTION)


@pytest.mark.parametrize('one', WAYS)
@pytest.mark.parametrize('other', WAYS)
def test_one_way_after_another(truth, estimated, means, run, one, other):
    one(**means)
    run('occupy color #1 mode occupancy')
    truth.check(estimated, OCCUPANCY)
    other(**means)
    truth.check(estimated, RESOLUTION)


@pytest.mark.parametrize('way', WAYS)
def test_palette_and_range_are_followed(truth, estimated, means, run, way):
    run('occupy color #1 mode occupancy palette occupy-classic range 0.1,0.7')
    truth.check(estimated, ('occupancy', *CLASSIC[1:]))
    way(**means)
    truth.check(estimated, CLASSIC)
    run('undo')
    truth.check(estimated, ('occupancy', *CLASSIC[1:]))
    run('undo')
    truth.check(estimated, OCCUPANCY)


@pytest.mark.parametrize('way', WAYS)
def test_colours_taken_off_and_put_back(truth, estimated, means, run, panel, way):
    run('color #1 red')
    truth.check(estimated, None)
    run('undo')
    truth.check(estimated, OCCUPANCY)
    way(**means)
    panel.color.remove.click()
    truth.check(estimated, None)
    panel.bottom.undo.click()
    truth.check(estimated, RESOLUTION)


@pytest.mark.parametrize('way', WAYS)
def test_session(truth, session, estimated, means, run, way, tmp_path, events):
    run('occupy color #1 palette occupy-classic range 0.1,0.7 mode resolution')
    run('occupy color #1 mode occupancy palette occupy range 0.2,1')
    way(**means)
    truth.check(estimated, RESOLUTION)
    run(f'save {tmp_path / "s.cxs"}')
    run('close')
    events()
    assert truth.key() is None
    run(f'open {tmp_path / "s.cxs"}')
    run('wait 1')
    events()
    again = next(model for model in session.models.list() if model.id == (1,))
    from chimerax.occupy.tool import OccupyTool
    # In the application the session brings the panel back, where there is no window it cannot.
    tools = session.tools.find_by_class(OccupyTool) or [OccupyTool(session, 'OccuPy')]
    truth._panel = tools[0].panel
    for _ in range(20):     # a restored surface is coloured when it is drawn, which may take a few
        run('wait 1')
        again.update_drawings()
        events()
        if truth.surface(again) is not None:
            break
    truth.check(again, RESOLUTION)
    run('occupy color #1 mode occupancy')
    truth.check(again, OCCUPANCY)
    tools[0].delete()


def test_toolbar_on_a_new_map(panel, open_array, means, events, commands, session):
    panel.settings.palette, panel.settings.color_range = 'occupy-classic', (0.1, 0.7)
    made = open_array()
    means['press']('estimate by resolution')
    assert commands[-1] == 'occupy #!1 mode resolution palette occupy-classic range 0.1,0.7'
    Truth(session, panel, events).check(made, CLASSIC)


def test_a_click_estimates_what_is_not_at_hand(panel, estimated, events, session, commands):
    commands.clear()
    panel.map.mode_buttons['resolution'].click()
    events()
    assert commands == ['occupy #1 mode resolution']
    Truth(session, panel, events).check(estimated, RESOLUTION)


def test_a_click_on_a_map_without_colours_only_chooses(panel, plain, events, commands):
    panel.map.mode_buttons['occupancy'].click()
    events()
    assert commands == []
    assert panel.mode == 'occupancy'


def test_a_click_in_the_background(panel, estimated, events, session, in_background):
    """Until the other scale is there, the old one is what is shown."""
    panel.map.mode_buttons['resolution'].click()
    assert panel.busy
    assert panel.mode == 'occupancy'
    assert panel.map.mode_buttons['occupancy'].isChecked()
    assert not panel.map.mode_buttons['resolution'].isEnabled()
    Truth(session, panel, events).check(estimated, RESOLUTION)


def test_colours_changed_without_a_command(truth, session, estimated, events):
    estimated.surfaces[0].vertex_colors = None
    session.triggers.activate_trigger('frame drawn', None)
    events()
    truth.check(estimated, None)


def test_flip_of_a_modified_map_in_the_place_of_its_source(truth, session, panel, estimated, run,
                                                           events):
    made = run('occupy attenuate #1')[0]
    events()
    panel.map.mode_buttons['resolution'].click()
    events()
    from chimerax.occupy.session.key import shown_on
    assert shown_on(made.surfaces[0]).mode == 'resolution'
    assert panel.mode == 'resolution'
    assert truth.key()[0] == 'resolution'
    run('undo')
    run('undo')
    events()
    assert (estimated.display, made.display) == (True, False)


def test_the_key_follows_a_handle(truth, panel, estimated, commands, session):
    from .test_panel import press
    histogram = panel.color.histogram
    commands.clear()
    press(histogram, 'Press', histogram._x(0.2))
    press(histogram, 'Move', histogram._x(0.5))
    assert truth.key()[1] == (0.5, 1.0)
    assert commands == []
    press(histogram, 'Release', histogram._x(0.5))
    assert truth.key()[1] == (0.5, 1.0)
    session.undo.undo()
    truth._events()
    assert truth.key()[1] == (0.2, 1.0)


def test_a_key_that_is_not_wanted(truth, panel, estimated, run, events):
    panel.color.key.click()
    panel.map.mode_buttons['resolution'].click()
    events()
    assert truth.key() is None
    assert not panel.color.key.isChecked()
    run('occupy color #1 key true')
    events()
    assert truth.key() is not None
    assert panel.color.key.isChecked()


def test_result_whose_source_is_closed_is_not_offered(panel, estimated, events, run, session):
    run('occupy mask #1 solvent')
    run('close #1')
    events()
    assert panel.volume is None
    from chimerax.core.errors import UserError
    with pytest.raises(UserError, match='no map is open'):
        run('occupy')


class TestClosedSource:
    """A modified map goes on showing the scale of its source when that is closed."""

    @pytest.fixture
    def heir(self, panel, estimated, events, run):
        run('occupy color #1 mode occupancy palette occupy-classic range 0.1,0.7')
        made = run('occupy attenuate #1')[0]
        run('close #1')
        events(lambda: panel.volume is made and not panel.color._values.busy)
        return made

    def test_the_panel_shows_what_is_on_it(self, panel, heir):
        assert panel.mode == 'occupancy'
        assert panel.color.palette.currentText() == 'occupy-classic'
        assert panel.color.range == (0.1, 0.7)
        assert panel.color.key.isChecked()
        assert panel.color._values.counts.sum() > 0
        assert 'estimate the map' in panel.color.apply_button.toolTip().lower()

    def test_its_colours_can_be_removed(self, panel, heir, events, commands):
        panel.color.remove.click()
        events(lambda: not panel.color._values.busy)
        assert commands[-1] == f'color single #{heir.id_string}'
        assert heir.surfaces[0].vertex_colors is None
        assert not panel.color.remove.isEnabled()
        assert panel.color._values.counts is None

    def test_a_choice_is_for_the_next_estimate(self, panel, heir, events, commands):
        index = panel.color.palette.findText('occupy')
        panel.color.palette.setCurrentIndex(index)
        panel.color.palette.activated.emit(index)
        events()
        assert panel.color.palette.currentText() == 'occupy'
        assert not panel.color.look_at_surfaces()       # or it would refresh at each frame
        panel.bottom.estimate.click()
        events()
        assert panel.color.palette.currentText() == 'occupy'
        assert panel.color.apply_button.isEnabled()


def test_the_scale_of_another_map_can_be_removed(panel, estimated, events, run, open_array):
    other = open_array(name='other')
    run(f'color sample #{other.id_string} map #2')
    events()
    panel.map.menu.value = other
    events()
    panel.color.remove.click()
    events()
    assert other.surfaces[0].vertex_colors is None
