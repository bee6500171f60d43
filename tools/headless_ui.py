"""The user interface of a headless ChimeraX session: a log, a queue of calls, no window.

Takes the place of ``chimerax.core.nogui``, which the library on PyPI leaves out and the session
imports by that name. Import it only after `chimerax_library.prepare`.
"""

import ctypes
import queue
import sys
import threading
import time
import types
from html.parser import HTMLParser
from itertools import zip_longest

from chimerax.core import logger as chimerax_logger, tasks
from chimerax.core.commands import cli

NO_OSMESA = (
    'Pictures need the off-screen renderer OSMesa, which is not there'
    ' (Debian, Ubuntu: apt-get install libosmesa6).'
)
NO_QT = (
    'Pictures, labels and colour keys need Qt and its system libraries'
    ' (Debian, Ubuntu: apt-get install libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1'
    ' libdbus-1-3): {}.'
)


def plain_text(html):
    """Return the text of `html` as lines, with table cells in columns."""
    parser = _PlainText()
    parser.feed(html)
    parser.close()
    return parser.text()


class _PlainText(HTMLParser):
    _BREAKS = frozenset(
        ('br', 'p', 'div', 'table', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'pre')
    )
    _HIDDEN = frozenset(('style', 'script', 'head'))

    def __init__(self):
        super().__init__()
        self._lines = ['']
        self._rows = None  # of the table being read: lists of cells
        self._cell = None  # text of the cell being read
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag == 'table':
            self._rows = []
        elif tag in ('tr', 'td', 'th'):
            # The end of the cell before need not have been marked.
            self._end_cell()
            if tag != 'tr':
                self._cell = ''
            elif self._rows is not None:
                self._rows.append([])
        elif self._cell is not None:
            self._cell += ' '
        elif tag in self._BREAKS:
            self._new_line()
            if tag == 'li':
                self._lines[-1] = '- '

    def handle_endtag(self, tag):
        if tag in self._HIDDEN:
            self._hidden -= 1
        elif tag in ('tr', 'td', 'th'):
            self._end_cell()
        elif tag == 'table':
            self._end_cell()
            self._end_table()
        elif tag in self._BREAKS and tag != 'br' and self._cell is None:
            self._new_line()

    def handle_data(self, data):
        if self._hidden:
            return
        if self._cell is not None:
            self._cell += data
            return
        first, *rest = data.split('\n')
        self._lines[-1] += first
        for line in rest:
            self._new_line()
            self._lines[-1] += line

    def _new_line(self):
        if self._lines[-1].strip():
            self._lines.append('')

    def _end_cell(self):
        if self._cell is not None and self._rows is not None:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append(' '.join(self._cell.split()))
        self._cell = None

    def _end_table(self):
        self._new_line()
        rows, self._rows = self._rows or [], None
        columns = zip_longest(*rows, fillvalue='')
        widths = [max(map(len, column)) for column in columns]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
            self._lines[-1] = '  '.join(cells)
            self._new_line()

    def text(self):
        return '\n'.join(line.replace('\xa0', ' ').rstrip() for line in self._lines).strip('\n')


class TerminalLog(chimerax_logger.PlainTextLog):
    """Prints the log, and keeps it: `messages` is a list of (level, text).

    `level` is "info", "warning", "error" or "bug". Info goes to standard output, the others to
    standard error with their level in front. Nothing is printed before `start`.
    """

    _LEVELS = {
        chimerax_logger.Log.LEVEL_INFO: 'info',
        chimerax_logger.Log.LEVEL_WARNING: 'warning',
        chimerax_logger.Log.LEVEL_ERROR: 'error',
        chimerax_logger.Log.LEVEL_BUG: 'bug',
    }

    def __init__(self):
        self.printing = False
        self.messages = []

    def start(self, printing):
        """Forget what ChimeraX had to say while starting, unless something was wrong."""
        self.printing = printing
        self.messages = [entry for entry in self.messages if entry[0] != 'info']
        for level, text in self.messages:
            self._print(level, text)

    def log(self, level, msg):
        text = msg.strip('\n')
        if text.strip():
            self.messages.append((self._LEVELS[level], text))
            self._print(self._LEVELS[level], text)
        return True

    def _print(self, level, text):
        if not self.printing:
            return
        if level == 'info':
            print(text, flush=True)
        else:
            print(f'{level}: {text}', file=sys.stderr, flush=True)

    def status(self, msg, color, secondary):
        if self.printing and msg and sys.stderr.isatty():
            print(f'\r\x1b[K{msg}', end='', file=sys.stderr, flush=True)
        return True

    def text(self, *levels):
        """Return the messages of these levels (of all, if none is named) as one string."""
        return '\n'.join(text for level, text in self.messages if not levels or level in levels)

    @property
    def failures(self):
        """The number of errors and bugs logged so far."""
        return sum(level in ('error', 'bug') for level, _text in self.messages)

    def clear(self):
        self.messages.clear()


class UI:
    """What a ChimeraX session expects of ``session.ui``.

    Calls that other threads hand to `thread_safe` wait in a queue until the main thread runs them:
    in `process_events`, in `wait_until`, and while it waits for a blocking Task.
    """

    want_graphics = True

    def __init__(self, session):
        self.session = session
        self.is_gui = False
        self.has_graphics = False
        # Why there are no pictures, as a sentence.
        self.no_pictures = ''
        self.stereo = False
        self.autostart_tools = False
        self.log = None
        self._app = None
        self._calls = queue.SimpleQueue()

    # ---- calls from other threads ----

    def thread_safe(self, func, *args, **kw):
        if threading.current_thread() is threading.main_thread():
            func(*args, **kw)
        else:
            self._calls.put((func, args, kw))

    def process_events(self, wait=0):
        """Run the calls that other threads queued, after at most `wait` seconds for the first."""
        try:
            call = self._calls.get(timeout=wait) if wait else self._calls.get_nowait()
            while True:
                self._run(*call)
                call = self._calls.get_nowait()
        except queue.Empty:
            pass
        if self._app is not None:
            self._app.processEvents()

    def _run(self, func, args, kw):
        # As in the application, where a queued call has no caller left to catch its exception.
        try:
            func(*args, **kw)
        except Exception:
            self.session.logger.report_exception()

    def wait_until(self, condition, timeout=60):
        """Process events until `condition()` is true; raise TimeoutError after `timeout` s."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f'still waiting after {timeout} s')
            self.process_events(wait=0.01)

    # ---- graphics ----

    def initialize_offscreen_rendering(self):
        try:
            self._start_qt()
        except ImportError as error:
            self.no_pictures = NO_QT.format(error)
            return
        if not self.want_graphics or not _osmesa_present():
            self.no_pictures = NO_OSMESA
            return
        from chimerax.graphics import OffScreenRenderingContext

        # `camera` asks the context for this; only the window's context has it.
        OffScreenRenderingContext.stereo = False
        self.session.main_view.initialize_rendering(OffScreenRenderingContext())
        self.has_graphics = True

    def _start_qt(self):
        # Labels and colour keys are painted by Qt, which needs an application object before
        # PyOpenGL is imported; the object must live as long as the session.
        from Qt.QtGui import QFontDatabase
        from Qt.QtWidgets import QApplication

        self._app = QApplication.instance() or QApplication(['ChimeraX', '-platform', 'offscreen'])
        # Qt names these three even where there is no font at all; matplotlib brings one.
        if set(QFontDatabase.families()) <= {'Monospace', 'Sans Serif', 'Serif'}:
            from matplotlib import get_data_path

            QFontDatabase.addApplicationFont(f'{get_data_path()}/fonts/ttf/DejaVuSans.ttf')

    # ---- the rest of the application's interface ----

    def initialize_color_output(self, color_output):
        pass

    def quit(self):
        raise SystemExit(1 if self.log is not None and self.log.failures else 0)


def _osmesa_present():
    # PyOpenGL, once it was imported without OSMesa, fails far from the cause: look first.
    for name in ('libOSMesa.so.8', 'libOSMesa.so.6', 'libOSMesa.so'):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


class _TaskThread(threading.Thread):
    """The thread of a ChimeraX Task, which may need the main thread while that waits for it."""

    ui = None

    def join(self, timeout=None):
        if timeout is None and threading.current_thread() is threading.main_thread():
            while self.is_alive():
                self.ui.process_events(wait=0.01)
        super().join(timeout)
        if timeout is None:
            self.ui.process_events()


def install(ui):
    """Connect the library to `ui` where it would otherwise go around it."""
    # Its own conversion needs html2text, and returns raw HTML without.
    chimerax_logger.html_to_plain = plain_text
    # Its own echo of a mistyped command counts each of its lines as an error of its own.
    cli.Command.log_parse_error = _show_parse_error
    _TaskThread.ui = ui
    tasks.threading = types.SimpleNamespace(Thread=_TaskThread, Event=threading.Event)


def _show_parse_error(command):
    text = command.current_text[command.start :]
    at = command.amount_parsed - command.start
    at += len(text[at:]) - len(text[at:].lstrip())
    mark = f'\n{"." * at}^' if 0 < at < len(text) else ''
    command._session().logger.info(f'{text}{mark}')


def show_address(session, url, *, new_tab=False, html=None):
    """Log a help page's address, where ChimeraX without a window would start a web browser."""
    if url.startswith('help:'):
        # Found among the bundles' help folders, it comes back as the address of a file.
        from chimerax.help_viewer.cmd import help as help_command

        help_command(session, url)
    else:
        session.logger.info(url)
