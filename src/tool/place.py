"""The panel's place beside the graphics: ChimeraX's other tools take height, and get it back.

ChimeraX gives a tool that grows, such as Volume Viewer with each map, the height of those docked
with it, and when it shrinks the height goes elsewhere. The panel takes what it had again, unless it
was the user who moved the edge. What was squeezed beside it, such as the Log, gets some lines back.
"""

from weakref import WeakKeyDictionary

from Qt.QtCore import QEvent, QObject, Qt, QTimer
from Qt.QtWidgets import QApplication, QDockWidget, QMainWindow, QTabBar

#: Milliseconds after which docks are laid out: Volume Viewer insists on its height for 200.
_SETTLED = 300
#: A tool is left so many pixels, with its title, and so many more than the least that it asks for,
#: where others can give more: the Log asks for none, Volume Viewer for all but its histogram.
_SOME_LINES, _MORE = 80, 28
#: How often the panel tries to have its height again, in all some seconds.
_TRIES = 12


class Place(QObject):
    """Holds the height of a docked widget.

    wanted: called for the height that the widget wants at present, in pixels; `ask` says that it
    has changed. least: the same, with which it can do. More than that is asked for only up to half
    of the height that there is for docks, where that leaves the others some lines, and never more
    than half of the window. What the user gives by hand is kept. Height is given back once the
    mouse is elsewhere.
    """

    def __init__(self, widget, wanted, least):
        super().__init__(widget)
        self._widget = widget
        self._wanted, self._least = wanted, least
        self._by_hand = 0           # the height of the dock that the user has given it
        self._height = None         # of the dock, as it is to be; None before it is known
        self._window_height = None
        self._tries = 0
        self._later = False         # whether less is wanted once the mouse has left
        self._had = None            # the height of the dock before another tool may have grown
        self._lines = WeakKeyDictionary()       # other docks: the heights they are to be left
        self._lent = WeakKeyDictionary()        # the same: their heights before a tab wanted more
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._take)
        widget.installEventFilter(self)
        # ChimeraX lays out its docks once control is back.
        self._timer.start(50)

    def ask(self):
        """Another height may be wanted now, with another tab, say."""
        main, dock = self._main(), self._dock()
        if main is None:
            return
        around = dock.height() - self._widget.height()
        beside = main.centralWidget()
        room = min((main if beside is None else beside).height() // 2, _left(main, dock))
        wanted, least = self._wanted() + around, self._least() + around
        first = self._height is None
        height = max(self._by_hand, min(wanted, max(least, room), main.height() // 2))
        # Docked at the bottom, its tabs would move away under the mouse that has just clicked one.
        self._later = not first and height < dock.height() and self._widget.underMouse()
        if self._later:
            return
        self._height = height
        if first or dock.height() != self._height:
            self._lines = WeakKeyDictionary(
                (one, self._lines_of(one, dock.height() < self._height and not first))
                for one in _others(main, dock))
            _resize(main, dock, self._height, self._lines)
            self._try_again()

    def _lines_of(self, other, more):
        """How high another tool is to be at least: where the panel is new, or wants less, something
        is to be seen of it, and it has back what it lent when the panel wanted more.
        """
        now, enough = other.height(), _enough(other)
        if more:
            self._lent.setdefault(other, now)
            return min(enough, now)
        return max(enough, self._lent.pop(other, 0))

    def others_may_grow(self):
        """Tools beside may want more now: what they take of the panel or of one another comes back,
        here all, and there as far as some lines.
        """
        main, dock = self._main(), self._dock()
        if main is not None and self._height is not None:
            if not self._timer.isActive():
                self._had = dock.height()
                self._lines = WeakKeyDictionary(
                    (one, min(_enough(one), one.height())) for one in _others(main, dock))
            self._try_again()

    def _dock(self):
        return _dock_of(self._widget)

    def _main(self):
        return _main_of(self._dock())

    def _try_again(self):
        self._tries = _TRIES
        self._timer.start(_SETTLED)

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Leave and self._later:
            QTimer.singleShot(60, self.ask)
        if event.type() == QEvent.Type.Show and self._height is not None:
            # A tool that it is tabbed with may have grown meanwhile.
            QTimer.singleShot(60, self.ask)
        if event.type() == QEvent.Type.Resize and self._height is not None:
            main, dock = self._main(), self._dock()
            if main is not None:
                by_hand = QApplication.mouseButtons() & Qt.MouseButton.LeftButton
                if by_hand and main.height() == self._window_height:
                    self._by_hand = self._height = dock.height()
                elif dock.height() < self._height:
                    self._try_again()
                self._window_height = main.height()
        return False

    def _take(self):
        """Have the height again; where another tool insists on it, try later."""
        main, dock = self._main(), self._dock()
        if main is None:
            return
        if self._height is None:        # the first time
            self._window_height = main.height()
            self.ask()
            # With its width the widget may have become less high.
            QTimer.singleShot(_SETTLED, self.ask)
        elif self._tries > 0:
            self._tries -= 1
            # What it has beyond that is kept, but for what a tool has taken that is tabbed with it.
            height = max(self._height, min(self._had or dock.height(), dock.height()))
            if _resize(main, dock, height, self._lines):
                self._timer.start(_SETTLED)


def is_room_beside(widget, height):
    """Whether a tool of a height in pixels can be docked with the tool a widget is in, so that
    something is seen of all that are docked there. True where that tool is not docked.
    """
    dock = _dock_of(widget)
    main = _main_of(dock)
    if main is None:
        return True
    docks = [dock, *_others(main, dock)]
    there_is = sum(one.height() for one in docks)
    return sum(_least(one) + _MORE for one in docks) + height <= there_is


def _dock_of(widget):
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget


def _main_of(dock):
    """The window a dock is seen in, None where it floats or is behind another one."""
    main = dock and dock.parentWidget()
    seen = isinstance(main, QMainWindow) and dock.isVisible() and not dock.isFloating()
    return main if seen else None


def _others(main, dock):
    """The docks that share the height there is with one."""
    return [one for one in main.findChildren(QDockWidget)
            if one is not dock and one.isVisible() and not one.isFloating()
            and one.x() < dock.x() + dock.width() and dock.x() < one.x() + one.width()
            and main.dockWidgetArea(one) == main.dockWidgetArea(dock)]


def _least(dock):
    return max(dock.minimumHeight(), dock.minimumSizeHint().height())


def _enough(dock):
    """A height at which something is seen of a tool."""
    return max(_SOME_LINES, _least(dock) + _MORE)


def _left(main, dock):
    """What others leave to a dock where something is seen of each."""
    return dock.height() + sum(one.height() - _enough(one) for one in _others(main, dock))


def _resize(main, dock, height, lines):
    """Give a dock a height, as far as those above and below it can spare it.

    lines: how high each of these is to be left, or to become, where there is room.
    Returns whether anything was to be done.
    """
    others = _others(main, dock)
    now = [one.height() for one in others]
    heights = _shared(
        now, [_least(one) for one in others],
        [lines.get(one, min(_enough(one), one.height())) for one in others],
        sum(now) + dock.height() - height)
    if [*heights, height] == [*now, dock.height()]:
        return False
    # Qt goes only part of the way where it is told the height of one dock alone, and counts the
    # tabs of several that share a place.
    main.resizeDocks([*others, dock], [
        one + _tabs_of(main, of_one) for one, of_one in zip(
            [*heights, height], [*others, dock], strict=True)], Qt.Orientation.Vertical)
    return True


def _tabs_of(main, dock):
    """How high the tabs are by which a dock shares its place with others, in pixels."""
    bars = [bar for bar in main.findChildren(
        QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly) if bar.isVisible()]
    return bars[0].height() if bars and main.tabifiedDockWidgets(dock) else 0


def _shared(now, least, lines, room):
    """Heights that fill a room and are near those that are, each with its lines if there is room.
    """
    heights = [max(one, of_one) for one, of_one in zip(now, lines, strict=True)]
    # First what leaves each its lines, then the rest: the Log can do with none.
    for kept in (lines, [0] * len(now)):
        over = sum(heights) - room
        if over > 0:
            spare = [max(0, one - max(low, keep))
                     for one, low, keep in zip(heights, least, kept, strict=True)]
            share = min(1.0, over / max(1, sum(spare)))
            heights = [one - round(share * some) for one, some in zip(heights, spare, strict=True)]
    if sum(heights) < room and heights:
        heights[heights.index(max(heights))] += room - sum(heights)
    return heights
