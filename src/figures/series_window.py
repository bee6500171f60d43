"""The heat map of a series in a window: it tells, shows, selects, plays and names."""

import numpy as np
from chimerax.core.commands import run
from chimerax.core.errors import UserError

from .heatmap import HeatMap
from .pointing import Pointed, make_known
from .window import PlotWindow, pointed_by

#: A window is at most so large at first, in inches.
_LARGEST = (11.5, 7.5)
_HINT = ('A click on a cell shows its map and selects its group, a drag along a row plays the '
         'maps, a click on a tree names what hangs there.')


class SeriesWindow(PlotWindow):
    """The heat map of an `OpenSeries`. What it does it does by commands, which are logged."""

    help = 'help:user/commands/occupy.html#series'

    def __init__(self, session, shown):
        from matplotlib.patches import Rectangle
        from Qt.QtWidgets import QCheckBox
        self.shown = shown
        self.heat = heat = HeatMap(shown.table, shown.order, shown.title, shown.what)
        size = heat.figure.get_size_inches()
        heat.figure.set_size_inches(np.minimum(size, _LARGEST))
        heat.place()
        make_known(heat.axes, self._cell_at)
        for axes, sideways in ((heat.row_tree, True), (heat.column_tree, False)):
            if axes is not None:
                make_known(axes, lambda x, y, sideways=sideways: self._branch_at(x, y, sideways))
        self._mark = heat.axes.add_patch(Rectangle(
            (0, 0), 1, 1, fill=False, edgecolor='#0050d0', linewidth=1.6, visible=False,
            animated=True, zorder=6, clip_on=False))
        self._background = None
        self._pressed = self._played = None
        self._scaling = None        # the job that estimates the scale of all maps, or its end
        super().__init__(session, heat.figure, shown.title)
        self.hint.setText(_HINT)
        self.by_scale = QCheckBox('Colour by scale')
        self.by_scale.setToolTip('<p>Colour the maps that a drag plays by their scale, on one full '
                                 'scale, which is estimated first where there is none</p>')
        self.by_scale.setChecked(True)
        self.bottom.insertWidget(1, self.by_scale)
        self._enlarge()
        self.canvas.mpl_connect('button_release_event', self._released)
        self.canvas.mpl_connect('draw_event', self._drawn)
        self.canvas.mpl_connect('resize_event', lambda _: self._resized())

    def _enlarge(self):
        """Give the figure the room it would like: Qt makes new windows smaller than that."""
        window = self.canvas.window()
        main = getattr(self.session.ui, 'main_window', None)
        if main is None or window is main:
            return
        width, height = self.canvas.get_width_height()
        room = window.screen().availableSize()
        window.resize(min(width + 20, int(0.9 * room.width())),
                      min(height + 90, int(0.85 * room.height())))

    def _cell_at(self, x, y):
        cell = self.heat.cell_at(x, y)
        return None if cell is None else Pointed(self.shown.words(*cell), ('cell', *cell))

    def _branch_at(self, x, y, sideways):
        place, height = (y, x) if sideways else (x, y)
        leaves, low = self.heat.branch_at(place, height, sideways)
        if leaves is None:
            return None
        names = self.shown.table.groups if sideways else self.shown.table.volumes
        word = 'group' if sideways else 'volume'
        few = ', '.join(names[i] for i in leaves[:6]) + (' …' if len(leaves) > 6 else '')
        return Pointed(f'{len(leaves)} {word}{"s" if len(leaves) > 1 else ""}: {few}\n'
                       'a click gives them a name', (word, low, tuple(leaves)))

    def _tell(self, pointed):
        super()._tell(pointed)
        if pointed is None or self._pressed:
            return
        what, *rest = pointed.key
        if what == 'cell':
            self._outline(*self._column_and_row(*rest), 1, 1)
        elif what == 'group':
            self._outline(0, rest[0], self.heat.columns, len(rest[1]))
        else:
            self._outline(rest[0], 0, len(rest[1]), self.heat.rows)

    def _column_and_row(self, group, volume):
        return (int(np.flatnonzero(self.heat.order.volumes == volume)[0]),
                int(np.flatnonzero(self.heat.order.groups == group)[0]))

    def _outline(self, column, row, wide, high):
        """Outline cells, without drawing all else anew."""
        self._mark.set_bounds(column - 0.5, row - 0.5, wide, high)
        self._mark.set_visible(True)
        if self._background is not None:
            self.canvas.restore_region(self._background)
            self.heat.axes.draw_artist(self._mark)
            self.canvas.blit(self.heat.figure.bbox)

    def _drawn(self, _event):
        self._background = self.canvas.copy_from_bbox(self.heat.figure.bbox)
        if self._mark.get_visible():
            self.heat.axes.draw_artist(self._mark)

    def _resized(self):
        self.heat.place()
        self.canvas.draw_idle()

    def _clicked(self, event):
        """The mouse went down: a block is named; a cell waits for what comes next."""
        pointed = pointed_by(event)
        if event.button != 1 or pointed is None:
            return
        if pointed.key[0] == 'cell':
            self._pressed = self._played = pointed.key[1:]
            self._before = [one for one in self.shown.maps if one.display]
        else:
            self._try(self._name, pointed.key)

    def _moved(self, event):
        super()._moved(event)
        pointed = pointed_by(event)
        if not self._pressed or pointed is None or pointed.key[0] != 'cell':
            return
        volume = pointed.key[2]
        if volume != self._played[1]:
            self._played = self._pressed[0], volume
            self._outline(*self._column_and_row(*self._played), 1, 1)
            self._try(self._play, volume)

    def _released(self, event):
        pressed, played = self._pressed, self._played
        self._pressed = None
        if event.button != 1 or pressed is None:
            return
        if played != pressed:
            self._try(self._end_of_play, played[1])
        else:
            self._try(self._go_to, *pressed)

    def _try(self, what, *arguments):
        """Do something by commands; what goes wrong is told in the status line."""
        try:
            what(*arguments)
        except UserError as error:
            self.session.logger.status(str(error), color='red')

    def _run(self, command, log=True):
        return run(self.session, command, log=log) if command else None

    def _go_to(self, group, volume):
        """Show a volume alone, and select a group; their files are opened where they are not."""
        shown = self.shown
        command = shown.open_command(volume)
        if command:
            shown.opened(volume, self._run(command))
        for number, opening in shown.open_model_commands():
            shown.model_opened(number, self._run(opening))
        if shown.map_of(volume) is None:
            raise UserError(f'{shown.table.volumes[volume]} is not open')
        self._run(shown.show_command(volume))
        select = shown.select_command([group])
        if not select:
            raise UserError(f'{shown.table.groups[group]} is not open')
        self._run(select)

    def _name(self, key):
        word, _, leaves = key
        shown = self.shown
        if word == 'group':
            for number, opening in shown.open_model_commands():
                shown.model_opened(number, self._run(opening))
        command = (shown.name_command(groups=leaves) if word == 'group'
                   else shown.name_command(volumes=leaves))
        if not command:
            raise UserError(f'none of these {word}s is open')
        self._run(command)
        name = command.split()[1]
        self._run(f'select {name}')
        self.session.logger.status(f'{len(leaves)} {word}s are called {name}')

    def _play(self, volume):
        """Show a volume alone while the mouse is held, by commands that are not logged."""
        self._run(self.shown.show_command(volume), log=False)
        self._scale_all()
        self._color(volume, log=False)

    def _end_of_play(self, volume):
        """Log what brings the scene from what was shown to the volume that a drag ended on."""
        shown = self.shown.map_of(volume)
        if shown is None:
            raise UserError(f'{self.shown.table.volumes[volume]} is not open; click on its cell')
        others = [one for one in self._before if one is not shown and not one.deleted]
        words = [f'hide {self.shown.spec_of_maps(others)} models'] if others else []
        self._run('; '.join([*words, f'show #{shown.id_string} models']))
        self._color(volume, log=True)

    def _scale_all(self):
        """Start to estimate the scale of all maps on one full scale, once, if that is wanted."""
        from ..session import jobs
        maps = self.shown.maps
        if not self.by_scale.isChecked() or self._scaling is not None or not maps:
            return
        spec = self.shown.spec_of_maps(maps)
        command = f'occupy compare {spec}' if len(maps) > 1 else f'occupy {spec} color false'
        with jobs.in_background(self.session):
            self._scaling = self._run(command) or True

    def _color(self, volume, log):
        """Colour a map by its scale, where that is known."""
        from ..session import coloring
        from ..session.record import record
        shown = self.shown.map_of(volume)
        if not self.by_scale.isChecked() or shown is None:
            return
        entry = record(self.session).entry(shown, 'occupancy')
        if entry is None or entry.stale:
            return
        colored = entry.scale_map is not None and any(
            coloring.is_colored_by(surface, entry.scale_map) for surface in shown.surfaces)
        if not colored or log:
            self._run(f'occupy color #{shown.id_string} mode occupancy', log=log)


def show_series(session, shown):
    """Show the heat map of an `OpenSeries`, in place of an older one of that title."""
    for window in session.tools.find_by_class(SeriesWindow):
        if window.display_name == shown.title:
            window.delete()
    return SeriesWindow(session, shown)
