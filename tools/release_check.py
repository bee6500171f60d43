#!/usr/bin/env python3
"""Check that what is committed can be released: `make release-check`.

Everything happens in a clean clone in a temporary folder. A step that fails does not stop those
that do not need it; the exit status is 1 if any failed. What only a person can fill in is named at
the end, and is no failure. If all is well, the wheel that was tested is in dist/.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from release_facts import disagreement, for_a_person, session_files, versions
from release_pythons import last_line, pythons, run_core_tests
from release_wheel import wheel_faults

REPOSITORY = Path(__file__).resolve().parent.parent
#: Lines of a failed step's output that are shown, and where all of it is kept.
SHOWN = 25
LOGS = REPOSITORY / '.cache' / 'release-check'


class Failed(Exception):
    """A step found something wrong; the message says what."""


class Steps:
    """Runs steps by name, and prints a line for each as it ends: outcome, time, what was found."""

    def __init__(self, logs=LOGS):
        self.logs = logs
        self.failed, self.skipped, self.passed = [], [], []
        self.started = time.monotonic()

    def step(self, name, function, needs=()):
        """Run `function`, whose result is what to say of it; skipped if a step it needs failed."""
        lacking = [other for other in needs if other not in self.passed]
        if lacking:
            self.skipped.append(name)
            print(f'skipped          {name}: needs {", ".join(lacking)}', flush=True)
            return
        started = time.monotonic()
        try:
            said, outcome, after = function() or '', 'ok', ''
            self.passed.append(name)
        except Failed as failure:
            said, _, after = str(failure).partition('\n')
            outcome = 'FAILED'
            self.failed.append(name)
        seconds = time.monotonic() - started
        print(f'{outcome:8}{seconds:6.0f} s  {name}{": " if said else ""}{said}', flush=True)
        if after:
            self._show(name, after)

    def _show(self, name, text):
        lines = text.splitlines()
        # A crash of Python says where first, and then goes on for long.
        crash = [i for i, line in enumerate(lines) if line.startswith('Fatal Python error')]
        shown = lines[crash[0]:][:SHOWN] if crash else lines[-SHOWN:]
        print(*(f'    {line}' for line in shown), sep='\n', flush=True)
        if len(lines) > len(shown):
            self.logs.mkdir(parents=True, exist_ok=True)
            log = self.logs / f'{name.replace(" ", "-")}.log'
            log.write_text(text, encoding='utf-8')
            print(f'    all of it: {log}', flush=True)

    def summary(self):
        """One line on all steps."""
        minutes, seconds = divmod(round(time.monotonic() - self.started), 60)
        parts = [f'{len(self.passed)} steps passed']
        parts += [f'{len(names)} {word} ({", ".join(names)})' for names, word in
                  ((self.failed, 'failed'), (self.skipped, 'skipped')) if names]
        return f'{", ".join(parts)} in {minutes} min {seconds} s'


class Release:
    """The steps of a release in a temporary folder."""

    def __init__(self, folder, source=REPOSITORY):
        self.source = source
        self.clone = folder / 'clone'
        self.installed = folder / 'installed'
        self.wheel = None
        self.python = self.clone / '.venv' / 'bin' / 'python'

    def run(self, command, cwd=None):
        """Run a command in the clone; return what it says. Raises Failed with that if it fails."""
        # The clone must not see the environment, or the make, that this runs in.
        hidden = ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV')
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        done = subprocess.run([str(part) for part in command], cwd=cwd or self.clone,
                              text=True, encoding='utf-8',
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            short = ' '.join(Path(str(part)).name for part in command[:4])
            raise Failed(f'{short} ended with status {done.returncode}\n{done.stdout}')
        return done.stdout

    def make(self, target):
        """Run a target of the clone's Makefile."""
        return self.run(['make', '--no-print-directory', f'PYTHON={sys.executable}', target])

    def cloned(self):
        self.run(['git', 'clone', '--quiet', self.source, self.clone], cwd=self.source)
        commit = self.run(['git', 'log', '-1', '--format=%h %s']).strip()
        changed = self.run(['git', 'status', '--porcelain'], cwd=self.source).splitlines()
        note = f' (files not committed, and so not checked: {len(changed)})' if changed else ''
        return commit + note

    def versions_agree(self):
        if wrong := disagreement(self.clone):
            raise Failed(wrong)
        return versions(self.clone)['bundle_info.xml']

    def tested(self):
        return last_line(self.make('test'))

    def tested_with(self, environment, found):
        pins = (self.clone / 'requirements' / 'test.txt').read_text(encoding='utf-8').split()
        chosen = [pin for pin in pins if pin.startswith(('pytest==', 'hypothesis=='))]
        try:
            return run_core_tests(self.clone, environment, found, chosen, self.run)
        except LookupError as error:
            raise Failed(str(error)) from error

    def wheel_made(self):
        self.make('wheel')
        (self.wheel,) = (self.clone / 'dist').iterdir()
        return f'{self.wheel.name}, {self.wheel.stat().st_size / 1000:.0f} kB'

    def wheel_whole(self):
        names = self.run(['git', 'ls-files', 'src']).splitlines()
        source = [name.removeprefix('src/') for name in names]
        if faults := wheel_faults(self.wheel, self.clone / 'bundle_info.xml', source):
            raise Failed('\n'.join(faults))
        return f'{len(source)} files; help, icons and licence; no tests, no data'

    def wheel_installed(self):
        self.run([self.python, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check',
                  '--no-deps', '--no-index', '--target', self.installed, self.wheel])
        # Not from the clone: nothing may be found because the source happens to be there.
        return last_line(self.run([self.python, self.clone / 'tools' / 'release_session.py',
                                   self.installed], cwd=self.installed))

    def installed_tested(self):
        return last_line(self.run(
            [self.python, '-m', 'pytest', '-q', '--color=no', '--bundle', self.installed,
             'tests/commands/test_occupy.py', 'tests/commands/test_modify.py', 'tests/session']))

    def sessions_open(self):
        version = versions(self.clone)['bundle_info.xml']
        earlier, own = session_files(self.clone, version)
        if not own:
            raise Failed(f'there is none of {version}: tools/session_file.py makes it')
        tested = last_line(self.run([self.python, '-m', 'pytest', '-q', '--color=no', '--bundle',
                                     self.installed, 'tests/session/test_files.py']))
        of = f'of {", ".join(earlier)}' if earlier else 'there is no earlier version'
        return f'{of}; of {version}, for the next version; {tested}'

    def keep_wheel(self):
        """Put the wheel into dist/ of the repository; return a line on it."""
        place = self.source / 'dist'
        place.mkdir(exist_ok=True)
        for old in place.glob('*.whl'):
            old.unlink()
        kept = shutil.copy(self.wheel, place)
        digest = hashlib.sha256(Path(kept).read_bytes()).hexdigest()
        return f'dist/{self.wheel.name}, SHA-256 {digest}'


def check(folder, without=()):
    """Run all steps in `folder` but those in `without`; return whether none failed."""
    steps, release = Steps(), Release(folder)
    text = (REPOSITORY / 'tools' / 'matrix.toml').read_text(encoding='utf-8')
    matrix = tomllib.loads(text)['environment']

    def step(name, function, *needs):
        if name not in without:
            steps.step(name, function, needs)

    step('clone', release.cloned)
    step('versions', release.versions_agree, 'clone')
    step('environment', lambda: release.make('env') and '', 'clone')
    step('lint', lambda: last_line(release.make('lint')), 'environment')
    step('wheel', release.wheel_made, 'environment')
    step('contents', release.wheel_whole, 'wheel')
    step('installed', release.wheel_installed, 'wheel')
    step('session files', release.sessions_open, 'installed')
    found = pythons()
    for one in matrix:
        step(f'core for {one["name"]}', lambda one=one: release.tested_with(one, found), 'clone')
    step('tests of the installed', release.installed_tested, 'installed')
    step('tests', release.tested, 'environment')
    if 'clone' in steps.passed:
        print('for a person to fill in:')
        print(*(f'    {line}' for line in for_a_person(release.clone)), sep='\n')
    print(steps.summary())
    whole = not steps.failed and not without
    if whole:
        print(release.keep_wheel())
    return not steps.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--without', action='append', default=[], metavar='STEP',
                        help='leave out a step; the wheel is then not put into dist/')
    parser.add_argument('--keep', action='store_true', help='keep the temporary folder')
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='occupy-release-'))
    try:
        fine = check(folder, given.without)
    finally:
        if given.keep:
            print(f'kept: {folder}')
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not fine)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
