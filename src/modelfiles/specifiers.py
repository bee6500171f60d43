"""Atoms of models named as in ChimeraX, as far as that goes without it: #1/A:1-100,HEM.

Models by their place among those that are given, chains, residue numbers, ranges of them, and
residue names; what is parted by "&", attributes and zones need ChimeraX.
"""

import re

import numpy as np

_FORM = re.compile(r'(?:#(?P<models>[^/:]+))?(?:/(?P<chains>[^#/:]+))?(?::(?P<residues>[^#/:]+))?')
_RANGE = re.compile(r'(-?\d+)(?:-(-?\d+))?$')
_NAME = re.compile(r'[A-Za-z0-9]+$')


def selected(spec, models):
    """Which atoms of some models a specifier names.

    spec: such as "/A", "#2/B,C", ":HEM", "/A:1-100,120". models: list of `Model`. Returns a boolean
    array over the atoms of all models, one after another. Raises `ValueError`, one sentence, for
    what is not understood or names no atom.
    """
    form = _FORM.fullmatch(spec)
    if not spec or form is None:
        raise ValueError(f'"{spec}" is not understood: chains (/A,B), residues (/A:1-100, :HEM) '
                         'and models (#2/A) can be named without ChimeraX')
    chosen = np.concatenate([np.ones(len(model), bool) for model in models])
    parts = (('models', _models), ('chains', _chains), ('residues', _residues))
    for name, find in parts:
        if form[name] is not None:
            chosen &= find(form[name].split(','), models, spec)
    if not chosen.any():
        raise ValueError(f'"{spec}" names no atom of the model')
    return chosen


def _models(words, models, spec):
    which = np.repeat(np.arange(1, len(models) + 1), [len(model) for model in models])
    chosen = np.zeros(len(which), bool)
    for word in words:
        first, last = _range(word, spec)
        if not 1 <= first <= last <= len(models):
            raise ValueError(f'"{spec}" names a model that is not there: there '
                             + (f'are {len(models)}' if len(models) > 1 else 'is one'))
        chosen |= (which >= first) & (which <= last)
    return chosen


def _chains(words, models, spec):
    chains = np.concatenate([model.chains for model in models])
    known = list(dict.fromkeys(chains.tolist()))
    wanted = set()
    for word in words:
        ends = word.split('-')
        if word not in known and len(ends) == 2 and all(len(end) == 1 for end in ends):
            wanted |= {name for name in known if len(name) == 1 and ends[0] <= name <= ends[1]}
        elif word in known:
            wanted.add(word)
        else:
            raise ValueError(f'"{spec}" names the chain {word}, which is not in the model')
    return np.isin(chains, list(wanted))


def _residues(words, models, spec):
    numbers = np.concatenate([model.numbers for model in models])
    names = np.concatenate([model.residue_names for model in models])
    chosen = np.zeros(len(numbers), bool)
    for word in words:
        if _RANGE.match(word):
            first, last = _range(word, spec)
            chosen |= (numbers >= first) & (numbers <= last)
        elif _NAME.match(word):
            chosen |= np.char.upper(names) == word.upper()
        else:
            raise ValueError(f'"{spec}": "{word}" is no residue number, range or name')
    return chosen


def _range(word, spec):
    found = _RANGE.match(word)
    if found is None:
        raise ValueError(f'"{spec}": "{word}" is no number')
    first = int(found[1])
    return first, int(found[2]) if found[2] is not None else first
