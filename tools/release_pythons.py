"""The Pythons on this machine, and environments made of them for the tests of the core."""

import json
import os
import shutil
import subprocess
from pathlib import Path

LEAST = (3, 11)
#: Tried as python3.N on the PATH and in pyenv's folder.
MINORS = range(11, 21)
_QUESTION = ('import ensurepip, json, sys;'
             'print(json.dumps([sys.executable, list(sys.version_info)]))')


def pythons():
    """Released Pythons that can make environments: {(3, minor): (path, version)}."""
    found = {}
    for candidate in _candidates():
        try:
            done = subprocess.run([candidate, '-c', _QUESTION], capture_output=True,
                                  text=True, encoding='utf-8',
                                  timeout=60)
            # A shim of pyenv is there for a version that is not chosen, and then fails.
            path, (major, minor, micro, level, _) = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            continue
        if level == 'final' and (major, minor) >= LEAST:
            found.setdefault((major, minor), (path, f'{major}.{minor}.{micro}'))
    return found


def _candidates():
    names = [f'python3.{minor}' for minor in MINORS]
    yield from filter(None, map(shutil.which, names))
    root = Path(os.environ.get('PYENV_ROOT') or Path.home() / '.pyenv')
    for folder in sorted((root / 'versions').glob('3.*')):
        yield str(folder / 'bin' / 'python')


def choose(wanted, found):
    """The Python for a version such as "3.14": its path, its version, and a note or ''.

    The newest there is takes the place of one that is not there. Raises LookupError without any.
    """
    key = tuple(map(int, wanted.split('.')))
    if key in found:
        return *found[key], ''
    if not found:
        raise LookupError(f'there is no Python {LEAST[0]}.{LEAST[1]} or later here')
    return *found[max(found)], f'no Python {wanted} here'


def run_core_tests(place, environment, found, test_requirements, run):
    """Test the core of the clone in the folder `place` in an environment of tools/matrix.toml.

    `found` are the `pythons()`, `run` runs a command and returns its output. Returns what was
    tested with what, in a line.
    """
    python, version, note = choose(environment['python'], found)
    folder = place.parent / environment['name'].replace(' ', '-')
    run([python, '-m', 'venv', folder])
    python = folder / 'bin' / 'python'
    run([python, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--only-binary',
         ':all:', *environment['requirements'], *test_requirements])
    said = run([python, '-c', 'import numpy, scipy; print(numpy.__version__, scipy.__version__)'])
    numpy, scipy = said.split()[-2:]
    tested = run([python, '-m', 'pytest', '-q', '--color=no', 'tests/core'])
    shutil.rmtree(folder)
    parts = [f'Python {version}', f'numpy {numpy}', f'scipy {scipy}', last_line(tested)]
    return ', '.join([*parts, note] if note else parts)


def last_line(output):
    """pytest's summary without its rule and time: "423 passed, 2 skipped"."""
    return output.strip().splitlines()[-1].strip('= ').split(' in ')[0]
