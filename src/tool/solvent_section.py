"""Solvent: the fitted model as a plot, a verdict in plain words, and the mask to fit it with."""

from chimerax.core.commands import quote_path_if_necessary
from Qt.QtGui import QImage
from Qt.QtWidgets import QPushButton, QWidget

from ..core.wording import worded
from .drawings import Picture
from .filenames import file_to_save
from .latest import Latest
from .widgets import beside, column, enable_if, text_label
from .wording import FACE


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
            lines=9, tooltip='Histogram of the low-passed map, the Gaussian fitted to its solvent, '
                             'and the confidence that a value is content')
        self.picture.resized.connect(self._draw_if_shown)
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
        layout.addStretch(1)

    def _run(self, command, rest=''):
        self._panel.run(f'occupy {command} #{self._panel.volume.id_string}{rest}')

    def _save_report(self):
        path = file_to_save(
            self.widget, 'Report of the estimate', 'Text (*.txt);;JSON (*.json)')
        if path:
            self._run('report', f' mode {self._panel.mode} file {quote_path_if_necessary(path)}')

    @property
    def spare_height(self):
        """By how many pixels this may be lower than it would be."""
        return self.picture.sizeHint().height() - self.picture.minimumSizeHint().height()

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
        busy = 'wait for the work that is going on, or cancel it' if panel.busy else ''
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
        self._draw_if_shown()

    def _draw_if_shown(self):
        if not self.picture.isVisible():
            return
        entry = self._panel.entry()
        if entry is None or entry.stale:
            return
        size = self.picture.size()
        ratio = self.picture.devicePixelRatioF()
        palette = self.picture.palette()
        color = palette.windowText().color().name()
        points = self.picture.fontInfo().pointSizeF()
        key = (entry.estimate, size.width(), size.height(), ratio, color)
        if self._drawn == key or size.width() < 50 or size.height() < 50:
            return
        self._drawn = key
        self._latest.ask(
            lambda progress: _plot(entry.estimate, size.width(), size.height(), ratio, color,
                                   points),
            self.picture.show_image)

    def close(self):
        """Drop what is being drawn."""
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
    dpi = 96 * ratio
    figure = Figure(figsize=(width / 96, height / 96), dpi=dpi, layout='constrained')
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    figures.draw_solvent(axes, estimate)
    _in_colors(figure, color, points)
    # What it counts is plain from the verdict; the long label is cut off in a small picture.
    axes.set_ylabel('share', color=color, size=axes.xaxis.label.get_size())
    canvas.draw()
    pixels = canvas.buffer_rgba()
    image = QImage(bytes(pixels), pixels.shape[1], pixels.shape[0],
                   QImage.Format.Format_RGBA8888).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _in_colors(figure, foreground, points):
    """Give a figure the colours of the theme, and text of the panel's size."""
    from matplotlib.colors import to_rgb
    figure.set_facecolor('none')
    small = max(6.0, 0.75 * points)

    def readable(color):
        """Greys and blacks become the theme's text colour; colours stay."""
        rgb = to_rgb(color)
        return foreground if max(rgb) - min(rgb) < 0.1 else color

    for axes in figure.axes:
        axes.set_facecolor('none')
        axes.set_title('')
        for spine in axes.spines.values():
            spine.set_color(foreground)
        for axis in (axes.xaxis, axes.yaxis):
            axis.label.set_size(small)
            axis.label.set_color(readable(axis.label.get_color()))
            for label in axis.get_ticklabels(which='both'):
                label.set_size(small)
                label.set_color(readable(label.get_color()))
            axis.offsetText.set_color(foreground)
            axis.offsetText.set_size(small)
            for line in axis.get_ticklines() + axis.get_ticklines(minor=True):
                line.set_color(readable(line.get_color()))
        for line in axes.lines:
            line.set_color(readable(line.get_color()))
    _legend_below(figure, foreground, small, readable)


def _legend_below(figure, foreground, size, readable):
    """Put the legend below the axes, in as many columns as there is room for."""
    legends = [axes.get_legend() for axes in figure.axes] + list(figure.legends)
    for legend in legends:
        if legend is None:
            continue
        labels = [text.get_text() for text in legend.get_texts()]
        handles = legend.legend_handles
        legend.remove()
        # A label is some half as wide as it is high, for each letter, and has a line before it.
        columns = 0.6 * size * sum(len(label) + 5 for label in labels) / 2
        below = figure.legend(
            handles, labels, loc='outside lower center', frameon=False, fontsize=size,
            ncols=2 if columns < 72 * figure.get_figwidth() else 1)
        for text in below.get_texts():
            text.set_color(foreground)
        for line in below.get_lines():
            line.set_color(readable(line.get_color()))
