"""Of what the numbers in the panel are, and whether that is still there."""

from ..session import volumes


class Measured:
    """What a `Table` is of: its maps as they were called, and the command that gave it.

    what: the kind of measurement. command: its command, '' for none. models: those that it names
    beside the maps. The table is not remembered to be true: each question looks at what is open.
    """

    def __init__(self, table, what='', command='', models=()):
        self.table, self.what, self.command, self.models = table, what, command, models
        self._maps = [(volume, volumes.label(volume)) for volume in table.maps]
        self._named = [(model, model.id_string, volumes.label(model))
                       for model in (*table.maps, *models)]

    def caption(self, chosen):
        """The heading of the table while a map, or none, is chosen in the panel."""
        words = [self.table.title]
        gone = sum(volume.deleted for volume, _ in self._maps)
        if len(self._maps) == 1:
            words.append(self._maps[0][1])
            words += ['closed'] if gone else []
        elif self._maps:
            words.append(f'{len(self._maps)} maps')
            words += [f'{gone} of them closed'] if gone else []
        elsewhere = chosen is not None and all(volume is not chosen for volume, _ in self._maps)
        if self._maps and elsewhere and gone < len(self._maps):
            words.append('not the map chosen')
        return ', '.join(words)

    @property
    def sentence(self):
        """What was measured where: "Occupancy of 14 groups in ring.mrc #1.", or ''."""
        names = [name for _, name in self._maps]
        if not names or not self.table.said:
            return ''
        where = ' and '.join(names) if len(names) < 3 else f'{len(names)} maps'
        return f'{self.table.said} in {where}.'

    def why_not_again(self):
        """Why its command would not measure the same once more, or ''."""
        for model, number, name in self._named:
            if model.deleted:
                return f'this cannot be measured again: {name} is closed'
            if model.id_string != number:
                return f'what was measured as {name} has another number now: measure again'
        return ''
