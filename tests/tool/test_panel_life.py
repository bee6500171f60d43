"""The panel across sessions and days, and how it looks."""

import numpy as np
import pytest
from Qt.QtCore import Qt
from Qt.QtGui import QColor


class TestSessions:
    def test_state(self, session, tool, estimated, events, run, tmp_path, open_array):
        panel = tool.panel
        panel.tabs.setCurrentWidget(panel.modify.widget)
        panel.modify.kind.setCurrentIndex(panel.modify.kind.findData('sigmoid'))
        panel.modify.power.value = 7
        panel.map.parameters.entries['low_pass'].setText('9.5')
        panel.color.low.setValue(0.35)
        panel.measure.distance.setValue(4)
        panel.measure.color_it.click()
        panel.modify._options.scale_map.value = panel.entry().scale_map
        mask = open_array(name='mask', level=None)
        events()
        panel.map.parameters.full_scale_region.value = panel.measure.region.value = mask
        state = panel.state()
        panel.modify.live.click()
        events(lambda: not panel.modify.preview.busy)
        snapshot = tool.take_snapshot(session, 0)
        panel.modify.end_preview()
        panel.modify.power.value = 2
        panel.modify._options.scale_map.value = None
        panel.map.parameters.full_scale_region.value = panel.measure.region.value = None
        panel.measure.distance.setValue(2)
        panel.measure.color_it.click()
        panel.tabs.setCurrentIndex(0)
        panel.map.mode_buttons['resolution'].click()
        panel.map.parameters.entries['low_pass'].clear()
        tool.set_state_from_snapshot(session, snapshot)
        # The mode is that of the surface, which sessions keep by themselves.
        assert panel.state() == {**state, 'mode': 'resolution'}
        assert panel.modify.preview is None

    def test_state_waits_for_the_record(self, session, tool, estimated, events, open_array, run,
                                        monkeypatch):
        """ChimeraX restores the tool before the record, by which full scale is offered."""
        other = open_array(name='other')
        run(f'occupy #{other.id_string} mode occupancy color false')
        events()
        choice = tool.panel.map.parameters.full_scale_from
        choice.value = other
        snapshot = tool.take_snapshot(session, 0)
        from chimerax.occupy.session.record import record
        known = record(session)
        find = known.estimate_for
        monkeypatch.setattr(known, 'estimate_for', lambda *_: None)
        choice.refresh()
        assert choice.value is None
        monkeypatch.setitem(session.restore_options, 'combine', True)
        tool.set_state_from_snapshot(session, snapshot)
        assert choice.value is None
        known.estimate_for = find
        session.triggers.activate_trigger('end restore session', session)
        assert choice.value is other

    def test_a_model_that_is_not_listed_is_not_chosen(self, panel, estimated, open_array, events):
        other = open_array(name='other')
        events()
        choice = panel.map.parameters.full_scale_from
        choice.choose(other)
        assert choice.value is None

    def test_settings_are_kept(self, session, tool, estimated, events):
        from chimerax.occupy.tool import OccupyTool
        panel = tool.panel
        panel.modify.kind.setCurrentIndex(panel.modify.kind.findData('sigmoid'))
        panel.color.low.setValue(0.4)
        panel.map.mode_buttons['resolution'].click()
        tool.delete()
        again = OccupyTool(session, 'OccuPy')
        try:
            assert again.panel.mode == 'resolution'
            assert again.panel.color.range == (0.4, 1.0)
            assert again.panel.modify.kind.currentData() == 'sigmoid'
        finally:
            again.delete()

    def test_the_log_repeats_what_was_done(self, session, panel, commands, estimated, events, run,
                                           open_array):
        panel.modify.kind.setCurrentIndex(panel.modify.kind.findData('sigmoid'))
        panel.bottom.create.click()
        panel.masks.make.click()
        events()
        lines = list(commands)
        made = [(model.id, model.name, model.full_matrix().copy())
                for model in session.models.list() if hasattr(model, 'full_matrix')]
        session.reset()
        open_array()
        for line in lines:
            run(line)
        again = [(model.id, model.name, model.full_matrix())
                 for model in session.models.list() if hasattr(model, 'full_matrix')]
        assert [one[:2] for one in made] == [one[:2] for one in again]
        assert all(np.array_equal(a[2], b[2]) for a, b in zip(made, again, strict=True))


class TestSaid:
    """What was said of an action goes when it is no longer of what is seen."""

    @pytest.fixture
    def said(self, panel, estimated, events):
        panel.tabs.setCurrentWidget(panel.masks.widget)
        panel.masks.make.click()
        events()
        panel.masks.copy.click()
        events()
        assert 'Copied' in panel.bottom.status.text()
        return panel

    def test_it_stays_while_all_else_does(self, said, events, run):
        run('color #1 red')
        said.masks.extend.setValue(3)
        events()
        assert 'Copied' in said.bottom.status.text()

    @pytest.mark.parametrize('what', [
        'another tab', 'the model closes', 'another map', 'no map', 'a session', 'work'])
    def test_it_goes_with(self, said, session, events, run, open_array, estimated, what):
        if what == 'another tab':
            said.tabs.setCurrentWidget(said.color.widget)
        elif what == 'the model closes':
            run(f'close #{said.masks.last.id_string}')
        elif what == 'another map':
            said.map.menu.value = open_array(name='other')
        elif what == 'no map':
            run('close')
        elif what == 'a session':
            session.triggers.activate_trigger('end restore session', session)
        else:
            said.bottom.estimate.click()
        events()
        assert 'Copied' not in said.bottom.status.text()


class TestLooks:
    @pytest.mark.parametrize('width', [320, 360, 700])
    def test_nothing_is_clipped(self, panel, estimated, events, resize, width):
        resize(width, 400)
        content, view = panel.scrolled.widget(), panel.scrolled.viewport()
        for section in panel.sections:
            panel.tabs.setCurrentWidget(section.widget)
            events()
            assert content.height() >= content.minimumSizeHint().height()
            assert content.width() <= view.width()
            assert panel.widget.width() <= width

    def test_keyboard_reaches_everything(self, panel, estimated, events):
        from Qt.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider
        for kind in (QAbstractButton, QAbstractSpinBox, QComboBox, QSlider, QLineEdit):
            for widget in panel.widget.findChildren(kind):
                if widget.objectName().startswith('qt_') or not widget.isVisibleTo(panel.widget):
                    continue
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, (widget, widget.objectName())

    def test_no_fixed_colours_or_fonts(self, panel):
        from Qt.QtWidgets import QWidget
        ours = [widget for widget in panel.widget.findChildren(QWidget)
                if type(widget).__module__.startswith('chimerax.occupy.tool')]
        assert ours
        assert not any(widget.styleSheet() for widget in ours)

    def test_help(self, panel, tool, log, commands):
        panel.bottom.help.click()
        assert commands == ['help help:user/tools/occupy.html']


def test_titles_follow_a_change_of_theme(panel, events):
    from Qt.QtGui import QPalette
    from Qt.QtWidgets import QApplication
    before = QApplication.palette()
    titles = [panel.map.parameters.expert.toggle_button]
    try:
        for color in ('#ffffff', '#102030'):
            changed = QPalette(before)
            for role in (QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
                changed.setColor(role, QColor(color))
            QApplication.setPalette(changed)
            events()
            assert [title.palette().buttonText().color().name() for title in titles] == [color]
    finally:
        QApplication.setPalette(before)
        events()
