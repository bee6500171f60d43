"""The options of a modification: what of the map it concerns, its noise, and what is made of it."""

from Qt.QtGui import QDoubleValidator
from Qt.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from ..commands.modify import KINDS
from ..core.parameters import OUTPUTS, SETTINGS
from ..session.record import record
from .widgets import beside, column, enable_if, menu, number_box, tip


class ModifyOptions:
    """Widgets in `widget`. changed, scale_chosen: called when an option, or the scale, is."""

    def __init__(self, panel, changed, scale_chosen):
        from chimerax.map import Volume
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        self.exclude_solvent = QCheckBox('Leave solvent out')
        self.everywhere = QCheckBox('Modify every voxel, solvent or not')
        self.match_histogram = QCheckBox('Grey levels of the input')
        for box, name in ((self.exclude_solvent, 'exclude_solvent'),
                          (self.everywhere, 'confidence'),
                          (self.match_histogram, 'match_histogram')):
            box.setToolTip(tip(name))
            box.toggled.connect(changed)
        self.hedge = number_box('hedge', step=0.5)
        self.scale_limit = number_box('scale_limit', step=0.01)
        self.seed = number_box('seed', decimals=0, step=1, high=2**31 - 1)
        self.output_low_pass = number_box(
            'output_low_pass', low=0, high=100, value=0, step=0.5, decimals=1)
        self.output_low_pass.setSpecialValueText('none')
        self.scale_map = panel.model_choice(
            Volume, 'its own', 'Take the scale from this map instead of the estimate (keyword '
            'scaleMap)', lambda volume: _drives(panel.session, volume))
        self.scale_map.value_changed.connect(scale_chosen)
        self.output = menu(OUTPUTS, SETTINGS['output'].default, tip('output'))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(2, 1)
        for row, box in enumerate((self.exclude_solvent, self.everywhere, self.match_histogram)):
            grid.addWidget(box, row, 0, 1, 3)
        for text, box, unit in (('Hedge', self.hedge, ''), ('Scale limit', self.scale_limit, ''),
                                ('Output low-pass', self.output_low_pass, 'Å'),
                                ('Seed of noise', self.seed, ''), ('Output', self.output, ''),
                                ('Scale', self.scale_map, '')):
            row = grid.rowCount()
            label = QLabel(text)
            label.setToolTip(box.toolTip())
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            grid.addWidget(QLabel(unit), row, 2)
            if box is not self.scale_map:
                signal = box.currentIndexChanged if box is self.output else box.valueChanged
                signal.connect(changed)
        layout.addLayout(grid)
        self._add_level(layout)

    def _add_level(self, layout):
        """One surface level for the map and what was made from it."""
        self.level = QLineEdit()
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance('0') * 8)
        self.level.setValidator(QDoubleValidator(self.level))
        self.level.setToolTip('Surface level, in the units of the map')
        self.level.setAccessibleName('surface level')
        self.level.textChanged.connect(lambda _text: self._panel.refresh_soon())
        self.level.returnPressed.connect(lambda: self.set_level.click())
        self.set_level = QPushButton('Set level')
        self.set_level.setToolTip('Contour the map and all modified maps of it at this level')
        self.set_level.clicked.connect(lambda: self._panel.run(
            f'occupy level #{self._panel.volume.id_string} {self._level_value():g}'))
        self.from_map = QPushButton('As the map')
        self.from_map.setToolTip('Take the level at which the map is shown')
        self.from_map.clicked.connect(self._level_of_map)
        layout.addLayout(beside('All at level', self.level, self.from_map, self.set_level))

    def _level_value(self):
        try:
            return float(self.level.text())
        except ValueError:
            return None

    def _level_of_map(self):
        levels = [surface.level for surface in self._panel.volume.surfaces]
        if levels:
            self.level.setText(f'{levels[0]:.4g}')

    def _why_no_level(self):
        """Why the level cannot be set, for instance because nothing would be left to see, or ''."""
        volume, level = self._panel.volume, self._level_value()
        if volume is None:
            return 'open a map first'
        if level is None:
            return 'enter a level first'
        most = float(volume.matrix_value_statistics().maximum)
        if level >= most:
            return f'nothing of the map is above {level:g}; its largest value is {most:.4g}'
        return ''

    def values(self):
        """The options by name, as `Modification` takes them."""
        return {
            'hedge': self.hedge.value(), 'confidence': not self.everywhere.isChecked(),
            'scale_limit': self.scale_limit.value(), 'seed': int(self.seed.value()),
            'exclude_solvent': self.exclude_solvent.isChecked(),
            'output_low_pass': self.output_low_pass.value() or None,
            'match_histogram': self.match_histogram.isChecked(),
            'output': self.output.currentData()}

    def refresh(self, kind):
        """Enable what a kind of modification has."""
        for widget, name in ((self.exclude_solvent, 'exclude_solvent'),
                             (self.everywhere, 'confidence'), (self.seed, 'seed'),
                             (self.scale_limit, 'scale_limit')):
            enable_if(widget, '' if name in KINDS[kind][1] else f'{kind} has no such option')
        enable_if(self.set_level, self._why_no_level())
        volume = self._panel.volume
        enable_if(self.from_map, '' if volume is not None and volume.surfaces else
                  'the map shows no surface')
        enable_if(self.scale_map, '' if kind != 'solvent' else 'solvent has no such option')

    @staticmethod
    def defaults():
        """What `state` is at first."""
        names = ('hedge', 'scale_limit', 'seed', 'exclude_solvent', 'match_histogram', 'output')
        return {**{name: SETTINGS[name].default for name in names}, 'everywhere': False,
                'output_low_pass': 0, 'scale map': None}

    def state(self):
        """What is chosen, for a session."""
        return {
            'hedge': self.hedge.value(), 'everywhere': self.everywhere.isChecked(),
            'scale_limit': self.scale_limit.value(), 'seed': self.seed.value(),
            'exclude_solvent': self.exclude_solvent.isChecked(),
            'output_low_pass': self.output_low_pass.value(),
            'match_histogram': self.match_histogram.isChecked(),
            'output': self.output.currentData(), 'scale map': self.scale_map.value}

    def set_state(self, state):
        """Choose what `state` returned."""
        for name in ('hedge', 'scale_limit', 'seed', 'output_low_pass'):
            getattr(self, name).setValue(state[name])
        for name in ('everywhere', 'exclude_solvent', 'match_histogram'):
            getattr(self, name).setChecked(state[name])
        self.output.setCurrentIndex(max(0, self.output.findData(state['output'])))
        self.scale_map.choose(state['scale map'])


def _drives(session, volume):
    """Whether a map can take the place of a scale: any but a scale of resolution mode."""
    entry = record(session).of_scale_map(volume)
    return entry is None or entry.mode == 'occupancy'
