"""The panel's place beside the graphics: ChimeraX's other tools take height, and get it back.

ChimeraX gives a tool that grows, such as Volume Viewer with each map, the height of those docked
with it, and when it shrinks the height goes elsewhere. The panel takes what it had again, unless it
was the user who moved the edge.
"""

from Qt.QtCore import QEvent, QObject, Qt, QTimer
from Qt.QtWidgets import QApplication, QDockWidget, QMainWindow

#: Milliseconds after which docks are laid out: Volume Viewer insists on its height for 200.
_SETTLED = 300


class Place(QObject):
    """Holds the height of a docked widget. wanted: called for the height to begin with, in pixels.
    """

    def __init__(self, widget, wanted):
        super().__init__(widget)
        self._widget = widget
        self._wanted = wanted
        self._height = None         # of the dock, as it is to be; None before it is known
        self._window_height = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._take)
        widget.installEventFilter(self)
        self._timer.start(50)

    def ask(self, height):
        """Want a height for the widget from now on, say when more of it is shown."""
        dock = self._dock()
        if dock is not None:
            self._height = height + dock.height() - self._widget.height()
            self._timer.start(0)

    def _dock(self):
        dock = self._widget
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        return dock

    def _main(self):
        dock = self._dock()
        main = dock and dock.parentWidget()
        return main if isinstance(main, QMainWindow) and not dock.isFloating() else None

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Resize and self._height is not None:
            main, dock = self._main(), self._dock()
            if main is not None:
                by_hand = QApplication.mouseButtons() & Qt.MouseButton.LeftButton
                if by_hand and main.height() == self._window_height:
                    self._height = dock.height()
                elif dock.height() < self._height:
                    self._timer.start(_SETTLED)
                self._window_height = main.height()
        return False

    def _take(self):
        main, dock = self._main(), self._dock()
        if main is None:
            return
        if self._height is None:        # the first time
            self._window_height = main.height()
            self._height = self._wanted() + dock.height() - self._widget.height()
        if dock.height() < self._height:
            main.resizeDocks([dock], [self._height], Qt.Orientation.Vertical)
