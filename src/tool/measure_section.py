"""Measure: how much of each part is there, as numbers that stand in the panel."""

from Qt.QtWidgets import QCheckBox, QPushButton, QStackedWidget, QWidget

from ..core.parameters import SETTINGS
from ..session import volumes
from ..session.readout import COLUMNS
from .filenames import file_to_save
from .measured import Measured
from .results import table_of
from .results_table import ResultsTable
from .widgets import BUSY, Beside, OneLine, beside, column, enable_if, menu, number_box

#: What can be measured, and how it is called.
_WHAT = (('Occupancy of chains and ligands', 'fit'), ('Occupancy of one region', 'target'),
         ('Scale along a model', 'atoms'), ('Classes on one full scale', 'compare'),
         ('Chains in a series of maps', 'series'))
#: What is coloured, and what plotted, by what is measured.
_COLORS = {'fit': 'Colour the atoms by their occupancy',
           'atoms': 'Colour atoms and cartoon by scale, as the map is',
           'compare': '<p>Colour the surfaces by scale on one full scale; of two maps that are '
                      'compared by the chains of a model, the first by what changed</p>'}
_PLOTS = {'fit': 'Plot the occupancy of each part with its error, in a window',
          'atoms': 'Plot the scale along the sequence of each chain, in a window'}


class MeasureSection:
    """Chooses what to measure, runs the command, and shows what it returned as a table."""

    title = 'Meas&ure'

    def __init__(self, panel):
        self._panel = panel
        self._slots = {}        # what is measured: where the model, and where "Colour it" belongs
        self.widget = QWidget()
        layout = column(self.widget)
        self.what = menu(_WHAT, tooltip='What to measure')
        self.what.setAccessibleName('what to measure')
        self.measure = QPushButton('Measure')
        self.measure.clicked.connect(lambda: self.run())
        layout.addLayout(beside(self.what, 1, self.measure, stretch=False))
        self._add_choices()
        self.pages = QStackedWidget()
        pages = {'fit': self._fit_page, 'target': self._target_page, 'atoms': self._atoms_page,
                 'compare': self._compare_page, 'series': self._series_page}
        for index in range(self.what.count()):
            self.pages.addWidget(pages[self.what.itemData(index)]())
        layout.addWidget(self.pages)
        self.table = ResultsTable(panel.session)
        self.measured = None        # what the table is of
        self.heading = OneLine()
        self.save = QPushButton('Save table…')
        self.save.clicked.connect(self._save)
        self.plot = QPushButton('Plot')
        self.plot.clicked.connect(self._plot)
        self._above = Beside(beside(self.heading, stretch=False),
                             beside(1, self.plot, self.save, stretch=False))
        layout.addWidget(self._above)
        layout.addWidget(self.table, 1)
        self.what.currentIndexChanged.connect(self._what_chosen)
        self.show_results(None)
        self._what_chosen()

    def _add_choices(self):
        from chimerax.atomic import Structure
        from chimerax.map import Volume
        panel = self._panel
        self.model = panel.model_choice(
            Structure, 'choose a model', 'An atomic model placed on the map', only=True)
        self.region = panel.model_choice(
            (Volume, Structure), 'choose a region', 'A mask, or an atomic model placed on the map')
        self.other = panel.model_choice(
            Volume, 'all open maps', 'Another class of the same data set, or all open maps',
            lambda volume: not volumes.is_result(volume))
        self.distance = number_box('region_distance', step=0.5, decimals=1)
        self.distance.setAccessibleName('distance from atoms')
        self.color_it = QCheckBox('Colour it')
        self.column = menu([('no column', ''), *COLUMNS],
                           tooltip='The column of the model to hold the scale, which a saved mmCIF '
                                   'or PDB then carries')
        self.column.setAccessibleName('column of the model')
        self.by_chain = QCheckBox('for each chain of the model')
        self.by_chain.setToolTip('<p>A row for each chain of the model, otherwise one for all '
                                 'content</p>')
        self.by_chain.toggled.connect(panel.refresh_soon)
        self.one_grey = QCheckBox('One grey level')
        self.one_grey.setToolTip('<p>Put the second map on the grey level of the first, by the '
                                 'chains that do not change: for maps that were each normalised by '
                                 'itself</p>')

    def _fit_page(self):
        row = beside(stretch=False)
        self._slots['fit'] = row, row
        return _page(row)

    def _target_page(self):
        return _page(beside('Region', self.region, 1, stretch=False),
                     beside('Within', self.distance, 'Å of its atoms'))

    def _atoms_page(self):
        return self._with_model('atoms', beside('Write to', self.column))

    def _compare_page(self):
        return self._with_model('compare', beside(self.one_grey),
                                beside('With', self.other, 1, stretch=False),
                                beside(self.by_chain))

    def _series_page(self):
        return self._with_model('series', None)

    def _with_model(self, what, colored, *rows):
        """A page with room for the one menu of models, and, in `colored`, for "Colour it"."""
        page = _page(*rows, *([] if colored is None else [colored]))
        self._slots[what] = page.layout(), colored
        return page

    def _what_chosen(self, _index=0):
        """Put the one menu of models, and the one choice of colours, where they are needed."""
        what = self.what.currentData()
        place, colored = self._slots.get(what, (None, None))
        if place is not None:
            place.insertWidget(0, self.model, 1)
        if colored is not None:
            colored.insertWidget(1 if colored is place else 0, self.color_it)
        self.pages.setCurrentIndex(self.what.currentIndex())
        for index in range(self.pages.count()):
            page = self.pages.widget(index)
            policy = page.sizePolicy()
            wanted = policy.Policy.Preferred if page is self.pages.currentWidget() else (
                policy.Policy.Ignored)
            page.setSizePolicy(wanted, wanted)
        self._panel.refresh_soon()

    def command(self):
        """The command that measures what is chosen."""
        panel, what = self._panel, self.what.currentData()
        own = f'#{panel.volume.id_string}'
        if what == 'fit':
            return f'occupy fit #{self.model.value.id_string} map {panel.spec}' + self._colors()
        if what == 'target':
            words = f'occupy target {own} region #{self.region.value.id_string}'
            if self._region_is_model():
                words += f' distance {self.distance.value():g}'
            return words
        if what == 'atoms':
            words = (f'occupy atoms #{self.model.value.id_string} map {panel.spec} '
                     f'mode {panel.mode}' + self._colors())
            if self.column.currentData():
                words += f' column {self.column.currentData()}'
            return words
        if what == 'series':
            return (f'occupy series {volumes.spec_of(self._series())} '
                    f'model #{self.model.value.id_string}')
        classes = self._classes()
        spec = volumes.spec_of(classes)
        if len(classes) == 2 and classes[0].id > classes[1].id:
            # The panel's own is the one from which a change is told, whatever the numbers.
            spec = ' '.join(f'#{volume.id_string}' for volume in classes)
        words = f'occupy compare {spec} mode {panel.mode}'
        if self.by_chain.isChecked() and self.model.value is not None:
            words += f' model #{self.model.value.id_string}'
        if self.one_grey.isChecked() and not self._why_no_grey_level():
            words += ' normalize true'
        return words + self._colors()

    def _colors(self):
        return ' color true' if self.color_it.isEnabled() and self.color_it.isChecked() else ''

    def run(self, plot=False):
        """Measure, and show what was found; with `plot` in a window of its own too."""
        what = self.what.currentData()
        choice = self.region if what == 'target' else self.model
        models = [] if choice.value is None or what == 'compare' else [choice.value]
        self._run(what, self.command(), models, plot)

    def _plot(self):
        """Plot what stands in the table, or, without one, what is chosen."""
        known = self.measured
        if known is None or not known.command:
            self.run(plot=True)
        else:
            self._run(known.what, known.command, known.models, True)

    def _run(self, what, command, models, plot):
        words = f'#{self.region.value.id_string}' if self.region.value is not None else ''
        volume = self._panel.volume

        def found(result):
            table = table_of(result, words, volume)
            self.show_results(table, what, command, models)
            if table is not None:
                self._panel.say(self.measured.sentence)

        self._panel.run(command + (' plot true' if plot else ''), found)

    def show_results(self, table, what='', command='', models=()):
        """Show a `Table` in place of the one before; what, command, models: see `Measured`."""
        self.measured = None if table is None else Measured(table, what, command, models)
        self.table.show_table(table)
        self._show_caption()
        for widget in (self.table, self.save):
            widget.setVisible(table is not None)
        self._panel.ask_for_room()

    def _show_caption(self):
        known = self.measured
        self.heading.setText('' if known is None else known.caption(self._panel.volume))
        self.heading.setVisible(known is not None)
        self._above.arrange()

    @property
    def spare_height(self):
        """By how many pixels this may be lower than it would be."""
        return (0 if self.table.isHidden()
                else self.table.sizeHint().height() - self.table.minimumHeight())

    def _classes(self):
        """The maps to be compared, the panel's own first."""
        own, other = self._panel.volume, self.other.value
        if other is not None:
            return [own, other]
        return [own, *(volume for volume in self._maps() if volume is not own)]

    def _series(self):
        """The maps of a series: those that were opened together with the panel's own, or all."""
        own, maps = self._panel.volume, self._maps()
        return [one for one in maps if one.parent is own.parent] if len(own.id) > 1 else maps

    def _maps(self):
        from chimerax.map import Volume
        return [volume for volume in self._panel.session.models.list(type=Volume)
                if not volumes.is_result(volume)]

    def _region_is_model(self):
        from chimerax.atomic import Structure
        return isinstance(self.region.value, Structure)

    def _save(self):
        path = file_to_save(self.widget, 'Table of results', 'CSV (*.csv)')
        if path:
            try:
                self.table.save(path)
            except OSError as error:
                self._panel.say(f'{path} could not be written: {error.strerror}', failed=True)
            else:
                self._panel.say(f'Wrote {path}.')

    def words(self):
        """What the status line says while this is in front, '' for what there is."""
        return ''

    def why_not(self):
        """Why nothing can be measured as it is, or ''."""
        panel, what = self._panel, self.what.currentData()
        if panel.volume is None:
            return 'open a map first'
        if panel.busy:
            return BUSY
        if what in ('fit', 'atoms', 'series') and self.model.value is None:
            return 'choose a model first'
        if what == 'target' and self.region.value is None:
            return 'choose a region first'
        if what == 'compare' and len(self._classes()) < 2:
            return 'open another class first'
        if what == 'series' and len(self._series()) < 2:
            return 'open the other maps of the series first'
        return ''

    def _why_no_grey_level(self):
        """Why maps are not put on one grey level, or ''."""
        if self.model.value is None or not self.by_chain.isChecked():
            return 'only chains of a model tell a grey level: choose a model, and tick that'
        if self._panel.volume is not None and len(self._classes()) > 2:
            return 'two maps are put on one grey level: choose the other one'
        if self._panel.mode != 'occupancy':
            return 'change is told of occupancy: choose it above'
        return ''

    def refresh(self):
        """Enable what is possible."""
        reason = self.why_not()
        enable_if(self.measure, reason)
        what = self.what.currentData()
        self._show_caption()
        self._refresh_plot(what, reason)
        several = what in ('fit', 'atoms') and len(self._panel.targets) > 1
        enable_if(self.color_it, 'atoms have the colours of one map: leave out "All frames"'
                  if several else '', _COLORS.get(what, ''))
        enable_if(self.one_grey, self._why_no_grey_level())
        enable_if(self.distance, '' if self._region_is_model() else
                  'only a region of atoms has a distance')
        enable_if(self.by_chain, '' if self.model.value is not None else 'choose a model first')
        if not self.measure.isEnabled():
            return
        self.measure.setToolTip('What is measured needs an estimate, which is made first if there '
                                'is none')

    def _refresh_plot(self, what, reason):
        """It stands beside the table, and is of that where there is one."""
        known = self.measured
        if known is not None and known.command:
            what, reason = known.what, BUSY if self._panel.busy else known.why_not_again()
        self.plot.setVisible(what in _PLOTS)
        enable_if(self.plot, reason, _PLOTS.get(what, ''))

    def close(self):
        """Give the selection back."""
        self.table.put_out()

    def state(self):
        """What is chosen, for a session."""
        return {'what': self.what.currentData(), 'distance': self.distance.value(),
                'color model': self.color_it.isChecked(), 'column': self.column.currentData(),
                'by chain': self.by_chain.isChecked(), 'one grey': self.one_grey.isChecked(),
                'model': self.model.value,
                'other': self.other.value, 'region': self.region.value}

    def set_state(self, state):
        """Choose what `state` returned."""
        self.what.setCurrentIndex(max(0, self.what.findData(state['what'])))
        self.distance.setValue(state.get('distance', SETTINGS['region_distance'].default))
        self.column.setCurrentIndex(max(0, self.column.findData(state.get('column', ''))))
        for box, name in ((self.color_it, 'color model'), (self.by_chain, 'by chain'),
                          (self.one_grey, 'one grey')):
            box.setChecked(state.get(name, False))
        for choice, name in ((self.model, 'model'), (self.other, 'other'),
                             (self.region, 'region')):
            choice.choose(state.get(name))


def _page(*rows):
    page = QWidget()
    layout = column(page, margins=(0, 0, 0, 0))
    for row in rows:
        layout.addLayout(row)
    return page
