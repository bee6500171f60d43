"""The panel on a screen that nobody sees, with maps small enough to be estimated at once."""

import importlib.util
import sys
import time
from pathlib import Path

import pytest

from ..models import strand

HERE = Path(__file__).parent


def _use_plain_ui():
    """Where there is no `chimerax.ui`, put the stand-in in the place of the panel's module."""
    spec = importlib.util.spec_from_file_location(
        'chimerax.occupy.tool.chimerax_ui', HERE / 'plain_ui.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[spec.name] = module


@pytest.fixture(scope='session')
def chimerax_ui(chimerax_session):
    """The module of the widgets that come from ChimeraX; skips where no window can be made."""
    if not importlib.util.find_spec('chimerax.ui'):
        _use_plain_ui()
    elif not chimerax_session.ui.is_gui:
        pytest.skip('this ChimeraX was started without a window')
    from chimerax.occupy.tool import chimerax_ui
    return chimerax_ui


@pytest.fixture
def events(session):
    """`events()` lets everything happen that is due; `events(condition)` waits for that as well."""
    from Qt.QtWidgets import QApplication

    def once():
        process = getattr(session.ui, 'process_events', None)
        if process is not None:
            process()
        QApplication.processEvents()

    def wait(condition=None, timeout=20):
        end = time.monotonic() + timeout
        for _ in range(3):      # what is due may make something else due
            once()
        while condition is not None and not condition():
            if time.monotonic() > end:
                raise TimeoutError('still waiting')
            time.sleep(0.005)
            once()
        once()

    return wait


@pytest.fixture(autouse=True)
def no_traceback(session, log):
    """Whatever is done in the panel, nobody meets a traceback."""
    yield
    assert 'Traceback' not in log.text()


def _resize(panel, width, height, events):
    window = panel.widget.window()
    for _ in range(2):      # what is around the panel is known once it is laid out
        window.resize(width + window.width() - panel.widget.width(),
                      height + window.height() - panel.widget.height())
        events()


@pytest.fixture
def resize(panel, events):
    """`resize(width, height)` gives the panel a size in pixels."""
    return lambda width, height: _resize(panel, width, height, events)


@pytest.fixture
def tool(session, chimerax_ui, events, monkeypatch):
    """The panel as a tool, 360 pixels wide, at its defaults; its commands end before they return.
    """
    from chimerax.occupy.session import jobs
    monkeypatch.setattr(jobs, 'blocks', lambda session, block=None: block is not False)
    from chimerax.occupy.tool import OccupyTool
    from chimerax.occupy.tool.settings import PanelSettings, settings
    from Qt.QtWidgets import QApplication, QDockWidget, QTableWidget
    kept = settings(session)
    for name, value in PanelSettings.AUTO_SAVE.items():
        setattr(kept, name, value)
    made = OccupyTool(session, 'OccuPy')
    window = made.tool_window.ui_area
    while window.parentWidget() is not None and not isinstance(window, QDockWidget):
        window = window.parentWidget()
    if isinstance(window, QDockWidget):     # in the application: by itself, not beside other tools
        window.setFloating(True)
    _resize(made.panel, 360, 640, events)
    yield made
    if made in session.tools.list():
        made.delete()
    events()
    if not session.ui.is_gui:
        left = [one for one in QApplication.topLevelWidgets()
                if one.isVisible() and one.findChildren(QTableWidget)]
        assert not left, 'a panel stays in sight'


@pytest.fixture
def panel(tool):
    """The panel."""
    return tool.panel


@pytest.fixture
def in_background(tool, monkeypatch):
    """Commands of the panel run in the background, as in the application with its window."""
    from chimerax.occupy.session import jobs
    monkeypatch.setattr(
        jobs, 'blocks',
        lambda session, block=None: not jobs.jobs(session).background if block is None else block)


@pytest.fixture
def estimated(panel, blobs, events):
    """A map with an estimate of occupancy mode, made by the panel."""
    events()
    panel.map.mode_buttons['occupancy'].click()
    panel.bottom.estimate.click()
    events(lambda: not panel.color._values.busy)
    return blobs


@pytest.fixture
def plain(panel, blobs, events):
    """A map without an estimate."""
    events()
    return blobs


@pytest.fixture
def model(open_model, events):
    """An atomic model: chain A within the first blob, chain B within the second."""
    made = open_model([*strand('A', (21.6, 29, 30), 5), *strand('B', (46, 29, 30), 4)])
    events()
    return made


@pytest.fixture
def measure(panel, estimated, model, events):
    """The tab that measures, in front."""
    panel.tabs.setCurrentWidget(panel.measure.widget)
    events()

    def choose(what):
        panel.measure.what.setCurrentIndex(panel.measure.what.findData(what))
        events()
        return panel.measure

    return choose
