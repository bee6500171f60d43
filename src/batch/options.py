"""Options that the command lines of batches and of series share, and how they are read."""

import argparse
import sys
from pathlib import Path

from ..core import SETTINGS
from ..core.parameters import default
from .versions import version

#: Inside an application ChimeraX is Python.
PROGRAM = 'chimerax' if 'chimerax.core.session' in sys.modules else 'python'


def with_lists(arguments, parser):
    """The arguments, those of an @FILE in its place: a line each, blank ones left out."""
    # Not argparse's own, which reads files as the locale would have it.
    for argument in arguments:
        if not str(argument).startswith('@'):
            yield argument
            continue
        try:
            text = Path(argument[1:]).read_text(encoding='utf-8-sig')
        except (OSError, ValueError) as error:
            why = getattr(error, 'strerror', None) or 'it is not text'
            parser.error(f'cannot read the list {argument[1:]}: {why.lower()}')
        lines = (line.strip(' \t\f\v\ufeff') for line in text.splitlines())
        yield from with_lists([line for line in lines if line], parser)


def formatter(prog):
    """How --help is laid out."""
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=100)


def add_model(group, text, several=None):
    """Options that name a model and say how it is fitted; `several` as nargs of argparse."""
    group.add_argument('--model', nargs=several, action='extend' if several else 'append',
                       default=[], metavar='FILE', help=text)
    group.add_argument('--groups', metavar='GROUPS', default=default('by'),
                       help='What is fitted each by itself: chain (the default; ligands and '
                            'nucleic acid by themselves), residue, "segment 20", specifiers such '
                            'as "/A /B:1-100", or a file of those, a line for each group, perhaps '
                            'with a name before.')
    group.add_argument('--full', action='append', metavar='GROUP|LEVEL',
                       help='A group known to be full, by its name (may be given several times), '
                            'or the level that counts as full (default: what the fullest groups '
                            'have in common).')
    for name in ('fit_resolution', 'b_factor'):
        add_setting(group, name)


def full_of(words):
    """What is full, as `core.occupancies` takes it, from words of the command line."""
    if words and len(words) == 1 and _is_number(words[0]):
        return float(words[0])
    return words


def add_common(group):
    """Options of every batch: who does the work, what is told."""
    group.add_argument('--dask', metavar='ADDRESS',
                       help='Have the workers of a Dask cluster do the work: the address of its '
                            'scheduler, such as tcp://node1:8786.')
    group.add_argument('-q', '--quiet', action='store_true', help='Tell of failures only.')
    group.add_argument('--version', action='version', version=f'chimerax.occupy {version()}',
                       help='Show the version and end.')
    group.add_argument('-h', '--help', action='help', help='Show this text and end.')


def add_setting(group, name):
    """An option whose text, default, unit and limits are those of the core."""
    setting = SETTINGS[name]
    flag = '--' + name.replace('_', '-')
    if isinstance(setting.default, bool):
        group.add_argument(flag, action='store_true', help=_escaped(setting.text))
        return
    facts = []
    if setting.high is not None and name != 'seed':
        facts.append(f'{setting.low:g} to {setting.high:.7g} {setting.unit}'.rstrip())
    if name == 'mode':
        facts.append(f'default: {setting.default}, or occupancy where a result needs it')
    elif setting.default is not None:
        default = setting.default
        facts.append(f'default: {default if isinstance(default, str) else format(default, "g")}')
    help_text = setting.text + (f' ({"; ".join(facts)})' if facts else '')
    if name == 'kernel_size':
        help_text += ' One number, or three for x, y and z: 5,5,7.'
    group.add_argument(flag, type=reader(name), help=_escaped(help_text),
                       default=None if name == 'mode' else setting.default,
                       metavar=_metavar(setting))


def _metavar(setting):
    if setting.choices:
        words = '|'.join(setting.choices)
        return words if setting.low is None else f'{words}|DENSITY'
    return 'Å' if setting.unit == 'Å' else 'N' if setting.whole else 'VALUE'


def _escaped(text):
    return text.replace('%', '%%')


def reader(name):
    """A function that reads a value of a setting from text, for argparse."""
    setting = SETTINGS[name]

    def one(text):
        if setting.choices and (setting.low is None or not _is_number(text)):
            value = text
        elif not _is_number(text):
            raise argparse.ArgumentTypeError(f'a number is wanted, not "{text}"')
        else:
            value = float(text)
        try:
            setting.check('the value', value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return int(value) if setting.whole else value

    def read(text):
        if name == 'kernel_size' and ',' in text:
            return tuple(one(part) for part in text.split(','))
        return one(text)

    return read


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def number(kind, least):
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f'a whole number is wanted, not "{text}"') from None
        if value < least:
            raise argparse.ArgumentTypeError(f'the value must be at least {least}, not {value}')
        return value

    return read
