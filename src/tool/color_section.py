"""Colour: palette, range on a histogram of the scale, key, tiles."""

from Qt.QtCore import QSize
from Qt.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPixmap
from Qt.QtWidgets import QCheckBox, QPushButton, QWidget

from ..commands import common
from ..session import coloring
from ..session.follow import followers
from .drawings import RangeHistogram
from .surface_values import SurfaceValues
from .widgets import beside, column, enable_if, menu, number_box, text_label

#: ChimeraX's own palettes that suit a scale, offered beside ours.
_OTHERS = ('ylgnbu', 'ylorrd', 'rdylbu', 'spectral', 'rainbow', 'grayscale')


class ColorSection:
    """Colours the surfaces of the map by its estimate."""

    title = 'C&olour'

    def __init__(self, panel):
        self._panel = panel
        self._values = SurfaceValues(panel.session, self._show_histogram)
        self.widget = QWidget()
        layout = column(self.widget)
        self.palette = menu([], tooltip='Colours from low scale to high. "occupy" rises evenly in '
                                        'lightness and can be read by every eye; "occupy-classic" '
                                        'is the published red, white and blue')
        self.palette.setIconSize(QSize(48, 12))
        self._fill_palettes()
        layout.addLayout(beside('Palette', self.palette))
        self.histogram = RangeHistogram(
            '<p>Scale over the visible surface. Drag the handles to set the range of colours; with '
            'the keyboard, up and down choose a handle, left and right move it.</p>')
        layout.addWidget(self.histogram)
        self.low = number_box('color_low', step=0.05)
        self.high = number_box('color_high', step=0.05)
        self.default_range = QPushButton('Default')
        self.default_range.setToolTip('Back to the default range')
        self.default_range.clicked.connect(lambda: self._set_range(*coloring.DEFAULT_RANGE))
        layout.addLayout(beside('Range', self.low, 'to', self.high, self.default_range))
        self.key = QCheckBox('Colour key')
        self.key.setToolTip('Show which colour stands for which scale')
        self.tiles = QCheckBox('Tiles')
        self.tiles.setToolTip('Mark in 3-D where full scale and the least scale were found')
        layout.addLayout(beside(self.key, self.tiles))
        self.apply_button = QPushButton('&Colour by scale')
        self.apply_button.setToolTip('Colour the surfaces of the map by its scale again')
        layout.addLayout(beside(self.apply_button))
        self.why = text_label()
        layout.addWidget(self.why)
        layout.addStretch(1)
        self._load()
        self._connect()

    def _connect(self):
        self.palette.activated.connect(self._palette_chosen)
        self.histogram.moved.connect(self._range_moved)
        self.histogram.changed.connect(self._set_range)
        for box in (self.low, self.high):
            box.valueChanged.connect(self._range_typed)
        self.key.clicked.connect(self._key_clicked)
        self.tiles.clicked.connect(self._tiles_clicked)
        self.apply_button.clicked.connect(lambda: self.apply())

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

    def look_words(self):
        """Palette, range and key as keywords, where the command would not use them by itself."""
        look = self._panel.look()
        words = []
        if self._chosen.name != look.get('palette', coloring.DEFAULT_PALETTE):
            words.append(f'palette {self._chosen.name}')
        if self.range != tuple(look.get('range', coloring.DEFAULT_RANGE)):
            words.append(f'range {self._range_text()}')
        if not self.key.isChecked():
            words.append('key false')
        return ' '.join(words)

    def _range_text(self):
        return ','.join(f'{limit:g}' for limit in self.range)

    def apply(self):
        """Run the command that colours as the panel shows."""
        panel = self._panel
        panel.run(f'occupy color #{panel.volume.id_string} mode {panel.mode} '
                  f'palette {self._chosen.name} range {self._range_text()} '
                  f'key {common.value_text(self.key.isChecked())}')

    def _apply_if_possible(self):
        if self.apply_button.isEnabled():
            self.apply()

    def _palette_chosen(self, _index):
        self._panel.settings.palette = self._chosen.name
        self.histogram.show_colors(self._chosen.colormap)
        self._apply_if_possible()

    def _range_moved(self, low, high):
        self._show_range(low, high)
        entry = self._panel.entry()
        if entry is not None and entry.scale_map is not None:
            self._values.recolor(
                self._chosen.colormap.rescale_range(low, high, full=True)
                if self._chosen.colormap.values_specified
                else self._chosen.colormap.linear_range(low, high), entry.scale_map)

    def _set_range(self, low, high):
        self._show_range(low, high)
        self._panel.settings.color_range = (low, high)
        self._values.undo_recolor()
        self._apply_if_possible()

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
        if not shown:
            if self._key_shown():
                self._panel.run('key delete')
        else:
            self._apply_if_possible()

    def _key_shown(self):
        from chimerax.color_key.model import get_model
        key = get_model(self._panel.session, create=False)
        return key is not None and key.display

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

    def refresh(self):
        """Follow the map's estimate, surfaces and what commands have chosen for its colours."""
        panel = self._panel
        reason = panel.why_no_estimate(panel.mode)
        for widget in (self.apply_button, self.tiles):
            enable_if(widget, reason)
        self.tiles.setChecked(bool(self._tile_models()))
        look = panel.look()
        if look and not self.histogram._dragging:
            self.show_look(look.get('palette', self._chosen.name), look.get('range', self.range))
        self.why.setText(f'{reason[:1].upper()}{reason[1:]}.' if reason else '')
        self.look_at_surfaces()

    def look_at_surfaces(self):
        """Follow changes of the surfaces; called after each frame."""
        entry = self._panel.entry()
        known = entry is not None and not entry.stale
        self._values.look(self._panel.volume if known else None,
                          entry.scale_map if known else None)
        if self._values.counts is None:
            self._show_histogram()

    def _show_histogram(self):
        note = 'Scale over the visible surface, once it is estimated and shown'
        self.histogram.show_values(self._values.counts, note)

    def close(self):
        """Let go of surfaces."""
        self._values.undo_recolor()
        self._values.forget()


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
