"""Fixtures: a reconstruction as RELION asks for it, made by hand, and the loop's program."""

import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import chimerax_library
import mrcfile
import numpy as np
import pytest

BOX, PIXEL = 32, 3.0


def two_blobs(seed=3, weak=0.5, box=BOX):
    """A float32 map (z, y, x): blurred atoms in two balls, full and weak, in weak noise."""
    from scipy.ndimage import gaussian_filter
    rng = np.random.default_rng(seed)
    z, y, x = (index / box for index in np.indices((box,) * 3))
    density = np.zeros((box,) * 3)
    for place, occupancy in ((0.36, 1.0), (0.64, weak)):
        near = (z - 0.5) ** 2 + (y - 0.5) ** 2 + (x - place) ** 2 < 0.13 ** 2
        density += occupancy * gaussian_filter(near * rng.random((box,) * 3) ** 4, 1)
    noise = gaussian_filter(rng.standard_normal((box,) * 3), 0.8, mode='wrap')
    return (density / density.max() + 0.02 * noise / noise.std()).astype(np.float32)


def write_map(path, array):
    """A map as RELION writes its reconstruction: without a voxel size."""
    with warnings.catch_warnings(), mrcfile.new(path, overwrite=True) as file:
        warnings.simplefilter('ignore')     # mrcfile warns of what is not a number
        file.set_data(np.asarray(array, np.float32))
        file.header.cella = (0, 0, 0)
        file.add_label('Relion')


class Refinement:
    """A folder as RELION leaves it before an external reconstruction of some iteration."""

    two_blobs = staticmethod(two_blobs)

    def __init__(self, folder):
        self.folder = folder
        self.map = self.two_blobs()
        self.fields = {
            'rlnTau2FudgeFactor': 4, 'rlnPaddingFactor': 2, 'rlnReferenceDimensionality': 3,
            'rlnOriginalImageSize': BOX, 'rlnCurrentImageSize': BOX}
        self.optimiser = {'rlnNumberOfIterations': 25, 'rlnDoSplitRandomHalves': 0,
                          'rlnDoAutoRefine': 0, 'rlnDoStochasticGradientDescent': 0}
        self.model = {'rlnPixelSize': PIXEL}

    def ask(self, name='run_it005_class001', optimiser=True, model=True):
        """Write the star of a request and what belongs to it; return the star's path."""
        star = self.folder / f'{name}_external_reconstruct.star'
        self.result = star.with_suffix('.mrc')
        fields = {'rlnExtReconsResult': self.result} | self.fields
        star.write_text('data_external_reconstruct_general\n\n' + _pairs(fields)
                        + '\ndata_external_reconstruct_tau2\n\nloop_\n_rlnSpectralIndex #1\n'
                        '_rlnReferenceTau2 #2\n_rlnGoldStandardFsc #3\n 0 7.4e-04 0.0\n')
        root, _, rest = name.partition('_it')
        before = f'{root}_it{int(rest[:3]) - 1:03d}' if rest else root
        half = f'_half{name.split("_half")[1][0]}' if '_half' in name else ''
        if optimiser:
            (self.folder / f'{before}_optimiser.star').write_text(
                '# RELION optimiser; version 3.1.3\n# --o run --K 2\n\n# version 30001\n\n'
                'data_optimiser_general\n\n' + _pairs(self.optimiser))
        if model:
            (self.folder / f'{before}{half}_model.star').write_text(
                'data_model_general\n\n' + _pairs(self.model))
        return star

    def programme(self, code=0, says='', makes=True):
        """A stand-in for RELION's program that puts the map in its place; returns its path."""
        write_map(self.folder / 'made.mrc', self.map)
        path = self.folder / 'reconstruct'
        copy = f'cp "{self.folder / "made.mrc"}" "${{1%.star}}.mrc"\n' if makes else ''
        path.write_text(f'#!/bin/sh\n{copy}echo "{says}"\nexit {code}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def log(self):
        """The last line of the log as a dict, or None."""
        from chimerax.occupy.relion import log
        try:
            return log.read(self.folder)[-1]
        except (log.LogError, IndexError):
            return None


def _pairs(fields):
    return ''.join(f'_{label:<40} {value}\n' for label, value in fields.items())


@pytest.fixture
def refinement(tmp_path):
    return Refinement(tmp_path)


@pytest.fixture
def occupy(refinement, capsys):
    """A function that runs the loop's program in this process: (exit status, what it said)."""
    from chimerax.occupy.relion.cli import main

    def run(star, *options, program=None):
        program = program or refinement.programme()
        try:
            status = main(['--reconstruct', str(program), '--strength', '1',
                           *map(str, options), str(star)])
        except SystemExit as error:
            status = error.code
        told = capsys.readouterr()
        return status, told.err + told.out

    return run


@pytest.fixture(scope='session')
def package(tmp_path_factory):
    """A folder from which a plain Python imports `chimerax.occupy`."""
    folder = tmp_path_factory.mktemp('package')
    (folder / 'chimerax').mkdir()
    (folder / 'chimerax' / 'occupy').symlink_to(chimerax_library.REPOSITORY / 'src')
    return folder


@pytest.fixture
def as_process(package):
    """The environment and the words with which a shell starts the loop's program."""
    # Where the ChimeraX library is installed its own package would come first.
    code = ('import sys, types; m = types.ModuleType("chimerax"); '
            f'm.__path__ = [{str(package / "chimerax")!r}]; sys.modules["chimerax"] = m; '
            'import runpy; runpy.run_module("chimerax.occupy.relion", run_name="__main__", '
            'alter_sys=True)')
    script = Path(package) / 'occupy_relion.py'
    script.write_text(code)
    return dict(os.environ), [sys.executable, str(script)]


@pytest.fixture
def shell(as_process):
    """A function that runs the loop's program as a process of its own."""
    environment, words = as_process

    def run(*arguments, **options):
        return subprocess.run([*words, *map(str, arguments)], env=environment,
                              text=True, encoding='utf-8',
                              capture_output=True, **options)

    return run


@pytest.fixture(scope='module')
def particles(tmp_path_factory):
    """A folder with a star of projections of two blobs, and the map they are made of: 32³ voxels of
    3 Å, 40 particles. For the real RELION.
    """
    from scipy.ndimage import affine_transform, gaussian_filter

    box, number = 32, 40
    folder = tmp_path_factory.mktemp('particles')
    rng = np.random.default_rng(5)
    z, y, x = (index - box // 2 for index in np.indices((box,) * 3))
    density = np.zeros((box,) * 3)
    for place in (-5, 5):
        near = z ** 2 + y ** 2 + (x - place) ** 2 < 16
        density += gaussian_filter(near * rng.random((box,) * 3) ** 3, 1)
    images, rows = [], []
    for i in range(number):
        tilt = 360 * i / number
        c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
        # R_y(tilt) of RELION's angles, as it acts on (z, y, x).
        turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        centre = np.full(3, box // 2)
        turned = affine_transform(density, turn.T, centre - turn.T @ centre, order=1)
        images.append(turned.sum(axis=0))
        rows.append(f'{i + 1:06d}@{folder}/particles.mrcs 0 {tilt:.3f} 0 0 0 1')
    images = np.array(images)
    images = images / images.std() + rng.standard_normal(images.shape)
    around = np.hypot(y[0], x[0]) > box * 0.45
    images -= images[:, around].mean(axis=1)[:, None, None]
    images /= images[:, around].std(axis=1)[:, None, None]
    for name, array in (('particles.mrcs', images), ('reference.mrc', gaussian_filter(density, 2))):
        with mrcfile.new(folder / name) as file:
            file.set_data(array.astype(np.float32))
            file.voxel_size = 3.0
    labels = ('rlnImageName', 'rlnAngleRot', 'rlnAngleTilt', 'rlnAnglePsi', 'rlnOriginXAngst',
              'rlnOriginYAngst', 'rlnOpticsGroup')
    optics = ('rlnOpticsGroupName', 'rlnOpticsGroup', 'rlnVoltage', 'rlnSphericalAberration',
              'rlnAmplitudeContrast', 'rlnImagePixelSize', 'rlnImageSize',
              'rlnImageDimensionality')
    (folder / 'particles.star').write_text('\n'.join(
        ['data_optics', '', 'loop_', *(f'_{label}' for label in optics),
         f'one 1 300 2.7 0.1 {3.0} {box} 2', '', 'data_particles', '', 'loop_',
         *(f'_{label}' for label in labels), *rows]) + '\n')
    return folder
