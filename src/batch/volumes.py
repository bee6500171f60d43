"""Which volumes a series is of: folders and wildcards, their order, names, and one grid."""

import glob
import os
from collections import Counter
from hashlib import sha256
from pathlib import Path

from ..core import Grid
from ..mapfiles import SUFFIXES, MapFileError, map_name, read_grid
from ..mapfiles.header import COMPRESSED, bare_suffix
from ..series import engine
from ..series.files import natural_key


def listed(given):
    """The paths of volumes, as strings, in the order of their series.

    given: paths, folders (all maps in them) and wildcards. In the order they are given, unless that
    is how a shell or a folder lists them, by letters: then numbers in names count by their value,
    vol_2 before vol_10. Raises `ValueError` for nothing, and for a folder without maps.
    """
    found = []
    for path in [given] if isinstance(given, (str, Path)) else given:
        path = str(path)
        if not path.strip():
            raise ValueError('the name of a volume is empty; leave it out')
        if Path(path).is_dir():
            inside = sorted(str(one) for one in Path(path).iterdir() if _is_map(one))
            if not inside:
                raise ValueError(f'the folder {path} holds no maps ({", ".join(SUFFIXES)}, also '
                                 f'{" or ".join(COMPRESSED)})')
            found += inside
        else:
            found += [] if Path(path).exists() else sorted(glob.glob(path)) or [path]
            found += [path] if Path(path).exists() else []
    if not found:
        raise ValueError('there are no volumes to work on')
    distinct = {}
    for path in found:
        distinct.setdefault(os.path.abspath(path), path)
    paths = list(distinct.values())
    if paths == sorted(paths) or paths == sorted(paths, key=str.casefold):
        paths.sort(key=natural_key)
    return paths


def _is_map(path):
    # A link to nowhere is meant to be a map: its turn tells that it is none.
    there = path.is_file() or (path.is_symlink() and not path.exists())
    return there and not path.name.startswith('.') and bare_suffix(path) in SUFFIXES


def named(paths):
    """Names for volumes: those of their files, with their folders where names are the same.

    Returns {name: path}; raises `ValueError` where that does not tell them apart.
    """
    names = [map_name(path) for path in paths]
    often = Counter(names)
    found = {}
    for name, path in zip(names, paths, strict=True):
        if often[name] > 1:
            name = f'{Path(path).absolute().parent.name}/{name}'
        other = found.setdefault(name, path)
        if other != path:
            raise ValueError(f'{other} and {path} have one name, {name}; give one of them another')
    return found


def file_names(volumes):
    """Names of files for what volumes tell, by the names of the volumes: no two are the same.

    volumes: {name: path}. Also where a file system takes capitals for small letters.
    """
    plain = {name: name.replace('/', '_') for name in volumes}
    often = Counter(word.casefold() for word in plain.values())
    return {name: word if often[word.casefold()] == 1 else
            f'{word}-{sha256(os.path.abspath(volumes[name]).encode()).hexdigest()[:8]}'
            for name, word in plain.items()}


def of_one_grid(volumes):
    """Sort out volumes that are not on the grid of most of them; only headers are read.

    volumes: {name: path}. Returns the names of the others, and {name: why not} for these and for
    files whose headers cannot be used.
    """
    failed, grids = {}, {}
    for name, path in volumes.items():
        try:
            grids[name] = Grid.of(*read_grid(path))
        except (MapFileError, ValueError) as error:
            failed[name] = str(error)
        except OSError as error:
            failed[name] = (error.strerror or str(error)).lower()
    if not grids:
        return [], failed
    names = list(grids)
    most, others = engine.of_one_grid(list(grids.values()))
    failed |= {names[i]: why for i, why in others.items()}
    return [names[i] for i in most], failed
