"""Drawn widgets of the panel, in the colours of the theme: histogram with a range, curve, picture.
"""

import numpy as np
from Qt.QtCore import QPointF, QRectF, QSize, Qt, Signal
from Qt.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from Qt.QtWidgets import QSizePolicy, QWidget

_MARGIN = 8


class _Drawn(QWidget):
    """A widget of some lines' height that is as wide as there is room."""

    def __init__(self, lines, least_lines=None):
        super().__init__()
        self._lines, self._least = lines, least_lines or lines
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self):
        line = self.fontMetrics().height()
        return QSize(12 * line, self._lines * line)

    def minimumSizeHint(self):
        line = self.fontMetrics().height()
        return QSize(8 * line, int(self._least * line))

    def _faint(self, alpha=90):
        color = QColor(self.palette().windowText().color())
        color.setAlpha(alpha)
        return color


class RangeHistogram(_Drawn):
    """A histogram of the scale, 0 to 1, with two handles for the range of colours.

    `moved(low, high)` is emitted while a handle is dragged, `changed(low, high)` once when it is
    let go or moved with the arrow keys. The bars have the colours of their scale.
    """

    moved = Signal(float, float)
    changed = Signal(float, float)

    def __init__(self, tooltip=''):
        # It gives way where the window is low, before the tab has to be scrolled.
        super().__init__(lines=4, least_lines=2.5)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tooltip)
        self.setAccessibleName('range of colours')
        self._counts = None
        self._colormap = None
        self._range = [0.0, 1.0]
        self._handle = 0
        self._dragging = False
        self._mark = None
        self.note = ''

    @property
    def dragging(self):
        """Whether a handle is being dragged."""
        return self._dragging

    @property
    def range(self):
        """(low, high)."""
        return tuple(self._range)

    @range.setter
    def range(self, limits):
        if not self._dragging:
            self._range = [float(limit) for limit in limits]
            self.update()

    def show_values(self, counts, note=''):
        """Show counts in equal bins from 0 to 1, or, for None, the note in their place."""
        self._counts, self.note = counts, note
        self.update()

    def show_colors(self, colormap):
        """Take the bars' colours from a ChimeraX `Colormap` of values 0 to 1 across the range."""
        self._colormap = colormap
        self.update()

    @property
    def mark(self):
        """A value that is marked, such as the scale where the mouse rests; None for none."""
        return self._mark

    @mark.setter
    def mark(self, value):
        if value != self._mark:
            self._mark = value
            self.update()

    def _x(self, value):
        return _MARGIN + value * (self.width() - 2 * _MARGIN)

    def _value(self, x):
        return min(1.0, max(0.0, (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)))

    def _colors(self, values):
        if self._colormap is None:
            return [self._faint(160)] * len(values)
        low, high = self._range
        share = np.clip((values - low) / max(1e-6, high - low), 0, 1)
        rgba = self._colormap.interpolated_rgba(share.astype(np.float32))
        return [QColor.fromRgbF(*(float(part) for part in color)) for color in rgba]

    def paintEvent(self, _event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.fontMetrics().height()
        bottom = self.height() - text - 4
        painter.fillRect(QRectF(_MARGIN, 2, self.width() - 2 * _MARGIN, bottom - 2),
                         self.palette().base())
        if self._counts is None:
            self._paint_note(painter, bottom)
        else:
            self._paint_bars(painter, bottom)
            if self._mark is not None:
                self._paint_mark(painter, self._mark, bottom)
        painter.setPen(self._faint())
        painter.drawLine(QPointF(_MARGIN, bottom), QPointF(self.width() - _MARGIN, bottom))
        for i, value in enumerate(self._range):
            self._paint_handle(painter, i, value, bottom)

    def _paint_note(self, painter, bottom):
        """In lines, or, where those would run into the numbers below, in as much as one holds."""
        box = QRectF(_MARGIN, 2, self.width() - 2 * _MARGIN, bottom - 2)
        flags, note = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.note
        lines = self.fontMetrics().boundingRect(box.toRect(), flags, note)
        if lines.height() > box.height():
            flags = Qt.AlignmentFlag.AlignCenter
            note = self.fontMetrics().elidedText(
                note, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.setPen(self.palette().windowText().color())
        painter.drawText(box, flags, note)

    def _paint_bars(self, painter, bottom):
        n = len(self._counts)
        # The square root lets small parts be seen beside large ones.
        # What is cut off at full scale, often the most by far, may be higher than there is room.
        most = max(1, self._counts[:-1].max())
        heights = np.sqrt(np.minimum(1, self._counts / most))
        for i, color in enumerate(self._colors((np.arange(n) + 0.5) / n)):
            left, right = self._x(i / n), self._x((i + 1) / n)
            height = float(heights[i]) * (bottom - 4)
            painter.fillRect(QRectF(left, bottom - height, right - left + 0.5, height), color)

    def _paint_mark(self, painter, value, bottom):
        """A line with its number beside it, at the top, where no handle has one."""
        x = self._x(value)
        painter.setPen(QPen(self.palette().windowText().color(), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 2), QPointF(x, bottom))
        label = f'{value:.2f}'
        width = self.fontMetrics().horizontalAdvance(label)
        left = x + 4 if x + 4 + width < self.width() - _MARGIN else x - 4 - width
        box = QRectF(left - 2, 2, width + 4, self.fontMetrics().height())
        behind = self.palette().base().color()
        behind.setAlpha(200)        # readable on bars
        painter.fillRect(box, behind)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)

    def _paint_handle(self, painter, i, value, bottom):
        x, size = self._x(value), 5
        chosen = self.hasFocus() and i == self._handle
        color = (self.palette().highlight() if chosen else self.palette().windowText()).color()
        painter.setPen(QPen(color, 2 if chosen else 1.4))
        top = 2
        if self._counts is None:        # below the note, which stands in the middle
            top = bottom - max(0, min(8, (bottom - 2 - self.fontMetrics().height()) / 2))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([
            QPointF(x, bottom - 1), QPointF(x - size, bottom + 7), QPointF(x + size, bottom + 7)]))
        painter.setPen(self.palette().windowText().color())
        label = f'{value:.2f}'
        width = self.fontMetrics().horizontalAdvance(label)
        # Each number on the outer side of its handle, so that the two never meet.
        inner, outer = x + size + 3, x - size - 3 - width
        if i == 1:
            inner, outer = outer, inner
        # At the end of the axis there is no room on that side.
        left = outer if 0 <= outer <= self.width() - width else inner
        painter.drawText(QPointF(left, self.height() - 3), label)

    def mousePressEvent(self, event):
        x = event.position().x()
        distances = [abs(self._x(value) - x) for value in self._range]
        self._handle = distances.index(min(distances))
        if distances[0] == distances[1]:
            self._handle = 0 if x < self._x(self._range[0]) else 1
        self._dragging = True
        self._move(self._value(x))

    def mouseMoveEvent(self, event):
        if self._dragging:
            self._move(self._value(event.position().x()))

    def mouseReleaseEvent(self, _event):
        if self._dragging:
            self._dragging = False
            self.changed.emit(*self._range)

    def keyPressEvent(self, event):
        step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            sign = 1 if key == Qt.Key.Key_Right else -1
            self._move(self._range[self._handle] + sign * step)
            self.changed.emit(*self._range)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._handle = 1 if key == Qt.Key.Key_Up else 0
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event):
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        self.update()

    def _move(self, value):
        low, high = self._range
        value = round(value, 2)
        limits = (0.0, high - 0.01) if self._handle == 0 else (low + 0.01, 1.0)
        self._range[self._handle] = round(min(max(value, limits[0]), limits[1]), 2)
        self.update()
        self.moved.emit(*self._range)


class CurvePlot(_Drawn):
    """The curve f(S) of a modification over the scale, both from 0 to 1, in a small square."""

    def __init__(self, tooltip=''):
        super().__init__(lines=4)
        self.setToolTip(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._values = None
        self._pivot = None

    def sizeHint(self):
        side = self._lines * self.fontMetrics().height()
        return QSize(side, side)

    minimumSizeHint = sizeHint

    def show_curve(self, values, pivot=None):
        """Draw values at equal steps of the scale from 0 to 1, and mark a pivot."""
        self._values, self._pivot = values, pivot
        self.update()

    def paintEvent(self, _event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.fillRect(box, self.palette().base())
        painter.setPen(self._faint())
        painter.drawRect(box)
        painter.setPen(QPen(self._faint(130), 1, Qt.PenStyle.DashLine))
        painter.drawLine(box.bottomLeft(), box.topRight())
        if self._values is not None:
            self._paint_curve(painter, box)

    def _paint_curve(self, painter, box):
        def place(scale, value):
            return QPointF(box.left() + scale * box.width(), box.bottom() - value * box.height())

        if self._pivot is not None:
            painter.setPen(QPen(self._faint(130), 1, Qt.PenStyle.DotLine))
            painter.drawLine(place(self._pivot, 0), place(self._pivot, 1))
        path = QPainterPath()
        n = len(self._values) - 1
        for i, value in enumerate(self._values):
            point = place(i / n, min(1.0, max(0.0, float(value))))
            path.moveTo(point) if i == 0 else path.lineTo(point)
        painter.setPen(QPen(self.palette().windowText().color(), 2))
        painter.drawPath(path)


class Picture(_Drawn):
    """Shows a `QImage` that is drawn for its size; `resized` asks for another one."""

    resized = Signal()

    def __init__(self, lines=15, tooltip=''):
        super().__init__(lines)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(tooltip)
        self._image = None
        self.note = ''

    def show_image(self, image, note=''):
        """Show an image, or, for None, the note in its place."""
        self._image, self.note = image, note
        self.update()

    @property
    def image(self):
        """What is shown, or None."""
        return self._image

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, _event):
        painter = QPainter(self)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self._image)
            return
        painter.setPen(self.palette().windowText().color())
        painter.drawText(QRectF(self.rect()).adjusted(_MARGIN, 0, -_MARGIN, 0),
                         Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.note)
