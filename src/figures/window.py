"""A window for a matplotlib figure: it tells what is pointed at, selects it, and saves the plot."""

import os

from chimerax.core.commands import run
from chimerax.core.errors import UserError
from chimerax.core.tools import ToolInstance

from ..core.parameters import PLOT_DPI
from .pointing import pointed_at

#: ChimeraX's formats that a plot can be saved in, the first if nothing else is chosen.
_FORMATS = ('Portable Network Graphics', 'Portable Document Format', 'Scalable Vector Graphics')


class PlotWindow(ToolInstance):
    """One figure in a window of its own, which is not saved with sessions.

    figure: a matplotlib `Figure`; its axes may tell what is where, see `pointing`. command_of:
    `command_of(key, more)`, the command that a click on a `Pointed` of that key runs, '' for none;
    more: whether it is to add to what is selected.
    """

    SESSION_SAVE = False
    help = 'help:user/commands/occupy.html#plotwindows'

    def __init__(self, session, figure, title, command_of=None):
        super().__init__(session, 'OccuPy plot')
        from chimerax.ui import MainToolWindow
        from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
        from Qt.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout
        self.display_name = title
        self._figure, self._command_of = figure, command_of
        self.tool_window = window = MainToolWindow(self)
        window.fill_context_menu = self._fill_context_menu
        # Shrunk to nothing, matplotlib would divide by zero.
        window.ui_area.setMinimumSize(300, 200)
        self.canvas = canvas = FigureCanvasQTAgg(figure)
        canvas.mpl_connect('motion_notify_event', self._moved)
        canvas.mpl_connect('figure_leave_event', lambda _: self._tell(None))
        canvas.mpl_connect('button_press_event', self._clicked)
        hint = 'Point at the plot for names and values.'
        if command_of is not None:
            hint += ' A click selects, with Shift it adds.'
        self.hint, self.save_button = QLabel(hint), QPushButton('Save…')
        self.hint.setWordWrap(True)
        self.save_button.setToolTip('Save the plot as PNG, PDF or SVG')
        self.save_button.clicked.connect(lambda *_: self.save_as())
        self.bottom = row = QHBoxLayout()
        row.setContentsMargins(6, 2, 6, 4)
        row.addWidget(self.hint, stretch=1)
        row.addWidget(self.save_button)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(canvas, stretch=1)
        layout.addLayout(row)
        window.ui_area.setLayout(layout)
        window.manage(placement=None)

    def _fill_context_menu(self, menu, _x, _y):
        # As the plots of ChimeraX itself have it.
        menu.addAction('Save Plot As…').triggered.connect(lambda *_: self.save_as())

    def _moved(self, event):
        self._tell(pointed_by(event))

    def _tell(self, pointed):
        from Qt.QtCore import Qt
        from Qt.QtGui import QCursor
        from Qt.QtWidgets import QToolTip
        clickable = pointed is not None and pointed.key is not None and self._command_of is not None
        self.canvas.setCursor(Qt.CursorShape.PointingHandCursor if clickable
                              else Qt.CursorShape.ArrowCursor)
        if pointed is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(QCursor.pos(), pointed.text, self.canvas)

    def _clicked(self, event):
        pointed = pointed_by(event)
        if event.button != 1 or pointed is None or pointed.key is None or not self._command_of:
            return
        command = self._command_of(pointed.key, 'shift' in (event.key or '') or _shift_is_held())
        if command:
            run(self.session, command)
        else:
            self.session.logger.status('What was clicked is no longer open.', color='red')

    def save_as(self):
        """Ask for a file and save the plot in it, as it is seen."""
        path = ask_for_file(self.session, self.tool_window.ui_area)
        if not path:
            return
        try:
            save_figure(self._figure, path)
        except UserError as error:
            self.session.logger.error(f'{error}.')
            return
        self.session.logger.info(f'Wrote {path}.')


def pointed_by(event):
    """The `Pointed` under the mouse of an event of matplotlib, or None."""
    if event.inaxes is None or event.xdata is None:
        return None
    return pointed_at(event.inaxes, event.xdata, event.ydata)


def _shift_is_held():
    # Matplotlib knows of keys only while its canvas has the focus.
    from Qt.QtCore import Qt
    from Qt.QtWidgets import QApplication
    return bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)


def ask_for_file(session, parent):
    """The path of an image to write, asked for with ChimeraX's dialog; '' where none was chosen."""
    from chimerax.ui.open_save import SaveDialog
    formats = {name: session.data_formats[name] for name in _FORMATS}
    dialog = SaveDialog(session, parent, 'Save plot', data_formats=list(formats.values()))
    endings = {session.data_formats.qt_file_filter(one): one.suffixes[0]
               for one in formats.values()}
    # With an ending of its own the dialog asks about the very file that would be replaced.
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(endings[chosen]))
    first = next(iter(endings))
    dialog.selectNameFilter(first)
    dialog.setDefaultSuffix(endings[first])
    path = dialog.selectedFiles()[0] if dialog.exec() else ''
    if path and os.path.splitext(path)[1].lower() not in endings.values():
        path += endings[dialog.selectedNameFilter()]
    return path


def save_figure(figure, file):
    """Save a matplotlib figure; `UserError` where that cannot be."""
    try:
        figure.savefig(file, dpi=PLOT_DPI)
    except OSError as error:
        raise UserError(f'cannot write {file}: {error.strerror or error}') from None


def show_figure(session, figure, title, command_of=None):
    """Show a figure in a window of that title, in place of an older one; see `PlotWindow`."""
    for window in session.tools.find_by_class(PlotWindow):
        if window.display_name == title:
            window.delete()
    return PlotWindow(session, figure, title, command_of)


def selecting(specs):
    """What `PlotWindow` takes as command_of, for a click that selects.

    specs: by the keys of what can be clicked, a function that gives the specifier, '' where what it
    names is gone.
    """
    def command_of(key, more):
        spec = specs[key]()
        return f'select {"add " if more else ""}{spec}' if spec else ''

    return command_of
