"""Colour: palette, range on a histogram of the scale, key, tiles, and what of it all is shown."""

from dataclasses import replace

from Qt.QtCore import QSize
from Qt.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPixmap
from Qt.QtWidgets import QCheckBox, QPushButton, QWidget

from ..commands import common
from ..session import coloring, pointing, volumes
from ..session.follow import followers
from ..session.key import family, scale_key, scale_map_on, shown_on
from .below_level import BelowLevel
from .drawings import RangeHistogram
from .look import Look, color_command, look_of, look_words
from .shown_row import ShownRow
from .surface_values import SurfaceValues
from .widgets import Beside, beside, column, enable_if, menu, number_box

#: ChimeraX's own palettes that suit a scale, offered beside ours.
_OTHERS = ('ylgnbu', 'ylorrd', 'rdylbu', 'spectral', 'rainbow', 'grayscale')


class ColorSection:
    """Shows the colours that are on the map, and gives it others."""

    title = '&Colour'

    def __init__(self, panel):
        self._panel = panel
        self._pending = (None, None)        # a map, and the look chosen for its next colours
        self._values = SurfaceValues(panel.session, self._show_histogram)
        self.below = BelowLevel(panel.session, panel.refresh_soon)
        self.widget = QWidget()
        layout = column(self.widget)
        self.palette = menu([], tooltip='Colours from low scale to high. "occupy" rises evenly in '
                                        'lightness and can be read by every eye; "occupy-classic" '
                                        'is the published red, white and blue')
        self.palette.setIconSize(QSize(32, 12))
        self.palette.setAccessibleName('palette')
        self._fill_palettes()
        self.key = QCheckBox('Key')
        self.key.setToolTip('Show which colour stands for which scale')
        self.tiles = QCheckBox('Tiles')
        self.tiles.setToolTip('Mark in 3-D where full scale and the least scale were found')
        self.shown = ShownRow(panel)
        layout.addWidget(Beside(beside(self.palette, self.key, self.tiles), self.shown.layout))
        self.histogram = RangeHistogram(
            '<p>Scale over the visible surface. Drag the handles to set the range of colours; with '
            'the keyboard, up and down choose a handle, left and right move it.</p>')
        layout.addWidget(self.histogram)
        self.low = number_box('color_low', step=0.05)
        self.high = number_box('color_high', step=0.05)
        self.low.setAccessibleName('lowest scale of the colours')
        self.high.setAccessibleName('highest scale of the colours')
        self.default_range = QPushButton('Default')
        self.default_range.setToolTip('Back to the default range')
        self.default_range.clicked.connect(lambda: self._set_range(*coloring.DEFAULT_RANGE))
        self.apply_button = QPushButton('Colour by scale')
        self.apply_button.setToolTip('Colour the surfaces of the map by its scale')
        self.remove = QPushButton('Remove colours')
        self.remove.setToolTip('Give the surfaces the single colour of the map again')
        layout.addWidget(Beside(
            beside('Range', self.low, 'to', self.high, self.default_range, 1, stretch=False),
            beside(self.apply_button, self.remove)))
        layout.addStretch(1)
        triggers = pointing.triggers(panel.session)
        self._pointed = triggers, triggers.add_handler(
            pointing.POINTED, lambda _name, reading: self._mark(reading))
        self._marked = None         # the estimate that the mark is of
        self._load()
        self._connect()

    def _mark(self, reading):
        """Mark the scale where somebody points, where it is of what is shown here."""
        panel = self._panel
        if reading.source is panel.volume and reading.mode == panel.mode:
            self._marked = panel.entry().estimate
            self.histogram.mark = reading.scale

    def _connect(self):
        self.palette.activated.connect(self._palette_chosen)
        self.histogram.moved.connect(self._range_moved)
        self.histogram.changed.connect(self._set_range)
        for box in (self.low, self.high):
            box.valueChanged.connect(self._range_typed)
        self.key.clicked.connect(self._key_clicked)
        self.tiles.clicked.connect(self._tiles_clicked)
        self.apply_button.clicked.connect(lambda: self.apply())
        self.remove.clicked.connect(self._remove_colors)

    def _load(self):
        settings = self._panel.settings
        self.key.setChecked(settings.key)
        self.show_look(settings.palette, settings.color_range)

    def _fill_palettes(self):
        for name in (*coloring.PALETTES, *_OTHERS):
            self._add_palette(name)

    def _add_palette(self, name):
        chosen, _, _ = common.PaletteArg.parse(name, self._panel.session)
        self.palette.addItem(_swatch(chosen.colormap, self.palette.iconSize()), name, chosen)

    @property
    def _chosen(self):
        return self.palette.currentData()

    @property
    def range(self):
        """The range of colours, (low, high)."""
        return self.histogram.range

    def look(self, mode=None):
        """The `Look` that the widgets show, in the mode that is on the surface or another one."""
        return Look(mode or self._panel.mode, self._chosen.name, self.range,
                    self.key.isChecked(), False)

    def look_words(self):
        """Palette, range and key as keywords, where the command would not use them by itself."""
        return look_words(self._panel.session, [self._panel.volume], self.look())

    def apply(self):
        """Run the command that colours as the panel shows."""
        panel = self._panel
        look = self.look()
        known = [one for one in panel.targets if not panel.why_no_estimate(look.mode, one)]
        panel.run(color_command(panel.session, known, look))

    def _apply_if_shown(self):
        """Follow a choice at once where the surface shows a scale."""
        panel = self._panel
        if self.apply_button.isEnabled() and look_of(panel.session, panel.volume).shown:
            self.apply()

    def _palette_chosen(self, _index):
        self._panel.settings.palette = self._chosen.name
        self.histogram.show_colors(self._chosen.colormap)
        self._keep_choice()
        self._apply_if_shown()

    def _keep_choice(self):
        """What is chosen before there are colours is for those to come."""
        self._pending = self._panel.volume, self.look()

    def _wanted(self):
        """What the widgets are to show: what is on the surface, or what was chosen for it."""
        panel = self._panel
        look = look_of(panel.session, panel.volume, panel.map.chosen_mode)
        volume, chosen = self._pending
        # Colours that cannot be given anew from here are no answer to a choice for the next ones.
        answered = look.shown and not panel.why_no_estimate(look.mode)
        if answered or volume is not panel.volume:
            self._pending = None, None
            return look
        return look if chosen is None else replace(chosen, mode=look.mode, shown=look.shown)

    def _range_moved(self, low, high):
        self._show_range(low, high)
        entry = self._panel.entry()
        if entry is not None and entry.scale_map is not None:
            colormap = coloring.ranged(self._chosen, (low, high))
            self._values.recolor(colormap, entry.scale_map)
            scale_key(self._panel.session).preview(colormap, self._panel.volume)

    def _set_range(self, low, high):
        self._show_range(low, high)
        self._panel.settings.color_range = (low, high)
        self._values.undo_recolor()
        self._keep_choice()
        self._apply_if_shown()

    def _range_typed(self, _value):
        low, high = self.low.value(), self.high.value()
        if low >= high:     # the one that was not typed gives way
            if self._panel.focused(self.low):
                high = min(1.0, low + 0.01)
                low = high - 0.01
            else:
                low = max(0.0, high - 0.01)
                high = low + 0.01
        self._set_range(round(low, 2), round(high, 2))

    def _show_range(self, low, high):
        self.histogram.range = (low, high)
        for box, value in ((self.low, low), (self.high, high)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)

    def show_look(self, name, limits):
        """Show a palette, by name, and a range as chosen."""
        index = self.palette.findText(name)
        if index < 0:
            try:
                self._add_palette(name)
            except Exception:       # a palette of another day that is not known here
                name = coloring.DEFAULT_PALETTE
            index = self.palette.findText(name)
        self.palette.setCurrentIndex(index)
        self.histogram.show_colors(self._chosen.colormap)
        self._show_range(*limits)

    def _key_clicked(self, shown):
        self._panel.settings.key = shown
        self._keep_choice()
        self._apply_if_shown()

    def _remove_colors(self):
        panel = self._panel
        panel.run(f'color single {volumes.spec_of(self._colored())}')

    def _colored(self):
        """The map and those made from it that show a scale, be it that of another map."""
        volume = self._panel.volume
        if volume is None:
            return []
        return sorted((one for one in family(volume) if any(map(shown_on, one.surfaces))),
                      key=lambda one: one.id)

    def _tiles_clicked(self, shown):
        panel = self._panel
        if shown:
            panel.run(f'occupy tiles #{panel.volume.id_string} mode {panel.mode}')
        else:
            spec = ' '.join(f'#{model.id_string}' for model in self._tile_models())
            if spec:
                panel.run(f'close {spec}')
        self.refresh()

    def _tile_models(self):
        if self._panel.volume is None:
            return []
        return followers(self._panel.session).followers_of(self._panel.volume, 'tiles')

    @property
    def spare_height(self):
        """By how many pixels this may be lower than it would be."""
        return self.histogram.sizeHint().height() - self.histogram.minimumSizeHint().height()

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        return self.shown.words or self.below.words

    def remedy(self):
        """What can be done about `words` at a click: (label, tooltip, action), or None."""
        level = None if self.shown.words else self.below.lower
        if level is None:
            return None
        return ('Lower level', f'Contour the map at {level:g}, where nearly all of it is seen',
                lambda: self._lower(level))

    def _lower(self, level):
        panel, before = self._panel, self.below.level
        panel.run(f'volume #{panel.volume.id_string} level {level:g}', lambda _result: panel.say(
            f'Contoured at {level:g}; it was at {before:.3g}.'))

    def refresh(self):
        """Show the colours that are on the surface, or that the next estimate will give."""
        panel = self._panel
        reason = panel.why_no_estimate(panel.mode)
        for widget in (self.apply_button, self.tiles):
            enable_if(widget, reason)
        self.tiles.setChecked(bool(self._tile_models()))
        look = self._wanted()
        enable_if(self.remove,
                  '' if self._colored() else 'there are no colours of scale on the map')
        if not self.histogram.dragging and replace(self.look(), shown=look.shown) != look:
            self.show_look(look.palette, look.range)
            self.key.setChecked(look.key)
        entry = panel.entry()
        if self._marked is not (entry and entry.estimate):
            self.histogram.mark = self._marked = None
        self.shown.refresh(reason)
        self.look_at_surfaces()

    def look_at_surfaces(self):
        """Follow changes of the surfaces; called after each frame.

        Returns whether they show other colours than the panel, or another part of what is there.
        """
        panel = self._panel
        entry = panel.entry()
        if entry is not None:
            scale_map = None if entry.stale else entry.scale_map
        else:       # of a map that is closed, it may be
            scale_map = panel.volume and scale_map_on(panel.volume)
        shown = [] if scale_map is None else [
            one for one in family(panel.volume) if one.visible]
        self._values.look(shown, scale_map)
        hides = self.below.look(panel.volume, entry)
        if self._values.counts is None:
            self._show_histogram()
        look = self._wanted()
        return hides or (look.shown and not self.histogram.dragging and look != replace(
            self.look(), shown=True))

    def _show_histogram(self):
        note = 'Scale over the visible surface, once it is estimated and shown'
        self.histogram.show_values(self._values.counts, note)

    def close(self):
        """Let go of surfaces."""
        triggers, handler = self._pointed
        triggers.remove_handler(handler)
        self.shown.end_trial()
        self._values.undo_recolor()
        self._values.forget()
        self.below.forget()

    def state(self):
        """What is chosen for the next colours, for a session."""
        return {'palette': self._chosen.name, 'range': self.range, 'key': self.key.isChecked()}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.show_look(state['palette'], state['range'])
        self.key.setChecked(state['key'])
        self._keep_choice()


def _swatch(colormap, size):
    """A palette as an icon."""
    pixmap = QPixmap(size)
    gradient = QLinearGradient(0, 0, size.width(), 0)
    colors = colormap.colors
    for i, color in enumerate(colors):
        gradient.setColorAt(i / max(1, len(colors) - 1),
                            QColor.fromRgbF(*(float(part) for part in color)))
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect(), gradient)
    painter.end()
    return QIcon(pixmap)
