"""The command line of a series: `chimerax -m chimerax.occupy series VOLUMES… --model FILE`."""

import sys

from ..series.gather import METHODS
from ..series.order import ORDERS
from ..series.particles import Particles
from ..shell import FAILURE, INTERRUPTED, WELL, Parser
from . import options as shared
from .series import OUTPUT_DIR, run_series
from .seriesrequest import NAMES, SeriesRequest
from .seriesresults import IMAGES
from .terminal import Terminal
from .wording import sentence

DESCRIPTION = '''\
Tells how much of each part of a model there is in each of many volumes, all on one full scale: a
table, a heat map ordered by likeness, a plot of each part against frame, and which parts go
together. Volumes are MRC or CCP4 maps on one grid, or folders of them; density must be positive.
'''
EPILOG = '''\
A series that was interrupted goes on where it stopped when the same command is given again; so it
is drawn again, in another --order or on another --full, without its volumes. Exit status: 0 all
well, 1 some volumes failed (the others are in the table), 2 a mistake in the options, or no volume
that can be used, 130 interrupted.

  %(prog)s volumes --model model.cif
  %(prog)s volumes/*.mrc --model model.cif --groups "segment 30" -o segments
  %(prog)s volumes --masks masks/*.mrc --method scale -o by_scale
'''
#: Options that say which particles belong to which volume, and how these are clustered.
PARTICLES = ('particles', 'labels', 'z', 'centres', 'clusters')
#: So many pairs of parts, and notes on volumes, are told at the end; all are in the files.
TOLD = 5


def main(arguments):
    """Run a series from command-line arguments; return the exit status."""
    parser = _parser()
    options = vars(parser.parse_intermixed_args(list(shared.with_lists(arguments, parser))))
    options['full'] = shared.full_of(options['full'])
    volumes, quiet = options.pop('volumes'), options.pop('quiet')
    asked = {name: options.pop(name) for name in NAMES}
    of_particles = {name: options.pop(name) for name in PARTICLES}
    if not volumes:
        parser.error('no volumes are named; put them before --model and --masks, which take every '
                     'name that follows')
    outcomes, terminal = [], None

    def on_begin(count):
        nonlocal terminal
        terminal = Terminal(count, quiet)

    def on_outcome(number, outcome):
        outcomes.append(outcome)
        terminal.on_outcome(number, outcome)

    def close():
        if terminal is not None:
            terminal.close()

    try:
        found = run_series(
            volumes, SeriesRequest(**asked), particles=_particles(of_particles),
            on_begin=on_begin, on_outcome=on_outcome,
            on_progress=lambda *values: terminal.on_progress(*values), **options)
    except ValueError as error:
        close()
        parser.error(sentence(error))
    except KeyboardInterrupt:
        close()
        print(f'interrupted after {len(outcomes)} volumes; the same command goes on where this one '
              'stopped', file=sys.stderr)
        return INTERRUPTED
    close()
    failed = [outcome for outcome in found.outcomes.values() if outcome.failed]
    if not quiet:
        _tell(found, failed)
    return FAILURE if failed else WELL


def _particles(given):
    """The `Particles` that are asked for, or None."""
    if all(given[name] is None for name in PARTICLES[:-1]):
        if given['clusters'] is not None:
            raise ValueError('--clusters are those of particles: give --particles too')
        return None
    return Particles(given['particles'], given['labels'], given['z'], given['centres'],
                     given['clusters'])


def _tell(found, failed):
    table = found.table
    told = len(table.volumes) - len(failed)
    print(f'{len(table.groups)} groups in {told} volumes'
          + (f', {len(failed)} failed' if failed else '') + f'; full is {table.full}')
    for warning in found.warnings:
        print(f'  note: {warning}')
    notes = [(name, warning) for name, outcome in found.outcomes.items()
             for warning in outcome.warnings]
    for name, warning in notes[:TOLD]:
        print(f'  note: {name}: {warning}')
    if len(notes) > TOLD:
        print(f'  note: and {len(notes) - TOLD} more of single volumes, in their files in '
              f'{found.files["json"].parent / "parts"}')
    pairs = [pair for pair in found.pairs if pair.kind]
    for pair in pairs[:TOLD]:
        what = 'go together' if pair.kind == 'together' else 'exclude each other'
        print(f'  {pair.first} and {pair.second} {what} (r {pair.correlation:.2f}, '
              f'p {pair.adjusted:.1g})')
    if len(pairs) > TOLD:
        print(f'  and {len(pairs) - TOLD} more pairs, in {found.files["together"].name}')
    print('Wrote ' + ', '.join(str(path) for path in found.files.values()), flush=True)


def _parser():
    parser = Parser(
        prog=f'{shared.PROGRAM} -m chimerax.occupy series', usage='%(prog)s VOLUMES… [options]',
        add_help=False, description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
        formatter_class=shared.formatter)
    parser.add_argument('volumes', nargs='*', metavar='VOLUMES',
                        help='Maps on one grid (.mrc, .map, .ccp4, also .gz or .bz2), or folders '
                             'of them. Those listed by letters are put into the order of the '
                             'numbers in their names: vol_2 before vol_10.')
    parts = parser.add_argument_group('parts')
    shared.add_model(parts, 'Models (PDB or mmCIF) that lie on the volumes, one or several.', '+')
    parts.add_argument('--masks', nargs='+', action='extend', default=[], metavar='FILE',
                       help='Masks instead of a model, each a part, on any grid: above 0.5, or '
                            'above half of the maximum if values are not 0 to 1. For the scale.')
    how = parser.add_argument_group('method')
    how.add_argument('--method', choices=METHODS,
                     help='Fit occupancies of the parts (the default), or read the mean local '
                          'scale at them (the default with --masks), which needs no model but is '
                          'an upper bound near stronger neighbours.')
    for name in ('low_pass', 'full_scale'):
        shared.add_setting(how, name)
    results = parser.add_argument_group('results')
    results.add_argument('--order', choices=ORDERS, default=ORDERS[0],
                         help='Of the heat map: groups and volumes by likeness (the default), '
                              'groups only, or both as given.')
    results.add_argument('--images', choices=IMAGES, metavar='|'.join(IMAGES),
                         help='Format of the pictures (default: png; they need matplotlib).')
    back = parser.add_argument_group('back to the particles')
    back.add_argument('--particles', metavar='STAR',
                      help='Particles (RELION), to be sorted by what is alike among the volumes, '
                           'whose names have class001 in them; needs the package starfile.')
    back.add_argument('--labels', metavar='PKL',
                      help='The k-means class of each particle (cryoDRGN, labels.pkl), by the '
                           'numbers in the names of volumes.')
    back.add_argument('--z', metavar='PKL',
                      help='The place of each particle in latent space (cryoDRGN), instead of '
                           '--labels; the nearest of --centres is its class.')
    back.add_argument('--centres', metavar='TXT', help='Centres for --z (centers.txt).')
    back.add_argument('--clusters', type=shared.number(int, 2), metavar='N',
                      help='How many clusters of volumes (default: where their tree has its '
                           'longest branches).')
    run = parser.add_argument_group('files and processes')
    run.add_argument('-o', '--output-dir', metavar='FOLDER', default=OUTPUT_DIR,
                     help=f'Where results go; made if need be (default: {OUTPUT_DIR}).')
    run.add_argument('--overwrite', action='store_true',
                     help='Do volumes again that are done, and replace a series of other parts.')
    run.add_argument('-j', '--jobs', type=shared.number(int, 1), metavar='N',
                     help='Volumes to work on at a time, each in a process with one thread '
                          '(default: as many as there are processors).')
    shared.add_common(run)
    return parser

