"""The panel's place among docks: its height comes back, and what the user gives it is kept."""

import time
from types import SimpleNamespace

import pytest

#: Heights in pixels: of the window, of what is in the panel, and of what it can do with.
WINDOW, WANTED, LEAST = 800, 260, 220


@pytest.fixture
def docks(session, chimerax_ui, events, monkeypatch):
    """A main window with another tool above the panel, both docked at the right."""
    from chimerax.occupy.tool import place
    from Qt.QtCore import Qt
    from Qt.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget
    monkeypatch.setattr(place, '_SETTLED', 10)

    class Docks:
        buttons = Qt.MouseButton.NoButton
        wanted, least = WANTED, LEAST

        def __init__(self):
            self.main = QMainWindow()
            self.main.resize(900, WINDOW)
            self.main.setCentralWidget(QWidget())
            self.other, self.panel = self.dock('other'), self.dock('panel')
            self.main.show()
            self.place = place.Place(self.panel.widget(), lambda: self.wanted, lambda: self.least)
            self.settle()

        def dock(self, name):
            """Another dock at the right."""
            dock = QDockWidget(name)
            dock.setWidget(QWidget())
            self.main.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            return dock

        def third(self):
            """A third dock, between the other tool and the panel."""
            dock = self.dock('third')
            self.main.splitDockWidget(self.other, dock, Qt.Orientation.Vertical)
            self.settle()
            return dock

        def want(self, wanted, least):
            """Let it want another height, and have it."""
            self.wanted, self.least = wanted, least
            self.place.ask()
            self.settle()

        def settle(self):
            """Let the panel have its height, in all the tries that it takes."""
            events(lambda: not self.place._timer.isActive())
            end = time.monotonic() + 0.1
            events(lambda: time.monotonic() > end)

        @property
        def height(self):
            """Of what is in the panel's dock."""
            return self.panel.widget().height()

        def squeeze(self, height):
            """Another tool takes height, as ChimeraX gives it to a tool that grows."""
            whole = self.panel.height() + self.other.height()
            self.main.resizeDocks([self.other, self.panel], [whole - height, height],
                                  Qt.Orientation.Vertical)

        def drag_edge(self, height):
            """The user moves the edge between the docks."""
            self.buttons = Qt.MouseButton.LeftButton
            self.squeeze(height)
            events()
            self.buttons = Qt.MouseButton.NoButton
            self.settle()

    monkeypatch.setattr(QApplication, 'mouseButtons', staticmethod(lambda: made.buttons))
    made = Docks        # which has no buttons down, for as long as it is made
    made = Docks()
    yield made
    made.main.close()
    made.main.deleteLater()
    events()


def near(height, wanted):
    return abs(height - wanted) <= 2


def test_has_the_height_it_wants(docks):
    assert near(docks.height, WANTED)


def test_comes_back_when_another_tool_has_taken_it(docks):
    for _ in range(3):
        docks.squeeze(100)
        docks.settle()
        assert near(docks.height, WANTED)


def test_comes_back_though_the_other_tool_insists_for_a_while(docks, events):
    docks.other.widget().setMinimumHeight(650)
    events(lambda: docks.height < 150)
    docks.place._tries = 2
    docks.settle()
    assert docks.height < 150
    docks.other.widget().setMinimumHeight(0)
    docks.squeeze(90)
    docks.settle()
    assert near(docks.height, WANTED)


def test_follows_what_it_wants(docks):
    docks.want(330, 300)
    assert near(docks.height, 330)
    docks.want(200, 180)
    assert near(docks.height, 200)


def test_gives_height_back_once_the_mouse_is_elsewhere(docks, events):
    from Qt.QtCore import QEvent, Qt
    from Qt.QtWidgets import QApplication
    widget = docks.panel.widget()
    docks.want(330, 300)
    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)     # as Qt does when it comes
    docks.want(200, 180)
    assert near(docks.height, 330)
    docks.want(360, 350)        # more is given at once
    assert near(docks.height, 360)
    docks.wanted, docks.least = 200, 180
    docks.place.ask()
    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
    end = time.monotonic() + 0.2
    events(lambda: time.monotonic() > end)
    docks.settle()
    assert near(docks.height, 200)


def test_what_the_user_gives_is_kept(docks):
    docks.drag_edge(420)
    given = docks.height
    assert given > 350
    docks.squeeze(100)
    docks.settle()
    assert near(docks.height, given)
    docks.wanted = 300
    docks.place.ask()
    docks.settle()
    assert near(docks.height, given)


def test_another_width_is_no_height_given_by_hand(docks, events):
    from Qt.QtCore import Qt
    docks.buttons = Qt.MouseButton.LeftButton
    docks.wanted, docks.least = 330, 300        # which narrower contents need
    docks.main.resizeDocks([docks.panel], [docks.panel.width() + 60], Qt.Orientation.Horizontal)
    events()
    docks.buttons = Qt.MouseButton.NoButton
    events(lambda: not docks.place._wider.isActive())
    docks.settle()
    assert near(docks.height, 330)
    docks.want(200, 180)
    assert near(docks.height, 200)


def test_more_than_it_can_do_with_only_where_there_is_room(docks):
    docks.want(700, 600)
    assert docks.panel.height() <= WINDOW // 2       # never more than half of the window
    docks.wanted, docks.least = 390, 200
    docks.main.resize(900, 500)
    docks.place.ask()
    docks.settle()
    assert docks.panel.height() <= docks.main.centralWidget().height() // 2 + 2
    docks.want(390, 225)
    assert near(docks.panel.height(), docks.main.centralWidget().height() // 2)


def test_two_tools_above_spare_what_they_can(docks, events):
    third = docks.third()
    third.setMinimumHeight(200)
    docks.settle()
    docks.want(340, 330)
    assert near(docks.height, 340)
    assert third.height() >= 200


def test_others_are_left_some_lines_where_there_is_room(docks):
    from chimerax.occupy.tool.place import _SOME_LINES
    from Qt.QtCore import Qt
    third = docks.third()
    whole = sum(one.height() for one in (docks.other, third, docks.panel))
    docks.main.resizeDocks([docks.other, third, docks.panel], [90, whole - 190, 100],
                           Qt.Orientation.Vertical)
    docks.settle()
    docks.want(380, 370)
    assert near(docks.height, 380)
    assert docks.other.height() >= _SOME_LINES - 2
    assert third.height() >= _SOME_LINES - 2
    # What was squeezed for more than that gets its lines back with the first that is to be had.
    docks.main.resizeDocks([docks.other, third, docks.panel], [30, whole - 430, 400],
                           Qt.Orientation.Vertical)
    docks.settle()
    docks.want(300, 290)
    assert near(docks.height, 300)
    assert docks.other.height() >= _SOME_LINES - 2


@pytest.mark.parametrize('had', [100, 40])
def test_a_tool_that_grows_leaves_those_beside_it_some_lines(docks, events, had):
    """Volume Viewer insists for a while on its height, and takes it from the Log, say."""
    from chimerax.occupy.tool.place import _SOME_LINES
    from Qt.QtCore import Qt
    from Qt.QtWidgets import QDockWidget, QWidget
    log = QDockWidget('log')
    log.setWidget(QWidget())
    docks.main.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, log)
    docks.main.splitDockWidget(docks.other, log, Qt.Orientation.Vertical)
    docks.settle()
    whole = docks.other.height() + log.height()
    docks.main.resizeDocks([docks.other, log], [whole - had, had], Qt.Orientation.Vertical)
    docks.settle()
    had = log.height()
    docks.place.others_may_grow()
    docks.other.widget().setMinimumHeight(whole - 25)
    events(lambda: log.height() < 35)
    docks.other.widget().setMinimumHeight(0)
    docks.settle()
    # What the user had given it less is left at that.
    assert near(log.height(), min(had, _SOME_LINES))
    assert near(docks.height, WANTED)


def test_whether_there_is_room_beside(docks, events):
    from chimerax.occupy.tool.place import is_room_beside
    other = docks.other.widget()
    there_is = docks.other.height() + docks.panel.height()
    assert is_room_beside(other, there_is // 2)
    assert not is_room_beside(other, there_is - 60)     # nothing would be seen of the two
    docks.other.setFloating(True)
    events()
    assert is_room_beside(other, WINDOW)
    docks.other.close()
    assert is_room_beside(other, WINDOW)


def test_where_there_is_none_it_is_tabbed_with_models(session, tool, monkeypatch):
    from chimerax.core.tools import ToolInstance
    from chimerax.occupy.tool import place
    from Qt.QtWidgets import QWidget
    models = ToolInstance(session, 'Model Panel')
    models.tool_window = SimpleNamespace(ui_area=QWidget())
    room = {'is': False}
    asked = []

    def is_room_beside(widget, height):
        asked.append(height)
        return room['is']

    monkeypatch.setattr(place, 'is_room_beside', is_room_beside)
    assert hasattr(tool._placement(), 'ui_area')
    assert 150 < asked[0] < 400
    room['is'] = True
    assert tool._placement() == 'side'
    session.tools.remove([models])


def test_tabbed_with_another_tool_it_has_its_height_too(docks, events):
    from Qt.QtWidgets import QDockWidget, QWidget
    models = QDockWidget('models')
    models.setWidget(QWidget())
    docks.main.tabifyDockWidget(docks.panel, models)
    docks.panel.raise_()
    docks.settle()
    docks.wanted = docks.least = 300
    docks.place.ask()
    docks.settle()
    assert near(docks.height, 300)
    # Behind the other one it asks for nothing; in front again it has what it wants.
    models.raise_()
    events()
    docks.wanted = docks.least = 340
    docks.place.ask()
    docks.settle()
    docks.panel.raise_()
    end = time.monotonic() + 0.2
    events(lambda: time.monotonic() > end)
    docks.settle()
    assert near(docks.height, 340)


def test_floating_it_is_left_alone(docks, events):
    docks.panel.setFloating(True)
    docks.panel.resize(200, 120)
    events()
    docks.place.ask()
    docks.settle()
    assert docks.panel.height() < 200


def test_without_docks(session, chimerax_ui, events):
    from chimerax.occupy.tool.place import Place
    from Qt.QtWidgets import QWidget
    widget = QWidget()
    widget.resize(300, 100)
    widget.show()
    place = Place(widget, lambda: 400, lambda: 300)
    place.ask()
    events()
    assert widget.height() == 100
    widget.close()


@pytest.mark.parametrize('width', [360, 545, 700])
def test_at_its_least_height_nothing_has_to_be_scrolled(panel, estimated, events, resize,
                                                             width):
    from chimerax.occupy.tool.results import Number, Row, Table
    rows = [Row((f'#{i}/A', Number(i / 20, 0.02, share=True))) for i in range(20)]
    panel.measure.show_results(Table('Occupancy', ('Group', 'Occupancy'), rows))
    for section in panel.sections:
        panel.tabs.setCurrentWidget(section.widget)
        resize(width, 640)
        for height in (panel.wanted_height(), panel.least_height()):
            resize(width, height)
            assert panel.widget.height() == height
            assert panel.scrolled.verticalScrollBar().maximum() == 0, section.title
            assert panel.least_height() < 440
        if section in (panel.color, panel.measure):
            assert panel.least_height() < panel.wanted_height()


def test_tabs_of_about_one_height_ask_for_the_same(panel, events, resize, monkeypatch):
    resize(575, 400)
    asked = {}
    for masked in (False, True):
        monkeypatch.setattr(panel.modify, '_refused', lambda masked=masked: masked)
        for section in panel.sections:
            panel.tabs.setCurrentWidget(section.widget)
            events()
            asked[masked, section] = panel.wanted_height(), panel.least_height()
        assert len({asked[masked, section] for section in (
            panel.color, panel.measure, panel.masks)}) == 1
    assert asked[False, panel.modify] == asked[False, panel.color]
    # What Modify says of masked maps is no reason for the others to be higher.
    assert asked[True, panel.color] == asked[False, panel.color]
    assert asked[True, panel.modify][1] > asked[True, panel.color][1] + 30
