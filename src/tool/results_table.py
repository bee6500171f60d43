"""A table of results, sorted by a click on a heading; its rows are found in the scene."""

import csv
import re

from chimerax.core.commands import AtomSpecArg, run
from Qt.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from Qt.QtGui import QColor, QPainter, QPen
from Qt.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
)

from ..session import coloring
from .results import Number

_NUMBER = Qt.ItemDataRole.UserRole
#: The number of a model in a specifier, where it stands by itself and is no list or range of them.
_MODEL = re.compile(r'#(\d+(?:\.\d+)*)(?![\d.,-])')


class ResultsTable(QTableWidget):
    """Shows a `Table`. A click selects in the scene and zooms, the mouse above a row lights it up.
    """

    def __init__(self, session):
        super().__init__()
        self._session = session
        self._models = {}       # number, as text: the model that had it when the table was shown
        self._lit = None        # selected states of atoms from before a row was lit up
        self.table = None
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setMouseTracking(True)
        self.setItemDelegate(_Drawn(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(5 * (self.fontMetrics().height() + 8))
        self.setTabKeyNavigation(False)     # the tab key goes on to the next widget
        self.setToolTip('')
        self.cellClicked.connect(lambda row, _column: self._go_to(row))
        self.cellEntered.connect(lambda row, _column: self._light(row))
        self.cellActivated.connect(lambda row, _column: self._go_to(row))
        self._watch = _Leaving(self)
        self.viewport().installEventFilter(self._watch)

    def show_table(self, table):
        """Show a `Table`, or, for None, nothing."""
        self.put_out()
        # Of the same kind as before, it stays sorted as it was; of another, it is as it comes.
        same = table is not None and self.table is not None and (
            table.columns == self.table.columns)
        self.table = table
        self.setSortingEnabled(False)
        self.clear()
        rows = [] if table is None else table.rows
        numbers = {number for row in rows for number in _MODEL.findall(row.spec)}
        self._models = {model.id_string: model for model in self._session.models.list()
                        if model.id_string in numbers}
        self.setRowCount(len(rows))
        self.setColumnCount(0 if table is None else len(table.columns))
        if table is None:
            return
        self.setHorizontalHeaderLabels(list(table.columns))
        for row, of_row in enumerate(rows):
            for column, cell in enumerate(of_row.cells):
                item = _Item(cell)
                item.setData(_NUMBER + 1, of_row)
                if table.heat and isinstance(cell, Number):
                    _warm(item, cell.value)
                self.setItem(row, column, item)
        if not same:
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def row_at(self, row):
        """The `Row` that stands in a line at present."""
        return self.item(row, 0).data(_NUMBER + 1)

    def _go_to(self, row):
        spec = self._spec_at(row)
        self.put_out()
        if self._objects(spec) is not None:
            run(self._session, f'select {spec}; view {spec}')

    def _light(self, row):
        """Show a row's atoms as selected for as long as the mouse is there."""
        self.put_out()
        objects = self._objects(self._spec_at(row))
        if objects is None:
            return
        from chimerax.atomic import all_atoms
        atoms = all_atoms(self._session)
        self._lit = atoms, atoms.selecteds.copy()
        atoms.selecteds = False
        objects.atoms.selecteds = True

    def _spec_at(self, row):
        """The specifier of a line by the numbers that its models have now; '' where one is closed.
        """
        spec = self.row_at(row).spec
        if any(model is None or model.deleted
               for model in map(self._models.get, _MODEL.findall(spec))):
            return ''
        return _MODEL.sub(lambda found: f'#{self._models[found[1]].id_string}', spec)

    def _objects(self, spec):
        """What a specifier names, or None where that is nothing, or nothing any more."""
        if not spec:
            return None
        try:
            parsed, _, _ = AtomSpecArg.parse(spec, self._session)
            found = parsed.evaluate(self._session)
        except Exception:       # of a model that was closed
            return None
        return None if found.empty() else found

    def put_out(self):
        """Give the selection back that a row under the mouse took the place of."""
        lit, self._lit = self._lit, None
        if lit is not None and len(lit[0]) == len(lit[1]):
            lit[0].selecteds = lit[1]

    def save(self, path):
        """Write the table as a CSV file."""
        with open(path, 'w', newline='', encoding='utf-8') as file:
            csv.writer(file, lineterminator='\n').writerows(self.table.csv())


class _Leaving(QObject):
    """Puts out what is lit up when the mouse leaves the table."""

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Leave:
            self.parent().put_out()
        return False


class _Item(QTableWidgetItem):
    """A cell, sorted by number where it holds one."""

    def __init__(self, cell):
        super().__init__(cell.text if isinstance(cell, Number) else str(cell))
        self.setData(_NUMBER, cell)
        if isinstance(cell, Number):
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        else:
            self.setToolTip(str(cell))

    def __lt__(self, other):
        one, two = self.data(_NUMBER), other.data(_NUMBER)
        if isinstance(one, Number) and isinstance(two, Number):
            return (one.value == one.value, one.value) < (two.value == two.value, two.value)
        return str(one) < str(two)


class _Drawn(QStyledItemDelegate):
    """Draws, under a share of the whole, a line of that length with its error bar."""

    def paint(self, painter, option, index):
        super().paint(painter, option, index)
        cell = index.data(_NUMBER)
        table = self.parent().table
        if not isinstance(cell, Number) or not cell.share or cell.value != cell.value or (
                table is not None and table.heat):
            return
        box = QRectF(option.rect).adjusted(3, 0, -3, -2)
        color = QColor(option.palette.highlight().color())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def place(value):
            return QPointF(box.left() + min(1, max(0, value)) * box.width(), box.bottom())

        painter.setPen(QPen(color, 3))
        painter.drawLine(place(0), place(cell.value))
        if cell.error == cell.error:
            painter.setPen(QPen(option.palette.text().color(), 1))
            low, high = place(cell.value - cell.error), place(cell.value + cell.error)
            painter.drawLine(low, high)
            for end in (low, high):
                painter.drawLine(end - QPointF(0, 3), end + QPointF(0, 1))
        painter.restore()


def _warm(item, value):
    """Colour a cell by its value, in the colours of the scale."""
    if value != value:
        return
    import numpy as np
    colormap = coloring.ranged(coloring.palette(coloring.DEFAULT_PALETTE), None)
    red, green, blue = (float(part) for part in colormap.interpolated_rgba(
        np.array([value], np.float32))[0][:3])
    item.setBackground(QColor.fromRgbF(red, green, blue))
    # Black or white, whichever is read on it.
    dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
    item.setForeground(QColor(Qt.GlobalColor.white if dark else Qt.GlobalColor.black))
