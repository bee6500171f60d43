"""Modify: amplify, attenuate, sigmoid, seen while a slider moves and then made as a map."""

import numpy as np
from Qt.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from ..commands import common, estimating
from ..commands.modify import KINDS
from ..core import Modification, check_modification
from ..core.curves import curve
from ..core.parameters import SETTINGS, keyword
from ..session import volumes
from ..session.key import family
from .drawings import CurvePlot
from .look import color_command, look_of
from .modify_options import ModifyOptions
from .preview import Preview
from .widgets import BUSY, NumberSlider, beside, column, enable_if, menu, text_label
from .wording import sentence

#: The slider ends at this power, beyond which hardly anything changes; the box goes further.
_TOP_POWER = 50
_KIND_TEXTS = {
    'amplify': 'lifts weak parts towards full scale',
    'attenuate': 'weakens weak parts further',
    'sigmoid': 'weakens below the pivot, strengthens above',
    'solvent': 'suppresses solvent and nothing else'}


class ModifySection:
    """Chooses a modification, previews it, and makes it."""

    title = 'Mo&dify'

    def __init__(self, panel):
        self._panel = panel
        self._preview = None
        self._again = None      # what was refused for want of a solvent model
        self._held = []         # what is shown or hidden while "Original" is held
        self.widget = QWidget()
        layout = column(self.widget)
        self.kind = menu([(kind.capitalize(), kind) for kind in KINDS], panel.settings.kind,
                         'What to do with partially occupied parts')
        self.kind.setAccessibleName('kind of modification')
        self.kind_text = text_label()
        kinds = beside(self.kind, self.kind_text, stretch=False)
        kinds.setStretch(1, 1)
        layout.addLayout(kinds)
        self.power = NumberSlider('power', top=_TOP_POWER, logarithmic=True)
        self.pivot = NumberSlider('pivot', step=0.05)
        grid = QGridLayout()
        self.power_label, self.pivot_label = QLabel('Power'), QLabel('Pivot')
        for row, (label, slider) in enumerate(
                ((self.power_label, self.power), (self.pivot_label, self.pivot))):
            label.setBuddy(slider.slider)
            grid.addWidget(label, row, 0)
            grid.addWidget(slider, row, 1)
        self.curve = CurvePlot('The scale (upwards) that each scale (to the right) is turned into')
        sliders = QHBoxLayout()
        sliders.addLayout(grid, 1)
        sliders.addWidget(self.curve)
        layout.addLayout(sliders)
        self.live = QCheckBox('Live preview')
        self.live.setToolTip('Show the modification on the surface of the map while the sliders '
                             'move; nothing is made or changed by it')
        self.original = QPushButton('Original')
        self.original.setToolTip('Press and hold to see the map as it was')
        self.reset = QPushButton('Reset')
        self.reset.setToolTip('All of this, and the options, as they were at first')
        layout.addLayout(beside(self.live, 1, self.original, self.reset, stretch=False))
        self._add_notice(layout)
        layout.addStretch(1)
        self._options = ModifyOptions(panel, self._option_changed, self._scale_chosen)
        self.options = self._options.widget
        self._connect()

    def _add_notice(self, layout):
        """What stands in the way where the solvent model is no good, and what can be done."""
        self.notice = QWidget()
        rows = column(self.notice, margins=(0, 0, 0, 0))
        self.why = text_label('This map shows no solvent to tell density from, as maps that were '
                              'masked do not.')
        self.every_voxel = QPushButton('Modify every voxel')
        self.every_voxel.setToolTip('Modify every voxel alike, solvent or not')
        self.choose_mask = QPushButton('Choose mask…')
        self.choose_mask.setToolTip('Choose a map that covers the solvent or the particle, by '
                                    'which the solvent is fitted')
        rows.addWidget(self.why)
        rows.addLayout(beside(self.every_voxel, self.choose_mask))
        layout.addWidget(self.notice)
        self.notice.hide()
        self.every_voxel.clicked.connect(self._modify_every_voxel)
        self.choose_mask.clicked.connect(
            lambda: self._panel.tabs.setCurrentWidget(self._panel.solvent.widget))

    @property
    def passing_height(self):
        """How much of the height is for what stands there for some maps only, in pixels."""
        if self.notice.isHidden():
            return 0
        return (self.notice.layout().totalHeightForWidth(self.widget.width())
                + self.widget.layout().spacing())

    def _connect(self):
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        for slider in (self.power, self.pivot):
            slider.moved.connect(lambda _value: self._changed())
        self.live.clicked.connect(self._live_clicked)
        self.reset.clicked.connect(lambda: self.set_state(self.defaults()))
        self.original.pressed.connect(self._show_original)
        self.original.released.connect(self._show_again)

    def modification(self):
        """The `Modification` that is chosen; `ValueError` for a contradiction."""
        kind = self.kind.currentData()
        values = {'power': self.power.value, 'pivot': self.pivot.value, **self._options.values()}
        return Modification(kind, **{name: values[name] for name in KINDS[kind][1]})

    def command(self):
        """The command line that makes the modified map."""
        modification = self.modification()
        words = [f'occupy {modification.kind} {self._panel.spec}']
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
        return None if self.kind.currentData() == 'solvent' else self._options.scale_map.value

    def make(self):
        """End the preview and make the map; what is found to be missing is told in the tab."""
        self.end_preview()
        if self._refused():
            self._panel.tabs.setCurrentWidget(self.widget)
            self._again = self.make
            self.refresh()
            self._panel.say('First choose above: every voxel, or a mask.')
            return
        self._panel.run(self.command(), self._made, takes_failure=self._takes_failure)

    def _made(self, made):
        """Tell what is shown now."""
        names = [f'#{one.id_string}' for one in made if not one.deleted]
        if names and self._panel.volume is not None and not self._panel.volume.display:
            self._panel.say(f'Made {names[0]}, shown in the place of the map.' if len(names) == 1
                            else f'Made {names[0]} to {names[-1]}, shown in the place of the maps.')

    def _takes_failure(self):
        """Whether no map was made for want of a solvent model, of which the tab itself tells."""
        if not self._refused():
            return False
        self._again = self.make
        self._panel.tabs.setCurrentWidget(self.widget)
        return True

    def _refused(self):
        """Whether only the solvent model stands in the way, because it is no good."""
        entry = self._panel.entry('occupancy')
        if entry is None or entry.stale:
            return False
        try:
            modification = self.modification()
            check_modification(entry.estimate, modification)
        except ValueError:
            return bool(entry.estimate.solvent.suspect)
        return False

    def _modify_every_voxel(self):
        self._options.everywhere.setChecked(True)
        again, self._again = self._again, None
        if again is not None and not self._refused():
            again()
        self.refresh()

    def _kind_chosen(self):
        self._panel.settings.kind = self.kind.currentData()
        self._changed()
        self.refresh()

    def _scale_chosen(self):
        """Begin a preview again that is of another scale."""
        if self._preview is not None:
            self.end_preview()
            self._begin_preview()
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
        if modification.kind != 'solvent':
            values = curve(np.linspace(0, 1, 201), modification)
            self.curve.show_curve(values, modification.pivot if sigmoid else None)
        if self._preview is not None and not self._why_no_preview():
            self._preview.show(modification)

    def why_not(self):
        """Why no map can be made now, or ''."""
        panel = self._panel
        if panel.volume is None:
            return 'open a map first'
        if panel.busy:
            return BUSY
        try:
            self.modification()
        except ValueError as error:
            return sentence(error)
        return ''

    def _why_no_preview(self):
        reason = self.why_not()
        if not reason and self._options.output.currentData() != SETTINGS['output'].default:
            reason = 'only a modified map can be previewed, not a difference or gain'
        return reason

    def _live_clicked(self, on):
        if on:
            self.live.setChecked(False)     # until there is one
            self._begin_preview()
        else:
            self.end_preview()

    def _begin_preview(self):
        """Preview, after what it needs: an estimate of occupancy, the map seen and coloured by it.
        """
        panel = self._panel
        volume = panel.volume
        if panel.why_no_estimate('occupancy'):
            panel.map.estimate(mode='occupancy', then=lambda _made: self._preview_of(volume))
        else:
            self._preview_of(volume)

    def _preview_of(self, volume):
        panel = self._panel
        if panel.volume is not volume or panel.why_no_estimate('occupancy'):
            return
        self._go_on_from(volume)
        if self._refused():
            self._again = self._begin_preview
            self.refresh()
            return
        found = estimate = panel.entry('occupancy').estimate
        given = self._given_scale()
        if given is not None:
            sampled = volumes.sampler(given, volume)

            def found():        # in the preview's thread, for it may take long
                return estimating.with_scale(estimate, sampled)
        self._preview = Preview(panel.session, volume, found, panel.refresh_soon)
        self.live.setChecked(True)
        self._changed()
        self.refresh()

    def _go_on_from(self, volume):
        """Show the map again where one made from it took its place, in colours of occupancy."""
        panel = self._panel
        others = [one for one in family(volume) if one is not volume and one.display]
        if not volume.display and others:
            panel.run(f'hide {volumes.spec_of(others)} models; show #{volume.id_string} models')
        elif not volume.display:
            panel.run(f'show #{volume.id_string} models')
        look = look_of(panel.session, volume)
        if look.shown and look.mode != 'occupancy':
            panel.run(color_command(panel.session, [volume], panel.color.look('occupancy')))

    def end_preview(self):
        """Give the map its own surface back."""
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()
        self.live.setChecked(False)

    @property
    def preview(self):
        """The `Preview` that is on, or None."""
        return self._preview

    def _show_original(self):
        """While the button is held: the map as it was, in place of preview or modified map."""
        if self._preview is not None:
            self._preview.pause()
            return
        volume = self._panel.volume
        made = [one for one in family(volume) if one is not volume and one.display]
        if made and not volume.display:
            self._held = [(one, one.display) for one in (volume, *made)]
            for one in made:
                one.display = False
            volume.display = True

    def _show_again(self):
        if self._preview is not None:
            self._preview.go_on()
        held, self._held = self._held, []
        for one, display in held:
            if not one.deleted:
                one.display = display

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        preview = self._preview
        if preview is None:
            return ''
        if preview.failure:
            return f'The preview failed: {preview.failure}'
        return 'Preview: working …' if preview.busy else 'Preview: the map itself is unchanged.'

    def refresh(self):
        """Enable what is possible, say what is not and why."""
        kind = self.kind.currentData()
        self.kind_text.setText(_KIND_TEXTS[kind])
        for widget in (self.power, self.power_label, self.curve):
            widget.setVisible(kind != 'solvent')
        for widget in (self.pivot, self.pivot_label):
            widget.setVisible(kind == 'sigmoid')
        self._options.refresh(kind)
        no_preview = self._why_no_preview()
        if self._preview is not None and (not self._preview.active or no_preview
                                          or self._panel.why_no_estimate('occupancy')):
            self.end_preview()
        enable_if(self.live, no_preview)
        volume = self._panel.volume
        made = volume is not None and not volume.display and any(
            one.display for one in family(volume))
        enable_if(self.original, '' if self._preview or made or self._held else
                  'there is neither a preview nor a modified map in the place of the map')
        if self.notice.isHidden() == self._refused():
            self.notice.setVisible(self._refused())
            self._panel.ask_for_room()
        if self._preview is None:
            self._changed()

    def close(self):
        """End the preview."""
        self.end_preview()

    def defaults(self):
        """What `state` is at first; the kind stays."""
        return {'kind': self.kind.currentData(), 'power': SETTINGS['power'].default,
                'pivot': SETTINGS['pivot'].default, **self._options.defaults()}

    def state(self):
        """What is chosen, for a session or for when this map comes back; a preview is not kept."""
        return {'kind': self.kind.currentData(), 'power': self.power.value,
                'pivot': self.pivot.value, **self._options.state()}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.kind.setCurrentIndex(max(0, self.kind.findData(state['kind'])))
        self.power.value, self.pivot.value = state['power'], state['pivot']
        self._options.set_state(state)
        self._option_changed()
