"""Fixtures: maps as files, and batches started from a shell."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..filemaps import two_blobs, write_file


@pytest.fixture(scope='session')
def blobs():
    """A map (z, y, x) with two components, not to be changed."""
    array = two_blobs()
    array.setflags(write=False)
    return array


@pytest.fixture
def write():
    """The function that writes a map as a file: see `write_file`."""
    return write_file


@pytest.fixture(scope='session')
def many_maps(tmp_path_factory):
    """Paths of six maps of 52³ voxels, enough to be interrupted."""
    folder = tmp_path_factory.mktemp('many')
    array = two_blobs((52, 52, 52))
    return [write_file(folder / f'class{i}.mrc', array * (1 + i)) for i in range(6)]


class Shell:
    """Runs `python -m chimerax.occupy` as in a plain Python into which the bundle was installed."""

    def __init__(self, folder):
        import chimerax.occupy

        package = folder / 'chimerax'
        package.mkdir()
        (package / '__init__.py').touch()
        (package / 'occupy').symlink_to(Path(chimerax.occupy.__file__).parent)
        self.environment = {**os.environ, 'PYTHONPATH': str(folder)}

    def start(self, *arguments, module='chimerax.occupy', **options):
        """Start a module and return the process; output and errors are pipes of text."""
        # Shells let what they start in the background ignore it, and that is inherited.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return self._start(arguments, module, options)
        finally:
            signal.signal(signal.SIGINT, before)

    def _start(self, arguments, module, options):
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True,
                   'env': self.environment, **options}
        return subprocess.Popen([sys.executable, '-m', module, *map(str, arguments)], **options)

    def run(self, *arguments, **options):
        """Run a batch to its end; the result has `status`, `output`, `errors`."""
        process = self.start(*arguments, **options)
        process.output, process.errors = process.communicate(timeout=120)
        process.status = process.returncode
        return process


@pytest.fixture(scope='session')
def shell(pytestconfig, tmp_path_factory):
    """See `Shell`."""
    if getattr(pytestconfig, 'arrangement', '') == 'application':
        pytest.skip('inside an application there is no plain Python to start')
    return Shell(tmp_path_factory.mktemp('installed'))
