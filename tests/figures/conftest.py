"""Fixtures: windows of plots, on a screen that nobody sees, and the mouse in them."""

import importlib.util
import sys

import pytest
from matplotlib.backend_bases import MouseEvent

EVENTS = {'move': 'motion_notify_event', 'press': 'button_press_event',
          'release': 'button_release_event'}


@pytest.fixture
def screen(session, monkeypatch):
    """Windows can be shown; where there is no `chimerax.ui`, by plain Qt."""
    from chimerax.occupy.commands import files
    if importlib.util.find_spec('chimerax.ui') is None:
        from ..tool import plain_ui  # pytest reads this file before the library is prepared
        monkeypatch.setitem(sys.modules, 'chimerax.ui', plain_ui)
        monkeypatch.setattr(files, 'checked_plot', lambda *_: None)
    elif not session.ui.is_gui:
        pytest.skip('this ChimeraX was started without a window')


@pytest.fixture
def mouse(monkeypatch):
    """`mouse(window, axes, 'move', x, y)`, or 'press', 'release': the text that is shown then."""
    from Qt.QtWidgets import QToolTip
    texts = []
    monkeypatch.setattr(QToolTip, 'showText', lambda _place, text, *_: texts.append(text))
    monkeypatch.setattr(QToolTip, 'hideText', lambda: texts.append(''))

    def put(window, axes, name, x, y, key=None):
        place = axes.transData.transform((x, y))
        event = MouseEvent(EVENTS[name], window.canvas, *place,
                           button=None if name == 'move' else 1, key=key)
        window.canvas.callbacks.process(EVENTS[name], event)
        return texts[-1] if texts else None

    return put
