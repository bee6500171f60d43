"""The panel's place beside the graphics: ChimeraX's other tools take height, and get it back.

ChimeraX gives a tool that grows, such as Volume Viewer with each map, the height of those docked
with it, and when it shrinks the height goes elsewhere. The panel takes what it had again, unless it
was the user who moved the edge.
"""

from Qt.QtCore import QEvent, QObject, Qt, QTimer
from Qt.QtWidgets import QApplication, QDockWidget, QMainWindow

#: Milliseconds after which docks are laid out: Volume Viewer insists on its height for 200.
_SETTLED = 300


#: How often the panel tries to have its height again, in all some seconds.
_TRIES = 12


class Place(QObject):
    """Holds the height of a docked widget.

    wanted: called for the height that the widget wants at present, in pixels; `ask` says that it
    has changed. More than half of the window is not asked for. What the user gives by hand is kept.
    """

    def __init__(self, widget, wanted):
        super().__init__(widget)
        self._widget = widget
        self._wanted = wanted
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
        self._height = max(self._by_hand, min(self._wanted() + around, main.height() // 2))
        if dock.height() != self._height:
            main.resizeDocks([dock], [self._height], Qt.Orientation.Vertical)
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
            main.resizeDocks([dock], [self._height], Qt.Orientation.Vertical)
            self._tries -= 1
            self._timer.start(_SETTLED)
