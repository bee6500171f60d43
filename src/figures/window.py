"""A window for a matplotlib figure."""

from chimerax.core.tools import ToolInstance


class PlotWindow(ToolInstance):
    """One figure in a window of its own, which is not saved with sessions."""

    SESSION_SAVE = False

    def __init__(self, session, figure, title):
        super().__init__(session, 'OccuPy plot')
        from chimerax.ui import MainToolWindow
        from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
        from Qt.QtWidgets import QVBoxLayout
        self.display_name = title
        self.tool_window = window = MainToolWindow(self)
        # Shrunk to nothing, matplotlib would divide by zero.
        window.ui_area.setMinimumSize(300, 200)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(FigureCanvasQTAgg(figure))
        window.ui_area.setLayout(layout)
        window.manage(placement=None)


def show_figure(session, figure, title):
    """Show a figure in a window of that title, in place of an older one."""
    for window in session.tools.find_by_class(PlotWindow):
        if window.display_name == title:
            window.delete()
    return PlotWindow(session, figure, title)
