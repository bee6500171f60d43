"""Fixtures: one ChimeraX session for all tests, clean for each of them.

Three arrangements run the same tests. With the ChimeraX library (`make env`) the session comes
from tools/headless.py. Without it only tests/core is collected, which needs numpy and scipy alone.
Inside a ChimeraX application (`make test-chimerax`) the session is the application's.
"""

import gc
import os
import re
import sys
import time
from pathlib import Path

# Before numpy is there: tests run side by side, and threads of BLAS that wait for each other took a
# fifth of the time.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')

import chimerax_library
import numpy as np
import pytest
from hypothesis import given, settings, strategies

# The same examples everywhere: Hypothesis draws the same ones each time where it sees CI, and runs
# other lines of its own for it.
settings.register_profile('same', derandomize=True, database=None)
settings.load_profile('same')

TESTS = Path(__file__).parent
SOURCE = chimerax_library.REPOSITORY / 'src'
# What ChimeraX itself adds to what is done at each frame, once it is needed.
STAY = ('blend_manager.<locals>.need_group_update', 'NucleotideState.rebuild')
# These test how the library is started and the bundle built, which an application does itself.
NOT_IN_APPLICATION = ('test_headless.py', 'test_bundle.py', 'test_wheel.py')


def pytest_addoption(parser):
    parser.addoption(
        '--bundle',
        metavar='PATH',
        help='test this wheel or installed copy of the bundle, not the source',
    )


def _application_session(config):
    for plugin in config.pluginmanager.get_plugins():
        session = getattr(plugin, 'application_session', None)
        if session is not None:
            return session
    return None


def pytest_configure(config):
    # Where Python was told to keep no bytecode, each of the many processes that tests start would
    # compile all it imports, and pytest all tests once for each of those that run side by side.
    os.environ.pop('PYTHONDONTWRITEBYTECODE', None)
    sys.dont_write_bytecode = False
    if _application_session(config) is not None:
        config.arrangement = 'application'
    elif chimerax_library.find_library() is not None:
        config.arrangement = 'library'
        chimerax_library.prepare(config.getoption('--bundle'))
    else:
        config.arrangement = 'core only'
        chimerax_library.namespace_package()
        chimerax_library.use_source('chimerax.occupy', SOURCE)


def pytest_report_header(config):
    return f'ChimeraX: {config.arrangement}'


def pytest_ignore_collect(collection_path, config):
    if collection_path.is_dir() or collection_path.parent == TESTS / 'core':
        return None
    if config.arrangement == 'application':
        return True if collection_path.name in NOT_IN_APPLICATION else None
    return True if config.arrangement == 'core only' else None


@pytest.fixture(scope='session')
def chimerax_session(pytestconfig):
    session = _application_session(pytestconfig)
    if session is None:
        from headless import start_session

        session = start_session(pytestconfig.getoption('--bundle'))
        _draw_no_history()
    _first_of_hypothesis()
    _keep()
    return session


def _draw_no_history():
    """Pictures of files that were opened or saved, for a list in a window, take long to draw."""
    from chimerax.core.filehistory import FileSpec

    FileSpec.capture_image = lambda *_: None


@given(strategies.none())
def _first_of_hypothesis(_nothing):
    """Has Hypothesis make its random numbers, which it does not find once they are kept."""


def _keep():
    """Spare what has come to stay, modules above all, from being looked through for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def session(chimerax_session):
    """The ChimeraX session, with nothing open; whatever the test leaves behind is cleared."""
    _clear(chimerax_session)
    before = _waiting(chimerax_session)
    from chimerax.occupy.core.threads import set_threads

    # Maps of tests are too small for threads, which would take a tenth of the time. tests/core
    # holds that results do not depend on their number.
    set_threads(1)
    yield chimerax_session
    set_threads(None)
    left = [handler for handler in _waiting(chimerax_session) if handler not in before]
    for handler in left:
        handler.remove()
    # Where ChimeraX counts motions, for which "wait" waits.
    getattr(chimerax_session, 'motion_in_progress', set()).clear()
    _clear(chimerax_session)
    assert not left, ('left for the next frame, which another test would draw; say "wait": '
                      f'{[handler._func for handler in left]}')


def _waiting(session):
    """What waits for the next frame, as a map does that is to show its planes one after another."""
    if not hasattr(session.ui, 'process_events'):
        return []       # An application draws frames by itself.
    return [handler for handler in session.triggers._triggers['new frame']._handlers
            if getattr(handler._func, '__qualname__', '') not in STAY]


def _clear(session):
    had_chains = _collect_chains(session)
    for task in session.tasks.list():
        if task.terminated():
            session.tasks.remove(task)
        else:
            task.terminate()
    headless_ui = hasattr(session.ui, 'process_events')
    if headless_ui:
        # What threads still have to say belongs to the test that started them.
        session.ui.process_events()
    session.reset()
    session.undo.clear()
    # ChimeraX remembers the next number, of models that were never added too.
    session.models._reset_next_id()
    left = [str(model) for model in session.models.list()]
    assert not left, f'models outlive a session: {left}'
    # ChimeraX looks once more at what was closed before it was ever drawn.
    session.main_view.drawing_bounds()
    if headless_ui:
        from headless import WINDOW_SIZE

        session.main_view.resize(*WINDOW_SIZE)
        session.ui.log.clear()
    if had_chains:
        _keep()


def _collect_chains(session):
    """Collect garbage before models are closed.

    In ChimeraX 1.7 a Python object of a chain that waits to be collected, in a cycle with some
    exception say, while its model is closed crashes the next collection.
    """
    has_chains = any(hasattr(model, 'chains') for model in session.models.list())
    if has_chains:
        gc.collect()
    return has_chains


@pytest.fixture
def run(session):
    """Run a ChimeraX command; return what it returns. Raises UserError as the command does."""
    from chimerax.core.commands import run

    def run_command(text, **options):
        if text.startswith(('close', 'open')):
            _collect_chains(session)
        return run(session, text, **options)

    return run_command


@pytest.fixture
def commands(session):
    """The command lines that were run, a list that grows."""
    lines = []
    handler = session.triggers.add_handler('command finished',
                                           lambda _name, line: lines.append(line))
    yield lines
    session.triggers.remove_handler(handler)


@pytest.fixture
def log(session):
    """What ChimeraX logs during the test: `log.text()`, `log.text('warning', 'error')`."""
    from headless_ui import TerminalLog

    recorded = TerminalLog()
    session.logger.add_log(recorded)
    yield recorded
    session.logger.remove_log(recorded)


@pytest.fixture
def logged(log):
    """`logged('occupy #1')`: commands in the log that begin so and end with the model they make."""

    def find(start):
        # An application wraps lines, and gives a link twice: its words, and what they run.
        text, begins = ' '.join(log.text().split()), re.escape(start)
        found = re.findall(rf'{begins}(?:(?!{begins})[^"<>()\[\]])*? modelId #[\d.]+', text)
        return list(dict.fromkeys(found))

    return find


def _let_events_happen(session):
    if hasattr(session.ui, 'process_events'):
        session.ui.process_events()
    elif session.ui.is_gui:
        session.ui.processEvents()


@pytest.fixture
def deliver(session):
    """`deliver()` lets threads say on the main thread what they have to say until now."""
    if not hasattr(session.ui, 'process_events') and not session.ui.is_gui:
        pytest.skip('an application without a window lets threads do it themselves, at once')
    return lambda: _let_events_happen(session)


@pytest.fixture
def wait_until(session):
    """Let threads deliver on the main thread until `condition()` holds, or raise TimeoutError."""

    def wait(condition, timeout=60):
        if hasattr(session.ui, 'wait_until'):
            session.ui.wait_until(condition, timeout)
            return
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f'still waiting after {timeout} s')
            time.sleep(0.01)
            _let_events_happen(session)

    return wait


class Maps:
    """Writes maps for the tests, into a folder that lasts as long as the test run."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, array, voxel_size=1.5, origin=(0, 0, 0)):
        """Write a (z, y, x) array with a voxel size and origin (x, y, z) in Å; return the path."""
        import mrcfile

        path = self.folder / f'{name}.mrc'
        with mrcfile.new(path, np.asarray(array), overwrite=True) as mrc:
            mrc.voxel_size = voxel_size
            mrc.header.origin = tuple(origin)
        return path

    def _once(self, name, make, **placement):
        path = self.folder / f'{name}.mrc'
        return path if path.exists() else self.write(name, make(), **placement)

    @property
    def pair(self):
        """Two balls of atoms, full at low x and half occupied at high x: 40 × 40 × 64 voxels."""
        return self._once('pair', lambda: two_balls((40, 40, 64)))

    @property
    def odd(self):
        """The same in an odd box with unequal voxels and an origin off the grid."""
        placement = {'voxel_size': (1.4, 1.5, 1.6), 'origin': (-12.3, 4.5, 30.1)}
        return self._once('odd', lambda: two_balls((37, 41, 63)), **placement)


def two_balls(shape, occupancies=(1.0, 0.5), noise=0.02, seed=7):
    """A float32 map of two balls of blurred atoms side by side along x, in weak noise."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    density = np.zeros(shape)
    for place, occupancy in zip((0.3, 0.7), occupancies, strict=True):
        centre = np.array([shape[0] / 2, shape[1] / 2, shape[2] * place])
        distance = np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2)
        atoms = (rng.random(shape) < 0.1) & (distance < min(shape) / 4)
        density += occupancy * gaussian_filter(atoms.astype(float), 1)
    density /= density.max()
    return (density + noise * rng.standard_normal(shape)).astype(np.float32)


@pytest.fixture(scope='session')
def maps(tmp_path_factory):
    """Small synthetic maps as files: see `Maps`."""
    return Maps(tmp_path_factory.mktemp('maps'))


@pytest.fixture
def needs_pictures(session):
    """Skips a test where nothing can be drawn: OSMesa is optional."""
    reason = getattr(session.ui, 'no_pictures', '')
    if reason or session.main_view.render is None:
        pytest.skip(reason or 'this ChimeraX was started without --offscreen')


def make_blobs(shape=(40, 44, 48), occupancies=(1.0, 0.4), noise=0.03, seed=3):
    """A float32 map (z, y, x) of two textured balls side by side along x, in weak noise."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    texture = rng.random(shape)
    density = np.zeros(shape)
    for place, occupancy in zip((0.3, 0.7), occupancies, strict=True):
        distance = np.sqrt((z - shape[0] / 2) ** 2 + (y - shape[1] / 2) ** 2
                           + (x - shape[2] * place) ** 2)
        density += occupancy * (0.5 + texture) * (distance < min(shape) / 6)
    return (density + noise * rng.standard_normal(shape)).astype(np.float32)


@pytest.fixture
def two_blobs():
    """The function that makes such maps: `two_blobs(shape, occupancies, noise, seed)`."""
    return make_blobs


@pytest.fixture
def open_array(session):
    """Opens an array as a map: `open_array(array, name=…, step=…, origin=…, cell_angles=…, …)`."""
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData

    def opened(array=None, name='blobs', step=(1.5, 1.5, 1.5), level=0.3, **placement):
        # Lets ChimeraX drop what earlier tests closed before it was drawn: it stumbles over that.
        session.main_view.drawing_bounds()
        array = make_blobs() if array is None else array
        grid = ArrayGridData(array, step=step, name=name, **placement)
        volume = volume_from_grid_data(grid, session, show_dialog=False)
        if level is not None:
            volume.set_parameters(surface_levels=[level])
            volume.update_drawings()
        return volume

    return opened


@pytest.fixture
def open_model(run, tmp_path):
    """Opens lines of PDB text as an atomic model: `open_model(lines, name)`."""
    def opened(lines, name='model'):
        path = tmp_path / f'{name}.pdb'
        path.write_text('\n'.join([*lines, 'END', '']), encoding='utf-8')
        return run(f'open {path}')[0]

    return opened


@pytest.fixture
def make_map(session, run):
    """Makes a map of chains of #1 at stated occupancies: `make_map({'A': 1, …}, noise=0.02)`.

    noise: its spread as a share of the largest density. unit: what density is multiplied by.
    """
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData

    def made(truth, noise=0.02, seed=0, name='made', unit=1.0):
        whole = run('molmap #1 5 gridSpacing 1.3 edgePadding 14')
        total = np.zeros(whole.full_matrix().shape, np.float32)
        for chain, occupancy in truth.items():
            part = run(f'molmap #1/{chain} 5 onGrid #{whole.id_string}')
            total += occupancy * part.full_matrix()
            session.models.close([part])
        rough = np.random.default_rng(seed).standard_normal(total.shape)
        total += noise * total.max() * rough.astype(np.float32)
        data = whole.data
        grid = ArrayGridData(np.float32(unit) * total, data.origin, data.step, name=name)
        session.models.close([whole])
        volume = volume_from_grid_data(grid, session, show_dialog=False)
        volume.set_parameters(surface_levels=[0.3 * unit * total.max()])
        volume.update_drawings()
        return volume

    return made


@pytest.fixture
def blobs(open_array):
    """One open map, #1."""
    return open_array()
