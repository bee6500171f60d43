"""What the panel takes from `chimerax.ui`, in plain Qt: the library on PyPI has no `chimerax.ui`.

Nothing here is better or worse than ChimeraX's own; test_chimerax_ui.py holds both to the same.
"""

from chimerax.core.models import (
    ADD_MODELS,
    MODEL_ID_CHANGED,
    MODEL_NAME_CHANGED,
    REMOVE_MODELS,
    Model,
)
from Qt.QtCore import Qt, QTimer, Signal
from Qt.QtWidgets import QFrame, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget


class MainToolWindow:
    """A tool's window."""

    def __init__(self, tool_instance, **_options):
        self.tool_instance = tool_instance
        self.ui_area = QWidget()
        self._shown = False
        # ChimeraX destroys a tool's windows where it has any. One that stays is painted on, until
        # it is collected, which may be in the midst of that.
        delete = tool_instance.delete

        def delete_with_window():
            delete()
            self.destroy()

        tool_instance.delete = delete_with_window

    def manage(self, placement=None, **_options):
        self.shown = True

    @property
    def shown(self):
        return self._shown

    @shown.setter
    def shown(self, shown):
        if shown != self._shown:
            self._shown = shown
            self.ui_area.setVisible(shown)
            self.shown_changed(shown)

    def shown_changed(self, shown):
        pass

    def destroy(self):
        self.ui_area.close()
        self.ui_area.deleteLater()


class CollapsiblePanel(QWidget):
    """A title with an arrow that folds and unfolds `content_area`."""

    def __init__(self, parent=None, title='', margins=(30, 0, 0, 0)):
        super().__init__(parent)
        self.content_area = QFrame(self)
        QVBoxLayout(self.content_area).setContentsMargins(*margins)
        self.toggle_button = button = QToolButton(self)
        button.setStyleSheet('QToolButton { border: none; font: 14px; }')
        button.setText(title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setArrowType(Qt.ArrowType.RightArrow)
        button.setAutoRaise(True)
        button.setCheckable(True)
        button.clicked.connect(self.toggle_panel_display)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.content_area)
        self.resize_panel(False)

    @property
    def shown(self):
        return self.content_area.maximumHeight() > 0

    def toggle_panel_display(self, checked=None):
        checked = not self.shown if checked is None else checked
        self.toggle_button.setArrowType(
            Qt.ArrowType.DownArrow if checked else Qt.ArrowType.RightArrow)
        self.resize_panel(checked)

    def resize_panel(self, shown=None):
        shown = self.shown if shown is None else shown
        height = self.content_area.sizeHint().height() if shown else 0
        self.content_area.setFixedHeight(height)


class ModelMenuButton(QPushButton):
    """A menu of open models."""

    AUTOSELECT_NONE, AUTOSELECT_SINGLE = None, 'single'
    AUTOSELECT_FIRST_DISPLAYED = 'first displayed'
    value_changed = Signal()

    def __init__(self, session, *, class_filter=Model, filter_func=lambda model: True,
                 autoselect=None, no_value_button_text='No model chosen', no_value_menu_text=None):
        super().__init__()
        self._session = session
        self._class, self._filter = class_filter, filter_func
        self._autoselect = autoselect
        self._none, self._none_menu = no_value_button_text, no_value_menu_text
        self._value, self._models = None, {}
        self.setMenu(QMenu(self))
        self.menu().triggered.connect(lambda action: self._set(action.data()))
        self._handlers = [
            session.triggers.add_handler(name, lambda *_: self.refresh())
            for name in (ADD_MODELS, REMOVE_MODELS, MODEL_ID_CHANGED, MODEL_NAME_CHANGED)]
        self.refresh()

    @property
    def value(self):
        # ChimeraX's own knows it by the text of the button too.
        text = self.text()
        return None if text == self._none else self._models[text]

    @value.setter
    def value(self, model):
        if self._models and model is not None and model not in self._models.values():
            raise KeyError(model)       # as ChimeraX's own does
        self._set(model if self._models else None)

    def refresh(self):
        if self._session is None:
            return
        models = sorted((model for model in self._session.models.list(type=self._class)
                         if self._filter(model)), key=lambda model: model.id)
        self._models = {str(model): model for model in models}
        self.menu().clear()
        if self._none_menu is not None:
            self.menu().addAction(self._none_menu).setData(None)
            self.menu().addSeparator()
        for model in models:
            self.menu().addAction(str(model)).setData(model)
        value = self._value
        if value not in models:
            value = None
            if self._autoselect == self.AUTOSELECT_SINGLE:
                value = models[0] if len(models) == 1 else None
            elif self._autoselect and models:
                shown = [model for model in models if model.display]
                value = shown[0] if shown else models[0] if len(models) > 1 else None
        self._set(value, later=True)

    def _set(self, model, later=False):
        changed, self._value = model is not self._value, model
        self.setText(self._none if model is None else str(model))
        if changed and later:
            QTimer.singleShot(0, self._emit)
        elif changed:
            self.value_changed.emit()

    def _emit(self):
        if self._session is not None:
            self.value_changed.emit()

    def destroy(self):
        for handler in self._handlers:
            self._session.triggers.remove_handler(handler)
        self._handlers, self._session = [], None
