"""The panel: the map on top, tabs for what can be done with it, the main actions at the bottom."""

from weakref import WeakKeyDictionary

from chimerax.core.commands import run
from chimerax.core.errors import NotABug
from chimerax.core.models import ADD_MODELS, MODEL_DISPLAY_CHANGED, REMOVE_MODELS
from Qt.QtCore import QTimer
from Qt.QtWidgets import QApplication, QWidget

from ..session import jobs
from ..session.frames import series_of, shown_frame
from ..session.record import CHANGED, record
from .bottom_row import BottomRow, Stopwatch
from .color_section import ColorSection
from .greeting import Greeter
from .map_section import MapSection
from .masks_section import MasksSection
from .measure_section import MeasureSection
from .modify_section import ModifySection
from .settings import settings
from .solvent_section import SolventSection
from .tabs import Scrolled, Tabs, height_for
from .widgets import ModelChoice, column


class Panel:
    """All widgets, and what they share. `widget` goes into a tool window.

    show_help: called when help is asked for. The map, and what is seen of it, are read from the
    session each time: nothing here remembers what could have changed elsewhere.
    """

    def __init__(self, session, show_help):
        self.session = session
        self.settings = settings(session)
        self._ours = set()          # jobs that were started from here
        self._then = {}             # what is to be done when one of them went well
        self._refresh_due = False
        self._closed = False
        self._frame_hidden = False      # whether the series of the map may show another frame
        self._choices = []          # menus of models
        self.place = None           # `Place` of the window, once there is one
        self._of_map = WeakKeyDictionary()      # map: what was chosen for it in Modify
        self._last_map = None
        # The sections ask one another, so all are there before the first is refreshed.
        self.map = None
        self.map = MapSection(self)
        self.stopwatch = Stopwatch(self.settings)
        self.color = ColorSection(self)
        self.modify = ModifySection(self)
        self.measure = MeasureSection(self)
        self.masks = MasksSection(self)
        self.solvent = SolventSection(self)
        self.sections = (self.color, self.modify, self.measure, self.masks, self.solvent)
        self.greeter = Greeter(session, self._greet)
        self.bottom = BottomRow(self, show_help)
        self._lay_out()
        self._listen()
        self.refresh()

    def _lay_out(self):
        self.tabs = Tabs()
        for section in self.sections:
            self.tabs.addTab(section.widget, section.title)
        middle = QWidget()
        layout = column(middle, margins=(4, 0, 4, 0))
        layout.addWidget(self.tabs)
        for options in self._all_options():
            layout.addWidget(options)
            options.hide()
        layout.addStretch(1)
        self.scrolled = Scrolled(middle)
        self.widget = QWidget()
        whole = column(self.widget, margins=(0, 0, 0, 0))
        whole.addWidget(self.map.widget)
        whole.addWidget(self.scrolled, 1)
        whole.addWidget(self.bottom.widget)
        self.tabs.currentChanged.connect(self._tab_chosen)

    def _listen(self):
        triggers, of_jobs = self.session.triggers, jobs.jobs(self.session).triggers
        of_record = record(self.session).triggers
        self._handlers = [
            *((triggers, triggers.add_handler(name, self.refresh_soon)) for name in (
                ADD_MODELS, REMOVE_MODELS, 'command finished')),
            (triggers, triggers.add_handler(ADD_MODELS, self._models_opened)),
            (triggers, triggers.add_handler(REMOVE_MODELS, self._models_closed)),
            (triggers, triggers.add_handler(MODEL_DISPLAY_CHANGED, self._display_changed)),
            (triggers, triggers.add_handler('end restore session', self._session_changed)),
            (triggers, triggers.add_handler('frame drawn', self._frame_drawn)),
            (of_record, of_record.add_handler(CHANGED, self.refresh_soon)),
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
    def targets(self):
        """The maps to work on: the one chosen, or where so ticked all frames of its series."""
        volume = self.volume
        series = volume and series_of(volume)
        if series is None or not self.map.all_frames.isChecked():
            return [volume] if volume else []
        return [frame for frame in series.maps if frame is not None]

    @property
    def spec(self):
        """The specifier of `targets`."""
        targets = self.targets
        return f'#{targets[0].id_string if len(targets) == 1 else series_of(targets[0]).id_string}'

    @property
    def mode(self):
        """The mode that is on the map's surface, or, where there is none, the one chosen."""
        return self.map.mode

    @property
    def busy(self):
        """Whether an estimate or the like is going on."""
        return bool(jobs.jobs(self.session).running)

    @property
    def shown_section(self):
        """The section whose tab is in front."""
        return self.sections[self.tabs.currentIndex()]

    def entry(self, mode=None, volume=None):
        """The record's entry of the map in a mode (the one shown), stale or not, or None."""
        volume = volume or self.volume
        return volume and record(self.session).entry(volume, mode or self.mode)

    def why_no_estimate(self, mode, volume=None):
        """Why what needs an estimate of a mode cannot be done, or ''. volume: one of `targets`."""
        if self.volume is None:
            return 'open a map first'
        entry = self.entry(mode, volume)
        if entry is None:
            return f'estimate the map in {mode} mode first'
        if entry.stale:
            return f'the estimate no longer holds, because {entry.stale}; estimate again'
        return ''

    def model_choice(self, classes, nothing, tooltip, wanted=None, only=False):
        """A menu of open models other than the map, kept up to date as long as the panel is there.

        nothing: what no choice is called. wanted: whether a model is to be listed. only: whether
        the only one that there is, is chosen without asking.
        """
        def listed(model):
            if self.map is None:        # the panel is still being made
                return False
            return model is not self.volume and (wanted is None or wanted(model))

        button = ModelChoice(
            self.session, class_filter=classes, filter_func=listed,
            autoselect=ModelChoice.AUTOSELECT_SINGLE if only else ModelChoice.AUTOSELECT_NONE,
            no_value_button_text=nothing,
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

    def run(self, command, then=None, takes_failure=None):
        """Run a command, logged as if typed, in the background if it is long.

        then: called with what the command returned, now or when its job is over, unless it failed.
        takes_failure: called if it failed; returns whether it is told of elsewhere.
        Returns what the command returned, None if it failed, which the status line then says.
        """
        self.modify.end_preview()
        self.say('')
        try:
            with jobs.in_background(self.session):
                result = run(self.session, command)
        except NotABug as error:
            self._failed(str(error), takes_failure)
            self.session.logger.info(str(error))
            self.refresh()
            return None
        if isinstance(result, jobs.Job):
            if result.running:
                self._ours.add(result)
                result.told = True      # the status line says it if this fails
                self._then[result] = then, takes_failure
        elif then is not None:
            then(result)
        self.refresh()
        return result

    def say(self, text, failed=False):
        """Say how an action ended, until the next one, another tab or map, or one is closed."""
        self.bottom.say(text, failed)

    def _greet(self, volume, words):
        """Tell what a map is that was opened and is no reconstruction."""
        if volume is not self.volume:       # of that one the bottom row tells it by itself
            self.say(f'{words}.')
        self.refresh()

    def _failed(self, text, taken):
        if taken is not None and taken():
            self.say('')
        else:
            self.say(text, failed='cancelled' not in text)

    def map_chosen(self):
        """Another map is to be worked on, or none."""
        self.modify.end_preview()
        self.say('')
        if self.volume is not self._last_map:
            if self._last_map is not None and not self._last_map.deleted:
                self._of_map[self._last_map] = self.modify.state()
            self._last_map = self.volume
            kept = None if self.volume is None else self._of_map.get(self.volume)
            self.modify.set_state(kept or self.modify.defaults())
        self.refresh()

    def mode_chosen(self):
        """Another mode is shown, or will be."""
        self.refresh()

    def wanted_height(self):
        """The height at which nothing of what is in front has to be scrolled, in pixels."""
        return self._height_of(lambda section: 0)

    def least_height(self):
        """The same where plots give way as far as they may."""
        return self._height_of(lambda section: getattr(section, 'spare_height', 0))

    def _height_of(self, spare):
        """The height for the tab in front; spare: tells what a section can do without."""
        edges = self.map.widget, self.bottom.widget
        passing = [0 if section is self.shown_section else getattr(section, 'passing_height', 0)
                   for section in self.sections]
        return height_for(self.widget, edges, self.scrolled, self.tabs,
                          [spare(section) + some
                           for section, some in zip(self.sections, passing, strict=True)])

    def ask_for_room(self):
        """More, or less, is shown than before."""
        if self.place is not None:
            # Once the widgets are laid out.
            QTimer.singleShot(60, lambda: None if self._closed else self.place.ask())

    def _session_changed(self, *_):
        self.say('')
        self.refresh_soon()

    def _models_opened(self, *_):
        if self.place is not None:
            self.place.others_may_grow()

    def _models_closed(self, _name, models):
        from chimerax.atomic import Structure
        from chimerax.map import Volume
        # What was said may have been of them; surfaces and keys come and go.
        if any(isinstance(model, (Volume, Structure)) for model in models):
            self.say('')

    def _tab_chosen(self, _index):
        self.say('')
        if self.shown_section is not self.modify:
            self.modify.end_preview()
        self.show_options(self.bottom.options.isChecked())
        self.refresh()

    def _all_options(self):
        return self.map.parameters.widget, self.modify.options

    def show_options(self, shown):
        """Show the options of the tab in front, or none."""
        own = getattr(self.shown_section, 'options', self.map.parameters.widget)
        for options in self._all_options():
            options.setVisible(shown and options is own)
        self.ask_for_room()

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
        self._follow_series()
        # A map that was just made was not known to be ours when the menus heard of it.
        for menu in self._choices:
            menu.refresh()
        self.map.refresh()
        for section in self.sections:
            section.refresh()
        self.bottom.refresh()

    def _display_changed(self, _name, model):
        if model is self.volume and not model.display and series_of(model) is not None:
            self._frame_hidden = True
        self.refresh_soon()

    def _follow_series(self):
        """Where the frame chosen has given way to another one, that is the one to work on."""
        hidden, self._frame_hidden = self._frame_hidden, False
        volume = self.volume
        if hidden and volume is not None and not volume.display:
            shown = shown_frame(series_of(volume)) if series_of(volume) else None
            if shown is not None:
                self.map.menu.choose(shown)

    def _frame_drawn(self, *_):
        if self.shown_section is self.color and self.color.look_at_surfaces():
            self.refresh_soon()

    def _job_started(self, *_):
        self.say('')
        self.refresh_soon()

    def _job_went_on(self, _name, job):
        self.bottom.show_progress(job)

    def _job_ended(self, _name, job):
        self.stopwatch.ended(job)
        self._ours.discard(job)
        then, takes_failure = self._then.pop(job, (None, None))
        if job.failure:
            self._failed(job.failure, takes_failure)
        elif then is not None:
            # ChimeraX is still delivering what was made.
            QTimer.singleShot(0, lambda: None if self._closed else then(job.result))
        self.refresh_soon()

    def close(self):
        """End the preview and what was started from here, and stop listening."""
        self._closed = True
        for triggers, handler in self._handlers:
            triggers.remove_handler(handler)
        self._handlers = []
        self.greeter.close()
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
        """What is chosen, for a session. What surfaces show is not: they are saved themselves."""
        return {'map': self.volume, 'mode': self.mode, 'tab': self.tabs.currentIndex(),
                'options': self.bottom.options.isChecked(), 'color': self.color.state(),
                'mask': self.solvent.mask.value, 'parameters': self.map.parameters.state(),
                'modify': self.modify.state(), 'measure': self.measure.state(),
                'masks': self.masks.state()}

    def set_state(self, state):
        """Choose what `state` returned."""
        if self._closed:
            return
        if state['map'] is not None:
            self.map.menu.choose(state['map'])
        self._last_map = self.volume
        self.map.chosen_mode = state['mode']
        self.map.parameters.set_state(state['parameters'])
        self.solvent.mask.choose(state['mask'])
        self.color.set_state(state['color'])
        self.modify.set_state(state['modify'])
        self.measure.set_state(state['measure'])
        self.masks.set_state(state['masks'])
        self.tabs.setCurrentIndex(state['tab'])
        self.bottom.options.setChecked(state['options'])
        self.refresh()
