"""The panel's widgets, driven as a person would, and the commands they run."""

import numpy as np
import pytest
from Qt.QtCore import QPoint, QPointF, Qt
from Qt.QtGui import QMouseEvent


def press(widget, kind, x, y=10):
    types = QMouseEvent.Type
    place = QPointF(x, y)
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(getattr(types, f'MouseButton{kind}' if kind != 'Move' else 'MouseMove'),
                        place, QPointF(widget.mapToGlobal(QPoint(int(x), y))), button, button,
                        Qt.KeyboardModifier.NoModifier)
    getattr(widget, {'Press': 'mousePressEvent', 'Move': 'mouseMoveEvent',
                     'Release': 'mouseReleaseEvent'}[kind])(event)


def key(widget, code):
    from Qt.QtGui import QKeyEvent
    widget.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, code, Qt.KeyboardModifier.NoModifier))


class TestMap:
    def test_no_map(self, panel, commands):
        assert panel.volume is None
        for button in (panel.bottom.estimate, panel.color.apply_button, panel.bottom.create,
                       panel.modify.live, panel.solvent.window, panel.masks.make,
                       panel.measure.measure):
            assert not button.isEnabled()
            assert 'pen a map first' in button.toolTip()
        assert panel.bottom.status.text().startswith('Open a map first')
        assert commands == []

    def test_ten_maps(self, panel, open_array, events, run):
        opened = [open_array(name=f'map {i}') for i in range(10)]
        events()
        assert panel.volume is opened[0]
        panel.map.menu.value = opened[6]
        run('close #7')
        events()
        assert panel.volume is opened[0]
        run('close')
        events()
        assert panel.volume is None

    def test_what_is_known_of_the_map(self, panel, plain, events):
        assert '48 × 44 × 40 voxels of 1.5 Å' in panel.map.menu.toolTip()
        assert panel.bottom.status.text() == 'An estimate takes less than a second.'
        panel.map.parameters.entries['max_box'].setText('32')
        events()
        assert 'estimated on' in panel.map.menu.toolTip()

    def test_made_maps_are_not_listed(self, panel, estimated, events):
        texts = [action.text() for action in panel.map.menu.menu().actions() if action.text()]
        assert texts == [str(estimated)]

    def test_a_long_name_keeps_its_number(self, panel, plain, open_array, events):
        long = open_array(name='a very long name of a map, which goes on and on.mrc', level=None)
        events()
        width = panel.widget.minimumSizeHint().width()
        mask = panel.solvent.mask
        panel.tabs.setCurrentWidget(panel.solvent.widget)
        mask.value = long
        events()
        assert mask.text() == str(long)
        assert '…' in mask.shown_text
        assert mask.shown_text.endswith(f'#{long.id_string}')
        assert panel.widget.minimumSizeHint().width() == width
        panel.say(f'Finished: {"_".join(20 * ["name"])}')
        assert panel.bottom.status.minimumSizeHint().width() < width
        mask.value = None
        events()
        assert mask.shown_text == 'no mask'

    def test_a_map_without_a_voxel_size_says_so(self, panel, two_blobs, maps, events, run):
        run(f'open {maps.write("sizeless", two_blobs(), voxel_size=0)}')
        events()
        assert not panel.bottom.estimate.isEnabled()
        assert 'voxel size' in panel.bottom.status.text()
        run('volume #1 voxelSize 1.4')
        events()
        assert panel.bottom.estimate.isEnabled()


class TestEstimate:
    @pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
    def test_command(self, panel, plain, events, commands, mode):
        panel.map.mode_buttons[mode].click()
        panel.bottom.estimate.click()
        events()
        assert commands == [f'occupy #1 mode {mode}']
        assert panel.entry().mode == mode
        assert panel.bottom.status.text() == f'{mode.capitalize()} scale: #2.'

    def test_all_parameters_are_there(self, panel):
        from dataclasses import fields

        from chimerax.occupy.core import Parameters
        shown = {*panel.map.parameters.entries, 'baseline', 'recalibrate', 'mode'}
        assert shown == {field.name for field in fields(Parameters)}

    def test_parameters(self, panel, plain, events, commands):
        section = panel.map.parameters
        values = {'low_pass': '9', 'kernel_size': '5', 'kernel_radius': '2', 'tau': '0.95',
                  'tile_size': '10', 'max_box': '64', 'full_scale': 'naive', 'smooth': '4'}
        for name, text in values.items():
            section.entries[name].setText(text)
        section.recalibrate.click()
        section.baseline.setCurrentText('solvent')
        panel.bottom.estimate.click()
        assert commands == [
            'occupy #1 mode resolution lowPass 9 fullScale naive kernelSize 5 kernelRadius 2 tau '
            '0.95 tileSize 10 maxBox 64 smooth 4 baseline solvent recalibrate true']

    def test_derived_values_are_shown_and_come_back(self, panel, plain, events):
        section = panel.map.parameters
        entry = section.entries['low_pass']
        assert (entry.text(), entry.placeholderText()) == ('', '8')
        assert section.entries['kernel_radius'].placeholderText() == '2.6667'
        assert not section.resets['low_pass'].isEnabled()
        entry.setText('12')
        events()
        assert section.entries['kernel_radius'].placeholderText() == '4'
        section.resets['low_pass'].click()
        events()
        assert section.entries['kernel_radius'].placeholderText() == '2.6667'

    def test_full_scale_from_elsewhere(self, panel, estimated, open_array, events, commands, run):
        section = panel.map.parameters
        mask, other = open_array(name='mask', level=None), open_array(name='other')
        events()
        listed = {action.data() for action in section.full_scale_from.menu().actions()}
        assert other not in listed      # it has no estimate yet
        run(f'occupy #{other.id_string} mode occupancy color false')
        events()
        section.full_scale_from.value = other
        commands.clear()
        panel.bottom.estimate.click()
        section.full_scale_from.value = None
        section.full_scale_region.value = mask
        events()
        panel.bottom.estimate.click()
        assert commands == [
            f'occupy #1 mode occupancy fullScaleFrom #{other.id_string}',
            f'occupy #1 mode occupancy fullScaleRegion #{mask.id_string}']
        section.entries['full_scale'].setText('naive')
        events()
        assert not panel.bottom.estimate.isEnabled()
        assert 'full scale is given twice' in panel.bottom.status.text().lower()

    def test_full_scale_from_needs_an_estimate_of_the_mode(self, panel, estimated, open_array,
                                                           events, run):
        other = open_array(name='other')
        run(f'occupy #{other.id_string} mode occupancy color false')
        events()
        choice = panel.map.parameters.full_scale_from
        choice.value = other
        events()
        panel.map.mode_buttons['resolution'].click()
        events()
        assert choice.value is None

    @pytest.mark.parametrize(('name', 'text', 'words'), [
        ('low_pass', '2', '"Low-pass"'), ('low_pass', 'x', '"Low-pass" must be a number'),
        ('kernel_size', '4', '"Kernel edge"'), ('tile_size', '2.5', 'whole number'),
        ('low_pass', '400', '"Low-pass"'), ('worst_resolution', '400', '"Worst resolution"'),
        ('full_scale', 'some', 'or one of published'), ('low_pass', '{tau}', 'not "{tau}"')])
    def test_wrong_parameters(self, panel, plain, events, commands, name, text, words):
        """The entry that is wrong is marked, and named as it is called on the screen."""
        parameters = panel.map.parameters
        parameters.entries[name].setText(text)
        events()
        assert not panel.bottom.estimate.isEnabled()
        assert words in panel.bottom.status.text()
        assert words in panel.bottom.estimate.toolTip()
        assert parameters.marked == {name}
        assert words in parameters.entries[name].toolTip()
        said = panel.bottom.status.text()
        assert not any(keyword in said for keyword in ('lowPass', 'kernelSize', 'kernelRadius'))
        parameters.resets[name].click()
        events()
        assert parameters.marked == set()
        assert panel.bottom.estimate.isEnabled()

    def test_tooltips_are_those_of_the_settings(self, panel):
        from chimerax.occupy.core import SETTINGS
        for name, entry in panel.map.parameters.entries.items():
            assert SETTINGS[name].text in entry.toolTip()

    def test_a_failure_is_shown(self, panel, open_array, events, log):
        open_array(np.zeros((30, 30, 30), np.float32))
        events()
        panel.bottom.estimate.click()
        assert 'Failed' in panel.bottom.status.text()
        assert 'constant' in panel.bottom.status.text()
        assert not panel.busy


class TestInBackground:
    def test_progress_and_end(self, panel, plain, events, in_background):
        panel.bottom.estimate.click()
        assert panel.busy
        assert not panel.bottom.estimate.isEnabled()
        assert panel.bottom.progress.isVisibleTo(panel.widget)
        assert 'wait for the work' in panel.bottom.create.toolTip().lower()
        events(lambda: not panel.busy)
        assert panel.bottom.estimate.isEnabled()
        assert panel.bottom.status.text() == 'Resolution scale: #2.'
        assert not panel.bottom.progress.isVisibleTo(panel.widget)

    @pytest.mark.parametrize('width', [320, 360, 700])
    def test_work_takes_no_room_from_what_is_above(self, panel, open_array, events, in_background,
                                                   resize, width):
        from types import SimpleNamespace

        from Qt.QtCore import QEvent
        from Qt.QtWidgets import QApplication
        open_array(name='a_very_long_name_of_a_map_as_they_often_are.mrc')
        events()
        resize(width, 640)
        resize(width, panel.least_height())
        before = panel.scrolled.height(), panel.color.histogram.height()
        panel.bottom.estimate.click()
        assert panel.busy
        title = 'Occupancy scale of a_very_long_name_of_a_map_as_they_often_are.mrc #1'
        panel.bottom.show_progress(SimpleNamespace(
            title=title, share=0.3, remaining=123, stage='tiles'))
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        assert panel.bottom.doing.text() == f'{title}, 123 s left'
        assert panel.bottom.doing.isVisibleTo(panel.widget)
        assert (panel.scrolled.height(), panel.color.histogram.height()) == before
        assert panel.scrolled.verticalScrollBar().maximum() == 0
        events(lambda: not panel.busy)
        assert not panel.bottom.doing.isVisibleTo(panel.widget)

    def test_cancel(self, session, panel, plain, events, in_background):
        models = session.models.list()
        panel.bottom.estimate.click()
        panel.bottom.cancel.click()     # before it can have ended
        events()
        assert not panel.busy
        assert session.models.list() == models
        assert 'was cancelled' in panel.bottom.status.text()

    def test_map_closed_in_mid_run(self, session, panel, plain, events, run, in_background, log):
        panel.bottom.estimate.click()
        run('close #1')
        events()
        assert not panel.busy
        assert panel.volume is None
        assert session.models.list() == []
        assert 'blobs #1 was closed' in log.text('info')
        assert 'Traceback' not in log.text()
        assert panel.bottom.status.text().startswith('Open a map first')

    def test_panel_closed_in_mid_run(self, session, tool, plain, events, in_background):
        models = session.models.list()
        tool.panel.bottom.estimate.click()
        tool.delete()
        events()
        assert session.models.list() == models
        assert not [task for task in session.tasks.list() if not task.terminated()]

    def test_an_error_in_the_background(self, panel, open_array, events, in_background, log,
                                        monkeypatch):
        from chimerax.occupy.commands import estimating
        open_array()
        events()

        def fails(*_args, **_values):
            raise ValueError('no such luck')

        monkeypatch.setattr(estimating, 'estimate', fails)
        panel.bottom.estimate.click()
        events(lambda: not panel.busy)
        assert '<b>Failed</b>' in panel.bottom.status.text()
        assert 'no such luck' in panel.bottom.status.text()


class TestColor:
    def test_histogram_of_the_visible_surface(self, panel, estimated, events):
        counts = panel.color._values.counts
        assert counts.sum() == len(estimated.surfaces[0].vertices)
        assert counts[80:].sum() > 0.2 * counts.sum()
        assert counts[:15].sum() < 0.1 * counts.sum()

    def test_what_is_said_in_its_place_is_not_cut_across(self, panel, plain, events):
        """However low it is, whole letters stand there, and none where a handle's number is."""
        histogram = panel.color.histogram

        def ink(note):
            histogram.show_values(None, note)
            picture = histogram.grab().toImage()
            return [[picture.pixel(x, y) for x in range(picture.width())]
                    for y in range(picture.height())]

        histogram.resize(220, histogram.minimumSizeHint().height())
        note = histogram.note
        bottom = histogram.height() - histogram.fontMetrics().height() - 4
        rows = [one != other for one, other in zip(ink(note), ink(''), strict=True)]
        assert any(rows)
        assert not rows[2]
        assert not any(rows[bottom - 1:])

    def test_range_is_dragged_with_one_command(self, panel, estimated, commands, events, session):
        histogram = panel.color.histogram
        surface = estimated.surfaces[0]
        before = surface.vertex_colors
        commands.clear()
        x = histogram._x(0.2)
        press(histogram, 'Press', x)
        for value in (0.25, 0.3, 0.4):
            press(histogram, 'Move', histogram._x(value))
        assert commands == []
        dragged = surface.vertex_colors
        assert not np.array_equal(dragged, before)
        press(histogram, 'Release', histogram._x(0.4))
        assert commands == [
            'occupy color #1 mode occupancy palette occupy range 0.4,1 key true']
        assert np.array_equal(surface.vertex_colors, dragged)
        assert panel.color.low.value() == 0.4
        session.undo.undo(silent=True)
        assert np.array_equal(surface.vertex_colors, before)

    def test_range_by_keys_and_numbers(self, panel, estimated, commands, events):
        commands.clear()
        histogram = panel.color.histogram
        key(histogram, Qt.Key.Key_Right)
        key(histogram, Qt.Key.Key_Up)
        key(histogram, Qt.Key.Key_Left)
        panel.color.low.setValue(0.5)
        panel.color.default_range.click()
        ranges = [command.split('range ')[1].split()[0] for command in commands]
        assert ranges == ['0.21,1', '0.21,0.99', '0.5,0.99', '0.2,1']

    def test_range_cannot_be_empty(self, panel, estimated, events):
        panel.color.high.setValue(0.1)
        low, high = panel.color.range
        assert 0 <= low < high <= 1

    def test_palette(self, panel, estimated, commands, events):
        commands.clear()
        box = panel.color.palette
        index = box.findText('occupy-classic')
        box.setCurrentIndex(index)
        box.activated.emit(index)
        assert commands == [
            'occupy color #1 mode occupancy palette occupy-classic range 0.2,1 key true']
        assert panel.settings.palette == 'occupy-classic'

    def test_key(self, panel, estimated, commands, events, session):
        from chimerax.color_key.model import get_model
        commands.clear()
        panel.color.key.click()
        assert commands == [
            'occupy color #1 mode occupancy palette occupy range 0.2,1 key false']
        assert get_model(session, create=False) is None
        panel.color.key.click()
        assert commands[1].endswith('key true')
        assert get_model(session, create=False).display

    def test_tiles(self, panel, estimated, commands, events, session):
        commands.clear()
        panel.color.tiles.click()
        number = panel.color._tile_models()[0].id_string
        panel.color.tiles.click()
        assert commands == ['occupy tiles #1 mode occupancy', f'close #{number}']
        assert not panel.color._tile_models()

    def test_choices_go_into_the_next_estimate(self, panel, plain, events, commands):
        panel.color.low.setValue(0.3)
        panel.color.key.click()
        panel.bottom.estimate.click()
        assert commands == ['occupy #1 mode resolution range 0.3,1 key false']

    def test_follows_commands(self, panel, estimated, events, run):
        run('occupy color #1 palette occupy-classic range 0.1,0.8')
        events()
        assert panel.color.palette.currentText() == 'occupy-classic'
        assert panel.color.range == (0.1, 0.8)


class TestSolvent:
    def test_plot_and_verdict(self, panel, estimated, events, commands):
        panel.tabs.setCurrentWidget(panel.solvent.widget)
        picture = panel.solvent.picture
        events(lambda: picture.image is not None
               and picture.image.size() == picture.size() * picture.image.devicePixelRatio())
        assert panel.solvent.verdict.text().startswith('<b>Good</b>')

    def test_mask(self, panel, estimated, open_array, events, commands):
        open_array(name='mask')
        events()
        panel.solvent.mask.value = next(
            model for model in panel.session.models.list() if model.name == 'mask')
        commands.clear()
        assert panel.bottom.estimate.text() == 'Est&imate again'
        panel.bottom.estimate.click()
        number = panel.solvent.mask.value.id_string
        assert commands == [f'occupy #1 mode occupancy solventMask #{number}']


def test_the_only_map_is_chosen_though_it_is_hidden(panel, open_array, run, events):
    first, second = open_array(name='first'), open_array(name='second')
    events()
    assert panel.volume is first
    run('hide #2 models; close #1')
    events()
    assert panel.volume is second
    assert panel.map.menu.text() == 'second #2'
    run('close')
    events()
    assert panel.map.menu.text() == 'no map is open'
