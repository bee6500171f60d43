"""Masks: of weak or strong parts, of a region, for subtraction, and what comes next with them."""

from chimerax.core.commands import quote_path_if_necessary
from Qt.QtWidgets import QApplication, QPushButton, QWidget

from ..core import Mask, Modification, Parameters, derive
from ..core.nextsteps import RUN
from ..core.parameters import WEAKENING, keyword
from ..core.wording import MapError, SettingError
from ..session import volumes
from ..session.follow import followers
from ..session.masks import next_of
from ..session.record import record
from .filenames import file_to_save
from .widgets import BUSY, beside, column, enable_if, menu, number_box

#: What a mask can cover, as it is called, and the setting that says more of it.
_WHAT = (('Weak parts, below', 'weak'), ('Strong parts, above', 'strong'),
         ('All above', 'solvent'), ('Only the region', 'region'),
         ('To subtract weak parts (RELION)', 'kept'),
         ('To subtract weak parts (cryoSPARC)', 'subtracted'))
_VALUES = {'weak': 'below', 'strong': 'above', 'solvent': 'mask_threshold'}
_SUBTRACTION = ('kept', 'subtracted')
#: What a mask for subtraction means, since what its surface encloses is not all that it covers.
_MEANS = {'kept': ': 1 where signal stays, and its surface encloses what is subtracted',
          'subtracted': ': 1 where signal is subtracted, which its surface encloses'}
#: The value of the box that stands for a soft edge that is derived.
_DERIVED = -0.5


class MasksSection:
    """Makes masks, saves them, and copies what other programs do with them."""

    title = 'Mas&ks'

    def __init__(self, panel):
        from chimerax.atomic import Structure
        from chimerax.map import Volume
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        self.what = menu(_WHAT, tooltip='<p>What the mask is for. To subtract weak parts, RELION '
                         'wants the share of the signal that stays, and cryoSPARC the share that '
                         'goes, by the curve that is set under Modify, or a sigmoid where that '
                         'takes nothing away. To keep the weak parts alone, cover these</p>')
        self.what.setAccessibleName('what the mask covers')
        self.values = {}
        for kind, name in _VALUES.items():
            box = self.values[kind] = number_box(name, step=0.05)
            box.setAccessibleName('scale')
        layout.addLayout(beside(self.what, *self.values.values()))
        self.region = panel.model_choice(
            (Volume, Structure), 'everywhere',
            'A mask, or an atomic model placed on the map, to which what is covered is confined')
        layout.addLayout(beside('Region', self.region, 1, stretch=False))
        self.extend = number_box('extend', step=0.5, decimals=1)
        self.soft_edge = number_box('soft_edge', low=_DERIVED, value=_DERIVED, step=0.5, decimals=1)
        for box, name in ((self.extend, 'extend'), (self.soft_edge, 'soft edge')):
            box.setSuffix(' Å')
            box.setAccessibleName(name)
        layout.addLayout(beside('Extend', self.extend, 'Soft edge', self.soft_edge))
        self.make = QPushButton('Make mask')
        self.make.setToolTip('Make a mask on the grid of the map')
        self.make.clicked.connect(lambda: self._make())
        self.save = QPushButton('Save…')
        self.save.setToolTip('Write the mask that was made last to a file')
        self.save.clicked.connect(self._save)
        self.copy = QPushButton('Copy next step')
        self.copy.setToolTip('<p>Copy the command with which RELION goes on from the mask that was '
                             'made last, or the job of cryoSPARC if it is for that</p>')
        self.copy.clicked.connect(self._copy)
        layout.addLayout(beside(self.make, self.save, self.copy))
        layout.addStretch(1)
        self.what.currentIndexChanged.connect(self._what_chosen)
        self._show_value()

    @property
    def kind(self):
        """What the mask is to cover."""
        return self.what.currentData()

    def _what_chosen(self, _index):
        self._show_value()
        self._panel.refresh_soon()

    def _show_value(self):
        for kind, box in self.values.items():
            box.setVisible(kind == self.kind)

    def command(self):
        """The command that makes the mask as it is chosen."""
        words = [f'occupy mask {self._panel.spec}']
        if self.kind in _SUBTRACTION:
            curve = self._curve()
            words.append(f'subtraction {curve.kind} {curve.power:g}')
            if curve.kind == 'sigmoid':
                words.append(f'pivot {curve.pivot:g}')
            words.append(f'covers {self.kind}')
        elif self.kind in _VALUES:
            word = 'threshold' if self.kind == 'solvent' else _VALUES[self.kind]
            words.append(f'{self.kind} {word} {self.values[self.kind].value():g}')
        if self.region.value is not None:
            words.append(f'region #{self.region.value.id_string}')
        if self.extend.value():
            words.append(f'{keyword("extend")} {self.extend.value():g}')
        if self.soft_edge.value() != _DERIVED:
            words.append(f'{keyword("soft_edge")} {max(0, self.soft_edge.value()):g}')
        return ' '.join(words)

    def _curve(self):
        """The `Modification` that a subtraction follows: that of Modify if it takes anything away,
        else the sigmoid of its sliders.
        """
        modify = self._panel.modify
        if modify.kind.currentData() in WEAKENING:
            return modify.modification()
        return Modification('sigmoid', power=modify.power.value, pivot=modify.pivot.value)

    def _make(self):
        self._panel.run(self.command())

    @property
    def last(self):
        """The mask of the map that was made last, else one that has outlived its map, or None."""
        for source in (self._panel.volume, None):
            made = followers(self._panel.session).followers_of(source, 'mask')
            if made:
                return made[-1]
        return None

    @property
    def _use(self):
        """What the last mask is for, '' if that is not known."""
        return followers(self._panel.session).use_of(self.last)

    def _save(self):
        path = file_to_save(self.widget, 'Mask', 'MRC (*.mrc)')
        if path:
            self._panel.run(f'save {quote_path_if_necessary(path)} models #{self.last.id_string}')

    def _copy(self):
        QApplication.clipboard().setText(next_of(self.last, self._use).to_copy)
        # The whole of it would take the room of the buttons.
        self._panel.say(f'Copied: what comes next with #{self.last.id_string}, as in the Log; '
                        f'{RUN}… stands for your files.')

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        last = self.last
        if last is not None:
            means = _MEANS.get(self._use, '')
            return f'The last mask is {last.name} #{last.id_string}{means}.'
        if self.kind not in _SUBTRACTION or self._panel.volume is None:
            return ''
        try:
            curve = self._curve()
        except ValueError:      # which Modify marks
            return ''
        values = f'power {curve.power:g}'
        if curve.kind == 'sigmoid':
            values += f', pivot {curve.pivot:g}'
        return f'By {curve.kind}, {values}; to change that, set the curve under Modify.'

    def refresh(self):
        """Enable what is possible, and show what edge is derived."""
        panel = self._panel
        busy = BUSY if panel.busy else ''
        missing = 'open a map first' if panel.volume is None else ''
        if self.kind == 'region' and self.region.value is None:
            missing = missing or 'choose a region first'
        enable_if(self.make, missing or busy)
        last = self.last
        none = 'make a mask first' if last is None else ''
        enable_if(self.save, none or busy)
        old = 'a mask of an older session does not tell what it is for; make it again'
        enable_if(self.copy, none or ('' if self._use else old))
        self.soft_edge.setSpecialValueText(self._derived_edge())
        self.soft_edge.updateGeometry()     # Qt forgets it

    def _derived_edge(self):
        """The edge that a mask gets if none is chosen, in words."""
        volume = self._panel.volume
        if volume is None:
            return 'auto'
        try:
            grid = volumes.grid_of(volume)
            found = record(self._panel.session).estimate_for(volume, 'occupancy')
            derived = found.parameters if found else derive(Parameters(mode='occupancy'), grid)[0]
            width = Mask('weak').derive_soft_edge(derived.low_pass, grid)
        except (MapError, SettingError):
            return 'auto'
        return f'auto {width:.3g} Å'

    def state(self):
        """What is chosen, for a session."""
        return {'kind': self.kind, 'region': self.region.value, 'extend': self.extend.value(),
                'soft_edge': self.soft_edge.value(),
                **{name: self.values[kind].value() for kind, name in _VALUES.items()}}

    def set_state(self, state):
        """Choose what `state` returned, or what it did in sessions of earlier versions."""
        kind = state.get('kind') or state.get('covers')
        self.what.setCurrentIndex(max(0, self.what.findData(kind)))
        for kind, name in _VALUES.items():
            if name in state:
                self.values[kind].setValue(state[name])
        self.extend.setValue(state.get('extend', 0))
        self.soft_edge.setValue(state.get('soft_edge', _DERIVED))
        self.region.choose(state.get('region'))
        self._show_value()
