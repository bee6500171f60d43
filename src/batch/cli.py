"""The command line of batches: `chimerax -m chimerax.occupy MAPS… [options]`."""

import argparse
import glob
import signal
import sys
from pathlib import Path

from ..core import SETTINGS
from ..shell import FAILURE, INTERRUPTED, WELL, Parser, heard_or_not
from .options import (
    PROGRAM,
    add_common,
    add_model,
    add_setting,
    formatter,
    full_of,
    number,
    reader,
    with_lists,
)
from .outcome import ALREADY_DONE, DONE
from .request import ESTIMATE, Request
from .run import NAME, OUTPUT_DIR, run_batch
from .terminal import Terminal
from .wording import sentence

#: The first word of the command line of a series; a map of that name is ./series.
SERIES = 'series'
#: With more maps than this, failures are told once more at the end.
MANY = 10

DESCRIPTION = '''\
Estimates the local scale of cryo-EM maps (MRC or CCP4 files, also compressed by gzip or bzip2), and
writes it, and maps modified by it, as MRC files that lie exactly on their sources, with a report of
every parameter and finding as JSON. Density must be positive and solvent near zero.
'''
EPILOG = '''\
@FILE stands for the lines of a file, one argument each: @maps.txt. A batch that was interrupted
goes on where it stopped when the same command is given again. Exit status: 0 all well, 1 some maps
failed (the others are done), 2 a mistake in the options, 130 interrupted.

  %(prog)s map.mrc
  %(prog)s --mode occupancy --confidence --plots maps/*.map.gz --jobs 4
  %(prog)s --amplify 3 --sigmoid 5 --pivot 0.2 classes/*.mrc -o modified
  %(prog)s map.mrc --model model.cif
  %(prog)s series volumes --model model.cif      (see series --help)
'''


def main(arguments=None):
    """Run a batch from command-line arguments; return the exit status."""
    # A batch that is told to end, as at the end of a Slurm job's time, cleans up as for Ctrl-C.
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with heard_or_not():
            return _main(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(_number, _frame):
    raise KeyboardInterrupt


def _main(arguments):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and str(arguments[0]) == SERIES:
        from . import series_cli
        return series_cli.main(arguments[1:])
    parser = _parser()
    options = vars(parser.parse_intermixed_args(list(with_lists(arguments, parser))))
    options['full'] = full_of(options['full'])
    maps, quiet = _expanded(options.pop('maps')), options.pop('quiet')
    runs = {name: options.pop(name) for name in
            ('output_dir', 'name', 'overwrite', 'jobs', 'threads', 'dask')}
    terminal = Terminal(len(maps), quiet)
    outcomes = []

    def on_outcome(number, outcome):
        outcomes.append(outcome)
        terminal.on_outcome(number, outcome)

    try:
        request = Request(**options)
        run_batch(maps, request, on_progress=terminal.on_progress, on_outcome=on_outcome, **runs)
    except ValueError as error:
        terminal.close()
        parser.error(sentence(error))
    except KeyboardInterrupt:
        terminal.close()
        _summarize(outcomes, len(maps), quiet)
        print('interrupted; the same command goes on where this one stopped', file=sys.stderr)
        return INTERRUPTED
    terminal.close()
    _summarize(outcomes, len(outcomes), quiet)
    return FAILURE if any(outcome.failed for outcome in outcomes) else WELL


def _expanded(maps):
    """The maps with wildcards resolved, which not every shell does, each path once."""
    found = {}
    for path in maps:
        matches = [] if Path(path).exists() else sorted(glob.glob(path))
        found.update(dict.fromkeys(matches or [path]))
    return list(found)


def _summarize(outcomes, count, quiet):
    """One line for the whole, and the failures again where they may have scrolled out of sight."""
    failures = [outcome for outcome in outcomes if outcome.failed]
    if quiet and not failures:
        return
    numbers = {'done': sum(outcome.status == DONE for outcome in outcomes),
               'done before': sum(outcome.status == ALREADY_DONE for outcome in outcomes),
               'failed': len(failures),
               'not begun or not finished': count - len(outcomes)}
    parts = [f'{number} {word}' for word, number in numbers.items() if number]
    print(f'{count} {"map" if count == 1 else "maps"}: {", ".join(parts)}',
          file=sys.stderr if failures else sys.stdout, flush=True)
    if len(outcomes) > MANY:
        for outcome in failures:
            print(f'  {outcome.map}: {outcome.message}', file=sys.stderr)


def _parser():
    parser = Parser(
        prog=f'{PROGRAM} -m chimerax.occupy', usage='%(prog)s MAPS… [options]', add_help=False,
        description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
        formatter_class=formatter)
    parser.add_argument('maps', nargs='+', metavar='MAPS',
                        help='Maps to work on: .mrc, .map, .ccp4, also .gz or .bz2.')
    _add_results(parser.add_argument_group('results'))
    add_model(parser.add_argument_group('occupancies of a model'), 'Write how much of each part '
              'of a model (PDB or mmCIF) the map holds, as CSV; may be given several times. {name} '
              'and {folder} in its path stand for those of each map.')
    _add_masks(parser.add_argument_group('masks'))
    _add_estimate(parser.add_argument_group('estimate'))
    _add_modification(parser.add_argument_group('modified maps'))
    _add_run(parser.add_argument_group('files and processes'))
    return parser


def _add_results(group):
    group.add_argument('--scale', action=argparse.BooleanOptionalAction, default=True,
                       help='Write the map of the local scale, 0 to 1 (the default), or do not.')
    group.add_argument('--confidence', action='store_true',
                       help='Write the map of the confidence that a voxel is not solvent.')
    for name, what in (('amplify', 'strengthen what has low scale'),
                       ('attenuate', 'weaken what has low scale'),
                       ('sigmoid', 'weaken what lies below --pivot and strengthen the rest')):
        _add_powers(group, name, f'Write a map modified to {what}.')
    group.add_argument('--solvent', action='store_true',
                       help='Write a map with solvent suppressed, and nothing else changed.')
    group.add_argument('--plots', action='store_true',
                       help='Draw the solvent model of each map (PNG; needs matplotlib).')


def _add_masks(group):
    for name, what in (('solvent', 'of what exceeds --mask-threshold'),
                       ('weak', 'of content whose scale is below --below'),
                       ('strong', 'of content whose scale is above --above')):
        group.add_argument(f'--mask-{name}', action='store_true', help=f'Write a mask {what}.')
    for name, kind in (('mask_attenuate', 'an attenuation'), ('mask_sigmoid', 'a sigmoid')):
        _add_powers(group, name, f'Write a mask for signal subtraction by {kind}.')
    for name in ('mask_threshold', 'below', 'above', 'covers', 'extend', 'soft_edge'):
        add_setting(group, name)


def _add_estimate(group):
    for name in ESTIMATE:
        add_setting(group, name)
    group.add_argument('--full-scale-from', metavar='FILE',
                       help='Take full scale from the report (JSON) of another map, or from '
                            'another map itself, so that classes of one data set compare.')
    group.add_argument('--full-scale-region', metavar='FILE',
                       help='A mask, on any grid, of what is known to be full: above 0.5, or '
                            'above half of its maximum if its values are not 0 to 1. {name} '
                            'and {folder} in its path stand for those of each map.')
    group.add_argument('--solvent-mask', metavar='FILE',
                       help='A mask, on any grid, that covers solvent or content, to fit solvent '
                            'by; it counts above '
                            f'{SETTINGS["solvent_mask_threshold"].default:g}. {{name}} and '
                            '{folder} in its path stand for those of each map.')


def _add_modification(group):
    for name in ('pivot', 'scale_limit', 'hedge', 'exclude_solvent', 'output_low_pass',
                 'match_histogram', 'seed', 'output'):
        add_setting(group, name)
    group.add_argument('--modify-everywhere', action='store_true',
                       help='Modify every voxel, whatever the confidence that it is not solvent.')


def _add_run(group):
    group.add_argument('-o', '--output-dir', metavar='FOLDER', default=OUTPUT_DIR,
                       help=f'Where results go; made if need be (default: {OUTPUT_DIR}).')
    group.add_argument('--name', metavar='PATTERN', default=NAME,
                       help='Names of results: {name} of the map, {folder} it lies in, and '
                            f'{{result}}, the word for what it is (default: {NAME}).')
    group.add_argument('--overwrite', action='store_true',
                       help='Do maps again that are done, and replace files that are there.')
    group.add_argument('-j', '--jobs', type=number(int, 1), default=1, metavar='N',
                       help='Maps to work on at a time, each in a process of its own (default: 1).')
    group.add_argument('--threads', type=number(int, 1), metavar='N',
                       help='Threads for each map (default: as many as there are processors, '
                            'divided by --jobs; 1 with --dask). Results do not depend on it.')
    add_common(group)


def _add_powers(group, name, what):
    power = SETTINGS['power']
    group.add_argument(f'--{name.replace("_", "-")}', type=reader('power'), action='append',
                       default=[], metavar='POWER',
                       help=f'{what} {power.low:g} to {power.high:g}, {power.default:g} is usual; '
                            'may be given several times.')
