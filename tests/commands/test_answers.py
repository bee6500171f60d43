"""Every command answers in JSON, also through ChimeraX's REST server."""

import json
import re
import threading
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np
import pytest

from ..registered import our_commands

PAGE = Path(__file__).parents[2] / 'docs/scripting.md'


def test_every_command_can(session):
    commands = our_commands(session)
    assert len(commands) > 15
    for name, described in commands.items():
        assert described.can_return_json, (
            f'{name} is to be registered by commands.answers.register_command')


@pytest.fixture
def answer(session):
    """The JSON value of a command, as ChimeraX gives it."""
    from chimerax.core.commands import run

    def answered(command):
        result = run(session, command, return_json=True)
        return json.loads(result.json_value)

    return answered


def test_estimate_and_maps(answer, blobs):
    scale, = answer('occupy #1 mode occupancy')
    assert (scale['id'], scale['kind'], scale['source']) == ('2', 'scale', '1')
    assert scale['estimate']['parameters']['mode'] == 'occupancy'
    assert scale['estimate']['full_scale']['value'] > 0
    modified, = answer('occupy attenuate #1')
    assert (modified['kind'], modified['source']) == ('map', '1')
    mask, = answer('occupy mask #1 solvent')
    assert mask['kind'] == 'mask'
    assert answer('occupy tiles #1')[0]['kind'] == 'tiles'
    assert answer('occupy level #1 0.3')[0] == {'id': '1', 'name': 'blobs'}


def test_surfaces_tell_what_is_seen(answer, blobs, run):
    run('occupy #1 mode occupancy')
    surface, = answer('occupy color #1 range 0,0.8')
    assert surface['colors'] == {'mode': 'occupancy', 'palette': 'occupy',
                                 'range': pytest.approx([0, 0.8])}
    shown = answer('occupy show #1 above 0.6')[0]['shown']
    assert (shown['mode'], shown['above'], shown['below']) == ('occupancy', 0.6, 1)
    assert 0.1 < shown['share'] < 0.9


def test_numbers_of_atoms_regions_and_places(answer, blobs, open_model, run):
    run('occupy #1 mode occupancy')
    open_model([f'ATOM  {i:5d}  CA  GLY A{i:4d}    {20 + 5 * i:8.3f}  32.000  30.000  1.00 20.00'
                '           C' for i in range(1, 4)]
               + ['ATOM      9  CA  GLY A   9     900.000  32.000  30.000  1.00 20.00           C'])
    readout, = answer('occupy atoms #4 map #1')
    assert readout['parts'][0]['part'] == '#4/A'
    assert len(readout['residues']) == 3
    assert readout['atoms_outside'] == 1
    place = answer('occupy at #4/A:1')
    assert place['residue'] == '#4/A GLY 1'
    assert place['scale'] == pytest.approx(readout['residues'][0]['scale'], abs=1e-4)
    target = answer('occupy target #1 region #4')
    assert 0 < target['occupancy'] <= 1
    assert answer('occupy at 5,5,5')['residue'] is None


def test_plot_and_report(answer, blobs, run, tmp_path):
    run('occupy #1')
    assert answer('occupy report #1')['parameters']['mode'] == 'resolution'
    assert answer(f'occupy plot #1 file {tmp_path / "plot.png"}') is None


def test_python_gets_what_it_got(run, blobs):
    scale, = run('occupy #1')
    assert scale.name == 'blobs resolution scale'


def test_plain_values(session):
    from chimerax.occupy.commands.answers import plain
    odd = {'a': np.float32(0.5), 'b': (np.int64(2), np.bool_(True)), 'c': float('nan'),
           'd': np.array([1.0, np.inf]), 'e': np.zeros(20_000), 'f': object(), 3: None}
    assert plain(session, odd) == {'a': 0.5, 'b': [2, True], 'c': None, 'd': [1.0, None],
                                   'e': None, 'f': None, '3': None}


@pytest.fixture
def rest(session, run, wait_until):
    """`rest(command)` asks ChimeraX's REST server as another program would."""
    if session.ui.is_gui:
        pytest.skip('the application may run a server of its own')
    run('remotecontrol rest start json true')
    from chimerax.rest_server import cmd
    wait_until(lambda: cmd._server is not None and cmd._server.httpd is not None)
    server = cmd._server.httpd
    port = cmd._server.server_address[1]
    outcome = {}

    def ask(command):
        def request():
            with urlopen(f'http://localhost:{port}/run?command={quote(command)}') as stream:
                outcome['text'] = stream.read().decode()
        thread = threading.Thread(target=request)
        thread.start()
        wait_until(lambda: not thread.is_alive())
        return json.loads(outcome.pop('text'))

    yield ask
    # ChimeraX hangs if it is told to stop between an answer and the end of what gave it.
    running = cmd._server
    wait_until(lambda: running.run_count == 1)
    run('remotecontrol rest stop quiet true')
    server.server_close()       # which ChimeraX leaves open


def test_through_the_rest_server(rest, blobs, tmp_path):
    got = rest('occupy #1 mode occupancy')
    assert got['error'] is None
    assert json.loads(got['json values'][0])[0]['id'] == '2'
    got = rest(f'occupy at 22,32,30; occupy plot #1 file {tmp_path / "plot.png"}')
    place, plot = map(json.loads, got['json values'])
    assert 0.5 < place['scale'] <= 1
    assert plot is None
    assert got['python values'][0]['scale'] == place['scale']
    assert rest('occupy show #1 above 30')['error'] is not None


def test_the_example_of_the_documents(rest, blobs, tmp_path, capsys, wait_until):
    """The Python of the page, with its port, run in a thread as another program."""
    text = PAGE.read_text(encoding='utf-8')
    code, = re.findall(r'^```python\n(.*?)^```', text, re.DOTALL | re.MULTILINE)
    from chimerax.rest_server import cmd
    code = code.replace('60001', str(cmd._server.server_address[1]))
    code = code.replace('scale.mrc', str(tmp_path / 'scale.mrc'))
    scope, failed = {}, []

    def program():
        try:
            exec(compile(code, str(PAGE), 'exec'), scope)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=program)
    thread.start()
    wait_until(lambda: not thread.is_alive())
    assert not failed
    printed = capsys.readouterr().out
    assert re.search(r'full scale \d', printed)
    assert re.search(r'\d% of the surface', printed)
    assert (tmp_path / 'scale.mrc').exists()
