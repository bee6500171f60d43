"""What the panel expects of the widgets from ChimeraX, of the real ones and of the stand-in."""

import pytest


@pytest.fixture
def chosen(session, chimerax_ui):
    from chimerax.map import Volume
    made = []

    def menu(**options):
        button = chimerax_ui.ModelMenuButton(session, class_filter=Volume, **options)
        button.show()
        made.append(button)
        return button

    yield menu
    for button in made:
        button.hide()
        button.destroy()


def texts(button):
    return [action.text() for action in button.menu().actions() if action.text()]


def test_menu_follows_models(chosen, open_array, events, run):
    button = chosen(autoselect='first displayed', no_value_button_text='nothing')
    assert (button.value, button.text()) == (None, 'nothing')
    one, two = open_array(name='one'), open_array(name='two')
    events()
    assert texts(button) == [str(one), str(two)]
    assert button.value is one
    run('rename #1 other')
    events()
    assert texts(button)[0] == button.text() == str(one)
    run('close #1')
    events(lambda: button.value is two)


def test_menu_chooses_the_only_one(chosen, open_array, events, run):
    button = chosen(autoselect='single', no_value_button_text='nothing')
    one = open_array(name='one')
    events()
    assert button.value is one
    two = open_array(name='two')
    events()
    assert button.value is one      # what is chosen stays
    run('close #1')
    events(lambda: button.value is two)
    run('close')
    events(lambda: button.value is None)


def test_menu_tells_of_a_choice(chosen, open_array, events):
    one, two = open_array(name='one'), open_array(name='two')
    button = chosen(no_value_menu_text='none', no_value_button_text='none')
    events()
    heard = []
    button.value_changed.connect(lambda: heard.append(button.value))
    next(a for a in button.menu().actions() if a.text() == str(two)).trigger()
    button.value = one
    next(a for a in button.menu().actions() if a.text() == 'none').trigger()
    assert heard == [two, one, None]


def test_menu_filters_anew_when_asked(chosen, open_array, events):
    hidden = []
    button = chosen(filter_func=lambda model: model not in hidden)
    one = open_array()
    events()
    assert texts(button) == [str(one)]
    hidden.append(one)
    button.refresh()
    assert texts(button) == []


def test_collapsible_panel(chimerax_ui):
    from Qt.QtWidgets import QLabel
    panel = chimerax_ui.CollapsiblePanel(None, title='Title', margins=(12, 0, 0, 0))
    panel.content_area.layout().addWidget(QLabel('content'))
    assert not panel.shown
    panel.toggle_button.click()
    assert panel.shown
    assert panel.content_area.maximumHeight() == panel.content_area.sizeHint().height()
    panel.toggle_button.click()
    assert not panel.shown


def test_window(tool):
    window = tool.tool_window
    assert window.shown
    assert tool.panel.widget.parent() is window.ui_area
    window.shown = False
    assert not window.shown
    window.shown = True
