"""Masks: of content, for subtraction, of the weak part, and the command that comes next."""

from chimerax.core.commands import quote_path_if_necessary
from Qt.QtWidgets import QApplication, QPushButton, QWidget

from ..core.parameters import COVERS, SETTINGS
from ..session.follow import followers
from .filenames import file_to_save
from .widgets import beside, column, enable_if, menu, number_box, tip

_COVERS_TEXTS = {'kept': 'what is kept (RELION)', 'subtracted': 'what is subtracted (cryoSPARC)'}


class MasksSection:
    """Makes masks by occupancy, and saves them."""

    title = 'Mas&ks'

    def __init__(self, panel):
        self._panel = panel
        self.widget = QWidget()
        layout = column(self.widget)
        self.threshold = number_box('mask_threshold', step=0.05)
        self.threshold.setAccessibleName('scale above which is content')
        self.content = QPushButton('Content')
        self.content.setToolTip('Make a mask that is 1 where the scale exceeds the threshold')
        self.content.clicked.connect(lambda: self._make(self.content_words()))
        layout.addLayout(beside(self.content, 'where the scale is above', self.threshold))
        self.covers = menu([(_COVERS_TEXTS[one], one) for one in COVERS],
                           SETTINGS['covers'].default, tip('covers'))
        self.covers.setAccessibleName('what the subtraction mask covers')
        self.subtraction = QPushButton('Subtraction')
        self.subtraction.setToolTip('Make a soft mask for signal subtraction, by the curve that is '
                                    'chosen under Modify')
        self.subtraction.clicked.connect(lambda: self._make(self.subtraction_words()))
        layout.addLayout(beside(self.subtraction, self.covers))
        self.save = QPushButton('Save mask…')
        self.save.setToolTip('Write the mask that was made last to a file')
        self.save.clicked.connect(self._save)
        self.copy = QPushButton('Copy next command')
        self.copy.setToolTip('Copy the command with which RELION goes on from the saved mask')
        self.copy.clicked.connect(self._copy)
        layout.addLayout(beside(self.save, self.copy))
        layout.addStretch(1)
        self._saved = ''

    def content_words(self):
        """The rest of the command for a mask of content."""
        return f'solvent threshold {self.threshold.value():g}'

    def subtraction_words(self):
        """The rest of the command for a subtraction mask, by the curve of Modify."""
        modification = self._panel.modify.modification()
        words = f'subtraction {modification.kind} {modification.power:g}'
        if modification.kind == 'sigmoid':
            words += f' pivot {modification.pivot:g}'
        return f'{words} covers {self.covers.currentData()}'

    def _make(self, words):
        panel = self._panel
        panel.run(f'occupy mask {panel.spec} {words}')

    @property
    def last(self):
        """The mask of the map that was made last, or None."""
        if self._panel.volume is None:
            return None
        made = followers(self._panel.session).followers_of(self._panel.volume, 'mask')
        return made[-1] if made else None

    def _save(self):
        path = file_to_save(self.widget, 'Mask', 'MRC (*.mrc)')
        if path:
            self._panel.run(f'save {quote_path_if_necessary(path)} models #{self.last.id_string}',
                            lambda _result: setattr(self, '_saved', path))

    def next_command(self):
        """How RELION subtracts with the mask that was saved."""
        mask = quote_path_if_necessary(self._saved or 'mask.mrc')
        return (f'relion_particle_subtract --i run_optimiser.star --mask {mask} '
                '--o Subtract/')

    def _copy(self):
        QApplication.clipboard().setText(self.next_command())
        self._panel.say(f'Copied: {self.next_command()}')

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        last = self.last
        return '' if last is None else f'The last mask is {last.name} #{last.id_string}.'

    def refresh(self):
        """Enable what is possible."""
        panel = self._panel
        reason = 'open a map first' if panel.volume is None else ''
        if panel.busy:
            reason = reason or 'wait for the work that is going on, or cancel it'
        enable_if(self.content, reason)
        kind = panel.modify.kind.currentData()
        no_curve = '' if kind in ('attenuate', 'sigmoid') else (
            'choose attenuate or sigmoid under Modify: only these take something away')
        enable_if(self.subtraction, reason or no_curve)
        none = '' if self.last is not None else 'make a mask first'
        enable_if(self.save, reason or none)
        enable_if(self.copy, none)

    def state(self):
        """What is chosen, for a session."""
        return {'threshold': self.threshold.value(), 'covers': self.covers.currentData()}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.threshold.setValue(state['threshold'])
        self.covers.setCurrentIndex(max(0, self.covers.findData(state['covers'])))
