"""The bottom of the panel, always in sight: one line that says what is, and the main actions."""

import time
from math import prod

from Qt.QtCore import Qt
from Qt.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from ..session import jobs
from .widgets import BUSY, OneLine, WholeText, breakable, column, enable_if, text_label

#: Pixels around the words of a button.
_AROUND = 10


class BottomRow:
    """Estimate, Create map, Undo, Options, Help; above them progress, or a line of text.

    show_help: called when help is asked for.
    """

    def __init__(self, panel, show_help):
        self._panel = panel
        self._message = ''
        self.widget = QWidget()
        layout = column(self.widget, margins=(6, 0, 6, 4))
        self.status = text_label()
        self.remedy = QPushButton()
        self.remedy.clicked.connect(lambda: self._remedy())
        self._remedy = None
        self.doing = OneLine()          # more lines, for a while, would squeeze what is above
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.cancel = QPushButton('Cancel')
        self.cancel.setToolTip('Stop the work that is going on')
        self.cancel.clicked.connect(self._cancel)
        line = QHBoxLayout()
        line.addWidget(self.status, 3)
        line.addWidget(self.remedy)
        line.addWidget(self.doing, 3)
        line.addWidget(self.progress, 2)
        line.addWidget(self.cancel)
        # As high without the button as with it.
        line.addStrut(self.cancel.sizeHint().height())
        layout.addLayout(line)
        self.estimate = _button(
            'Est&imate', 'Estimate the local scale of the map, open it as a map, and colour by it',
            _Shortened)
        self.create = _button(
            'C&reate map', 'Make the modified map at full resolution, as Modify says')
        self.undo = _button('U&ndo', '')
        self.options = _button('&Options', 'More that can be set for what the tab above does')
        self.options.setCheckable(True)
        self.help = _button('Help', 'What everything here means')
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.estimate, self.create, self.undo, self.options, self.help):
            row.addWidget(button)
        layout.addLayout(row)
        self.estimate.clicked.connect(lambda: panel.map.estimate())
        self.create.clicked.connect(lambda: panel.modify.make())
        self.undo.clicked.connect(self._undo)
        self.options.toggled.connect(panel.show_options)
        self.help.clicked.connect(lambda: show_help())

    def say(self, text, failed=False):
        """Say how the last action ended; '' to say again what is."""
        self._message = ('<b>Failed</b>: ' if failed else '') + breakable(text) if text else ''
        self.refresh()

    def _cancel(self):
        running = jobs.jobs(self._panel.session).running
        if running:
            running[-1].cancel()

    def _undo(self):
        panel = self._panel
        steps = panel.session.undo.undo_stack
        why_not = getattr(steps[-1], 'why_not', '') if steps else ''
        panel.run('undo', lambda _result: panel.say(why_not))

    def refresh(self):
        """Enable what is possible, and say what is."""
        panel = self._panel
        running = jobs.jobs(panel.session).running
        why = panel.map.why_not() or (BUSY if running else '')
        enable_if(self.estimate, why)
        entry = panel.entry()
        self.estimate.setText('Est&imate again' if entry and not entry.stale else 'Est&imate')
        enable_if(self.create, panel.modify.why_not())
        name = panel.session.undo.top_undo_name()
        enable_if(self.undo, '' if name else 'there is nothing to undo')
        if name:
            self.undo.setToolTip(f'Undo "{name}"')
        rows = ((self.status,), not running), ((self.doing, self.progress, self.cancel), running)
        own = '' if self._message or panel.map.why_not() else panel.shown_section.words()
        remedy = getattr(panel.shown_section, 'remedy', None)
        self._offer(remedy() if own and remedy and not running else None)
        # What goes, first: shown together, for a moment, they would ask for more lines.
        for widgets, shown in sorted(rows, key=lambda row: bool(row[1])):
            for widget in widgets:
                widget.setVisible(bool(shown))
        if running:
            self.show_progress(running[-1])
        else:
            self.status.setText(self._message or _sentence(panel.map.why_not())
                                or breakable(own or self._standing()))

    def _offer(self, remedy):
        """Show the button of what can be done about what the line says, (label, tooltip, action).
        """
        self.remedy.setVisible(remedy is not None)
        if remedy is not None:
            label, tooltip, self._remedy = remedy
            self.remedy.setText(label)
            self.remedy.setToolTip(tooltip)

    def show_progress(self, job):
        """Show how far a job is."""
        self.progress.setValue(round(100 * job.share))
        left = '' if job.remaining is None else f', {job.remaining:.0f} s left'
        self.doing.setText(f'{job.title}{left}')
        self.progress.setToolTip(job.stage)

    def _standing(self):
        """What there is of an estimate already."""
        panel = self._panel
        entry = panel.entry()
        if entry is None and panel.greeter.words(panel.volume):
            return f'{panel.greeter.words(panel.volume)}.'
        if entry is None:
            return f'An estimate takes {panel.map.time()}.'
        if entry.stale:
            return f'The {entry.mode} scale no longer holds: {entry.stale}.'
        scale = ' is known' if entry.scale_map is None else f': #{entry.scale_map.id_string}'
        return f'{entry.mode.capitalize()} scale{scale}.'


class Stopwatch:
    """Learns from each estimate how long one takes here."""

    def __init__(self, settings):
        self._settings = settings
        self._began = None

    def started(self, job, volume):
        """A job has begun on a map; whatever is no job is none."""
        if isinstance(job, jobs.Job):
            self._began = (job, time.monotonic(), volume.data.size)

    def ended(self, job):
        """A job has ended; if it was the one and went well, its time counts."""
        if self._began is None or self._began[0] is not job:
            return
        _, began, size = self._began
        self._began = None
        megavoxels = prod(size) / 1e6
        if job.result and megavoxels > 0.5:
            passed = time.monotonic() - began
            self._settings.seconds_per_megavoxel = round(passed / megavoxels, 3)


class _Shortened(WholeText, QPushButton):
    """A button of whose label the first word is seen where there is no room for all."""

    def sizeHint(self):
        # For the whole label, whatever is seen: else it would never be seen again.
        hint = super().sizeHint()
        hint.setWidth(hint.width() + _width(self, self._whole) - _width(self, self.shown_text))
        return hint

    def _fitting(self):
        room = self.width() - _AROUND
        return self._whole if _width(self, self._whole) <= room else self._whole.split()[0]


def _width(button, label):
    return button.fontMetrics().horizontalAdvance(label.replace('&', ''))


def _button(text, tooltip, kind=QPushButton):
    button = kind()
    button.setText(text)
    button.setToolTip(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    # As wide as its words ask for: five have to stand beside one another in a narrow panel.
    button.setMinimumWidth(_width(button, text) + _AROUND)
    return button


def _sentence(reason):
    return f'{reason[:1].upper()}{reason[1:]}.' if reason else ''
