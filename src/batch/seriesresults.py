"""The files of a series: table, pictures, and what goes together, whole or not at all."""

import csv
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from ..core.displaced import MEANS
from ..core.parameters import PLOT_DPI
from ..series.files import as_dict, write_csv
from ..series.gather import OCCUPANCY, SCALE
from ..series.order import order_of
from ..series.together import together
from . import report as reports
from .results import Results
from .versions import version, versions

NAME = 'series'
IMAGES = ('png', 'pdf', 'svg', 'none')
PAIR_COLUMNS = ('first', 'second', 'kind', 'correlation', 'p', 'adjusted', 'volumes')
NO_PICTURES = 'no pictures were drawn, since matplotlib is not installed here'


@dataclass(frozen=True, eq=False)
class Found:
    """`files`: paths by the word for each. `pairs`: of groups. `warnings`: sentences."""

    files: dict
    pairs: list
    warnings: tuple


def check_results(folder, request, inputs, images, overwrite):
    """Raise `ValueError` where results could not be written, or would take the place of others.

    A series of the same parts by the same method is drawn again freely: other volumes, another full
    scale or order.
    """
    if images not in (None, *IMAGES):
        raise ValueError(f'images must be one of {", ".join(IMAGES)}, not "{images}"')
    if images not in (None, 'none') and not _can_draw():
        raise ValueError('pictures need matplotlib, which is not installed here')
    path = folder / f'{NAME}.json'
    if overwrite:
        return
    if not path.exists():
        others = [name for name in (f'{NAME}.csv', 'together.csv') if (folder / name).exists()]
        if others:
            raise ValueError(f'{folder / others[0]} is there already and was kept; give '
                             '--overwrite, or another --output-dir')
        return
    try:
        known = json.loads(path.read_text(encoding='utf-8'))
        same = (known['of_volumes'] == json.loads(json.dumps(request.of_volumes))
                and set(known['inputs']) == set(inputs)
                and all(reports.is_same(one, known['inputs'][role])
                        for role, one in inputs.items()))
    except (OSError, ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise ValueError(f'{path} is of other parts or parameters and was kept; give --overwrite, '
                         'or another --output-dir')


def solvent_before(folder):
    """The strengths of solvent that the series in a folder holds.

    None where there is none, or where another version, which took solvent otherwise, made it.
    """
    try:
        known = json.loads((folder / f'{NAME}.json').read_text(encoding='utf-8'))['solvent']
        return [float(strength) for strength in known] if len(known) == len(MEANS) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_results(folder, request, inputs, table, paths, parts, solvent, images, warnings,
                  particles):
    """Write everything that there is to say of a series.

    folder: where to. request: the `SeriesRequest`. inputs: paths of models or masks by role. table:
    the `SeriesTable`. paths: of the volumes, by name. parts: what each told, by name. solvent: its
    strengths, held in all, or None. images: see `run_series`. warnings: sentences. particles: a
    `Particles`, or None. Returns `Found`; raises `ValueError` where they cannot be written.
    """
    try:
        return _write_results(folder, request, inputs, table, paths, parts, solvent, images,
                              warnings, particles)
    except OSError as error:
        raise ValueError(
            f'the results cannot be written in {folder}: {(error.strerror or str(error)).lower()}; '
            'what the volumes told is kept, and the same command goes on from there') from error


def _write_results(folder, request, inputs, table, paths, parts, solvent, images, warnings,
                   particles):
    order = order_of(table, request.order)
    pairs = together(table)
    if images is None and not _can_draw():
        images, warnings = 'none', (*warnings, NO_PICTURES)
    with Results(overwrite=True) as results:
        finals = {NAME: folder / f'{NAME}.csv', 'together': folder / 'together.csv'}
        made = {word: results.path_for(final) for word, final in finals.items()}
        with open(made[NAME], 'w', encoding='utf-8', newline='') as stream:
            write_csv(stream, table)
        with open(made['together'], 'w', encoding='utf-8', newline='') as stream:
            _write_pairs(stream, pairs)
        if images != 'none':
            for word, figure in _figures(table, order, request.method):
                finals[word] = folder / f'{word}.{images or IMAGES[0]}'
                made[word] = results.path_for(finals[word])
                figure.savefig(made[word], format=images or IMAGES[0], dpi=PLOT_DPI)
        clusters = None
        if particles is not None:
            clusters = particles.select(table)
            for word, name, write in clusters.files:
                finals[word] = folder / name
                made[word] = results.path_for(finals[word])
                write(made[word])
            warnings = (*warnings, *clusters.notes)
        report = {
            **as_dict(table), 'complete': False, 'versions': versions(), 'version': version(),
            'made': datetime.now(UTC).isoformat(timespec='seconds'),
            'method': request.method,
            'models': [path for role, path in inputs.items() if role.split()[0] == 'model'],
            'asked': request.as_dict(), 'of_volumes': request.of_volumes,
            'inputs': {role: reports.identity(path) for role, path in inputs.items()},
            'paths': {name: str(Path(path).absolute()) for name, path in paths.items()},
            'order': order.as_dict(),
            'levels': {name: part['column']['level'] for name, part in parts.items()},
            'correlations': {name: part['correlation'] for name, part in parts.items()
                             if 'correlation' in part},
            'solvent': solvent,
            'together': [asdict(pair) | {'kind': pair.kind} for pair in pairs],
            'clusters': None if clusters is None else clusters.as_dict(),
            'warnings': list(warnings)}
        files = [{'result': word, 'file': final.name, 'bytes': made[word].stat().st_size}
                 for word, final in finals.items()]
        report['files'] = files
        path = folder / f'{NAME}.json'
        before = _listed_in(path)
        results.commit(path, reports.text_of({**report, 'complete': True}),
                       reports.text_of(report))
    for old in before - {final.name for final in finals.values()}:
        # Of the same series drawn otherwise: it would contradict what is here now.
        (folder / old).unlink(missing_ok=True)
    return Found({**finals, 'json': path}, pairs, tuple(warnings))


def _listed_in(path):
    """Names of the files that a series wrote before."""
    try:
        files = json.loads(path.read_text(encoding='utf-8'))['files']
        return {Path(entry['file']).name for entry in files}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _figures(table, order, method):
    from ..figures.frames import frames_figure
    from ..figures.heatmap import heatmap_figure
    what = SCALE if method == SCALE else OCCUPANCY
    yield 'heatmap', heatmap_figure(table, order, what=what)
    yield 'frames', frames_figure(table, what=what)


def _can_draw():
    # Loading it takes longer than some series do.
    return find_spec('matplotlib') is not None


def _write_pairs(stream, pairs):
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(PAIR_COLUMNS)
    for pair in pairs:
        writer.writerow([pair.first, pair.second, pair.kind, f'{pair.correlation:.3f}',
                         f'{pair.p:.3g}', f'{pair.adjusted:.3g}', pair.volumes])
