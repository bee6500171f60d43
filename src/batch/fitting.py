"""Occupancies of a model's groups in maps from files; what maps have in common is made once.

A process keeps the latest model and the latest design, so that of many maps on one grid each is
only read and fitted.
"""

import os
import threading

from ..core import fit_occupancies, prepare
from .groups import file_of, read_groups

_lock = threading.Lock()
_kept = {}


def model_groups(paths, words):
    """The `ModelGroups` of model files; the latest are kept as long as the files stay the same."""
    return once('groups', _key(paths, words), lambda: read_groups(paths, words))


def _key(paths, words):
    listed = file_of(words)
    return tuple(paths), states([*paths, *([listed] if listed else [])]), words


def fit_map(source, paths, words, parameters, full=None, solvent=None, progress=None):
    """Fit the groups of a model to a map.

    source: a `MapFile`. paths: of model files. words: see `read_groups`. parameters:
    `FitParameters`. full, solvent, progress: as for `core.fit_occupancies`. Returns `Occupancies`;
    raises `ValueError`, one sentence.
    """
    report = progress or (lambda share, stage='': None)
    groups = model_groups(paths, words)
    key = (*_key(paths, words), parameters, source.array.shape, source.axes,
           source.position, source.rotation.tobytes())
    design = once('design', key, lambda: prepare(
        source.array.shape, source.axes, groups.on(source), parameters,
        progress=lambda share, stage='': report(0.3 * share, 'Drawing the model')))
    return fit_occupancies(design, source.array, full=full, solvent=solvent,
                           progress=lambda share, stage='': report(
                               0.3 + 0.7 * share, 'Fitting'))


def states(paths):
    """What changes when a file does; None for one that is not there, which reading tells of."""
    found = []
    for path in paths:
        try:
            facts = os.stat(path)
        except OSError:
            return None
        found.append((facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def once(what, key, make):
    """What `make` makes, kept until there is another key: such things are large."""
    # A worker of Dask may have several threads.
    with _lock:
        if what not in _kept or _kept[what][0] != key:
            _kept.pop(what, None)
            _kept[what] = key, make()
        return _kept[what][1]
