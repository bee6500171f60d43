"""Fixtures: maps as files, and batches started from a shell."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ..filemaps import two_blobs, write_file
from ..models import strand


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


class Assembly:
    """Four strands of atoms in a box, and maps in which each has an occupancy of its own.

    `model`: path of a PDB file of chains A to D. `map(name, occupancies, …)` writes a map and
    returns its path. The density is that of Gaussians of one width, not the core's.
    """

    CHAINS = 'ABCD'
    BOX, STEP = 40, 2.0

    def __init__(self, folder):
        rng = np.random.default_rng(5)
        self.folder = folder
        lines, self._densities = [], []
        middles = [(28, 28, 28), (52, 52, 28), (28, 52, 52), (52, 28, 52)]
        for chain, middle in zip(self.CHAINS, middles, strict=True):
            strand_lines = strand(chain, (0, 0, 0), 60, serial=len(lines) + 1)
            places = np.array(middle) + rng.uniform(-11, 11, (len(strand_lines), 3))
            lines += [f'{line[:30]}{x:8.3f}{y:8.3f}{z:8.3f}{line[54:]}' for line, (x, y, z) in
                      zip(strand_lines, places, strict=True)]
            self._densities.append(self._density(places))
        self.model = folder / 'model.pdb'
        self.model.write_text('\n'.join([*lines, 'END', '']), encoding='utf-8')

    def _density(self, places):
        from scipy.ndimage import gaussian_filter
        fine = np.zeros((2 * self.BOX,) * 3)
        index = np.rint(2 * places / self.STEP).astype(int)
        np.add.at(fine, tuple(index[:, ::-1].T), 1.0)
        return gaussian_filter(fine, 2.2)[::2, ::2, ::2]

    def map(self, name, occupancies, *, noise=0.01, seed=0, **placement):
        """Write a map with an occupancy for each chain; return its path."""
        rng = np.random.default_rng(seed)
        array = np.tensordot(occupancies, self._densities, 1)
        array += noise * array.max() * rng.standard_normal(array.shape)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return write_file(path, array.astype(np.float32),
                          **{'voxel': (self.STEP,) * 3, **placement})


@pytest.fixture
def assembly(tmp_path):
    """See `Assembly`."""
    return Assembly(tmp_path)
