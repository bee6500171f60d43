"""What the bundle adds to the start of a ChimeraX application.

    python bench/start.py CHIMERAX BUNDLE.whl [--rounds 12]

CHIMERAX: the application's program. Two homes are made that ChimeraX has never seen, and the wheel
is installed in one of them. Then the application is started in both in turn, each time the other
way round, without a window and, where there is a screen, with one, and ended at once. Processor
time is taken, which other work on the machine changes less than time that passes. Writes a table
to standard output: medians, and of the differences within a pair the median with its quartiles.
Linux, or wherever ChimeraX keeps its data in HOME.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median, quantiles


def start(program, home, *options):
    """Start the application with a home and wait for its end; returns its processor seconds."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith('XDG_')}
    before = os.times()
    subprocess.run([program, '--nocolor', '--exit', *options], check=True, cwd=home,
                   env={**environment, 'HOME': str(home)}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user + after.children_system
            - before.children_user - before.children_system)


def pairs(program, homes, rounds, options):
    """Seconds of (without, with), round by round; the first is not counted, as it fills caches."""
    found = []
    for i in range(rounds + 1):
        order = (0, 1) if i % 2 else (1, 0)
        seconds = {one: start(program, homes[one], *options) for one in order}
        if i:
            found.append((seconds[0], seconds[1]))
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('chimerax')
    parser.add_argument('wheel', type=Path)
    parser.add_argument('--rounds', type=int, default=12)
    given = parser.parse_args()
    print('| start | without (s) | with (s) | difference, its quartiles (ms) |\n|---|---|---|---|')
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder, name) for name in ('without', 'with')]
        for home in homes:
            home.mkdir()
            start(given.chimerax, home, '--nogui')
        start(given.chimerax, homes[1], '--nogui', '--cmd',
              f'toolshed install "{given.wheel.resolve()}"')
        commands = subprocess.run(
            [given.chimerax, '--nogui', '--nocolor', '--exit', '--cmd', 'usage occupy'],
            env={**os.environ, 'HOME': str(homes[1])}, capture_output=True, text=True, check=False)
        if 'occupy' not in commands.stdout or commands.returncode:
            raise SystemExit(f'the bundle was not installed: {commands.stdout[-500:]}')
        kinds = {'without a window': ('--nogui',)}
        if os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY'):
            kinds['with a window'] = ()
        for name, options in kinds.items():
            found = pairs(given.chimerax, homes, given.rounds, options)
            without, beside = (median(column) for column in zip(*found, strict=True))
            low, middle, high = quantiles([1000 * (b - a) for a, b in found], n=4)
            print(f'| {name} | {without:.2f} | {beside:.2f} | '
                  f'{middle:.0f} ({low:.0f} to {high:.0f}) |', flush=True)


if __name__ == '__main__':
    main()
