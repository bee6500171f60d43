"""The ChimeraX library, started by tools/headless.py, is the ChimeraX that the bundle will meet."""

import os
import subprocess
import sys
import threading
import tomllib

import chimerax_library
import headless
import numpy as np
import pytest
from chimerax.core.errors import UserError

TABLE = tomllib.loads(chimerax_library.BUNDLE_TABLE.read_text(encoding='utf-8'))
PDB = """\
ATOM      1  N   GLY A   1      20.000  20.000  20.000  1.00 10.00           N
ATOM      2  CA  GLY A   1      21.458  20.000  20.000  1.00 10.00           C
ATOM      3  C   GLY A   1      22.009  21.420  20.000  1.00 10.00           C
ATOM      4  O   GLY A   1      21.251  22.390  20.000  1.00 10.00           O
END
"""


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / 'glycine.pdb'
    path.write_text(PDB, encoding='utf-8')
    return path


# ---- commands ----


@pytest.mark.parametrize('bundle', [name for name in TABLE if 'commands' in TABLE[name]])
def test_every_command_of_the_table_is_there(session, bundle):
    from chimerax.core.commands import cli

    for command in TABLE[bundle]['commands']:
        # The metadata names it; asking for its usage makes ChimeraX import and register it.
        assert command in cli.usage(session, command)


@pytest.mark.parametrize('bundle', [name for name in TABLE if 'selectors' in TABLE[name]])
def test_every_selector_of_the_table_is_there(run, bundle, model_file):
    run(f'open {model_file}')
    for selector in TABLE[bundle]['selectors']:
        run(f'select {selector}')


def test_an_abbreviated_and_an_unknown_command(run, log):
    run('vers')
    assert '1.7.1' in log.text()
    with pytest.raises(UserError, match='Unknown command: occupyy'):
        run('occupyy #1')


def test_maps_are_opened_filtered_measured_and_saved(run, maps, tmp_path):
    (volume,) = run(f'open {maps.odd}')
    assert volume.data.size == (63, 41, 37)
    assert volume.data.origin == pytest.approx((-12.3, 4.5, 30.1), abs=1e-4)
    smooth = run('volume gaussian #1 sDev 2')
    assert smooth.full_matrix().std() < volume.full_matrix().std()
    saved = tmp_path / 'smooth.mrc'
    values = smooth.full_matrix().copy()
    run(f'save {saved} models #2')
    (again,) = run(f'open {saved}')
    np.testing.assert_array_equal(again.full_matrix(), values)
    assert again.data.step == pytest.approx(volume.data.step, abs=1e-5)


def test_surfaces_are_coloured_by_another_map(run, session, maps):
    run(f'open {maps.pair}; volume #1 level 0.3; volume gaussian #1 sDev 3')
    run('color sample #1 map #2 palette blue:white:red range 0,0.2; wait 1')
    surface = session.models[0].surfaces[0]
    colours = np.unique(surface.vertex_colors, axis=0)
    assert len(colours) > 10


def test_models_are_opened_mapped_and_measured(run, model_file):
    (structure,) = run(f'open {model_file}')[:1]
    density = run('molmap #1 5')
    run('measure mapvalues #2 atoms #1 attribute density')
    assert all(atom.density > 0 for atom in structure.atoms)
    assert density.full_matrix().max() > 0


def test_models_fit_into_maps(run, model_file):
    run(f'open {model_file}; molmap #1 5; move x 1 models #1; fitmap #1 inMap #2')


def test_undo_and_redo(run, session, maps):
    run(f'open {maps.pair}; move x 10 models #1')
    volume = session.models[0]
    run('undo')
    assert volume.position.origin() == pytest.approx((0, 0, 0))
    run('redo')
    assert volume.position.origin() == pytest.approx((10, 0, 0))


def test_camera_modes(run, session):
    run('camera ortho')
    assert session.main_view.camera.name == 'orthographic'
    run('camera mono')
    assert session.main_view.camera.name == 'mono'


def test_a_session_comes_back(run, session, maps, tmp_path):
    def kinds():
        return sorted((model.id_string, type(model).__name__) for model in session.models)

    run(f'open {maps.odd}; volume #1 level 0.4 color #ff000080; wait 1; key red:0 blue:1')
    run('2dlabels text scale')
    saved = tmp_path / 'test.cxs'
    run(f'save {saved}')
    before = kinds()
    run(f'close; open {saved}')
    assert kinds() == before
    volume = next(model for model in session.models if model.id == (1,))
    assert volume.surfaces[0].level == pytest.approx(0.4)
    assert volume.data.origin == pytest.approx((-12.3, 4.5, 30.1), abs=1e-4)


@pytest.mark.parametrize(
    ('command', 'sentence'),
    [
        ('nonsense #1', 'Unknown command: nonsense #1'),
        ('measure center #1', 'No volume or atoms or surfaces specified'),
        ('camera sideways', "Expected one of '360'"),
    ],
)
def test_a_mistake_is_one_sentence(session, log, command, sentence):
    assert not headless.run_commands(session, command)
    (said,) = log.text('warning', 'error', 'bug').splitlines()
    assert said.startswith(sentence)


def test_an_unexpected_exception_is_logged_with_its_traceback(session, log, monkeypatch):
    monkeypatch.setattr(session.main_view, 'view_all', None)
    assert not headless.run_commands(session, 'shape sphere; view')
    assert 'Traceback' in log.text('info')
    assert 'TypeError' in log.text('bug')


def test_a_script_of_commands(run, session, maps, tmp_path):
    script = tmp_path / 'script.cxc'
    script.write_text(f'# opens a map twice\nopen {maps.pair}\nvolume copy #1\n', encoding='utf-8')
    run(f'open {script}')
    assert [model.name for model in session.models if len(model.id) == 1] == [
        'pair.mrc',
        'pair.mrc copy',
    ]


def test_a_picture_has_the_asked_size_and_shows_the_map(run, maps, tmp_path, needs_pictures):
    from PIL import Image

    run(f'open {maps.pair}; volume #1 level 0.3 color red; view')
    run(f'save {tmp_path}/map.png width 300 height 200')
    with Image.open(tmp_path / 'map.png') as picture:
        assert picture.size == (300, 200)
        red, green, blue = np.moveaxis(np.asarray(picture.convert('RGB'), dtype=int), 2, 0)
    share = (red > green + blue + 30).mean()
    assert 0.02 < share < 0.9


def test_a_colour_key_is_drawn(run, tmp_path, needs_pictures):
    from PIL import Image

    run('key #00ff00:0 #00ff00:1 pos 0.25,0.4 size 0.5,0.2')
    run(f'save {tmp_path}/key.jpg width 400 height 300')
    with Image.open(tmp_path / 'key.jpg') as picture:
        _red, green, _blue = picture.convert('RGB').getpixel((200, 150))
    assert green > 200


# ---- threads ----


def test_other_threads_wait_for_the_main_thread(session):
    ran_on = []
    threads = [
        threading.Thread(
            target=session.ui.thread_safe,
            args=(lambda: ran_on.append(threading.current_thread()),),
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran_on == []
    session.ui.process_events()
    assert ran_on == [threading.main_thread()] * 3


def test_a_queued_call_that_fails_is_reported(session, log):
    def fail():
        raise RuntimeError('lost in a thread')

    thread = threading.Thread(target=session.ui.thread_safe, args=(fail,))
    thread.start()
    thread.join()
    session.ui.process_events()
    assert 'lost in a thread' in log.text('bug')


def test_waiting_ends(session):
    with pytest.raises(TimeoutError):
        session.ui.wait_until(lambda: False, timeout=0.05)


def _task_class(steps, seen):
    from chimerax.core.tasks import Task

    class Counting(Task):
        def run(self):
            for step in range(steps):
                answered = threading.Event()
                self.session.ui.thread_safe(answered.set)
                # Only the main thread can answer: without it, this would wait in vain.
                seen.append((step, answered.wait(10)))

        def on_finish(self):
            seen.append(threading.current_thread())

    return Counting


def test_a_blocking_task_can_reach_the_main_thread(session):
    seen = []
    _task_class(3, seen)(session).start(blocking=True)
    assert seen == [(0, True), (1, True), (2, True), threading.main_thread()]


def test_a_task_in_the_background_finishes_on_the_main_thread(session, run, log, wait_until):
    seen = []
    task = _task_class(2, seen)(session)
    task.start()
    wait_until(lambda: len(seen) == 3)
    assert seen == [(0, True), (1, True), threading.main_thread()]
    run('taskman list')
    assert f'ID {task.id}' in log.text()


# ---- the log ----


def test_html_becomes_lines_and_columns():
    from headless_ui import plain_text

    html = (
        '<style>p {color: red}</style><p>Two <a href="cxcmd:x">chains</a>:</p>'
        '<table><tr><th>Chain<th>Mean scale</th></tr><tr><td>A</td><td>0.91</td></tr>'
        '<tr><td>Bcd &amp; E</td><td>0.4</td></tr></table>after<br>wards<ul><li>one<li>two</ul>'
    )
    assert plain_text(html).splitlines() == [
        'Two chains:',
        'Chain    Mean scale',
        'A        0.91',
        'Bcd & E  0.4',
        'after',
        'wards',
        '- one',
        '- two',
    ]


# ---- from the shell ----


def _headless(*arguments, code=None):
    """Run headless.py, or Python `code`, in a process of its own."""
    what = ['-c', code] if code else [headless.__file__]
    environment = {**os.environ, 'PYTHONPATH': os.path.dirname(headless.__file__)}
    return subprocess.run(
        [sys.executable, *what, *map(str, arguments)],
        capture_output=True,
        encoding='utf-8',
        timeout=120,
        env=environment,
    )


def test_files_and_commands_run_in_the_order_given(maps, tmp_path):
    script = tmp_path / 'more.cxc'
    script.write_text('volume copy #1\n', encoding='utf-8')
    done = _headless(maps.pair, '--cmd', 'rename #1 first; info models', script)
    assert done.returncode == 0
    # Nor did the toolshed complain of the metadata while it started.
    assert done.stderr == ''
    assert done.stdout.index('name first') < done.stdout.index('Opened first copy')


def test_after_a_mistake_nothing_more_is_run():
    done = _headless('--cmd', 'open nowhere.mrc; info models', '--cmd', 'info models')
    assert done.returncode == 1
    assert done.stderr.splitlines() == ['error: No such file/path: nowhere.mrc']
    assert 'info models' not in done.stdout.split('\n', 1)[1]


def test_a_mistake_in_a_script_fails(tmp_path):
    script = tmp_path / 'wrong.cxc'
    script.write_text('camera ortho\ncamera sideways\n', encoding='utf-8')
    done = _headless(script)
    assert done.returncode == 1
    assert 'camera ortho' in done.stdout
    assert done.stderr.startswith("error: Expected one of '360'")


def test_nothing_to_do_is_a_mistake():
    done = _headless()
    assert done.returncode == 2
    assert 'nothing to do' in done.stderr


def test_without_osmesa_everything_but_pictures_works(maps, tmp_path):
    code = (
        'import sys; from headless import *\n'
        's = start_session(graphics=False)\n'
        f"a = run_commands(s, 'open {maps.pair}; wait 1; key red:0 blue:1;"
        f" view; windowsize 300 200; save {tmp_path}/s.cxs')\n"
        f"b = run_commands(s, 'save {tmp_path}/p.png')\n"
        'sys.exit(10 * a + b)'
    )
    done = _headless(code=code)
    assert done.stderr.count('\n') == 1
    assert 'apt-get install libosmesa6' in done.stderr
    assert done.returncode == 10
    assert (tmp_path / 's.cxs').exists()


def test_the_bundle_is_loaded_when_it_is_used():
    code = (
        'import sys; from headless import *\n'
        's = start_session()\n'
        'before = [m for m in sys.modules if m.startswith("chimerax.occupy.")]\n'
        'bundle = s.toolshed.find_bundle("ChimeraX-OccuPy", s.logger)\n'
        'print(before, [c.name for c in bundle.commands], [t.name for t in bundle.tools])\n'
    )
    done = _headless(code=code)
    assert done.stdout.strip() == "[] ['occupy'] ['OccuPy']"


HELLO = """\
from chimerax.core.commands import CmdDesc, register
from chimerax.core.toolshed import BundleAPI


class _Hello(BundleAPI):
    api_version = 1

    @staticmethod
    def register_command(bundle_info, command_info, logger):
        description = CmdDesc(synopsis='says so')
        register(command_info.name, description, lambda session: None, logger=logger)


bundle_api = _Hello()
"""


def test_help_logs_the_address_of_the_page(tmp_path):
    (tmp_path / 'bundle_info.xml').write_text(
        '<BundleInfo name="ChimeraX-Hello" version="1.0" package="chimerax.hello"'
        ' minSessionVersion="1" maxSessionVersion="1">'
        '<Classifiers><ChimeraXClassifier>Command :: hello :: General :: says so'
        '</ChimeraXClassifier></Classifiers><Categories><Category name="General"/></Categories>'
        '</BundleInfo>'
    , encoding='utf-8')
    page = tmp_path / 'src' / 'docs' / 'user' / 'commands' / 'hello.html'
    page.parent.mkdir(parents=True)
    page.write_text('<h1>hello</h1>', encoding='utf-8')
    (tmp_path / 'src' / '__init__.py').write_text(HELLO, encoding='utf-8')
    done = _headless('--bundle', tmp_path, '--cmd', 'help hello; help help:nowhere.html')
    assert page.as_uri() in done.stdout
    assert done.stderr == "error: No help found for 'help:nowhere.html'\n"
    assert done.returncode == 1


def test_only_one_session(session):
    with pytest.raises(RuntimeError, match='one session per process'):
        headless.start_session()


def test_a_module_of_the_bundle_is_run_as_by_chimerax(maps, tmp_path):
    done = subprocess.run(
        [sys.executable, chimerax_library.REPOSITORY / 'tools/headless.py', '-m',
         'chimerax.occupy', maps.pair, '--output-dir', tmp_path], capture_output=True,
         text=True, encoding='utf-8')
    assert done.returncode == 0, done.stderr
    assert any(path.suffix == '.mrc' for path in tmp_path.iterdir())
