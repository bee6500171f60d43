"""Modify: amplify, attenuate, sigmoid, seen while a slider moves and then made as a map."""

import numpy as np
from Qt.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QWidget

from ..commands import common, estimating
from ..commands.modify import KINDS
from ..core import Modification, check_modification
from ..core.curves import curve
from ..core.parameters import OUTPUTS, SETTINGS, keyword
from ..core.wording import worded
from ..session import volumes
from ..session.record import record
from .drawings import CurvePlot
from .preview import Preview
from .widgets import (
    NumberSlider,
    beside,
    column,
    enable_if,
    folded,
    menu,
    number_box,
    text_label,
    tip,
)
from .wording import FACE

#: The slider ends at this power, beyond which hardly anything changes; the box goes further.
_TOP_POWER = 50
_KIND_TEXTS = {
    'amplify': 'lifts weak parts towards full scale',
    'attenuate': 'weakens weak parts further',
    'sigmoid': 'weakens below the pivot, strengthens above',
    'solvent': 'suppresses solvent and nothing else'}


class ModifySection:
    """Chooses a modification, previews it, and makes it."""

    title = '&Modify'

    def __init__(self, panel):
        self._panel = panel
        self._preview = None
        settings = panel.settings
        self.widget = QWidget()
        layout = column(self.widget)
        self.kind = menu([(kind.capitalize(), kind) for kind in KINDS], settings.kind,
                         'What to do with partially occupied parts')
        self.kind_text = text_label()
        kinds = beside(self.kind, self.kind_text, stretch=False)
        kinds.setStretch(1, 1)
        layout.addLayout(kinds)
        self.power = NumberSlider('power', top=_TOP_POWER, logarithmic=True)
        self.pivot = NumberSlider('pivot', step=0.05)
        self.power.value, self.pivot.value = settings.power, settings.pivot
        grid = QGridLayout()
        self.power_label, self.pivot_label = QLabel('Power'), QLabel('Pivot')
        for row, (label, slider) in enumerate(
                ((self.power_label, self.power), (self.pivot_label, self.pivot))):
            label.setBuddy(slider.slider)
            grid.addWidget(label, row, 0)
            grid.addWidget(slider, row, 1)
        layout.addLayout(grid)
        self.curve = CurvePlot('The scale that each scale is turned into')
        layout.addWidget(self.curve)
        self.live = QCheckBox('&Live preview')
        self.live.setToolTip('Show the modification on the surface of the map while the sliders '
                             'move; nothing is made or changed by it')
        self.create = QPushButton('C&reate map')
        self.create.setToolTip('Make the modified map at full resolution, in place of the view of '
                               'its source')
        layout.addLayout(beside(self.live, 1, self.create, stretch=False))
        self.why = text_label()
        layout.addWidget(self.why)
        self._add_options(layout)
        layout.addStretch(1)
        self._connect()

    def _add_options(self, layout):
        from chimerax.map import Volume
        panel = self._panel
        self.options = folded(self.widget, 'Options', 'Solvent, hedge, low-pass, histogram, output')
        self.exclude_solvent = QCheckBox('Leave solvent out')
        self.everywhere = QCheckBox('Modify every voxel, solvent or not')
        self.match_histogram = QCheckBox('Grey levels of the input')
        for box, name in ((self.exclude_solvent, 'exclude_solvent'),
                          (self.everywhere, 'confidence'),
                          (self.match_histogram, 'match_histogram')):
            box.setToolTip(tip(name))
            box.toggled.connect(self._option_changed)
        self.hedge = number_box('hedge', step=0.5)
        self.scale_limit = number_box('scale_limit', step=0.01)
        self.seed = number_box('seed', decimals=0, step=1, high=2**31 - 1)
        self.output_low_pass = number_box(
            'output_low_pass', low=0, high=100, value=0, step=0.5, decimals=1)
        self.output_low_pass.setSpecialValueText('none')
        self.scale_map = panel.model_choice(
            Volume, 'its own', 'Take the scale from this map instead of the estimate (keyword '
            'scaleMap)', lambda volume: _drives(panel.session, volume))
        self.scale_map.value_changed.connect(self._scale_chosen)
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
                signal.connect(self._option_changed)
        self.options.content_area.layout().addLayout(grid)
        layout.addWidget(self.options)

    def _connect(self):
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        for slider in (self.power, self.pivot):
            slider.moved.connect(lambda _value: self._changed())
            slider.changed.connect(lambda _value: self._keep())
        self.live.toggled.connect(self._live_toggled)
        self.create.clicked.connect(self.make)

    def modification(self):
        """The `Modification` that is chosen; `ValueError` for a contradiction."""
        kind = self.kind.currentData()
        values = {
            'power': self.power.value, 'pivot': self.pivot.value, 'hedge': self.hedge.value(),
            'confidence': not self.everywhere.isChecked(),
            'scale_limit': self.scale_limit.value(), 'seed': int(self.seed.value()),
            'exclude_solvent': self.exclude_solvent.isChecked(),
            'output_low_pass': self.output_low_pass.value() or None,
            'match_histogram': self.match_histogram.isChecked(),
            'output': self.output.currentData()}
        return Modification(kind, **{name: values[name] for name in KINDS[kind][1]})

    def command(self):
        """The command line that makes the modified map."""
        modification = self.modification()
        words = [f'occupy {modification.kind} #{self._panel.volume.id_string}']
        for name in KINDS[modification.kind][1]:
            value = getattr(modification, name)
            # What was on the slider is stated, whatever the default.
            if name in ('power', 'pivot') or value != SETTINGS[name].default:
                words.append(f'{keyword(name)} {common.value_text(value)}')
        if self._given_scale() is not None:
            words.append(f'scaleMap #{self._given_scale().id_string}')
        return ' '.join(words)

    def _given_scale(self):
        """The map that takes the place of the scale, or None."""
        return None if self.kind.currentData() == 'solvent' else self.scale_map.value

    def make(self):
        """End the preview and make the map."""
        self.live.setChecked(False)
        self._panel.run(self.command())

    def _kind_chosen(self):
        self._panel.settings.kind = self.kind.currentData()
        self._changed()
        self.refresh()

    def _keep(self):
        self._panel.settings.power = self.power.value
        self._panel.settings.pivot = self.pivot.value

    def _scale_chosen(self):
        """Begin a preview again that is of another scale."""
        if self._preview is not None:
            self.end_preview()
            self.live.setChecked(True)
        self.refresh()

    def _option_changed(self, *_):
        self._changed()
        self.refresh()

    def _changed(self):
        """Draw the curve, and show the modification if a preview is on."""
        try:
            modification = self.modification()
        except ValueError:
            return
        sigmoid = modification.kind == 'sigmoid'
        values = curve(np.linspace(0, 1, 201), modification)
        self.curve.show_curve(values, modification.pivot if sigmoid else None)
        if self._preview is not None and not self._why_no_preview():
            self._preview.show(modification)

    def _why_not(self):
        """Why no map can be made now, or ''."""
        panel = self._panel
        if panel.volume is None:
            return 'open a map first'
        if panel.busy:
            return 'wait for the work that is going on, or cancel it'
        try:
            modification = self.modification()
            entry = panel.entry('occupancy')
            if entry is not None and not entry.stale:
                check_modification(entry.estimate, modification)
        except ValueError as error:
            return worded(error, FACE)
        return ''

    def _why_no_preview(self):
        reason = self._panel.why_no_estimate('occupancy') or self._why_not()
        if reason:
            return reason
        volume = self._panel.volume
        if not volume.display:
            return f'the map is hidden; show it first, with "show #{volume.id_string} models"'
        if not any(surface.display for surface in volume.surfaces):
            return 'the map shows no surface to preview on'
        if self.output.currentData() != SETTINGS['output'].default:
            return 'only a modified map can be previewed, not a difference or gain'
        return ''

    def _live_toggled(self, on):
        if on and self._preview is None:
            panel = self._panel
            found = panel.entry('occupancy').estimate
            if self.scale_map.value is not None:
                sampled = volumes.sampler(self.scale_map.value, panel.volume)
                estimate = found

                def found():        # in the preview's thread, for it may take long
                    return estimating.with_scale(estimate, sampled)
            self._preview = Preview(panel.session, panel.volume, found, panel.refresh_soon)
            self._changed()
        elif not on:
            self.end_preview()

    def end_preview(self):
        """Give the map its own surface back."""
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()
        if self.live.isChecked():
            self.live.setChecked(False)

    @property
    def preview(self):
        """The `Preview` that is on, or None."""
        return self._preview

    def refresh(self):
        """Enable what is possible, say what is not and why."""
        kind = self.kind.currentData()
        self.kind_text.setText(_KIND_TEXTS[kind])
        self.power.setEnabled(kind != 'solvent')
        self.power_label.setEnabled(kind != 'solvent')
        self.pivot.setEnabled(kind == 'sigmoid')
        self.pivot_label.setEnabled(kind == 'sigmoid')
        names = KINDS[kind][1]
        for widget, name in ((self.exclude_solvent, 'exclude_solvent'),
                             (self.everywhere, 'confidence'), (self.seed, 'seed'),
                             (self.scale_limit, 'scale_limit')):
            enable_if(widget, '' if name in names else f'{kind} has no such option')
        enable_if(self.scale_map, '' if kind != 'solvent' else 'solvent has no such option')
        reason, no_preview = self._why_not(), self._why_no_preview()
        enable_if(self.create, reason)
        if self._preview is not None and (no_preview or not self._preview.active):
            self.end_preview()
        enable_if(self.live, no_preview)
        self.why.setText(self._words(reason, no_preview))
        if self._preview is None:
            self._changed()

    def _words(self, reason, no_preview):
        preview = self._preview
        if preview is not None:
            if preview.failure:
                return f'The preview failed: {preview.failure}'
            return ('Preview: working …' if preview.busy
                    else 'Preview: the map itself is unchanged.')
        if reason:
            return f'{reason[:1].upper()}{reason[1:]}.'
        if no_preview:
            return f'No preview: {no_preview}.'
        return ''

    def close(self):
        """End the preview."""
        self.end_preview()

    def state(self):
        """What is chosen, for a session; a preview is not kept."""
        return {
            'kind': self.kind.currentData(), 'power': self.power.value, 'pivot': self.pivot.value,
            'hedge': self.hedge.value(), 'everywhere': self.everywhere.isChecked(),
            'scale limit': self.scale_limit.value(), 'seed': self.seed.value(),
            'exclude solvent': self.exclude_solvent.isChecked(),
            'output low-pass': self.output_low_pass.value(),
            'match histogram': self.match_histogram.isChecked(),
            'output': self.output.currentData(), 'options shown': self.options.shown,
            'scale map': self.scale_map.value}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.kind.setCurrentIndex(max(0, self.kind.findData(state['kind'])))
        self.power.value, self.pivot.value = state['power'], state['pivot']
        self.hedge.setValue(state['hedge'])
        self.everywhere.setChecked(state['everywhere'])
        self.scale_limit.setValue(state['scale limit'])
        self.seed.setValue(state['seed'])
        self.exclude_solvent.setChecked(state['exclude solvent'])
        self.output_low_pass.setValue(state['output low-pass'])
        self.match_histogram.setChecked(state['match histogram'])
        self.output.setCurrentIndex(max(0, self.output.findData(state['output'])))
        self.scale_map.choose(state.get('scale map'))
        if state['options shown'] != self.options.shown:
            self.options.toggle_button.click()


def _drives(session, volume):
    """Whether a map can take the place of a scale: any but a scale of resolution mode."""
    entry = record(session).of_scale_map(volume)
    return entry is None or entry.mode == 'occupancy'
