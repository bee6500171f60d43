"""Windows of plots: what is pointed at, what a click runs, and how a plot is saved."""

import pytest

from ..models import sheet, strand

FULL, PARTIAL = (21.6, 29, 30), (50.4, 29, 30)


@pytest.fixture
def window_of(session, run, screen):
    """`window_of(command)`: the `PlotWindow` that a command with "plot true" shows."""
    from chimerax.occupy.figures.window import PlotWindow

    def shown(command):
        run(command)
        window = session.tools.find_by_class(PlotWindow)[-1]
        window.canvas.draw()
        return window

    yield shown
    for window in session.tools.find_by_class(PlotWindow):
        window.delete()


@pytest.fixture
def pointer(mouse):
    """`pointer(window, axes, x, y, click)`: the text shown where the mouse is put, or clicks."""
    def put(window, axes, x, y=0.5, *, click=False, key=None):
        return mouse(window, axes, 'press' if click else 'move', x, y, key)

    return put


@pytest.fixture
def model(blobs, open_model):
    """#2: chain A, five residues in the full blob, and chain B, five in the other."""
    return open_model([*strand('A', FULL, 5, first=11), *strand('B', PARTIAL, 5, serial=50)])


def selected(model):
    return [f'{r.chain_id}{r.number}' for r in model.residues if r.atoms.selected.all()]


def test_a_sequence_names_residues_and_selects_them(window_of, pointer, model, commands):
    window = window_of('occupy atoms #2 map #1 mode occupancy plot true')
    first, second = window.canvas.figure.axes
    text = pointer(window, first, 13.2)
    assert text.startswith('#2/A ALA 13\n')
    value = float(text.rsplit(' ', 1)[1])
    assert value == pytest.approx(model.residues[2].occupancy_scale, abs=5e-4)
    pointer(window, first, 13.2, click=True)
    assert commands[-1] == 'select #2/A:13'
    assert selected(model) == ['A13']
    pointer(window, second, 1, click=True, key='shift')
    assert commands[-1] == 'select add #2/B:1'
    assert selected(model) == ['A13', 'B1']


def test_nothing_is_where_no_residue_is(window_of, pointer, model, commands):
    window = window_of('occupy atoms #2 map #1 mode occupancy plot true')
    first = window.canvas.figure.axes[0]
    before = list(commands)
    assert pointer(window, first, 10.1) == ''
    pointer(window, first, 10.1, click=True)
    assert commands == before


def test_numbers_may_change_and_models_be_closed(session, run, window_of, pointer, model,
                                                 commands, monkeypatch):
    told = []
    monkeypatch.setattr(session.logger, 'status', lambda text, **_: told.append(text))
    window = window_of('occupy atoms #2 map #1 mode occupancy plot true')
    first = window.canvas.figure.axes[0]
    run('rename #2 id #7')
    pointer(window, first, 12, click=True)
    assert commands[-1] == 'select #7/A:12'
    run('close #7 #1')
    before = list(commands)
    assert 'ALA 12' in pointer(window, first, 12)
    pointer(window, first, 12, click=True)
    assert commands == before
    assert 'no longer open' in told[-1]


@pytest.fixture
def fitted(open_model, make_map):
    """#1: chains A and B of a model, and #2 and #3, maps of it."""
    model = open_model([*sheet('A', 0.0, 1), *sheet('B', 24.0, 300)])
    make_map({'A': 1, 'B': 1}, name='one')
    make_map({'A': 1, 'B': 0.4}, name='other')
    return model


def test_bars_name_groups_of_each_map(run, window_of, pointer, fitted, commands):
    fitted_rows = run('occupy fit #1 map #2,3').rows
    window = window_of('occupy fit #1 map #2,3 plot true')
    (axes,) = window.canvas.figure.axes
    for x, name, row in ((0.8, 'one #2', 1), (1.2, 'other #3', 3)):
        first, second, *_ = pointer(window, axes, x).split('\n')
        assert first == f'#1/B in {name}'
        value, error = second.removeprefix('occupancy ').split(' ± ')
        assert float(value) == pytest.approx(fitted_rows[row]['occupancy'], abs=6e-4)
        assert float(error) == pytest.approx(fitted_rows[row]['error'], abs=6e-4)
    assert pointer(window, axes, 1.49) == ''
    pointer(window, axes, 1.2, click=True)
    assert commands[-1] == 'select #1/B'


def test_groups_that_the_user_named(window_of, pointer, fitted, commands):
    window = window_of('occupy fit #1 map #2 groups #1/A groups #1/B:1-30 plot true')
    (axes,) = window.canvas.figure.axes
    pointer(window, axes, 1, click=True)
    assert commands[-1] == 'select #1/B:1-30'


def test_the_solvent_model_tells_values(run, session, pointer, blobs):
    from chimerax.occupy.figures.pointing import pointed_at
    from chimerax.occupy.figures.solvent import solvent_figure
    from chimerax.occupy.session.record import record
    run('occupy #1 mode occupancy color false')
    found = record(session).estimate_for(blobs, 'occupancy')
    left, curves, twin = solvent_figure(found).axes
    for axes in (left, twin):
        told = pointed_at(axes, found.solvent.centres[700], 0.5)
        assert f'{found.solvent.confidence[700]:.3f}' in told.text
        assert told.key is None
        assert pointed_at(axes, 9 * found.solvent.centres[-1], 0.5) is None
    assert 'amplify: 0.794' in pointed_at(curves, 0.5, 0.1).text
    assert pointed_at(curves, 1.2, 0.1) is None


@pytest.mark.parametrize('ending', ['png', 'pdf', 'svg'])
def test_saving(log, window_of, model, tmp_path, monkeypatch, ending):
    from chimerax.occupy.figures import window as windows
    path = tmp_path / f'sequence.{ending}'
    answers = ['', str(path), str(tmp_path / 'nowhere' / f'sequence.{ending}')]
    monkeypatch.setattr(windows, 'ask_for_file', lambda *_: answers.pop(0))
    window = window_of('occupy atoms #2 map #1 mode occupancy plot true')
    window.save_button.click()
    assert not list(tmp_path.glob(f'*.{ending}'))
    window.save_button.click()
    assert path.stat().st_size > 3000
    assert f'Wrote {path}.' in log.text()
    window.save_button.click()
    assert 'cannot write' in log.text('error')
