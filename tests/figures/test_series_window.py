"""The heat map in its window: what it tells, and the commands that clicks and drags run."""

import numpy as np
import pytest
from chimerax.occupy.series.order import order_of
from chimerax.occupy.series.table import SeriesTable

from ..models import strand

NAMES = ('vol_0', 'vol_1', 'vol_2')
VALUES = ((1.0, 1.0, 0.98), (0.2, 0.5, 0.9), (0.25, 0.55, 0.9))


@pytest.fixture
def model(open_model):
    """#1: chains A, B and C."""
    return open_model([*strand('A', (21.6, 29, 30), 5), *strand('B', (50.4, 29, 30), 5, serial=50),
                       *strand('C', (50.4, 29, 40), 5, serial=90)])


@pytest.fixture
def maps(model, open_array, two_blobs):
    """#2, #3 and #4: the second blob grows."""
    return [open_array(two_blobs(occupancies=(1, share)), name=name)
            for name, share in zip(NAMES, (0.3, 0.6, 0.9), strict=True)]


@pytest.fixture
def table():
    """Groups by their names in files; one value is missing, one has a note."""
    values = np.array(VALUES)
    values[2, 0] = np.nan
    return SeriesTable(('/A', '/B', '/C'), NAMES, values, 0.02 + 0 * values, 'given',
                       {('/B', 'vol_1'): 'too small to tell'})


@pytest.fixture
def show(session, screen):
    """`show(OpenSeries)`: its `SeriesWindow`, drawn."""
    from chimerax.occupy.figures.series_window import SeriesWindow, show_series

    def shown(series):
        window = show_series(session, series)
        window.canvas.draw()
        return window

    yield shown
    for window in session.tools.find_by_class(SeriesWindow):
        window.delete()


@pytest.fixture
def series(session, table, maps):
    """The `OpenSeries` of the open maps and model."""
    from chimerax.occupy.session.openseries import OpenSeries
    return OpenSeries(session, table, order_of(table, 'given'), title='Series',
                      maps=dict(zip(NAMES, maps, strict=True)),
                      spec_of=lambda index: f'#1/{"ABC"[index]}')


@pytest.fixture
def click(mouse):
    """`click(window, axes, x, y)`."""
    def clicked(window, axes, x, y):
        mouse(window, axes, 'press', x, y)
        mouse(window, axes, 'release', x, y)

    return clicked


def test_a_cell_tells_group_volume_and_number(show, series, mouse):
    window = show(series)
    axes = window.heat.axes
    assert mouse(window, axes, 'move', 2, 1) == '/B in vol_2\noccupancy 0.900 ± 0.020'
    assert mouse(window, axes, 'move', 1, 1).endswith('\ntoo small to tell')
    assert mouse(window, axes, 'move', 0, 2) == '/C in vol_0\nno value'


def test_a_click_shows_the_map_and_selects_the_group(show, series, click, commands, maps, model):
    window = show(series)
    click(window, window.heat.axes, 1, 2)
    assert commands == ['hide #2,4 models', 'select #1/C']
    assert [one.display for one in maps] == [False, True, False]
    assert set(model.atoms[model.atoms.selected].residues.chain_ids) == {'C'}
    click(window, window.heat.axes, 2, 0)
    assert commands[2:] == ['hide #3 models; show #4 models', 'select #1/A'] or (
        commands[2:] == ['hide #3 models', 'show #4 models', 'select #1/A'])


def test_a_drag_plays_the_maps_and_logs_its_end(show, series, mouse, maps, commands, log):
    window = show(series)
    window.by_scale.setChecked(False)
    axes = window.heat.axes
    mouse(window, axes, 'press', 0, 1)
    mouse(window, axes, 'move', 1, 1)
    assert [one.display for one in maps] == [False, True, False]
    mouse(window, axes, 'move', 2, 2)       # a row is not left by accident
    assert [one.display for one in maps] == [False, False, True]
    assert 'hide' not in log.text()
    mouse(window, axes, 'release', 2, 1)
    assert 'hide #2-3 models' in log.text()
    assert 'show #4 models' in log.text()
    assert not any('select' in line for line in commands)


def test_what_is_played_is_coloured_by_scale(show, series, mouse, maps, session):
    from chimerax.occupy.session.record import record
    window = show(series)
    axes = window.heat.axes
    mouse(window, axes, 'press', 0, 1)
    mouse(window, axes, 'move', 1, 1)
    entries = [record(session).entry(one, 'occupancy') for one in maps]
    assert len({entry.estimate.full_scale for entry in entries}) == 1
    colors = maps[1].surfaces[0].vertex_colors
    assert len(np.unique(colors, axis=0)) > 3
    mouse(window, axes, 'move', 2, 1)
    mouse(window, axes, 'release', 2, 1)
    assert maps[2].surfaces[0].vertex_colors is not None


def test_a_click_on_a_tree_names_what_hangs_there(show, run, table, series, click, mouse, model,
                                                  monkeypatch):
    series.order = order_of(table)
    window = show(series)
    lines = []      # the library has no command "name"
    monkeypatch.setattr(window, '_run', lambda line, log=True: lines.append(line))
    tree = window.heat.row_tree
    row = int(np.flatnonzero(window.heat.order.groups == 1)[0])
    height = 1.2 * series.order.group_links[0, 2]
    assert mouse(window, tree, 'move', height, row).startswith('2 groups: ')
    click(window, tree, height, row)
    name, spec = lines[0].split(' ', 2)[1:]
    assert lines == [f'name groups1 {spec}', 'select groups1']
    run(f'select {spec}')
    assert name == 'groups1'
    assert set(model.atoms[model.atoms.selected].residues.chain_ids) == {'B', 'C'}
    click(window, window.heat.column_tree, 0, 1.01 * series.order.volume_links[-1, 2])
    assert lines[2:] == ['name volumes1 #2-4', 'select volumes1']


def test_names_that_are_taken_are_not_used_again(session, series):
    from chimerax.core.commands import deregister_selector, register_selector
    register_selector('groups1', lambda *_: None, session.logger, user=True)
    try:
        assert series.name_command(groups=[0, 2]) == 'name groups2 #1/A | #1/C'
    finally:
        deregister_selector('groups1', session.logger)


def test_what_is_closed_is_told(show, series, click, session, run, commands):
    window = show(series)
    run('close #3')
    del commands[:]
    click(window, window.heat.axes, 1, 0)
    assert commands == []
    click(window, window.heat.axes, 0, 0)
    assert commands[-1] == 'select #1/A'


def test_files_are_opened_when_they_are_wanted(show, session, run, table, click, model, maps,
                                               tmp_path):
    from chimerax.map import Volume
    from chimerax.occupy.session.openseries import OpenSeries
    for number, name in zip((2, 3, 4), NAMES, strict=True):
        run(f'save {tmp_path}/{name}.mrc models #{number}')
    run(f'save {tmp_path}/model.pdb models #1')
    run('close')
    series = OpenSeries(session, table, order_of(table, 'given'), title='Series',
                        paths={name: str(tmp_path / f'{name}.mrc') for name in NAMES[:2]},
                        models=[str(tmp_path / 'model.pdb')])
    window = show(series)
    click(window, window.heat.axes, 1, 1)
    assert [one.name for one in session.models.list(type=Volume)] == ['vol_1.mrc']
    assert series.spec(1) == f'#{series._models[0].id_string}/B'
    click(window, window.heat.axes, 0, 1)
    shown = [one.name for one in session.models.list(type=Volume) if one.display]
    assert shown == ['vol_0.mrc']
    before = session.models.list()
    click(window, window.heat.axes, 0, 2)       # nothing is opened twice
    click(window, window.heat.axes, 2, 2)       # and what is nowhere is no error
    assert session.models.list() == before


def test_groups_of_files_are_selected_by_their_names(session, model):
    from chimerax.occupy.session.openseries import OpenSeries
    names = ('/A', '/B:1-20', '/C HEM 201', '/A protein', '/A nucleic', 'my group')
    table = SeriesTable(names, ('v',), np.ones((6, 1)), np.ones((6, 1)), '')
    series = OpenSeries(session, table, order_of(table), models=['x.pdb'])
    assert series.spec(0) == ''
    series.model_opened(0, [model])
    assert [series.spec(i) for i in range(6)] == [
        '#1/A', '#1/B:1-20', '#1/C:201', '#1/A & protein', '#1/A & nucleic-acid', '']


def test_a_window_is_drawn_anew_in_another_size(show, series):
    window = show(series)
    window.canvas.resize(420, 300)
    window.canvas.draw()
    box = window.heat.axes.get_window_extent()
    assert 0 < box.x0 < box.x1 < 420
