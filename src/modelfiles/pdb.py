"""Atoms of a PDB file, after the format's version 3.3."""

import numpy as np

from . import residues
from .model import Model, ModelFileError, residue_indices

UPPER = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'


def read(text):
    """The `Model` of a PDB file's text; of several models the first one."""
    lines, ended, models = [], [], 0
    over = set()
    for number, line in enumerate(text.splitlines(), 1):
        record = line[:6]
        if record in ('ATOM  ', 'HETATM') and models <= 1:
            lines.append((number, line))
            ended.append(line[20:22] in over)
        elif record[:3] == 'TER' and models <= 1 and lines:
            over.add(lines[-1][1][20:22])
        elif record == 'MODEL ':
            models += 1
            # Where atoms stand before it, this is the second.
            models += models == 1 and bool(lines)
    if not lines:
        raise ModelFileError('the file holds no atoms')
    return _model(lines, np.array(ended), models)


def _model(lines, ended, models):
    positions = np.empty((len(lines), 3))
    for place, (number, line) in zip(positions, lines, strict=True):
        try:
            place[:] = float(line[30:38]), float(line[38:46]), float(line[46:54])
        except ValueError:
            raise ModelFileError(f'line {number}: the place of the atom is not given by three '
                                 'numbers in their columns') from None
    only = [line for _, line in lines]
    names = np.array([line[12:16].strip() for line in only])
    residue_names = np.array([line[17:20].strip() for line in only])
    chains = np.array([line[20:22].strip() for line in only])
    altlocs = np.array([line[16:17].strip() for line in only])
    insertions = np.array([line[26:27].strip() for line in only])
    numbers = np.array([_residue_number(line[22:26], number) for number, line in lines])
    # Few combinations of columns say what an element is, in any number of atoms.
    known = {}
    elements = np.array([known.get(key) or known.setdefault(key, _element(line)) for key, line in
                         ((line[12:20] + line[76:78], line) for line in only)])
    hetero = np.array([line[:6] == 'HETATM' for line in only])
    kinds = residues.kinds(
        residue_indices(chains, numbers, insertions, residue_names, altlocs), residue_names, names,
        ~(ended & hetero))
    notes = (f'the file holds {models} models: the first is used',) if models > 1 else ()
    return Model(positions, elements, names, chains, numbers, insertions, residue_names, altlocs,
                 np.array([_value(line[54:60], 1.0) for line in only]),
                 np.array([_value(line[60:66], 0.0) for line in only]), kinds, notes)


def _element(line):
    symbol = residues.element(line[76:78])
    if symbol != residues.UNKNOWN:
        return symbol
    return residues.element_of_name(line[12:16].ljust(4), line[17:20].strip())


def _value(text, default):
    try:
        return float(text)
    except ValueError:
        return default


def _residue_number(text, number):
    """A residue number, in the hybrid base of 36 beyond 9999."""
    word = text.strip()
    try:
        return int(word)
    except ValueError:
        pass
    value, digits = 0, word.upper()
    if len(word) != 4 or not word[0].isalpha() or any(digit not in UPPER for digit in digits):
        raise ModelFileError(f'line {number}: "{text}" is no residue number') from None
    for digit in digits:
        value = value * 36 + UPPER.index(digit)
    first = 10 * 36 ** 3
    return value - first + 10_000 + (26 * 36 ** 3 if word[0].islower() else 0)
