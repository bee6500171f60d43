"""The command line: one reconstruction for RELION, or the report of a refinement."""

import argparse
import sys
from pathlib import Path

from ..core.parameters import (
    LOOP_EXCLUDE_SOLVENT,
    LOOP_FULL_SCALE,
    LOOP_KIND,
    LOOP_PIVOT,
    LOOP_POWER,
    LOOP_SCHEDULE,
    LOOP_STRENGTH,
    SETTINGS,
    Modification,
    Parameters,
)
from ..shell import FAILURE, MISTAKE, WELL, Parser, heard_or_not
from .job import JobError, read_job
from .log import LogError
from .schedule import Schedule
from .star import StarError

RECONSTRUCT = 'relion_external_reconstruct'
KINDS = ('solvent', 'sigmoid', 'attenuate', 'amplify')

DESCRIPTION = '''\
Makes the reconstruction that RELION asks for, by RELION's own program, and leaves solvent out of
it, or changes it by its local scale, before RELION goes on with it. RELION starts this itself:

  export RELION_EXTERNAL_RECONSTRUCT_EXECUTABLE="python -m chimerax.occupy.relion --strength 1"
  relion_refine ... --external_reconstruct

Without --strength it only watches: no map is changed, the log is written.

Each map leaves a line in occupy_relion.log beside it, which this draws:

  %(prog)s report FOLDER
'''
EPILOG = 'Exit status: 0 all well, 1 no result, 2 a mistake in options or files.'


def main(arguments=None):
    """Do what the arguments say; return the exit status: any but `WELL` ends a refinement."""
    with heard_or_not():
        return _main(sys.argv[1:] if arguments is None else list(arguments))


def _main(arguments):
    if arguments[:1] == ['report']:
        from .report import main as report
        return report(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        return _reconstruct(options)
    except (JobError, StarError, LogError) as error:
        return _tell(error, MISTAKE if isinstance(error, (JobError, StarError)) else FAILURE)


def _reconstruct(options):
    job = read_job(options.star)
    if job.gradient:
        return _tell('RELION descends gradients in this run, where it hands over no '
                     'reconstruction to change: leave out --grad (--sgd), or '
                     '--external_reconstruct', MISTAKE)
    modification, settings = _settings(options)
    # What takes time to import waits until it is clear that there is work.
    from . import result
    try:
        result.reconstruct(options.reconstruct, options.star)
        return _change(options, job, modification, settings)
    except result.ResultError as error:
        return _tell(error, FAILURE)


def _settings(options):
    """The modification, and the settings of the estimate; wrong ones end the program."""
    try:
        modification = Modification(
            options.kind, power=options.power, pivot=options.pivot, hedge=options.hedge,
            scale_limit=options.scale_limit, exclude_solvent=options.exclude_solvent)
        settings = {'low_pass': options.low_pass, 'tile_size': options.tile_size,
                    'full_scale': options.full_scale}
        Parameters(mode='occupancy', **settings)
    except ValueError as error:
        from ..core.wording import worded
        from .change import FACE
        _parser().error(worded(error, FACE))
    return modification, settings


def _change(options, job, modification, settings):
    """Change the result that is there, or leave it as it is, and say so in the log."""
    from . import log
    facts = {'name': job.name, 'iteration': job.iteration, 'half': job.half,
             'body' if job.body else 'class': job.number, 'box': job.box,
             'current_box': job.current_box}
    share, reason = _share(options, job)
    pixel_size = job.pixel_size or options.angpix
    if pixel_size is None:
        reason = reason or ('the pixel size is told nowhere, neither in the star nor in the model '
                            'star of the iteration before: give --angpix')
    strength = options.strength * share
    facts |= {'angpix': pixel_size, 'strength': strength}
    if pixel_size is None or job.dimensions != 3:
        log.append(job.result.parent, facts | {'status': 'kept', 'reason': reason})
        return WELL

    from ..core.threads import set_threads
    from . import result
    from .change import change
    set_threads(options.threads)
    array, header = result.read_result(job.result, job.box)
    made = change(array, pixel_size, job.current_box, modification, strength, settings, job.name)
    facts |= made.facts
    if made.array is None:
        reason = made.reason or reason or 'the strength is 0'
        log.append(job.result.parent, facts | {'status': 'kept', 'reason': reason})
        return WELL
    temporary = result.replacement(job.result, made.array, header)
    try:
        log.append(job.result.parent, facts | {
            'status': 'changed', 'kind': modification.kind,
            'power': None if modification.kind == 'solvent' else modification.power,
            'pivot': modification.pivot if modification.kind == 'sigmoid' else None})
    except LogError:
        result.discard(temporary)
        raise
    result.put(temporary, job.result)
    return WELL


def _share(options, job):
    """The share of the strength that this map gets, 0 to 1, and why it gets none."""
    last = options.iterations or job.last
    if job.dimensions != 3:
        return 0.0, 'it is no three-dimensional reference'
    if job.joined:
        return 0.0, 'the joined reconstruction of a refinement is RELION\'s own'
    if job.iteration is None:
        return 0.0, 'the name of the star does not tell the iteration'
    if last is None and not job.refinement:
        return 0.0, ('which iteration is the last cannot be told, as there is no optimiser star of '
                     'the iteration before: give --iterations')
    share = options.schedule.share(job.iteration, None if job.refinement else last)
    return share, None if share else f'the schedule {options.schedule} leaves iteration ' \
                                     f'{job.iteration} to RELION'


def _tell(error, status):
    sys.stderr.write(f'occupy: {error}\n')
    return status


def _parser():
    parser = Parser(
        prog='python -m chimerax.occupy.relion', usage='%(prog)s [options] STAR', add_help=False,
        description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=28, width=100))
    parser.add_argument('star', type=Path, metavar='STAR',
                        help='What RELION asks for: …_external_reconstruct.star.')
    what = parser.add_argument_group('what is changed')
    what.add_argument('--kind', choices=KINDS, default=LOOP_KIND,
                      help='The curve by which the map is changed; "solvent" changes nothing but '
                           f'solvent (default: {LOOP_KIND}).')
    _add(what, 'power', LOOP_POWER)
    _add(what, 'pivot', LOOP_PIVOT)
    _add(what, 'strength', LOOP_STRENGTH)
    what.add_argument('--schedule', type=_schedule, default=Schedule(*LOOP_SCHEDULE),
                      metavar='FIRST:FADE:OWN',
                      help='The first iteration whose maps are changed, over how many iterations '
                           'the change then fades, and how many last ones keep RELION\'s own maps, '
                           f'1 at least (default: {Schedule(*LOOP_SCHEDULE)}).')
    what.add_argument('--exclude-solvent', action=argparse.BooleanOptionalAction,
                      default=LOOP_EXCLUDE_SOLVENT,
                      help='Leave solvent out of the changed map, in proportion to the confidence '
                           'that it is solvent'
                           f'{" (the default)" if LOOP_EXCLUDE_SOLVENT else ""}, or do not.')
    _add(what, 'scale_limit')
    _add(what, 'hedge')
    how = parser.add_argument_group('estimate')
    _add(how, 'low_pass')
    _add(how, 'full_scale', LOOP_FULL_SCALE)
    _add(how, 'tile_size')
    how.add_argument('--angpix', type=_reader('pixel size', float, 1e-3), metavar='Å',
                     help='The pixel size, where neither the star nor the model star of the '
                          'iteration before tells it.')
    run = parser.add_argument_group('RELION')
    run.add_argument('--iterations', type=_reader('number of iterations', int, 1), metavar='N',
                     help='The last iteration, where it is not that of the optimiser star of the '
                          'iteration before, as in a run that is continued for longer.')
    run.add_argument('--reconstruct', default=RECONSTRUCT, metavar='PROGRAM',
                     help=f'RELION\'s program (default: {RECONSTRUCT}).')
    run.add_argument('--threads', type=_reader('number of threads', int, 1), default=1,
                     metavar='N', help='Threads for the estimate (default: 1). Results do not '
                                       'depend on it.')
    run.add_argument('-h', '--help', action='help', help='Show this text and end.')
    return parser


def _add(group, name, default=None):
    """An option whose text, limits and unit are those of the core's setting."""
    setting = SETTINGS[name]
    default = setting.default if default is None else default
    facts = [f'{setting.low:g} to {setting.high:g} {setting.unit}'.rstrip()] if (
        setting.high is not None) else []
    if default is not None:
        facts.append(f'default: {default}' if isinstance(default, str) else f'default: {default:g}')

    def read(text):
        value = text
        if not (setting.choices and text in setting.choices):
            try:
                value = float(text)
            except ValueError:
                raise argparse.ArgumentTypeError(f'a number is wanted, not "{text}"') from None
        try:
            setting.check('the value', value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return int(value) if setting.whole else value

    group.add_argument('--' + name.replace('_', '-'), type=read, default=default,
                       metavar='|'.join((*setting.choices, 'DENSITY')) if setting.choices
                       else 'Å' if setting.unit == 'Å' else 'VALUE',
                       help=f'{setting.text} ({"; ".join(facts)})'.replace('%', '%%'))


def _schedule(text):
    try:
        return Schedule.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _reader(what, kind, least):
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f'a {what} is wanted, not "{text}"') from None
        if not value >= least or value > 1e6:
            raise argparse.ArgumentTypeError(f'{text} is no {what}')
        return value

    return read
