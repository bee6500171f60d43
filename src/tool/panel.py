"""The panel: a section for the map, tabs for what can be done with it, a line that says what is."""

from chimerax.core.commands import run
from chimerax.core.errors import NotABug
from chimerax.core.models import ADD_MODELS, REMOVE_MODELS
from Qt.QtCore import QTimer
from Qt.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QWidget,
)

from ..session import jobs
from ..session.record import CHANGED, record
from .color_section import ColorSection
from .map_section import MapSection, Stopwatch
from .modify_section import ModifySection
from .more_section import MoreSection
from .settings import settings
from .solvent_section import SolventSection
from .widgets import ModelChoice, breakable, column


class _Scrolled(QScrollArea):
    """Scrolls what does not fit; puts two halves beside one another where there is the width."""

    def __init__(self, content, halves, widgets):
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._halves, self._widgets = halves, widgets
        self.setWidget(content)

    def resizeEvent(self, event):
        needed = sum(widget.minimumSizeHint().width() for widget in self._widgets)
        room = self.viewport().width() - 10      # margins and the gap between them
        wide = needed <= room
        self._halves.setDirection(QBoxLayout.Direction.LeftToRight if wide
                                  else QBoxLayout.Direction.TopToBottom)
        self._halves.setStretch(0, 1 if wide else 0)
        super().resizeEvent(event)


class Panel:
    """All widgets, and what they share. `widget` goes into a tool window.

    show_help: called when help is asked for.
    """

    def __init__(self, session, show_help):
        self.session = session
        self.settings = settings(session)
        self._ours = set()          # jobs that were started from here
        self._refresh_due = False
        self._closed = False
        self._watched = None
        self._choices = []          # menus of models
        content = QWidget()
        layout = column(content, margins=(2, 2, 2, 2))
        # The sections ask one another, so all are there before the first is refreshed.
        self.map = None
        self.map = MapSection(self)
        self.stopwatch = Stopwatch(self)
        self.color = ColorSection(self)
        self.modify = ModifySection(self)
        self.solvent = SolventSection(self)
        self.more = MoreSection(self)
        self.tabs = QTabWidget()
        self.sections = (self.color, self.modify, self.solvent, self.more)
        for section in self.sections:
            self.tabs.addTab(section.widget, section.title)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.map.help_button.clicked.connect(lambda: show_help())
        halves = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        halves.addWidget(self.map.widget)
        halves.addWidget(self.tabs, 1)
        layout.addLayout(halves, 1)
        self.widget = _Scrolled(content, halves, (self.map.widget, self.tabs))
        self._say('')
        self._listen()
        self.refresh()

    def _listen(self):
        triggers, of_jobs = self.session.triggers, jobs.jobs(self.session).triggers
        of_record = record(self.session).triggers
        self._handlers = [
            (triggers, triggers.add_handler(ADD_MODELS, self._something_changed)),
            (triggers, triggers.add_handler(REMOVE_MODELS, self._something_changed)),
            (triggers, triggers.add_handler('command finished', self._something_changed)),
            (triggers, triggers.add_handler('frame drawn', self._frame_drawn)),
            (of_record, of_record.add_handler(CHANGED, self._something_changed)),
            (of_jobs, of_jobs.add_handler(jobs.STARTED, self._job_started)),
            (of_jobs, of_jobs.add_handler(jobs.PROGRESS, self._job_went_on)),
            (of_jobs, of_jobs.add_handler(jobs.ENDED, self._job_ended))]

    @property
    def volume(self):
        """The map that is chosen, or None."""
        if self.map is None or self._closed:
            return None
        volume = self.map.menu.value
        return None if volume is None or volume.deleted else volume

    @property
    def mode(self):
        """The mode that is chosen."""
        return self.map.mode

    @property
    def busy(self):
        """Whether an estimate or the like is going on."""
        return bool(jobs.jobs(self.session).running)

    def entry(self, mode=None):
        """The record's entry of the map in a mode (the one chosen), stale or not, or None."""
        volume = self.volume
        return volume and record(self.session).entry(volume, mode or self.mode)

    def look(self):
        """What was chosen for the colours of the map, by panel or command; not to be changed."""
        return {} if self.volume is None else record(self.session).look(self.volume)

    def why_no_estimate(self, mode):
        """Why what needs an estimate of a mode cannot be done, or ''."""
        if self.volume is None:
            return 'open a map first'
        entry = self.entry(mode)
        if entry is None:
            return f'estimate the map in {mode} mode first'
        if entry.stale:
            return f'the estimate no longer holds, because {entry.stale}; estimate again'
        return ''

    def model_choice(self, classes, nothing, tooltip, wanted=None):
        """A menu of open models other than the map, kept up to date as long as the panel is there.

        nothing: what no choice is called. wanted: whether a model is to be listed.
        """
        def listed(model):
            if self.map is None:        # the panel is still being made
                return False
            return model is not self.volume and (wanted is None or wanted(model))

        button = ModelChoice(
            self.session, class_filter=classes, filter_func=listed,
            autoselect=ModelChoice.AUTOSELECT_NONE, no_value_button_text=nothing,
            no_value_menu_text=nothing)
        button.setToolTip(f'<p>{tooltip}</p>')
        button.value_changed.connect(self.refresh_soon)
        self.follow(button)
        return button

    def follow(self, menu):
        """Keep a menu of models up to date, and let go of it with the panel."""
        self._choices.append(menu)

    def focused(self, widget):
        """Whether the keyboard is in a widget."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is widget or widget.isAncestorOf(focus))

    def run(self, command):
        """Run a command, logged as if typed, in the background if it is long.

        Returns what the command returned, None if it failed, which the status line then says.
        """
        self.modify.end_preview()
        self._say('')
        try:
            with jobs.in_background(self.session):
                result = run(self.session, command)
        except NotABug as error:
            self._say(str(error), failed=True)
            self.session.logger.warning(str(error))
            self.refresh()
            return None
        if isinstance(result, jobs.Job):
            if result.running:
                self._ours.add(result)
        else:
            self._say('Done.')
        self.refresh()
        return result

    def _say(self, text, failed=False):
        bold = '<b>Failed</b>: ' if failed else ''
        self.map.status.setText(bold + breakable(text))
        self.map.status.setVisible(bool(text))

    def map_chosen(self):
        """Another map is to be worked on, or none."""
        self.modify.end_preview()
        self.refresh()

    mode_chosen = map_chosen

    def _tab_chosen(self, _index):
        if self.tabs.currentWidget() is not self.modify.widget:
            self.modify.end_preview()
        self.refresh()

    def refresh_soon(self, *_):
        """Refresh once what is going on now is over, however often this is called until then."""
        if not self._refresh_due and not self._closed:
            self._refresh_due = True
            QTimer.singleShot(0, self._refresh_if_open)

    def _refresh_if_open(self):
        self._refresh_due = False
        if not self._closed:
            self.refresh()

    def refresh(self):
        """Bring every section up to date."""
        if self.map is None or self._closed:
            return
        # A map that was just made was not known to be ours when the menus heard of it.
        for menu in self._choices:
            menu.refresh()
        self.map.refresh()
        for section in self.sections:
            section.refresh()

    def _something_changed(self, *_):
        self.refresh_soon()

    def _frame_drawn(self, *_):
        if self.tabs.currentWidget() is self.color.widget:
            self.color.look_at_surfaces()

    def _job_started(self, *_):
        self._say('')
        self.refresh_soon()

    def _job_went_on(self, _name, job):
        self.map.show_progress(job)

    def _job_ended(self, _name, job):
        self.stopwatch.ended(job)
        self._ours.discard(job)
        if job.failure:
            self._say(job.failure, failed='cancelled' not in job.failure)
        else:
            self._say(f'Finished: {job.title}.')
        self.refresh_soon()

    def close(self):
        """End the preview and what was started from here, and stop listening."""
        self._closed = True
        for triggers, handler in self._handlers:
            triggers.remove_handler(handler)
        self._handlers = []
        for job in list(self._ours):
            job.cancel('was cancelled, because the panel was closed')
        for section in self.sections:
            close = getattr(section, 'close', None)
            if close is not None:
                close()
        for menu in self._choices:
            menu.destroy()

    def hidden(self):
        """The panel was hidden: a preview is not left behind."""
        self.modify.end_preview()

    def state(self):
        """What is chosen, for a session."""
        return {'map': self.volume, 'mode': self.mode, 'tab': self.tabs.currentIndex(),
                'mask': self.solvent.mask.value, 'range': self.color.range,
                'palette': self.color.palette.currentText(), 'key': self.color.key.isChecked(),
                'parameters': self.map.parameters.state(), 'modify': self.modify.state(),
                'more': self.more.state()}

    def set_state(self, state):
        """Choose what `state` returned."""
        if self._closed:
            return
        if state['map'] is not None:
            self.map.menu.choose(state['map'])
        self.map.mode_buttons[state['mode']].setChecked(True)
        self.map.parameters.set_state(state['parameters'])
        self.solvent.mask.choose(state['mask'])
        self.color.show_look(state['palette'], state['range'])
        self.color.key.setChecked(state['key'])
        self.modify.set_state(state['modify'])
        self.more.set_state(state['more'])
        self.tabs.setCurrentIndex(state['tab'])
        self.refresh()
