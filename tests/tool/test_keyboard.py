"""The panel by keyboard: every key once, and no stop at what is not seen."""

import re

import pytest
from Qt.QtCore import Qt
from Qt.QtWidgets import QAbstractButton, QLabel, QWidget

#: Of ChimeraX's own menus: File, Edit, Select, Actions, Tools, Favorites, Presets, Help.
MENUS = set('fesatvph')


def keys_of(panel):
    texts = [button.text() for button in panel.widget.findChildren(QAbstractButton)]
    texts += [label.text() for label in panel.widget.findChildren(QLabel) if label.buddy()]
    texts += [panel.tabs.tabText(index) for index in range(panel.tabs.count())]
    return [found[1].lower() for text in texts if (found := re.search('&([^& ])', text))]


def test_no_key_is_claimed_twice(panel, estimated, events):
    for _ in range(2):      # with and without an estimate
        keys = keys_of(panel)
        assert len(keys) >= 8
        assert len(set(keys)) == len(keys)
        assert not MENUS & set(keys)
        panel.session.models.close([estimated])
        events()


def stops(panel, events):
    """The widgets that the tab key reaches, from the menu of maps on."""
    widget, found = panel.map.menu, []
    while widget not in found and len(found) < 200:
        found.append(widget)
        while True:
            widget = widget.nextInFocusChain()
            if widget is panel.map.menu or (
                    panel.widget.isAncestorOf(widget) and widget.isEnabled()
                    and widget.isVisibleTo(panel.widget)
                    and widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
                break
    return found


@pytest.mark.parametrize('options', [False, True])
def test_only_what_is_seen_is_a_stop(panel, estimated, events, options):
    panel.bottom.options.setChecked(options)
    for section in panel.sections:
        panel.tabs.setCurrentWidget(section.widget)
        events()
        for widget in stops(panel, events):
            assert widget.visibleRegion().isEmpty() is False or _is_scrolled_out(panel, widget)
    assert len(stops(panel, events)) < 30


def _is_scrolled_out(panel, widget):
    """Whether a widget is only outside of what the scrolled area shows: it scrolls there."""
    return panel.scrolled.widget().isAncestorOf(widget) and widget.height() > 0


def test_folded_parameters_are_no_stops(panel, plain, events):
    panel.bottom.options.setChecked(True)
    events()
    folded = panel.map.parameters.expert
    inside = set(folded.content_area.findChildren(QWidget))
    assert not folded.shown
    assert not inside & set(stops(panel, events))
    folded.toggle_button.click()
    events()
    assert len(inside & set(stops(panel, events))) > 7
    folded.toggle_button.click()
    events()
    assert not inside & set(stops(panel, events))


def test_options_are_of_the_tab_in_front(panel, plain, events):
    panel.bottom.options.setChecked(True)
    assert panel.map.parameters.widget.isVisibleTo(panel.widget)
    assert not panel.modify.options.isVisibleTo(panel.widget)
    panel.tabs.setCurrentWidget(panel.modify.widget)
    assert panel.modify.options.isVisibleTo(panel.widget)
    assert not panel.map.parameters.widget.isVisibleTo(panel.widget)
    panel.bottom.options.setChecked(False)
    assert not panel.modify.options.isVisibleTo(panel.widget)


def test_every_field_has_a_name_to_be_read_out(panel, estimated, events):
    from Qt.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QSlider
    buddies = {label.buddy() for label in panel.widget.findChildren(QLabel)}
    for kind in (QAbstractSpinBox, QComboBox, QSlider, QLineEdit):
        for widget in panel.widget.findChildren(kind):
            if not widget.objectName().startswith('qt_'):
                assert widget.accessibleName() or widget in buddies or (
                    widget.parent() in buddies), widget.toolTip()
