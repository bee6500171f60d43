"""More: masks, targeted occupancy, confidence map, report, one level for all."""

from Qt.QtGui import QDoubleValidator
from Qt.QtWidgets import QGroupBox, QLineEdit, QPushButton, QWidget

from ..core.parameters import COVERS, SETTINGS
from .chimerax_ui import ModelMenuButton
from .widgets import beside, column, enable_if, menu, number_box, text_label, tip


class MoreSection:
    """What is needed less often; every button runs one command."""

    title = 'Mor&e'

    def __init__(self, panel):
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        for group in (self._masks(), self._target(), self._level(), self._others()):
            layout.addWidget(group)
        self.why = text_label()
        layout.addWidget(self.why)
        layout.addStretch(1)

    def _masks(self):
        group = QGroupBox('Masks, by occupancy')
        layout = column(group)
        self.threshold = number_box('mask_threshold', step=0.05)
        self.solvent_mask = QPushButton('Content mask')
        self.solvent_mask.setToolTip('Make a mask that is 1 where the scale exceeds the threshold')
        self.solvent_mask.clicked.connect(lambda: self._run('mask', self.solvent_mask_words()))
        layout.addLayout(beside(self.solvent_mask, 'scale above', self.threshold))
        self.curve = menu(('attenuate', 'sigmoid'), tooltip='The curve that tells what is kept')
        self.power = number_box('power', step=0.5, decimals=1)
        self.pivot = number_box('pivot', step=0.05)
        self.curve.currentIndexChanged.connect(lambda _index: self.refresh())
        layout.addLayout(beside('Subtract by', self.curve))
        layout.addLayout(beside('Power', self.power, 'pivot', self.pivot))
        self.covers = menu(COVERS, SETTINGS['covers'].default, tip('covers'))
        layout.addLayout(beside('Covering what is', self.covers))
        self.subtraction_mask = QPushButton('Subtraction mask')
        self.subtraction_mask.setToolTip('Make a soft mask for signal subtraction')
        self.subtraction_mask.clicked.connect(
            lambda: self._run('mask', self.subtraction_mask_words()))
        layout.addLayout(beside(self.subtraction_mask))
        return group

    def solvent_mask_words(self):
        """The rest of the command for a mask of content."""
        return f'solvent threshold {self.threshold.value():g}'

    def subtraction_mask_words(self):
        """The rest of the command for a subtraction mask."""
        words = f'subtraction {self.curve.currentData()} {self.power.value():g}'
        if self.curve.currentData() == 'sigmoid':
            words += f' pivot {self.pivot.value():g}'
        return f'{words} covers {self.covers.currentData()}'

    def _target(self):
        from chimerax.atomic import Structure
        from chimerax.map import Volume
        panel = self._panel
        group = QGroupBox('Occupancy of one region')
        layout = column(group)
        self.region = ModelMenuButton(
            panel.session, class_filter=(Volume, Structure),
            filter_func=lambda model: model is not panel.volume,
            autoselect=ModelMenuButton.AUTOSELECT_NONE, no_value_button_text='choose a region',
            no_value_menu_text='choose a region')
        self.region.setToolTip('A mask, or an atomic model placed on the map')
        self.region.value_changed.connect(panel.refresh_soon)
        self.target = QPushButton('Target')
        self.target.setToolTip('Tell the occupancy of the whole region as one number, in the log')
        self.target.clicked.connect(
            lambda: self._run('target', f'region #{self.region.value.id_string}'))
        layout.addLayout(beside(self.region, self.target))
        return group

    def _level(self):
        group = QGroupBox('One level for all of its maps')
        layout = column(group)
        self.level = QLineEdit()
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance('0') * 8)
        self.level.setValidator(QDoubleValidator(self.level))
        self.level.setToolTip('Surface level, in the units of the map')
        self.level.setAccessibleName('surface level')
        self.level.textChanged.connect(lambda _text: self.refresh())
        self.level.returnPressed.connect(lambda: self.set_level.click())
        self.set_level = QPushButton('Set level')
        self.set_level.setToolTip('Contour the map and all modified maps of it at this level')
        self.set_level.clicked.connect(lambda: self._run('level', f'{self._level_value():g}'))
        self.from_map = QPushButton('As the map')
        self.from_map.setToolTip('Take the level at which the map is shown')
        self.from_map.clicked.connect(self._level_of_map)
        layout.addLayout(beside(self.level, self.from_map))
        layout.addLayout(beside(self.set_level))
        return group

    def _others(self):
        group = QGroupBox('Of the estimate')
        layout = column(group)
        self.confidence = QPushButton('Confidence map')
        self.confidence.setToolTip('Open the confidence that a voxel is content as a map')
        self.confidence.clicked.connect(lambda: self._run('confidence'))
        self.report = QPushButton('Report')
        self.report.setToolTip('List everything the estimate used and found, in the log')
        self.report.clicked.connect(lambda: self._run('report', f'mode {self._panel.mode}'))
        layout.addLayout(beside(self.confidence, self.report))
        return group

    def _run(self, command, rest=''):
        panel = self._panel
        panel.run(f'occupy {command} #{panel.volume.id_string} {rest}'.rstrip())

    def _level_value(self):
        try:
            return float(self.level.text())
        except ValueError:
            return None

    def _level_of_map(self):
        levels = [surface.level for surface in self._panel.volume.surfaces]
        if levels:
            self.level.setText(f'{levels[0]:.4g}')

    def refresh(self):
        """Enable what is possible, say what is not and why."""
        panel = self._panel
        reason = 'open a map first' if panel.volume is None else ''
        if panel.busy:
            reason = reason or 'wait for the work that is going on, or cancel it'
        for button in (self.solvent_mask, self.subtraction_mask, self.confidence):
            enable_if(button, reason)
        no_region = '' if self.region.value is not None else 'choose a region first'
        enable_if(self.target, reason or no_region)
        enable_if(self.report, reason or panel.why_no_estimate(panel.mode))
        no_level = '' if self._level_value() is not None else 'enter a level first'
        enable_if(self.set_level, reason or no_level)
        no_surface = reason or ('' if panel.volume.surfaces else 'the map shows no surface')
        enable_if(self.from_map, no_surface)
        enable_if(self.pivot, '' if self.curve.currentData() == 'sigmoid' else 'only a sigmoid has '
                                                                              'a pivot')
        made = 'Masks and targets use the occupancy scale, which is made first if there is none.'
        self.why.setText(f'{reason[:1].upper()}{reason[1:]}.' if reason
                         else made if panel.why_no_estimate('occupancy') else '')

    def close(self):
        """Let go of the model menu."""
        self.region.destroy()

    def state(self):
        """What is chosen, for a session."""
        return {'threshold': self.threshold.value(), 'curve': self.curve.currentData(),
                'power': self.power.value(), 'pivot': self.pivot.value(),
                'covers': self.covers.currentData(), 'level': self.level.text()}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.threshold.setValue(state['threshold'])
        self.curve.setCurrentIndex(max(0, self.curve.findData(state['curve'])))
        self.power.setValue(state['power'])
        self.pivot.setValue(state['pivot'])
        self.covers.setCurrentIndex(max(0, self.covers.findData(state['covers'])))
        self.level.setText(state['level'])
