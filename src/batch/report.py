"""The report of a map: everything that was asked, used and found, as JSON.

It is also what a later batch goes by: a map is done if its report is complete, was asked the same
of the same files by the same version, and its results are still there.
"""

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ..core.describe import described
from .versions import version, versions

FORMAT = 1
ABSENT, COMPLETE, UNFINISHED, OTHER = 'absent', 'complete', 'unfinished', 'other'


def identity(path):
    """What tells a file from others: size, time of last change, and what its contents hash to."""
    path = Path(path)
    facts = path.stat()
    with open(path, 'rb') as file:
        digest = hashlib.file_digest(file, 'sha256').hexdigest()
    return {'file': str(path), 'bytes': facts.st_size, 'modified': facts.st_mtime_ns,
            'sha256': digest}


def is_same(path, known):
    """Whether a file is the one with this `identity`, wherever it lies now."""
    facts = os.stat(path)
    if facts.st_size != known['bytes']:
        return False
    return facts.st_mtime_ns == known['modified'] or identity(path)['sha256'] == known['sha256']


def read_state(report, asked, inputs):
    """What a report says of the work that is asked now.

    report: its path. asked: `Request.as_dict`. inputs: paths of the files that go in, by role.
    Returns the state and the paths of the results it lists. COMPLETE: all is done. UNFINISHED: this
    very work was interrupted, and the files listed may be replaced. OTHER: it is of other work.
    """
    try:
        text = report.read_text(encoding='utf-8')
    except FileNotFoundError:
        return ABSENT, []
    try:
        found = json.loads(text)
        files = [report.parent / entry['file'] for entry in found['files']]
        same = (found['format'] == FORMAT and found['versions']['chimerax.occupy'] == version()
                and found['asked'] == json.loads(json.dumps(asked))
                and set(found['inputs']) == set(inputs)
                and all(is_same(path, found['inputs'][role]) for role, path in inputs.items()))
        sizes = [entry.get('bytes') for entry in found['files']]
        complete = found['complete']
    except (ValueError, KeyError, TypeError, AttributeError):
        return OTHER, []
    if not same:
        return OTHER, files
    whole = complete and all(path.is_file() and path.stat().st_size == size
                             for path, size in zip(files, sizes, strict=True))
    return COMPLETE if whole else UNFINISHED, files


def refused_in(report):
    """Why modifications were refused, by their words, from a report that is complete."""
    return json.loads(report.read_text(encoding='utf-8')).get('refused', {})


def full_scale_of(report):
    """The values of a `Reference`, and the mode, from a report; `ValueError` if it is not one."""
    try:
        found = json.loads(Path(report).read_text(encoding='utf-8'))
        values = float(found['full_scale']['value']), float(found['noise_floor'])
        return values, found['parameters']['mode']
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f'{report} is not the report of a batch') from error


def describe(asked, inputs, source, estimate, full_scale_note, warnings):
    """The report of an estimate as a dict, before any result is written.

    asked: `Request.as_dict`. inputs: `identity` of the files, by role. source: the `MapFile`.
    estimate: the `ScaleEstimate`. Positions are (x, y, z), in voxels of the map and in Å in the
    frame in which ChimeraX shows it.
    """
    found = described(estimate)
    for which in ('full', 'least'):
        found['tiles'][which] = _tile(getattr(estimate.tiles, which), estimate, source)
    return _plain({
        'format': FORMAT,
        'complete': False,
        'versions': versions(),
        'made': datetime.now(UTC).isoformat(timespec='seconds'),
        'asked': asked,
        'inputs': inputs,
        'map': {
            'box': source.array.shape[::-1],
            'voxel_size': source.steps,
            'axes': source.axes,
            'position': source.position,
            'stored_axis_order': source.axis_order,
            'start_indices': source.starts,
            'oddities': source.notes,
        },
        **found,
        'full_scale': {'value': estimate.full_scale, 'how': full_scale_note},
        'warnings': warnings,
    })


def complete(report, files, seconds):
    """The report once its results are written: files with their sizes, and the times taken."""
    return {**report, 'files': files, 'seconds': seconds, 'complete': True}


def text_of(report):
    """A report as the text of a JSON file."""
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    # Vectors read better in one line.
    return re.sub(r'\[[-+.,\deE\s]+\]', lambda found: ' '.join(found[0].split())
                  .replace('[ ', '[').replace(' ]', ']'), text) + '\n'


def _tile(tile, estimate, source):
    """Where a tile is: its first voxel, its edges and its centre, on the grid of the map."""
    factors = np.array(source.array.shape[::-1]) / estimate.grid.shape[::-1]
    centre = np.array(tile.centre[::-1]) * factors
    return {'value': tile.value, 'first_voxel': np.array(tile.start[::-1]) * factors,
            'edges': np.array(tile.size[::-1]) * factors, 'centre': centre,
            'position': source.place(centre)}


def _plain(value):
    """Numbers and lists as JSON knows them; numbers that are none as null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
