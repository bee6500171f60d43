"""Small Qt widgets of the panel. They take fonts and colours from the theme, none are fixed."""

import math
import os

from Qt.QtCore import QEvent, QObject, QSize, Qt, Signal
from Qt.QtGui import QPainter
from Qt.QtWidgets import (
    QApplication,
    QBoxLayout,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from ..core.parameters import SETTINGS, keyword
from .chimerax_ui import CollapsiblePanel, ModelMenuButton

#: Why a thing cannot be done while work goes on.
BUSY = 'wait for the work that is going on, or cancel it'
#: Steps of a slider from end to end.
_STEPS = 1000


class WholeText:
    """For a button of whose text as much is seen as there is room for; mixed in before its kind.

    `_fitting()`, of the kind, gives what fits.
    """

    _whole = ''

    def setText(self, text):
        self._whole = text
        self._fit()
        self.updateGeometry()

    def text(self):
        """The whole text, by which others know the button, or what is chosen with it."""
        return self._whole

    @property
    def shown_text(self):
        """As much of the text as is seen."""
        return super().text()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._fit()

    def _fit(self):
        shown = self._fitting()
        if shown != self.shown_text:
            super().setText(shown)


class ModelChoice(WholeText, ModelMenuButton):
    """ChimeraX's menu of models; a name too long for the panel gives way in its middle."""

    def choose(self, model):
        """Choose a model, or none where it is not to be listed."""
        self.refresh()      # what is to be listed may have changed without a model coming or going
        try:
            self.value = model
        except KeyError:
            self.value = None

    def sizeHint(self):
        # As QPushButton does it, but for the whole text.
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self._whole
        size = self._text_size()
        size.setWidth(size.width() + self.style().pixelMetric(
            QStyle.PixelMetric.PM_MenuButtonIndicator, option, self))
        return self.style().sizeFromContents(
            QStyle.ContentsType.CT_PushButton, option, size, self)

    def minimumSizeHint(self):
        hint = super().minimumSizeHint()
        hint.setWidth(self.fontMetrics().horizontalAdvance('0') * 12)
        return hint

    def _text_size(self):
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self._whole)

    def _fitting(self):
        too_wide = self.sizeHint().width() - self.width()
        if too_wide <= 0:
            return self._whole
        return self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideMiddle,
            max(0, self._text_size().width() - too_wide))


def folded(parent, title, tooltip):
    """ChimeraX's collapsible panel, which starts folded, with a title in the theme's own text."""
    panel = CollapsiblePanel(parent, title=title, margins=(12, 0, 0, 0))
    button = panel.toggle_button
    # ChimeraX fixes the size of its text, and with it the colour; and what once had a style sheet
    # does not hear of another theme.
    button.setStyleSheet('')
    button.setAttribute(Qt.WidgetAttribute.WA_StyleSheet, False)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolTip(tooltip)
    # ChimeraX folds by height alone: what is folded would be stepped through with the keyboard.
    content = panel.content_area
    content.setVisible(panel.shown)
    button.clicked.connect(lambda _checked: content.setVisible(panel.shown))
    return panel


def tip(name):
    """What the help says of a setting, as a tooltip: sentence, unit, default, keyword."""
    setting = SETTINGS[name]
    facts = []
    if setting.unit:
        facts.append(f'in {setting.unit}')
    if setting.low is not None and setting.high is not None:
        facts.append(f'{setting.low:g} to {setting.high:g}')
    default = setting.default
    if default is not None and not isinstance(default, bool):
        facts.append(f'default {default:g}' if isinstance(default, (int, float))
                     else f'default {default}')
    facts.append(f'keyword {keyword(name)}')
    # A paragraph is wrapped by Qt, plain text is not.
    return f'<p>{setting.text} ({"; ".join(facts)})</p>'


def beside(*parts, stretch=True):
    """Widgets beside one another, in a layout; a string becomes a label, a number a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(part, str):
            layout.addWidget(QLabel(part))
        else:
            layout.addWidget(part)
    if stretch:
        layout.addStretch(1)
    return layout


class Beside(QWidget):
    """Two layouts beside one another where there is the width, else one above the other."""

    def __init__(self, left, right):
        super().__init__()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._parts = left, right
        for part in self._parts:
            self._box.addLayout(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self):
        hint = super().minimumSizeHint()
        hint.setWidth(max(part.minimumSize().width() for part in self._parts))
        return hint

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.arrange()

    def arrange(self):
        """Put the two as there is room."""
        needed = sum(part.sizeHint().width() for part in self._parts) + 12
        direction = (QBoxLayout.Direction.LeftToRight if needed <= self.width()
                     else QBoxLayout.Direction.TopToBottom)
        if direction != self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()


def column(parent=None, margins=(6, 6, 6, 6)):
    """A vertical layout, on a widget if one is given."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(4)
    return layout


class _Text(QLabel):
    """Wrapped text that asks for one line, and is as high as its width makes it."""

    def minimumSizeHint(self):
        return QSize(0, self.fontMetrics().height() if self.text() else 0)


def text_label(text=''):
    """A label whose lines are wrapped."""
    label = _Text(text)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setWordWrap(True)     # last: another policy would forget that the height is the width's
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class OneLine(QLabel):
    """A line that is cut in its middle where there is no room; the tooltip has the whole."""

    def __init__(self):
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setText(self, text):
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self):
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event):
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        self.style().drawItemText(
            painter, self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            self.palette(), self.isEnabled(), text, self.foregroundRole())


def breakable(text):
    """A text in which names of maps may be broken into lines where they have underscores.

    Paths are left alone: someone may copy them.
    """
    return ' '.join(word if '/' in word or os.sep in word else word.replace('_', '_\u200b')
                    for word in text.split(' '))


def enable_if(widget, reason, tooltip=None):
    """Enable a widget if there is no `reason` against it; otherwise its tooltip says the reason.

    tooltip: what it does, where that is not what its tooltip said at first.
    """
    if tooltip is not None or not hasattr(widget, '_own_tip'):
        widget._own_tip = widget.toolTip() if tooltip is None else tooltip
    if reason and widget.hasFocus():
        # Otherwise Qt moves the focus on, and the panel scrolls to where that is.
        widget.clearFocus()
        widget._had_focus = True
    widget.setEnabled(not reason)
    if not reason and getattr(widget, '_had_focus', False):
        widget._had_focus = False
        if QApplication.focusWidget() is None:
            widget.setFocus()
    widget.setToolTip(f'<p>{reason[:1].upper()}{reason[1:]}.</p>' if reason else widget._own_tip)


class _PastWheel(QObject):
    """Keeps the wheel, with which the panel is scrolled, from changing values on its way."""

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def scrolls_past(widget):
    """Make a widget ignore the mouse wheel unless it has the keyboard focus; return it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_PastWheel(widget))
    return widget


def menu(values, value=None, tooltip=''):
    """A `QComboBox` of (text, data) pairs or of words."""
    box = scrolls_past(QComboBox())
    for entry in values:
        text, data = entry if isinstance(entry, tuple) else (entry, entry)
        box.addItem(text, data)
    if value is not None:
        box.setCurrentIndex(max(0, box.findData(value)))
    box.setToolTip(tooltip)
    return box


def number_box(name=None, *, low=None, high=None, value=None, step=0.1, decimals=2, tooltip=None):
    """A box for a number, with the limits, default and tooltip of a setting where one is named."""
    setting = SETTINGS.get(name)
    box = scrolls_past(QDoubleSpinBox())
    box.setDecimals(decimals)
    box.setRange(float(setting.low if low is None else low),
                 float(setting.high if high is None else high))
    box.setSingleStep(step)
    start = setting.default if value is None and setting else value
    box.setValue(float(start or 0))
    box.setKeyboardTracking(False)
    box.setToolTip(tip(name) if tooltip is None else tooltip)
    return box


class NumberSlider(QWidget):
    """A number as a slider and in a box.

    `moved` is emitted with the value while the slider is dragged, `changed` when that is over or
    the number was typed. With `logarithmic`, equal ways on the slider are equal factors. The box
    goes up to the limit of the setting, the slider to `top`.
    """

    moved = Signal(float)
    changed = Signal(float)

    def __init__(self, name, *, top=None, logarithmic=False, step=0.1, decimals=2):
        super().__init__()
        setting = SETTINGS[name]
        self._low, self._top = float(setting.low), float(top or setting.high)
        self._logarithmic = logarithmic
        self.box = number_box(name, step=step, decimals=decimals)
        self.slider = scrolls_past(QSlider(Qt.Orientation.Horizontal))
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setSingleStep(_STEPS // 100)
        self.slider.setToolTip(tip(name))
        self.slider.setAccessibleName(keyword(name))
        self.box.setAccessibleName(keyword(name))
        layout = beside(self.slider, self.box, stretch=False)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self._follow_box()
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(lambda: self.changed.emit(self.value))
        self.box.valueChanged.connect(self._typed)

    @property
    def value(self):
        """The number, as the box shows it."""
        return self.box.value()

    @value.setter
    def value(self, value):
        self.box.setValue(float(value))

    def show(self, value):
        """Show a number that came from elsewhere: no signal is emitted."""
        if value != self.value:
            self.box.blockSignals(True)
            self.box.setValue(float(value))
            self.box.blockSignals(False)
            self._follow_box()

    def _slid(self, place):
        share = place / _STEPS
        if self._logarithmic:
            value = self._low * (self._top / self._low) ** share
        else:
            value = self._low + share * (self._top - self._low)
        self.box.blockSignals(True)
        self.box.setValue(value)
        self.box.blockSignals(False)
        self.moved.emit(self.value)
        if not self.slider.isSliderDown():      # by keys
            self.changed.emit(self.value)

    def _typed(self, value):
        self._follow_box()
        self.moved.emit(value)
        self.changed.emit(value)

    def _follow_box(self):
        value = min(max(self.value, self._low), self._top)
        if self._logarithmic:
            share = math.log(value / self._low) / math.log(self._top / self._low)
        else:
            share = (value - self._low) / (self._top - self._low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * _STEPS))
        self.slider.blockSignals(False)
