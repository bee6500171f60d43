"""The top of the panel: which map, and which scale is seen on it."""

from math import prod

from Qt.QtCore import Qt
from Qt.QtWidgets import QButtonGroup, QCheckBox, QLabel, QRadioButton, QSizePolicy, QWidget

from ..core.parameters import MODES
from ..session import volumes
from ..session.frames import series_of
from .look import color_command, look_of
from .parameters import ParametersSection
from .widgets import BUSY, Beside, ModelChoice, beside, column, enable_if, tip

#: What a mode's scale falls with, in words for those who have not read the method.
_MODE_TEXTS = {
    'resolution': 'Low where the map is less well resolved, and where a part is not always there',
    'occupancy': 'How much of each part is there, however well it is resolved'}


class MapSection:
    """Chooses the map; shows the mode that is on its surface, and flips it."""

    def __init__(self, panel):
        from chimerax.map import Volume
        self._panel = panel
        self.chosen_mode = panel.settings.mode      # for maps that show none
        self._sizeless = (None, False)      # the last map's data, and whether it lacks a voxel size
        self.widget = QWidget()
        layout = column(self.widget, margins=(6, 4, 6, 0))
        self.menu = ModelChoice(
            panel.session, class_filter=Volume,
            filter_func=_is_listed,
            autoselect=ModelChoice.AUTOSELECT_FIRST_DISPLAYED,
            no_value_button_text='no map is open')
        self.menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu.value_changed.connect(panel.map_chosen)
        panel.follow(self.menu)
        label = QLabel('&Map')
        label.setBuddy(self.menu)
        self.menu.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.all_frames = QCheckBox('All frames')
        self.all_frames.setToolTip(
            '<p>The map is a frame of a map series. Ticked, what is done here is done to all of '
            'its frames, each on a full scale of its own; otherwise to the one shown.</p>')
        self.all_frames.toggled.connect(panel.refresh_soon)
        row = beside(label, self.menu, self.all_frames, stretch=False)
        row.setStretch(1, 1)
        self._modes = QButtonGroup(self.widget)
        self.mode_buttons = {}
        for mode in MODES:
            button = QRadioButton(mode.capitalize())
            button.setToolTip(f'<p>{_MODE_TEXTS[mode]}</p>{tip("mode")}')
            self._modes.addButton(button)
            self.mode_buttons[mode] = button
            button.clicked.connect(lambda _checked, mode=mode: self.flip(mode))
        self.menu.setMinimumWidth(self.menu.fontMetrics().horizontalAdvance('0') * 22)
        layout.addWidget(Beside(row, beside('Scale by', *self.mode_buttons.values(),
                                            stretch=False)))
        self._show_mode(self.chosen_mode)
        self.parameters = ParametersSection(panel)

    @property
    def mode(self):
        """The mode that is on the surface, or, where there is none, the one chosen."""
        return look_of(self._panel.session, self._panel.volume, self.chosen_mode).mode

    def flip(self, mode):
        """Show a mode: colour by its estimate, or estimate it where the other is on the surface.

        On a map that shows no scale and has no estimate, it is the choice for the next one.
        """
        panel = self._panel
        self.chosen_mode = panel.settings.mode = mode
        look = look_of(panel.session, panel.volume, mode)
        if panel.volume is not None and not panel.busy:
            if not any(panel.why_no_estimate(mode, one) for one in panel.targets):
                if look.mode != mode or not look.shown:
                    panel.run(color_command(panel.session, panel.targets, panel.color.look(mode)))
            elif look.shown and look.mode != mode:
                self.estimate(mode=mode)
        panel.mode_chosen()

    def command(self, mode=None):
        """The command line of an estimate with what the panel shows."""
        panel = self._panel
        mode = mode or self.mode
        words = [f'occupy {panel.spec} mode {mode}',
                 self.parameters.words(mode), panel.solvent.mask_words(), panel.color.look_words()]
        return ' '.join(word for word in words if word)

    def estimate(self, mode=None, then=None):
        """Run an estimate, `then` what is given; returns its `Job`, or what it opened."""
        panel = self._panel
        try:
            command = self.command(mode)
        except ValueError as error:
            panel.say(str(error), failed=True)
            return None
        volume = panel.volume
        job = panel.run(command, then)
        panel.stopwatch.started(job, volume)
        return job

    def why_not(self):
        """Why the map cannot be estimated as it is and as the parameters are, or ''."""
        volume = self._panel.volume
        if volume is None:
            return 'open a map first, for instance with File > Open'
        try:
            if self._lacks_voxel_size(volume):
                return (f'the file of the map states no voxel size; set it first, with '
                        f'"volume #{volume.id_string} voxelSize 1.1" (in Å)')
            self.parameters.show_derived(volume, self.mode)
        except ValueError as error:
            return self.parameters.mark(error)
        self.parameters.mark(None)
        return ''

    def refresh(self):
        """Show the mode on the surface, and what is known of the map."""
        panel = self._panel
        if self.menu.value is None:     # ChimeraX leaves it at that where the only map is hidden
            self._choose_hidden()
        self._show_mode(self.mode)
        for button in self.mode_buttons.values():
            enable_if(button, BUSY
                      if panel.busy else '')
        self.menu.setToolTip(self._facts())
        self.all_frames.setVisible(
            panel.volume is not None and series_of(panel.volume) is not None)

    def _choose_hidden(self):
        from chimerax.map import Volume
        listed = [one for one in self._panel.session.models.list(type=Volume) if _is_listed(one)]
        if listed:
            self.menu.choose(min(listed, key=lambda one: one.id))

    def _show_mode(self, mode):
        self.mode_buttons[mode].setChecked(True)

    def _lacks_voxel_size(self, volume):
        known = (volume.data, tuple(volume.data.step))
        if self._sizeless[0] != known:      # its file is looked into once
            self._sizeless = (known, volumes.lacks_voxel_size(volume))
        return self._sizeless[1]

    def _facts(self):
        """Box and voxel size of the map, and on what grid it is estimated."""
        text = 'The map to work on; maps made by OccuPy are not listed'
        volume = self._panel.volume
        if volume is None:
            return text
        try:
            grid = volumes.grid_of(volume)
            facts = volumes.voxel_text(grid)
            working = grid.working(self.parameters.parameters(self.mode).max_box)
        except ValueError:
            return text
        if working.shape != grid.shape:
            facts += f'; estimated on {volumes.voxel_text(working)}'
        return f'<p>{text}</p><p>{facts}</p>'

    def time(self):
        """About how long an estimate takes, in words, '' where that cannot be told."""
        volume = self._panel.volume
        try:
            _, working, _ = self.parameters.show_derived(volume, self.mode)
        except ValueError:
            return ''
        if working is None:
            return ''
        megavoxels = (0.5 * prod(volume.data.size) + 0.5 * working.voxels) / 1e6
        return time_text(self._panel.settings.seconds_per_megavoxel * megavoxels)


def _is_listed(volume):
    return not volumes.is_result(volume)


def time_text(seconds):
    """A time that is only roughly known, in words."""
    if seconds < 1:
        return 'less than a second'
    if seconds < 100:
        return f'about {seconds:.0f} s' if seconds >= 10 else f'about {seconds:.1g} s'
    return f'about {seconds / 60:.0f} min'
