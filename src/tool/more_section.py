"""More: numbers on models, comparison, masks, targeted occupancy, one level for all, report."""

import os
import re

from chimerax.core.commands import quote_path_if_necessary
from Qt.QtGui import QDoubleValidator
from Qt.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGroupBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)

from ..core.parameters import COVERS, SETTINGS
from ..session import volumes
from ..session.readout import COLUMNS
from .widgets import beside, column, enable_if, menu, number_box, text_label, tip


class MoreSection:
    """What is needed less often; every button runs one command."""

    title = 'Mor&e'

    def __init__(self, panel):
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        for group in (self._models(), self._classes(), self._masks(), self._target(),
                      self._level(), self._others()):
            layout.addWidget(group)
        self.why = text_label()
        layout.addWidget(self.why)
        layout.addStretch(1)

    def _models(self):
        from chimerax.atomic import Structure
        group = QGroupBox('Scale on a model')
        layout = column(group)
        self.model = self._panel.model_choice(
            Structure, 'choose a model', 'An atomic model placed on the map')
        layout.addLayout(beside(self.model))
        self.color_model = QCheckBox('Colour it')
        self.color_model.setToolTip('Colour atoms and cartoon by scale, as the map is')
        self.plot_model = QCheckBox('Plot it')
        self.plot_model.setToolTip('Plot the scale along the sequence of each chain')
        layout.addLayout(beside(self.color_model, self.plot_model))
        self.column = menu([('no column', ''), *COLUMNS],
                           tooltip='The column of the model to hold the scale, which a saved mmCIF '
                                   'or PDB then carries')
        layout.addLayout(beside('Write to', self.column))
        self.atoms = QPushButton('Read off')
        self.atoms.setToolTip('Tell the scale of each chain in the log, and set it as an attribute '
                              'of atoms, residues and chains')
        self.atoms.clicked.connect(lambda: self._panel.run(self.atoms_command()))
        self.save_atoms = QPushButton('Save table…')
        self.save_atoms.setToolTip('Read off, and write a CSV file with a row for each residue')
        self.save_atoms.clicked.connect(self._save_atoms)
        layout.addLayout(beside(self.atoms, self.save_atoms))
        return group

    def atoms_command(self):
        """The command that reads the scale off at the model."""
        panel = self._panel
        words = [f'occupy atoms #{self.model.value.id_string} map #{panel.volume.id_string} '
                 f'mode {panel.mode}']
        for box, keyword in ((self.color_model, 'color'), (self.plot_model, 'plot')):
            if box.isChecked():
                words.append(f'{keyword} true')
        if self.column.currentData():
            words.append(f'column {self.column.currentData()}')
        return ' '.join(words)

    def _save_atoms(self):
        path = self._file_to_save('Scale of each residue', 'CSV (*.csv)')
        if path:
            self._panel.run(f'{self.atoms_command()} file {path}')

    def _classes(self):
        from chimerax.map import Volume
        group = QGroupBox('Classes on one full scale')
        layout = column(group)
        self.other = self._panel.model_choice(
            Volume, 'all open maps', 'Another class of the same data set, or all open maps',
            lambda volume: not volumes.is_derived(volume))
        self.by_chain = QCheckBox('by chain')
        self.by_chain.setToolTip('<p>A row of the table for each chain of the model above, '
                                 'otherwise one for all content</p>')
        self.compare = QPushButton('Compare')
        self.compare.setToolTip('<p>Estimate the maps on the full scale of the one that has the '
                                'largest, and lay them side by side in the log</p>')
        self.compare.clicked.connect(lambda: self._panel.run(self.compare_command()))
        layout.addLayout(beside('With', self.other))
        layout.addLayout(beside(self.compare, self.by_chain))
        return group

    def compare_command(self):
        """The command that compares the map with the others."""
        panel = self._panel
        numbers = ','.join(volume.id_string for volume in self._classes_chosen())
        words = f'occupy compare #{numbers} mode {panel.mode}'
        if self.by_chain.isChecked() and self.model.value is not None:
            words += f' model #{self.model.value.id_string}'
        return words

    def _classes_chosen(self):
        """The maps to be compared, the panel's own first."""
        from chimerax.map import Volume
        own, other = self._panel.volume, self.other.value
        if other is not None:
            return [own, other]
        return [own, *(volume for volume in self._panel.session.models.list(type=Volume)
                       if volume is not own and not volumes.is_derived(volume))]

    def _file_to_save(self, title, kinds):
        """Ask for a file; its path as a word of a command, '' where none was chosen."""
        path, kind = QFileDialog.getSaveFileName(self.widget, title, '', kinds)
        endings = re.findall(r'\*(\.\w+)', kinds)
        if path and not path.lower().endswith(tuple(endings)):
            path += re.search(r'\*(\.\w+)', kind)[1]
            # The dialog has asked about the name without its ending.
            if os.path.exists(path) and QMessageBox.question(
                    self.widget, title, f'{path} is there already. Replace it?'
                    ) != QMessageBox.StandardButton.Yes:
                return ''
        return quote_path_if_necessary(path) if path else ''

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
        group = QGroupBox('Occupancy of one region')
        layout = column(group)
        self.region = self._panel.model_choice(
            (Volume, Structure), 'choose a region', 'A mask, or an atomic model placed on the map')
        self.distance = number_box('region_distance', step=0.5, decimals=1)
        self.target = QPushButton('Target')
        self.target.setToolTip('Tell the occupancy of the whole region as one number, in the log')
        self.target.clicked.connect(lambda: self._run('target', self.target_words()))
        layout.addLayout(beside(self.region, self.target))
        layout.addLayout(beside('Within', self.distance, 'Å of its atoms'))
        return group

    def target_words(self):
        """The rest of the command for targeted occupancy."""
        words = f'region #{self.region.value.id_string}'
        if self._region_is_model():
            words += f' distance {self.distance.value():g}'
        return words

    def _region_is_model(self):
        from chimerax.atomic import Structure
        return isinstance(self.region.value, Structure)

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
        self.save_report = QPushButton('Save report…')
        self.save_report.setToolTip('Write the report to a file, as text or JSON')
        self.save_report.clicked.connect(self._save_report)
        layout.addLayout(beside(self.confidence))
        layout.addLayout(beside(self.report, self.save_report))
        return group

    def _save_report(self):
        path = self._file_to_save('Report of the estimate', 'Text (*.txt);;JSON (*.json)')
        if path:
            self._run('report', f'mode {self._panel.mode} file {path}')

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
        enable_if(self.distance, '' if self._region_is_model() else
                  'only a region of atoms has a distance')
        for button in (self.report, self.save_report):
            enable_if(button, reason or panel.why_no_estimate(panel.mode))
        no_model = '' if self.model.value is not None else 'choose a model first'
        for button in (self.atoms, self.save_atoms):
            enable_if(button, reason or no_model)
        enable_if(self.by_chain, no_model)
        alone = '' if reason or len(self._classes_chosen()) > 1 else 'open another class first'
        enable_if(self.compare, reason or alone)
        no_level = '' if self._level_value() is not None else 'enter a level first'
        enable_if(self.set_level, reason or no_level)
        no_surface = reason or ('' if panel.volume.surfaces else 'the map shows no surface')
        enable_if(self.from_map, no_surface)
        enable_if(self.pivot, '' if self.curve.currentData() == 'sigmoid' else 'only a sigmoid has '
                                                                              'a pivot')
        made = 'What is read off an estimate makes it first if there is none.'
        self.why.setText(f'{reason[:1].upper()}{reason[1:]}.' if reason
                         else made if panel.why_no_estimate('occupancy') else '')

    def state(self):
        """What is chosen, for a session."""
        return {'threshold': self.threshold.value(), 'curve': self.curve.currentData(),
                'power': self.power.value(), 'pivot': self.pivot.value(),
                'covers': self.covers.currentData(), 'level': self.level.text(),
                'distance': self.distance.value(), 'color model': self.color_model.isChecked(),
                'plot model': self.plot_model.isChecked(), 'column': self.column.currentData(),
                'by chain': self.by_chain.isChecked(), 'model': self.model.value,
                'other': self.other.value, 'region': self.region.value}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.threshold.setValue(state['threshold'])
        self.curve.setCurrentIndex(max(0, self.curve.findData(state['curve'])))
        self.power.setValue(state['power'])
        self.pivot.setValue(state['pivot'])
        self.covers.setCurrentIndex(max(0, self.covers.findData(state['covers'])))
        self.level.setText(state['level'])
        self.distance.setValue(state.get('distance', SETTINGS['region_distance'].default))
        self.column.setCurrentIndex(max(0, self.column.findData(state.get('column', ''))))
        for box, name in ((self.color_model, 'color model'), (self.plot_model, 'plot model'),
                          (self.by_chain, 'by chain')):
            box.setChecked(state.get(name, False))
        for choice, name in ((self.model, 'model'), (self.other, 'other'),
                             (self.region, 'region')):
            choice.choose(state.get(name))
