"""The parameters of an estimate, each with what is derived from the map."""

from Qt.QtCore import Qt
from Qt.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QToolButton,
    QWidget,
)

from ..commands import common
from ..core import Parameters, derive
from ..core.parameters import BASELINES, FULL_SCALES, SETTINGS, default, keyword
from ..core.wording import SettingError, plain
from ..session import volumes
from ..session.record import record
from .widgets import column, folded, menu, scrolls_past, tip
from .wording import EVERYDAY, EXPERT, sentence

_WHOLE = ('kernel_size', 'tile_size', 'max_box')
#: From what other settings are derived where they are left empty.
_DERIVED_FROM = ('low_pass', 'worst_resolution')


class ParametersSection:
    """Entries that are empty where a parameter is to be derived; what is wrong is marked there.

    `widget` holds those of every day, and, folded, those for experts.
    """

    def __init__(self, panel):
        self._changed = panel.refresh_soon
        self._has_estimate = lambda volume, mode: record(panel.session).estimate_for(
            volume, mode) is not None
        self.widget = QWidget()
        layout = column(self.widget)
        self.entries, self.resets, self._marks = {}, {}, {}
        grid = _grid(layout)
        for name, text in EVERYDAY.items():
            self._add_entry(grid, name, text)
        self._add_references(grid, panel)
        self.expert = folded(self.widget, 'For experts', 'Everything else the estimate can be told')
        inner = _grid(self.expert.content_area.layout())
        for name, text in EXPERT.items():
            self._add_entry(inner, name, text)
        self.baseline = menu(BASELINES, tooltip=tip('baseline'))
        self.baseline.setAccessibleName('Baseline')
        self.baseline.currentIndexChanged.connect(lambda _i: self._edited())
        row = inner.rowCount()
        inner.addWidget(QLabel('Baseline'), row, 0)
        inner.addWidget(self.baseline, row, 1, 1, 3)
        self.recalibrate = QCheckBox('Scale 0 is where noise ends')
        self.recalibrate.setToolTip(tip('recalibrate'))
        self.recalibrate.toggled.connect(lambda _on: self._edited())
        inner.addWidget(self.recalibrate, row + 1, 0, 1, 4)
        layout.addWidget(self.expert)

    def _add_entry(self, grid, name, text):
        row = grid.rowCount()
        label = QLabel(text)
        label.setToolTip(tip(name))
        grid.addWidget(label, row, 0)
        entry = QLineEdit()
        entry.setToolTip(tip(name))
        entry.setAccessibleName(text)
        entry.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        entry.setMinimumWidth(entry.fontMetrics().horizontalAdvance('00000.00'))
        if name == 'full_scale':
            entry = self._full_scale_box(entry)
        label.setBuddy(entry)
        line = entry.lineEdit() if name == 'full_scale' else entry
        line.setToolTip(tip(name))
        line.textChanged.connect(lambda _text: self._edited())
        grid.addWidget(entry, row, 1)
        grid.addWidget(QLabel(SETTINGS[name].unit), row, 2)
        reset = QToolButton()
        reset.setText('↺')
        reset.setAutoRaise(True)
        reset.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        reset.setToolTip(f'Back to the {"default" if SETTINGS[name].default else "derived"} value')
        reset.setAccessibleName(f'{text}: back to the default')
        reset.clicked.connect(line.clear)
        reset.setEnabled(False)
        grid.addWidget(reset, row, 3)
        self.entries[name], self.resets[name] = line, reset

    def _add_references(self, grid, panel):
        """What else full scale can come from: another map, or a region that is known to be full."""
        from chimerax.atomic import Structure
        from chimerax.map import Volume

        self.full_scale_from = panel.model_choice(
            Volume, 'this map',
            'Take full scale over from another map that was estimated in the same mode, such as '
            'another class of the same data set (keyword fullScaleFrom)',
            lambda volume: self._has_estimate(volume, panel.mode))
        self.full_scale_region = panel.model_choice(
            (Volume, Structure), 'none',
            'A mask or an atomic model that covers what is known to be at full occupancy (keyword '
            'fullScaleRegion)')
        for text, choice in (('Full scale from', self.full_scale_from),
                             ('Full region', self.full_scale_region)):
            choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            row = grid.rowCount()
            label = QLabel(text)
            label.setToolTip(choice.toolTip())
            label.setBuddy(choice)
            grid.addWidget(label, row, 0)
            grid.addWidget(choice, row, 1, 1, 3)

    def mark(self, error):
        """Mark the entry that an error (`ValueError`, or None) is about; returns a sentence.

        The sentence calls settings by what they are called on the screen.
        """
        text = '' if error is None else sentence(error)
        name = None if error is None else self._entry_of(error)
        for other, entry in self.entries.items():
            wrong = other == name
            mark = self._marks.get(other)
            if wrong and mark is None:
                icon = entry.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
                self._marks[other] = entry.addAction(
                    icon, QLineEdit.ActionPosition.TrailingPosition)
            elif not wrong and mark is not None:
                entry.removeAction(self._marks.pop(other))
            entry.setToolTip(f'<p>{text}</p>' if wrong else tip(other))
        if name in EXPERT and not self.expert.shown:
            self.expert.toggle_button.click()
        return text

    @property
    def marked(self):
        """The names of the entries that are marked as wrong."""
        return set(self._marks)

    def _entry_of(self, error):
        """The name of the entry that has to be changed, or None."""
        concerned = [name for name in getattr(error, 'settings', ()) if name in self.entries]
        # What was derived is wrong because of what it was derived from.
        given = [name for name in (*concerned, *_DERIVED_FROM) if self.entries[name].text()]
        return given[0] if concerned and given else None

    @staticmethod
    def _full_scale_box(entry):
        box = menu(FULL_SCALES, tooltip=entry.toolTip())
        box.setEditable(True)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.setMinimumWidth(entry.minimumWidth())
        box.clearEditText()
        scrolls_past(box.lineEdit())
        return box

    def _edited(self):
        for name, entry in self.entries.items():
            self.resets[name].setEnabled(bool(entry.text()))
        self._changed()

    def values(self):
        """The numbers and words that are set, by name; `ValueError` for what is not a value."""
        found = {}
        for name, entry in self.entries.items():
            text = entry.text().strip()
            if text:
                found[name] = _parsed(name, text)
        if self.baseline.currentData() != SETTINGS['baseline'].default:
            found['baseline'] = self.baseline.currentData()
        if self.recalibrate.isChecked():
            found['recalibrate'] = True
        return found

    def parameters(self, mode):
        """`Parameters` of the values that are set; `ValueError` says what is wrong with them."""
        values = self.values()
        stated = values.get('full_scale', default('full_scale')) != default('full_scale')
        if stated + len(self._references()) > 1:
            raise SettingError(
                ('full_scale', 'full_scale_from', 'full_scale_region'),
                'full scale is given twice; leave only one of {full_scale}, {full_scale_from} and '
                '{full_scale_region}')
        return Parameters(mode=mode, **values)

    def words(self, mode):
        """All that is set as keywords of the command, but for what is not there in a mode."""
        words = [f'{keyword(name)} {common.value_text(value)}'
                 for name, value in self.values().items()]
        words += [f'{name} #{model.id_string}' for name, model in self._references().items()
                  if name != 'fullScaleFrom' or self._has_estimate(model, mode)]
        return ' '.join(words)

    def _references(self):
        """The models that full scale comes from, by keyword."""
        chosen = {'fullScaleFrom': self.full_scale_from.value,
                  'fullScaleRegion': self.full_scale_region.value}
        return {name: model for name, model in chosen.items() if model is not None}

    def show_derived(self, volume, mode):
        """Show for a map what the empty entries amount to.

        Returns (parameters, working grid, voxels in the kernel), all None without a map; raises
        `ValueError` where an estimate would be refused.
        """
        derived, working, voxels = Parameters(mode=mode), None, None
        try:
            if volume is not None:
                grid = volumes.grid_of(volume)
                derived, working, kernel = derive(self.parameters(mode), grid)
                voxels = int(kernel.sum())
        finally:
            for name, entry in self.entries.items():
                value = getattr(derived, name)
                entry.setPlaceholderText('none' if value is None and name == 'worst_resolution'
                                         else 'derived' if value is None else _short(value))
        return derived, working, voxels

    def state(self):
        """The entries as they are, for a session."""
        return {'texts': {name: entry.text() for name, entry in self.entries.items()},
                'baseline': self.baseline.currentData(),
                'recalibrate': self.recalibrate.isChecked(), 'expert': self.expert.shown,
                'references': self._references()}

    def set_state(self, state):
        """Fill in what `state` returned."""
        for name, text in state['texts'].items():
            if name in self.entries:
                self.entries[name].setText(text)
        self.baseline.setCurrentIndex(max(0, self.baseline.findData(state['baseline'])))
        self.recalibrate.setChecked(state['recalibrate'])
        references = state.get('references', {})
        self.full_scale_from.choose(references.get('fullScaleFrom'))
        self.full_scale_region.choose(references.get('fullScaleRegion'))
        if state['expert'] != self.expert.shown:
            self.expert.toggle_button.click()


def _grid(layout):
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setColumnStretch(1, 1)
    layout.addLayout(grid)
    return grid


def _short(value):
    if isinstance(value, (tuple, list)):
        value = value[0] if len(set(value)) == 1 else ','.join(str(one) for one in value)
    return f'{value:.5g}' if isinstance(value, float) else str(value)


def _parsed(name, text):
    if name == 'full_scale' and text in FULL_SCALES:
        return text
    try:
        if name == 'kernel_size' and ',' in text:
            return tuple(int(part) for part in text.split(','))
        return int(text) if name in _WHOLE else float(text)
    except ValueError:
        what = 'a whole number' if name in _WHOLE else 'a number'
        if name == 'full_scale':
            what += f' or one of {", ".join(FULL_SCALES)}'
        raise SettingError(name, f'{{{name}}} must be {what}, not "{plain(text)}"') from None
