"""What of the surface is shown, by its scale: a slider that hides what is below it."""

from Qt.QtWidgets import QLabel

from ..commands.common import value_text
from ..core.parameters import default
from ..session import volumes
from ..session.key import family
from ..session.showing import ScaleMask, Seen, mask_of, mask_on, put
from .widgets import NumberSlider, beside, enable_if

_LEAST, _MOST = default('show_above'), default('show_below')


class ShownRow:
    """Shows the limit that is on the map's surface; moved, the surface follows at once.

    `layout` goes into a tab. Let go, the command runs that does the same.
    """

    def __init__(self, panel):
        self._panel = panel
        self._before = None         # what was hidden before the slider was moved
        self.words = ''             # what the status line says of it
        self.slider = NumberSlider('show_above', step=0.05)
        label = QLabel('Sho&w from')
        label.setBuddy(self.slider.box)
        for widget in (self.slider.slider, self.slider.box):
            widget.setToolTip('<p>Show of the surface what has at least this scale, such as what '
                              'is at least 30 % there, and hide the rest. The map and its level '
                              'stay as they are</p>')
        self.slider.box.setSpecialValueText('all')
        self.layout = beside(label, self.slider, stretch=False)
        self.layout.setStretch(1, 1)
        self.slider.moved.connect(self._moved)
        self.slider.changed.connect(self._changed)

    @property
    def _maps(self):
        """The map, and what is seen of it in its place."""
        volume = self._panel.volume
        return [] if volume is None else sorted(
            (one for one in family(volume) if one is volume or one.visible),
            key=lambda one: one.id)

    def _moved(self, above):
        """Show it for the moment, as the command will."""
        entry = self._entry()
        if entry is None:
            return
        surfaces = [surface for one in self._maps for surface in one.surfaces
                    if surface.triangles is not None]
        if self._before is None:
            self._before = Seen(surfaces)
        below = self._below()
        masks = []
        for surface in surfaces:
            mask, known = ScaleMask.of(surface, entry, above, below), mask_of(surface)
            if known is not None and known.mode == mask.mode:
                mask.knows_as(known)
            masks.append(mask)
        put(self._panel.session, surfaces, masks)

    def _changed(self, above):
        self.end_trial()
        panel = self._panel
        now = mask_on(self._maps)
        below = self._below()
        if panel.volume is None or (now is None and above <= _LEAST) or (
                now is not None and now.limits == (above, below)):
            return
        if above <= _LEAST:
            panel.run(f'occupy show {volumes.spec_of(self._maps)}')
            return
        words = f'occupy show {volumes.spec_of(self._maps)} above {value_text(above)}'
        if below < _MOST:
            words += f' below {value_text(below)}'
        panel.run(f'{words} mode {self._mode()}')

    def _mode(self):
        """The mode by which something is hidden already, or else the one that is seen."""
        now = mask_on(self._maps)
        return self._panel.mode if now is None else now.mode

    def _below(self):
        now = mask_on(self._maps)
        return _MOST if now is None else now.below

    def _entry(self):
        entry = self._panel.entry(self._mode())
        return None if entry is None or entry.stale else entry

    def end_trial(self):
        """Hide what was hidden before the slider was moved."""
        before, self._before = self._before, None
        if before is not None:
            before.give_back()

    def refresh(self, reason):
        """Show what is on the surface; reason: why nothing can be hidden, or ''."""
        now = mask_on(self._maps)
        if now is not None and self._entry() is not None:
            reason = ''
        for widget in (self.slider.slider, self.slider.box):
            enable_if(widget, reason)
        if self._before is None and not self.slider.slider.isSliderDown():
            self.slider.show(_LEAST if now is None else now.above)
        self.words = '' if now is None else _words(now, self._panel.mode)


def _words(mask, mode):
    """What is hidden, where the widgets do not say it all."""
    words = f'Shown is {mask.mode} scale ' if mask.mode != mode else ''
    if mask.below < _MOST:
        return (words or 'Shown is scale ') + f'from {mask.above:g} to {mask.below:g}.'
    return words and f'{words}of at least {mask.above:g}.'
