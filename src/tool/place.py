"""The panel's place beside the graphics: ChimeraX's other tools take height, and get it back.

ChimeraX gives a tool that grows, such as Volume Viewer with each map, the height of those docked
with it, and when it shrinks the height goes elsewhere. The panel takes what it had again, unless it
was the user who moved the edge.
"""

from Qt.QtCore import QEvent, QObject, Qt, QTimer
from Qt.QtWidgets import QApplication, QDockWidget, QMainWindow

#: Milliseconds after which docks are laid out: Volume Viewer insists on its height for 200.
_SETTLED = 300
#: A tool is left so many pixels, with its title, where others can give more.
_SOME_LINES = 70
#: How often the panel tries to have its height again, in all some seconds.
_TRIES = 12


class Place(QObject):
    """Holds the height of a docked widget.

    wanted: called for the height that the widget wants at present, in pixels; `ask` says that it
    has changed. least: the same, with which it can do. More than that is asked for only up to half
    of the height that there is for docks, and never more than half of the window. What the user
    gives by hand is kept.
    """

    def __init__(self, widget, wanted, least):
        super().__init__(widget)
        self._widget = widget
        self._wanted, self._least = wanted, least
        self._by_hand = 0           # the height of the dock that the user has given it
        self._height = None         # of the dock, as it is to be; None before it is known
        self._window_height = None
        self._tries = 0
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
        room = (main if beside is None else beside).height() // 2
        wanted, least = self._wanted() + around, self._least() + around
        self._height = max(self._by_hand, min(wanted, max(least, room), main.height() // 2))
        if dock.height() != self._height:
            _resize(main, dock, self._height)
            self._try_again()

    def _dock(self):
        dock = self._widget
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        return dock

    def _main(self):
        dock = self._dock()
        main = dock and dock.parentWidget()
        return main if isinstance(main, QMainWindow) and not dock.isFloating() else None

    def _try_again(self):
        self._tries = _TRIES
        self._timer.start(_SETTLED)

    def eventFilter(self, _watched, event):
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
        elif dock.height() < self._height and self._tries > 0:
            _resize(main, dock, self._height)
            self._tries -= 1
            self._timer.start(_SETTLED)


def _resize(main, dock, height):
    """Give a dock a height, as far as those above and below it can spare it.

    Qt goes only part of the way where it is told the height of one dock alone.
    """
    others = [one for one in main.findChildren(QDockWidget)
              if one is not dock and one.isVisible() and not one.isFloating()
              and one.x() < dock.x() + dock.width() and dock.x() < one.x() + one.width()
              and main.dockWidgetArea(one) == main.dockWidgetArea(dock)]
    heights = [one.height() for one in others]
    more = height - dock.height()
    if more > 0:
        # First what leaves each some lines, then the rest: the Log can do with none.
        for least in (_SOME_LINES, 0):
            spare = [max(0, now - max(least, one.minimumHeight(), one.minimumSizeHint().height()))
                     for now, one in zip(heights, others, strict=True)]
            share = min(1.0, more / max(1, sum(spare)))
            heights = [now - round(share * one) for now, one in zip(heights, spare, strict=True)]
            more -= share * sum(spare)
    elif heights:       # what was squeezed gets its lines back first
        for i, now in enumerate(heights):
            given = min(-more, max(0, _SOME_LINES - now))
            heights[i] += given
            more += given
        heights[heights.index(max(heights))] -= more
    main.resizeDocks([*others, dock], [*heights, height], Qt.Orientation.Vertical)
