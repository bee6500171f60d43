"""The top of the panel: which map, which mode, estimate, progress."""

import time
from math import prod

from Qt.QtCore import Qt
from Qt.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ..core.parameters import MODES
from ..core.wording import worded
from ..session import jobs, volumes
from .parameters import ParametersSection
from .widgets import ModelChoice, beside, breakable, column, enable_if, text_label, tip
from .wording import FACE

#: What tells the modes apart, in half a sentence.
_MODE_TEXTS = {
    'resolution': 'and occupancy with it',
    'occupancy': 'resolution evened out'}


class MapSection:
    """Chooses map, mode and parameters, and starts and stops estimates."""

    def __init__(self, panel):
        from chimerax.map import Volume
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        self.menu = ModelChoice(
            panel.session, class_filter=Volume,
            filter_func=lambda volume: not volumes.is_derived(volume),
            autoselect=ModelChoice.AUTOSELECT_FIRST_DISPLAYED,
            no_value_button_text='no map is open')
        self.menu.setToolTip('The map to work on; maps made by OccuPy are not listed')
        self.menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu.value_changed.connect(panel.map_chosen)
        panel.follow(self.menu)
        label = QLabel('&Map')
        label.setBuddy(self.menu)
        self.menu.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.help_button = QToolButton()
        self.help_button.setText('Help')
        self.help_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.help_button.setToolTip('What everything here means')
        row = beside(label, self.menu, self.help_button, stretch=False)
        row.setStretch(1, 1)
        layout.addLayout(row)
        self.info = text_label()
        layout.addWidget(self.info)
        self._sizeless = (None, False)      # the last map's data, and whether it lacks a voxel size
        self._modes = QButtonGroup(self.widget)
        self.mode_buttons = {}
        for mode in MODES:
            button = QRadioButton(f'{mode.capitalize()} – {_MODE_TEXTS[mode]}')
            button.setToolTip(tip('mode'))
            self._modes.addButton(button)
            self.mode_buttons[mode] = button
            layout.addWidget(button)
        self.mode_buttons[panel.settings.mode].setChecked(True)
        self._modes.buttonToggled.connect(self._mode_chosen)
        self.parameters = ParametersSection(panel, self.widget)
        layout.addWidget(self.parameters.widget)
        self._add_actions(layout)

    def _add_actions(self, layout):
        self.estimate_button = QPushButton('&Estimate')
        self.estimate_button.setToolTip(
            'Estimate the local scale of the map, open it as a map, and colour by it')
        self.estimate_button.clicked.connect(self.estimate)
        self.cancel_button = QPushButton('Cancel')
        self.cancel_button.setToolTip('Stop the work that is going on')
        self.cancel_button.clicked.connect(self.cancel)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        row = QHBoxLayout()
        row.addWidget(self.estimate_button)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel_button)
        layout.addLayout(row)
        self.hint = text_label()
        layout.addWidget(self.hint)
        self.status = text_label()      # how the last action ended
        layout.addWidget(self.status)
        layout.addStretch(1)

    @property
    def mode(self):
        """The mode that is chosen."""
        return next(mode for mode, button in self.mode_buttons.items() if button.isChecked())

    def _mode_chosen(self, _button, checked):
        if checked:
            self._panel.settings.mode = self.mode
            self._panel.mode_chosen()

    def command(self, mode=None):
        """The command line of an estimate with what the panel shows."""
        panel = self._panel
        words = [f'occupy #{panel.volume.id_string} mode {mode or self.mode}',
                 self.parameters.words(), panel.solvent.mask_words(), panel.color.look_words()]
        return ' '.join(word for word in words if word)

    def estimate(self, _checked=False, mode=None):
        """Run an estimate."""
        panel = self._panel
        volume = panel.volume
        job = panel.run(self.command(mode))
        if isinstance(job, jobs.Job):
            panel.stopwatch.started(job, volume)

    def cancel(self):
        """Stop the work that was started last."""
        running = jobs.jobs(self._panel.session).running
        if running:
            running[-1].cancel()

    def refresh(self):
        """Show what is known of the map, what can be done, and what is going on."""
        panel = self._panel
        reason, about_time = '', ''
        try:
            if self._lacks_voxel_size(panel.volume):
                raise ValueError(f'the file of the map states no voxel size; set it first, with '
                                 f'"volume #{panel.volume.id_string} voxelSize 1.1" (in Å)')
            self._show_map(panel.volume)
            _, working, voxels = self.parameters.show_derived(panel.volume, self.mode)
            if working is not None:
                about_time = (f'Kernel of {voxels} voxels; '
                              + time_text(self._seconds(panel.volume, working)))
        except ValueError as error:
            reason = worded(error, FACE)
        if panel.volume is None:
            reason = 'open a map first, for instance with File > Open'
        running = jobs.jobs(panel.session).running
        if running:
            reason = reason or 'wait for the work that is going on, or cancel it'
        enable_if(self.estimate_button, reason)
        enable_if(self.cancel_button, '' if running else 'nothing is going on')
        self.progress.setVisible(bool(running))
        self.cancel_button.setVisible(bool(running))
        if running:
            self.show_progress(running[-1])
        else:
            self.hint.setText(reason[:1].upper() + reason[1:] + '.' if reason
                              else f'{about_time}.{self._standing()}')

    def show_progress(self, job):
        """Show how far a job is."""
        self.progress.setValue(round(100 * job.share))
        left = '' if job.remaining is None else f', {job.remaining:.0f} s left'
        stage = f': {job.stage.lower()}' if job.stage else ''
        self.hint.setText(breakable(f'{job.title}{stage}{left}'))

    def _lacks_voxel_size(self, volume):
        if volume is None:
            return False
        known = (volume.data, tuple(volume.data.step))
        if self._sizeless[0] != known:      # its file is looked into once
            self._sizeless = (known, volumes.lacks_voxel_size(volume))
        return self._sizeless[1]

    def _show_map(self, volume):
        if volume is None:
            self.info.setText('')
            return
        grid = volumes.grid_of(volume)
        text = volumes.voxel_text(grid)
        try:
            working = grid.working(self.parameters.parameters(self.mode).max_box)
        except ValueError:
            working = grid
        if working.shape != grid.shape:
            text += f'; estimated on {volumes.voxel_text(working)}'
        self.info.setText(text)

    def _standing(self):
        """What there is of an estimate already."""
        entry = self._panel.entry()
        if entry is None:
            return ''
        if entry.stale:
            return f' The {entry.mode} scale no longer holds: {entry.stale}.'
        scale = '' if entry.scale_map is None else f' is #{entry.scale_map.id_string}'
        return f' The {entry.mode} scale{scale or " is known"}.'

    def _seconds(self, volume, working):
        voxels = 0.5 * prod(volume.data.size) + 0.5 * working.voxels
        return self._panel.settings.seconds_per_megavoxel * voxels / 1e6


class Stopwatch:
    """Learns from each estimate how long one takes here."""

    def __init__(self, panel):
        self._panel = panel
        self._began = None

    def started(self, job, volume):
        """A job has begun on a map."""
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
            self._panel.settings.seconds_per_megavoxel = round(passed / megavoxels, 3)


def time_text(seconds):
    """A time that is only roughly known, in words."""
    if seconds < 1:
        return 'less than a second'
    if seconds < 100:
        return f'about {seconds:.0f} s' if seconds >= 10 else f'about {seconds:.1g} s'
    return f'about {seconds / 60:.0f} min'
