"""Atoms of model files sorted into groups, as an open model's are in a session."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import Atoms
from ..core.grouping import ResidueTable, group_residues
from ..core.setting import Setting
from ..modelfiles import ModelFileError, read_model
from ..modelfiles.specifiers import selected

#: Words for groups that need no naming.
CHAIN, RESIDUE, SEGMENT = 'chain', 'residue', 'segment'


@dataclass(frozen=True, eq=False)
class ModelGroups:
    """Atoms of models, n of them, no hydrogens or waters, in groups.

    `positions` (n, 3) in Å, as in the files; `elements`; `group_of`: indices into `names`, −1 for
    none; `names`, `kinds` of the groups; `shares` of conformers. `notes`: sentences.
    """

    positions: np.ndarray
    elements: np.ndarray
    group_of: np.ndarray
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    shares: np.ndarray
    notes: tuple[str, ...] = ()

    def on(self, source):
        """The core's `Atoms` in the frame of a `MapFile`."""
        return Atoms(source.to_grid(self.positions), self.elements, self.group_of, self.names,
                     self.shares, self.kinds)


def read_groups(paths, words=CHAIN):
    """Read models, and sort their atoms into groups.

    paths: of PDB and mmCIF files, one or several. words: "chain" (nucleic acid and ligands by
    themselves), "residue", "segment 20", specifiers parted by blanks, each a group (see
    `modelfiles.specifiers`), or the path of a file with such groups, a line each: perhaps a name,
    then its specifiers. Returns `ModelGroups`. Raises `ValueError`, one sentence, for what cannot
    be read or grouped.
    """
    models, notes = [], []
    for path in paths:
        try:
            model = read_model(path)
        except ModelFileError as error:
            raise ValueError(f'the model {path}: {error}') from error
        except OSError as error:
            raise ValueError(f'the model {path} cannot be read: '
                             f'{(error.strerror or str(error)).lower()}') from error
        notes += model.notes
        models.append(model.where(~model.hydrogens & (model.kinds != 'water')))
        if not len(models[-1]):
            raise ValueError(f'the model {path} holds hydrogens and waters only, whose occupancy '
                             'a map does not tell')
    joined = {name: np.concatenate([getattr(model, name) for model in models])
              for name in ('positions', 'elements', 'shares')}
    group_of, names, kinds = _sorted(models, words.strip())
    return ModelGroups(joined['positions'], joined['elements'], group_of, names, kinds,
                       joined['shares'], tuple(notes))


def settled(words):
    """Words for groups that mean the same wherever the work is done: the path of a file in full."""
    return str(Path(words).absolute()) if file_of(words) else words


def file_of(words):
    """The path of the file that holds the groups, where words for them name one; else None."""
    words = words.strip()
    if words.split()[:1] in ([], [CHAIN], [RESIDUE], [SEGMENT]) or not Path(words).is_file():
        return None
    return words


def _sorted(models, words):
    first, *rest = words.split() or ['']
    if first in (CHAIN, RESIDUE) and not rest:
        return _by_residues(models, first)
    if first == SEGMENT:
        return _by_residues(models, first, _segment(rest))
    return _named(models, list(_lines(words)))


def _segment(rest):
    from ..core import SETTINGS
    setting: Setting = SETTINGS['segment']
    if not rest:
        return setting.default
    if len(rest) > 1 or not rest[0].isdecimal():
        raise ValueError(f'"segment {" ".join(rest)}" is not understood: segment and a number of '
                         'residues are wanted, such as "segment 20"')
    return setting.check('segment', int(rest[0]))


def _by_residues(models, by, segment=None):
    columns = {name: [] for name in ('models', 'chains', 'numbers', 'insertions', 'names', 'kinds',
                                     'atoms')}
    of_atom, before = [], 0
    for number, model in enumerate(models, 1):
        index = model.residues
        of_atom.append(index + before)
        before += int(index[-1]) + 1
        at = np.unique(index, return_index=True)[1]
        columns['models'] += [f'#{number}' if len(models) > 1 else ''] * len(at)
        for name, values in (('chains', model.chains), ('numbers', model.numbers),
                             ('insertions', model.insertions), ('names', model.residue_names),
                             ('kinds', model.kinds)):
            columns[name] += values[at].tolist()
        columns['atoms'] += _atoms(model, index)
    groups = group_residues(ResidueTable(**columns), by, segment)
    if not groups:
        raise ValueError('the model holds no chain and no ligand; name groups, such as "/A:1-100"')
    group_of = np.full(before, -1)
    for i, group in enumerate(groups):
        group_of[group.residues] = i
    return (group_of[np.concatenate(of_atom)], tuple(group.name for group in groups),
            tuple(group.kind for group in groups))


def _atoms(model, index):
    """How many atoms each residue has, those of conformers once."""
    keys = np.unique(np.stack([index.astype('U12'), model.names]), axis=1)[0].astype(int)
    return np.bincount(keys, minlength=int(index[-1]) + 1).tolist()


def _lines(words):
    """(name, specifiers) of the groups that are named, or stand in a file."""
    path = Path(words)
    if not words.startswith(('/', '#', ':')) or file_of(words):
        try:
            text = path.read_text(encoding='utf-8-sig')
        except (OSError, ValueError) as error:
            why = getattr(error, 'strerror', None) or 'it is not text'
            raise ValueError(
                f'the groups "{words}" are none of chain, residue, segment 20 and specifiers '
                f'such as "/A /B:1-100", and no file of them: {why.lower()}') from error
        for line in text.splitlines():
            parts = line.split()
            specs = [part for part in parts if part[0] in '/#:']
            if not parts:
                continue
            named = parts[:len(parts) - len(specs)]
            if not specs or parts[len(named):] != specs:
                raise ValueError(f'{path.name}: a line of groups is a name, if one is wanted, and '
                                 f'specifiers, not "{line.strip()[:40]}"')
            yield ' '.join(named) or ' '.join(specs), specs
        return
    for spec in words.split():
        yield spec, [spec]


def _named(models, lines):
    if not lines:
        raise ValueError('no group is named')
    kinds = np.concatenate([model.kinds for model in models])
    group_of = np.full(len(kinds), -1)
    names = [name for name, _ in lines]
    for i, (name, specs) in enumerate(lines):
        mine = np.any([selected(spec, models) for spec in specs], axis=0)
        taken = group_of[mine].max()
        if taken >= 0:
            raise ValueError(f'the groups {names[taken]} and {name} share atoms; each atom belongs '
                             'to one group')
        group_of[mine] = i
    return group_of, tuple(names), ('',) * len(names)
