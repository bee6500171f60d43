#!/usr/bin/env python3
"""Throw random map files and random parameters at the bundle, and count what falls over.

    python bench/fuzz.py                    2,000 files through the reader, the core and the writer
    python bench/fuzz.py --commands 200     as many through commands of a real ChimeraX session

A case ends well when the work is done and its results are sound (finite, in range, read back as
written, where they were), or in one sentence: a ValueError of the core, a UserError of a command.
Anything else is a fault, also a warning of numpy: each is printed, and the exit status is 1.
`--seed` and `--only` repeat a case.
"""

import argparse
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from fuzz_cases import file_of, generator, modification_of, settings_of

#: Results are compared with this relative error of float32 in mind.
ROUNDING = 1e-5


class Fault(Exception):
    """A result that is not sound."""


def check(condition, what):
    if not condition:
        raise Fault(what)


def sentence(error):
    """One sentence for a person, or a fault."""
    text = str(error)
    check(text and '\n' not in text and not re.search(r'Traceback|<class|object at 0x', text),
          f'not a sentence: {text!r}')
    return text


def one_by_core(rng, folder):
    """A case through reader, estimate, modification, masks and writer; returns how it ended."""
    from bare import core
    from chimerax.occupy.mapfiles import MapFileError, read_map, result_suffix, write_map
    path, about = file_of(rng, folder / 'case')
    parameters = settings_of(rng)
    kind, settings = modification_of(rng)
    try:
        source = read_map(path)
    except (MapFileError, OSError) as error:
        return 'file refused', f'{about}: {sentence(error)}'
    check(source.array.dtype == np.float32, 'another type than float32')
    check(np.isfinite(source.position).all(), 'placed nowhere')
    before = source.array.copy()
    try:
        found = core.estimate(source.array, source.axes, **parameters)
    except ValueError as error:
        return 'map or parameter refused', f'{about} {parameters}: {sentence(error)}'
    check(np.array_equal(before, source.array), 'the input was changed')
    for values in (found.scale, found.confidence):
        check(values.shape == found.grid.shape and values.dtype == np.float32, 'shape or type')
        check(np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1, 'out of range')
    for warning in found.warnings:
        sentence(warning)
    ended = 'estimated'
    results = [found.scale]
    try:
        modification = core.Modification(kind, **settings)
        masks = [core.Mask('solvent'), core.Mask('weak'), core.Mask('strong')]
        if kind in ('attenuate', 'sigmoid'):
            masks.append(core.Mask('subtraction', modification=modification))
        for mask in masks:
            try:
                made = core.make_mask(source.array, found, mask)
                check(made.min() >= 0 and made.max() <= 1, f'{mask} is not 0 to 1')
                results.append(made)
            except ValueError as error:
                sentence(error)
        modified = core.modify(source.array, found, modification)
        check(np.isfinite(modified).all(), f'{kind} {settings} is not finite')
        check(modified.shape == before.shape, 'another shape')
        if modification.output == 'map' and not modification.output_low_pass:
            check(before.min() <= modified.min() and modified.max() <= before.max(),
                  f'{kind} {settings} leaves the range of the map')
        results.append(modified)
        ended = 'modified'
    except ValueError as error:
        sentence(error)
    for number, result in enumerate(results):
        suffix = result_suffix(source, result.shape)
        written = folder / f'result{number}{suffix}'
        write_map(written, result, source, ['fuzz'], suffix)
        again = read_map(written)
        check(np.array_equal(again.array, result), 'not read back as written')
        room = ROUNDING * (1 + np.abs(source.position).max() + max(found.source_grid.lengths))
        check(np.allclose(again.position, source.position, rtol=0, atol=room),
              f'{about}: at {again.position}, not {source.position}')
    return ended, about


def words_of(settings):
    """Settings as words of a command."""
    words = []
    for name, value in settings.items():
        first, *others = name.split('_')
        value = str(value).lower() if isinstance(value, bool) else value
        words.append(f'{first}{"".join(map(str.capitalize, others))} {value}')
    return ' '.join(words)


class ByCommands:
    """Cases through commands of one ChimeraX session."""

    def __init__(self):
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'tools'))
        from headless import start_session
        self.session = start_session(printing=False)

    def __call__(self, rng, folder):
        from chimerax.core.commands import run
        from chimerax.core.errors import NotABug, UserError
        session = self.session
        path, about = file_of(rng, folder / 'case')
        run(session, 'close')
        try:
            source = run(session, f'open "{path}"', log=False)[0]
        except Exception:       # of ChimeraX itself, before it was our turn
            return 'not opened by ChimeraX', about
        kind, settings = modification_of(rng)
        source.name = 'case'
        commands = [
            f'occupy #1 {words_of(settings_of(rng))}', f'occupy {kind} #1 {words_of(settings)}',
            str(rng.choice(['occupy mask #1 solvent', 'occupy confidence #1', 'occupy color #1',
                            'occupy level #1 0.1', 'occupy tiles #1', 'occupy report #1',
                            'turn x 30 models #1', 'volume #1 step 2', 'close #2']))]
        done = 0
        for command in commands:
            models = session.models.list()
            shown = [(m.id, m.name) for m in models]
            try:
                run(session, command)
                done += 1
            except (UserError, NotABug) as error:
                # What the parser says of a wrong word quotes the whole line.
                sentence(str(error).strip().replace('\n', ' '))
                kept = [(m.id, m.name) for m in session.models.list()]
                check(kept == shown or command is not commands[0],
                      f'{command} was refused and left {kept} of {shown}')
            except Exception as error:
                raise Fault(f'{command} on {about}: {"".join(traceback.format_exception(error))}'
                            ) from error
        check(not session.ui.log.text('bug'), 'a bug in the log')
        check(not session.tasks.list(), 'a task was left')
        return f'{done} of {len(commands)} commands done', about


def run_cases(case, seed, numbers):
    """Run cases; returns how many ended how, and the faults as (number, text)."""
    ends, faults = Counter(), []
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter('error')
            warnings.simplefilter('ignore', DeprecationWarning)
            # ChimeraX forgets to close files that it cannot read.
            warnings.simplefilter('ignore', ResourceWarning)
            try:
                ended, about = case(generator(seed, number), Path(folder))
                if len(numbers) == 1:
                    print(f'{ended}: {about}')
                ends[ended] += 1
            except Exception:
                ends['FAULT'] += 1
                faults.append((number, traceback.format_exc()))
    return ends, faults


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cases', type=int, default=2000)
    parser.add_argument('--commands', type=int, metavar='CASES',
                        help='so many cases through commands instead')
    parser.add_argument('--seed', type=int, default=6)
    parser.add_argument('--only', type=int, metavar='NUMBER', help='this case alone')
    options = parser.parse_args()
    case = ByCommands() if options.commands else one_by_core
    total = options.commands or options.cases
    numbers = range(total) if options.only is None else [options.only]
    began = time.monotonic()
    ends, faults = run_cases(case, options.seed, numbers)
    for number, text in faults:
        print(f'--- case {number}\n{text}')
    print(f'seed {options.seed}: {len(numbers)} cases in {time.monotonic() - began:.0f} s; '
          + ', '.join(f'{count} {end}' for end, count in sorted(ends.items())))
    print(f'tracebacks: {len(faults)}')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
