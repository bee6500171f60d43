"""A series in a session: which map each volume is, what selects each group, and the commands that
show, select and name them.

Volumes and models of a series from files are opened when they are first wanted.
"""

import os
import re

from chimerax.core.commands import concise_model_spec, quote_path_if_necessary

from ..core.describe import value_text

#: A group as the batch names it: model, chain, residues, and what of the chain.
_NAME = re.compile(r'(?P<model>#\d+)?/(?P<chain>[^\s:]+)(?P<residues>:\S+)?'
                   r'( (?P<kind>protein|nucleic)| (?P<ligand>\S+) (?P<place>\S+))?')
_KINDS = {'protein': ' & protein', 'nucleic': ' & nucleic-acid'}


class OpenSeries:
    """A `SeriesTable` and what it is of.

    order: a `series.order.Order`. what: what the values are, "occupancy" or "scale". maps: open
    `Volume`s by the names of volumes. spec_of: `spec_of(index)`, a specifier of a group; None where
    groups are known by their names alone. paths: files of volumes by name, and models: files of
    models, to be opened where they are not.
    """

    def __init__(self, session, table, order, *, title='', what='occupancy', maps=None,
                 spec_of=None, paths=None, models=()):
        self.what = what
        self.session, self.table, self.order, self.title = session, table, order, title
        self._maps = dict(maps or {})
        self._spec_of, self._paths = spec_of, paths or {}
        self._model_paths, self._models = list(models), [None] * len(models)

    def words(self, group, volume):
        """What there is to say of a cell, lines of text."""
        table = self.table
        name, of_volume = table.groups[group], table.volumes[volume]
        lines = [f'{name} in {of_volume}']
        value, error = table.occupancy[group, volume], table.error[group, volume]
        if of_volume in table.failed:
            lines.append(table.failed[of_volume])
        elif value != value:
            lines.append('no value')
        else:
            lines.append(f'{self.what} {value_text(value, error)}')
        note = table.notes.get((name, of_volume))
        return '\n'.join([*lines, *([note] if note else [])])

    def map_of(self, volume):
        """The open map of a volume (an index), or None."""
        found = self._maps.get(self.table.volumes[volume])
        return None if found is None or found.deleted else found

    @property
    def maps(self):
        """All maps of the series that are open, in its order."""
        return [found for found in map(self.map_of, range(len(self.table.volumes)))
                if found is not None]

    def open_command(self, volume):
        """The command that opens the file of a volume; '' where it is open or there is none."""
        path = self._paths.get(self.table.volumes[volume], '')
        return '' if self.map_of(volume) is not None or not os.path.exists(path) else (
            f'open {quote_path_if_necessary(path)}')

    def opened(self, volume, models):
        """Remember what was opened of a volume: the first map among some models."""
        from chimerax.map import Volume
        for model in _flat(models):
            if isinstance(model, Volume):
                self._maps[self.table.volumes[volume]] = model
                return

    def open_model_commands(self):
        """(number, command) for each model that is to be opened so that groups can be selected."""
        found = []
        for number, path in enumerate(self._model_paths):
            known = self._models[number]
            if (known is None or known.deleted) and os.path.exists(path):
                found.append((number, f'open {quote_path_if_necessary(path)}'))
        return found

    def model_opened(self, number, models):
        """Remember what was opened of a model: the first structure among some models."""
        from chimerax.atomic import Structure
        for model in _flat(models):
            if isinstance(model, Structure):
                self._models[number] = model
                return

    def spec(self, group):
        """A specifier of a group (an index), '' where it is not open."""
        if self._spec_of is not None:
            return self._spec_of(group)
        found = _NAME.fullmatch(self.table.groups[group])
        if not found:
            return ''
        number = int(found['model'][1:]) - 1 if found['model'] else 0
        model = self._models[number] if number < len(self._models) else None
        if model is None or model.deleted:
            return ''
        residues = found['residues'] or (f':{found["place"]}' if found['place'] else '')
        return (f'#{model.id_string}/{found["chain"]}{residues}'
                + _KINDS.get(found['kind'], ''))

    def show_command(self, volume):
        """The command that shows a volume alone among those of the series; '' where it is so."""
        shown = self.map_of(volume)
        if shown is None:
            return ''
        others = [one for one in self.maps if one is not shown and one.display]
        words = [f'hide {self.spec_of_maps(others)} models'] if others else []
        if not shown.display:
            words.append(f'show #{shown.id_string} models')
        return '; '.join(words)

    def spec_of_maps(self, maps):
        """A specifier of some open maps."""
        from chimerax.map import Volume
        return concise_model_spec(self.session, maps, relevant_types=Volume, allow_empty_spec=False)

    def select_command(self, groups):
        """The command that selects groups (indices); '' where none is open."""
        specs = [spec for spec in map(self.spec, groups) if spec]
        return f'select {" | ".join(specs)}' if specs else ''

    def name_command(self, groups=(), volumes=()):
        """The command that names a block of groups, or of volumes; '' where none is open."""
        if groups:
            specs = [spec for spec in map(self.spec, groups) if spec]
            words, spec = 'groups', ' | '.join(specs)
        else:
            maps = [found for found in map(self.map_of, volumes) if found is not None]
            words, spec = 'volumes', self.spec_of_maps(maps) if maps else ''
        return f'name {_free_name(self.session, words)} {spec}' if spec else ''


def _free_name(session, word):
    from chimerax.core.commands import list_selectors
    taken = set(list_selectors())
    number = 1
    while f'{word}{number}' in taken:
        number += 1
    return f'{word}{number}'


def _flat(models):
    """Models, those within lists too, with their children."""
    found = []
    for model in models if isinstance(models, (list, tuple)) else [models]:
        if isinstance(model, (list, tuple)):
            found += _flat(model)
        elif model is not None:
            found += model.all_models()
    return found
