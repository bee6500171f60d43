"""Atoms of an mmCIF file.

After the STAR syntax (Hall, J. Chem. Inf. Comput. Sci. 31, 1991) and the PDBx/mmCIF dictionary.
"""

import re
from itertools import chain

import numpy as np

from . import residues
from .model import LIGAND, NUCLEIC, OTHER, PROTEIN, WATER, Model, ModelFileError, residue_indices

WANTED = ('_atom_site', '_entity', '_entity_poly')
#: Quoted values end with a quote that white space follows.
TOKEN = re.compile(r"""'((?:[^']|'(?=\S))*)'(?=\s|$)|"((?:[^"]|"(?=\S))*)"(?=\s|$)|(\#.*)|(\S+)""")
ABSENT = ('?', '.')
EIGHT_PI_SQUARED = 8 * np.pi ** 2


def read(text):
    """The `Model` of an mmCIF file's text; its first model, of the first block with atoms."""
    tables = categories(text.splitlines())
    sites = tables.get('_atom_site', {})
    for name in ('Cartn_x', 'Cartn_y', 'Cartn_z'):
        if not sites.get(name):
            raise ModelFileError('the file holds no atoms' if not sites else
                                 f'the file holds atoms without _atom_site.{name}')
    return _model(sites, _entity_kinds(tables))


def categories(lines):
    """The wanted categories as dicts of columns, lists of text, of the first block with atoms."""
    tables, at = {}, 0
    while at < len(lines):
        line = lines[at]
        low = line[:5].lower()
        if low == 'data_' and tables.get('_atom_site'):
            break
        if low == 'data_':
            tables = {}
        if low == 'loop_':
            at = _loop(lines, at + 1, tables)
        elif line.startswith('_'):
            at = _item(lines, at, tables)
        elif line.startswith(';'):
            at = _text(lines, at)[1]
        else:
            at += 1
    return tables


def _loop(lines, at, tables):
    columns = []
    while at < len(lines) and (not lines[at].strip() or lines[at].lstrip()[0] in '_#'):
        if lines[at].strip():
            columns += [word for word in lines[at].split()[:1] if word[0] == '_']
        at += 1
    category = columns[0].split('.')[0] if columns else ''
    begin = at
    if category not in WANTED:
        return _rows_end(lines, at)
    at = _rows_end(lines, at)
    values = list(_values(lines, begin, at))
    if len(values) % len(columns):
        raise ModelFileError(f'the table {category} is cut short or damaged: {len(values)} values '
                             f'in {len(columns)} columns')
    tables[category] = {name.split('.')[-1]: values[number::len(columns)]
                        for number, name in enumerate(columns)}
    return at


def _rows_end(lines, at):
    """The first line after the rows of a loop."""
    while at < len(lines):
        start = lines[at][:5].lower()
        if start[:1] == ';':
            at = _text(lines, at)[1]
            continue
        if start[:1] == '_' or start in ('loop_', 'data_'):
            break
        at += 1
    return at


def _values(lines, at, end):
    """The values in some lines."""
    parts, plain = [], []

    def split():
        # Many lines in one go, which takes half the time of one by one.
        parts.append('\n'.join(plain).split())
        plain.clear()

    while at < end:
        line = lines[at]
        if line[:1] == ';':
            split()
            value, at = _text(lines, at)
            parts.append((value,))
            continue
        if "'" in line or '"' in line or '#' in line:
            split()
            parts.append([found[1] or found[2] or found[4] or ''
                          for found in TOKEN.finditer(line) if found[3] is None])
        else:
            plain.append(line)
        at += 1
    split()
    return chain.from_iterable(parts)


def _text(lines, at):
    """A value between lines that begin with a semicolon, and the line after it."""
    end = at + 1
    while end < len(lines) and lines[end][:1] != ';':
        end += 1
    return '\n'.join([lines[at][1:], *lines[at + 1:end]]), end + 1


def _item(lines, at, tables):
    """One name and its value, in this line or the next."""
    words = lines[at].split(None, 1)
    category, _, name = words[0].partition('.')
    if len(words) > 1:
        value, after = next(iter(_values([words[1]], 0, 1)), ''), at + 1
    elif at + 1 < len(lines) and lines[at + 1][:1] == ';':
        value, after = _text(lines, at + 1)
    else:
        value, after = next(iter(_values(lines, at + 1, min(at + 2, len(lines)))), ''), at + 2
    if category in WANTED:
        tables.setdefault(category, {})[name] = [value]
    return after


def _entity_kinds(tables):
    """What the entities are, by their ids; empty where the file does not say."""
    polymers = tables.get('_entity_poly', {})
    types = dict(zip(polymers.get('entity_id', ()), polymers.get('type', ()), strict=False))
    entities = tables.get('_entity', {})
    found = {}
    for name, what in zip(entities.get('id', ()), entities.get('type', ()), strict=False):
        if what == 'polymer' and name in types:
            kind = types[name].lower()
            found[name] = (PROTEIN if 'peptide' in kind else
                           NUCLEIC if 'nucleotide' in kind or 'nucleic' in kind else OTHER)
        elif what != 'polymer':
            found[name] = {'water': WATER}.get(what, LIGAND)
    return found


def _model(sites, entity_kinds):
    n = len(sites['Cartn_x'])

    def column(*names, default=''):
        for name in names:
            if name in sites:
                return sites[name]
        return [default] * n

    def numbers(names, default):
        try:
            return np.array(column(*names, default=default), float)
        except ValueError:
            return np.array([_number(text, default) for text in column(*names)], float)

    def words(*names):
        """Authors' names, and where there are none those of the PDB."""
        found = np.array(column(*names))
        for other in names[1:]:
            lacking = np.isin(found, ABSENT)
            if other in sites and lacking.any():
                found = np.where(lacking, np.array(sites[other]), found)
        return np.where(np.isin(found, ABSENT), '', found)

    positions = np.stack([numbers([f'Cartn_{axis}'], 'nan') for axis in 'xyz'], axis=1)
    elements = column('type_symbol')
    known = {text: residues.element(text) for text in set(elements)}
    b_factors = numbers(['B_iso_or_equiv'], 'nan')
    if 'B_iso_or_equiv' not in sites and 'U_iso_or_equiv' in sites:
        b_factors = EIGHT_PI_SQUARED * numbers(['U_iso_or_equiv'], 'nan')
    chains = words('auth_asym_id', 'label_asym_id')
    seq = numbers(['auth_seq_id'] if 'auth_seq_id' in sites else ['label_seq_id'], '0')
    insertions, altlocs = words('pdbx_PDB_ins_code'), words('label_alt_id')
    names = words('auth_atom_id', 'label_atom_id')
    residue_names = words('auth_comp_id', 'label_comp_id')
    kinds = residues.kinds(
        residue_indices(chains, seq, insertions, residue_names, altlocs), residue_names, names,
        np.ones(n, bool))
    if entity_kinds:
        entities = np.array(column('label_entity_id'))
        for name, kind in entity_kinds.items():
            kinds = np.where(entities == name, kind, kinds)
    model = Model(positions, np.array([known[text] for text in elements]), names, chains,
                  seq.astype(int), insertions, residue_names, altlocs,
                  np.nan_to_num(numbers(['occupancy'], '1'), nan=1.0), np.nan_to_num(b_factors),
                  kinds)
    which = np.array(column('pdbx_PDB_model_num', default='1'))
    if (which != which[0]).any():
        count = len(set(which.tolist()))
        model = model.where(which == which[0])
        model = Model(**{**vars(model), 'notes': (f'the file holds {count} models: the first is '
                                                  'used',)})
    return model


def _number(text, default):
    if text in ABSENT:
        return float(default)
    try:
        # Some programs add the error in brackets.
        return float(text.split('(')[0])
    except ValueError:
        raise ModelFileError(f'the table of atoms holds "{text[:20]}" where a number should be'
                             ) from None
