"""The report of a refinement: its log and its class sizes, drawn over the iterations."""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from ..core.parameters import PLOT_DPI
from ..shell import FAILURE, MISTAKE, WELL, Parser
from . import log
from .star import StarError, read_star

PICTURE = 'occupy_relion.png'
#: What is drawn of the log: name, title.
CURVES = (('full_scale', 'Full scale (density)'),
          ('variability', 'Variability (σ of the scale over content)'),
          ('changed', 'Change (rms, share of the map\'s)'))


def main(arguments):
    """Draw the report of a folder; return the exit status."""
    parser = Parser(prog='python -m chimerax.occupy.relion report', allow_abbrev=False,
                    description='Draws what occupy_relion.log tells of a refinement, and the '
                                'sizes of its classes, over the iterations (needs matplotlib).',
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, metavar='FOLDER',
                        help='The folder in which RELION writes its maps.')
    parser.add_argument('-o', '--output', type=Path, metavar='FILE',
                        help=f'The picture to write (default: {PICTURE} in that folder).')
    options = parser.parse_args(arguments)
    try:
        lines = log.read(options.folder)
    except log.LogError as error:
        sys.stderr.write(f'occupy: {error}\n')
        return MISTAKE
    if not lines:
        sys.stderr.write(f'occupy: {log.NAME} in {options.folder} tells of no map\n')
        return MISTAKE
    try:
        from matplotlib.figure import Figure
    except ImportError:
        sys.stderr.write('occupy: a report is drawn by matplotlib, which this Python lacks: '
                         'pip install matplotlib\n')
        return FAILURE
    output = _picture(options.output or options.folder)
    figure = Figure(figsize=(9, 7), layout='constrained')
    draw(figure, curves_of(lines), class_sizes(options.folder))
    try:
        figure.savefig(output, dpi=PLOT_DPI)
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or error
        sys.stderr.write(f'occupy: {output} cannot be written: {reason}\n')
        return FAILURE
    changed = sum(line.get('status') == 'changed' for line in lines)
    sys.stdout.write(f'{len(lines)} maps, {changed} of them changed: {output}\n')
    for reason, number in sorted(_reasons(lines).items()):
        sys.stdout.write(f'  {number} kept: {reason}\n')
    return WELL


def _picture(path):
    """Where the picture goes: into a folder, or to a file, which matplotlib calls .png by default.
    """
    if path.is_dir():
        return path / PICTURE
    return path if path.suffix else path.with_name(path.name + '.png')


def curves_of(lines):
    """From lines of the log: {name of a curve: {label of a map: [(iteration, value)]}}.

    Of several lines for one map of one iteration, as of a run that was repeated, the last counts.
    """
    found = {name: defaultdict(dict) for name, _ in CURVES}
    for line in lines:
        label = _label(line)
        for name, _ in CURVES:
            try:
                found[name][label][int(line['iteration'])] = float(line[name])
            except (KeyError, ValueError):
                continue
    return {name: {label: sorted(points.items()) for label, points in curves.items()}
            for name, curves in found.items()}


def class_sizes(folder):
    """From the model stars in a folder: {label of a class: [(iteration, share of particles)]}."""
    found = defaultdict(dict)
    for path in sorted(folder.glob('*_it*_model.star')):
        stem = path.name.removesuffix('_model.star').rpartition('_it')[2]
        number, _, half = stem.partition('_')
        if not number.isdigit():
            continue
        try:
            shares = read_star(path)['model_classes']['rlnClassDistribution']
        except (StarError, KeyError):
            continue
        for i, share in enumerate(shares, 1):
            label = f'class {i}' + (f', {half.replace("half", "half ")}' if half else '')
            found[label][int(number)] = float(share)
    return {label: sorted(points.items()) for label, points in found.items()}


def draw(figure, curves, sizes):
    """Draw the four panels on a matplotlib figure."""
    panels = figure.subplots(2, 2, sharex=True).ravel()
    labels = sorted({label for values in (*curves.values(), sizes) for label in values})
    colours = {label: f'C{i % 10}' for i, label in enumerate(labels)}
    content = [(curves[name], title) for name, title in CURVES]
    for axes, (values, title) in zip(panels, [*content, (sizes, 'Class size (share of particles)')],
                                     strict=True):
        for label, points in sorted(values.items()):
            axes.plot(*zip(*points, strict=True), '.-', color=colours[label], label=label)
        axes.set_title(title, fontsize=10)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    for axes in panels[2:]:
        axes.set_xlabel('iteration')
    handles = {label: line for axes in panels
               for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc='outside lower center',
                  ncols=min(5, max(1, len(handles))), fontsize=9)


def _label(line):
    kind = 'body' if 'body' in line else 'class'
    half = f', half {line["half"]}' if 'half' in line else ''
    return f'{kind} {line.get(kind, "?")}{half}'


def _reasons(lines):
    found = defaultdict(int)
    for line in lines:
        if line.get('status') == 'kept':
            found[line.get('reason', '?')] += 1
    return found
