"""Solvent: the fitted model as a plot, a verdict in plain words, and the mask to fit it with."""

from chimerax.core.commands import quote_path_if_necessary
from Qt.QtCore import QTimer
from Qt.QtGui import QImage
from Qt.QtWidgets import QPushButton, QWidget

from ..core.wording import worded
from .drawings import Picture
from .filenames import file_to_save
from .latest import Latest
from .widgets import BUSY, beside, column, enable_if, text_label
from .wording import FACE

#: Milliseconds without a change of size after which the plot is drawn.
_SETTLED = 150
#: A plot less wide or high than this, in pixels, shows nothing.
_LEAST = 80


class SolventSection:
    """Shows the solvent model of the map's estimate."""

    title = 'So&lvent'

    def __init__(self, panel):
        from chimerax.map import Volume
        self._panel = panel
        self._latest = Latest(panel.session)
        self._drawn = None
        self.widget = QWidget()
        layout = column(self.widget)
        self.verdict = text_label()
        layout.addWidget(self.verdict)
        self.picture = Picture(
            lines=8, tooltip='Histogram of the low-passed map, the Gaussian fitted to its solvent, '
                             'and the confidence that a value is content')
        # Not while the tab and its neighbours are laid out, which a drawing thread holds up.
        self._due = QTimer(self.widget)
        self._due.setSingleShot(True)
        self._due.setInterval(_SETTLED)
        self._due.timeout.connect(self._draw_if_shown)
        self.picture.resized.connect(self._due.start)
        layout.addWidget(self.picture)
        self.mask = panel.model_choice(
            Volume, 'no mask', 'A map that covers the solvent or the particle, whichever; the '
            'solvent is fitted outside the particle then. Takes effect with the next estimate.')
        mask = beside('Solvent mask', self.mask, stretch=False)
        mask.setStretch(1, 1)
        layout.addLayout(mask)
        self.window = QPushButton('Plot')
        self.window.setToolTip('The same plot with the curves of modification, in a window of its '
                               'own from which it can be saved')
        self.window.clicked.connect(lambda: self._run('plot', f' mode {panel.mode}'))
        self.confidence = QPushButton('Confidence map')
        self.confidence.setToolTip('Open the confidence that a voxel is content as a map')
        self.confidence.clicked.connect(lambda: self._run('confidence'))
        self.report = QPushButton('Save report…')
        self.report.setToolTip('Write everything the estimate used and found, as text or JSON')
        self.report.clicked.connect(self._save_report)
        layout.addLayout(beside(self.window, self.confidence, self.report))

    def _run(self, command, rest=''):
        self._panel.run(f'occupy {command} #{self._panel.volume.id_string}{rest}')

    def _save_report(self):
        path = file_to_save(
            self.widget, 'Report of the estimate', 'Text (*.txt);;JSON (*.json)')
        if path:
            self._run('report', f' mode {self._panel.mode} file {quote_path_if_necessary(path)}')

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        return ''

    def mask_words(self):
        """The solvent mask as keyword, '' without one."""
        mask = self.mask.value
        return '' if mask is None else f'solventMask #{mask.id_string}'

    def refresh(self):
        """Show the verdict on the current estimate, and draw its plot anew if it is another."""
        panel = self._panel
        reason = panel.why_no_estimate(panel.mode)
        busy = BUSY if panel.busy else ''
        for button in (self.window, self.report):
            enable_if(button, reason or busy)
        enable_if(self.confidence, busy if panel.volume is not None else 'open a map first')
        entry = panel.entry()
        if reason or entry is None:
            self.verdict.setText(f'{reason[:1].upper()}{reason[1:]}.')
            self.picture.show_image(None)
            self._drawn = None
            return
        self.verdict.setText(verdict(entry.estimate))
        if self._drawn is None or self._drawn != self._key():
            self._due.start()

    def _key(self):
        """What the plot depends on: estimate, width and height, ratio of pixels, colour and size
        of text; None where there is nothing to draw, or not the room.
        """
        entry, size = self._panel.entry(), self.picture.size()
        if (entry is None or entry.stale or not self.picture.isVisible()
                or size.width() < _LEAST or size.height() < _LEAST):
            return None
        palette = self.picture.palette()
        return (entry.estimate, size.width(), size.height(), self.picture.devicePixelRatioF(),
                palette.windowText().color().name(), self.picture.fontInfo().pointSizeF())

    def _draw_if_shown(self):
        key = self._key()
        if key is not None and key != self._drawn:
            self._drawn = key
            self._latest.ask(lambda progress: _plot(*key), self.picture.show_image)

    def close(self):
        """Drop what is being drawn."""
        self._due.stop()
        self._latest.stop()


def verdict(estimate):
    """What to think of a solvent model, in plain words."""
    solvent = estimate.solvent
    if solvent.suspect:
        return ('<b>Suspect</b>: ' + '; '.join(worded(why, FACE) for why in solvent.suspect)
                + '. The scale does not need it, but confidence and modified maps do.')
    return (f'<b>Good</b>: solvent is a Gaussian of {solvent.mean:.3g} ± {solvent.width:.3g}; '
            f'above {solvent.half_confident:.3g} density is more likely content than solvent.')


def _plot(estimate, width, height, ratio, color, points):
    """In a thread: the solvent plot as a `QImage`, for a size, colour and size of text.

    matplotlib takes half a second to load, which nobody should have to wait for.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from ..figures import solvent as figures
    figure = Figure(figsize=(width / 96, height / 96), dpi=96 * ratio)
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    twin = figures.draw_solvent(axes, estimate)
    # What it counts is plain from the verdict; the long label is cut off in a small picture.
    axes.set_ylabel('share')
    _fit(figure, axes, twin, color, max(6.0, 0.75 * points))
    canvas.draw()
    pixels = canvas.buffer_rgba()
    image = QImage(bytes(pixels), pixels.shape[1], pixels.shape[0],
                   QImage.Format.Format_RGBA8888).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _fit(figure, axes, twin, foreground, size):
    """Give a small figure the colours of the theme, text of a size in points, and room for it.

    matplotlib's own ways of laying out draw all of it twice or three times, and asking for its
    ticks makes them anew, each of which holds up the window.
    """
    from matplotlib.colors import to_rgb
    figure.set_facecolor('none')

    def readable(color):
        """Greys and blacks become the theme's text colour; colours stay."""
        rgb = to_rgb(color)
        return foreground if max(rgb) - min(rgb) < 0.1 else color

    for one in (axes, twin):
        one.set_facecolor('none')
        one.set_title('')
        one.minorticks_off()
        for spine in one.spines.values():
            spine.set_color(foreground)
        for axis in (one.xaxis, one.yaxis):
            color = readable(axis.label.get_color())
            axis.label.set(size=size, color=color)
            axis.labelpad = 1
            axis.set_tick_params(colors=color, labelsize=size, pad=2)
            axis.offsetText.set(size=size, color=foreground)
        for line in one.lines:
            line.set_color(readable(line.get_color()))
    rows = _legend_below(figure, axes, foreground, size)
    # In points: numbers are some four letters wide, and have their label outside of them.
    width, height = 72 * figure.get_figwidth(), 72 * figure.get_figheight()
    side, below, above = 5.2 * size, (3.3 + 1.4 * rows) * size, 0.7 * size
    figure.subplots_adjust(left=side / width, right=1 - side / width,
                           bottom=min(0.8, below / height), top=1 - above / height)


def _legend_below(figure, axes, foreground, size):
    """Put the legend at the bottom, in as many columns as there is room for; returns its rows."""
    legend = axes.get_legend()
    lines, labels = legend.get_lines(), [text.get_text() for text in legend.get_texts()]
    # The first is the histogram's, which has the colour of the text.
    lines[0].set_color(foreground)
    legend.remove()
    # A label is some half as wide as it is high, for each letter, and has a line before it.
    columns = 0.6 * size * sum(len(label) + 5 for label in labels) / 2
    ncols = 2 if columns < 72 * figure.get_figwidth() else 1
    figure.legend(lines, labels, loc='lower center', frameon=False, fontsize=size, ncols=ncols,
                  borderaxespad=0.1, borderpad=0.1, labelspacing=0.2, labelcolor=foreground)
    return -(-len(labels) // ncols)
