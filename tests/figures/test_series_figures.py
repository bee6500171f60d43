"""Pictures of a series: where things are in them, and that names are read at any size."""

import numpy as np
import pytest
from chimerax.occupy.figures import labels
from chimerax.occupy.figures.frames import frames_figure
from chimerax.occupy.figures.heatmap import HeatMap, heatmap_figure, tree_lines
from chimerax.occupy.series.order import by_likeness
from chimerax.occupy.series.table import SeriesTable
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

SIZES = [(1, 1), (5, 3), (30, 20), (100, 500)]


def series(groups, volumes, seed=0):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 3, groups)
    values = np.clip(np.linspace(0, 1.6, volumes) - 0.4 * kinds[:, None], 0, 1)
    values = np.maximum(values + 0.03 * rng.standard_normal(values.shape), 0)
    failed, names = {}, tuple(f'vol_{i:03d}.mrc' for i in range(volumes))
    if volumes > 5:
        values[0, 2] = np.nan
        values[:, 4] = np.nan
        failed = {names[4]: 'the file is cut short'}
    return SeriesTable(tuple(f'#2/{i} HEM 201' if i % 9 == 0 else f'#2/{i}' for i in range(groups)),
                       names, values, 0.03 + 0 * values, 'the median of all', {}, failed)


def drawn(figure):
    """The canvas of a figure, on which it is drawn."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def boxes(canvas, texts):
    """Extents (n, 2, 2) in pixels of those texts that say something, without their arrows."""
    return np.array([Text.get_window_extent(text, canvas.get_renderer()).get_points()
                     for text in texts if text.get_text() and text.get_visible()])


def overlap(boxes):
    """Whether any two of some boxes have more than a pixel in common."""
    low, high = boxes[:, 0], boxes[:, 1]
    shared = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    both = (shared > 1).all(axis=2)
    return bool((both & ~np.eye(len(boxes), dtype=bool)).any())


@pytest.mark.parametrize('size', SIZES)
def test_names_of_a_heat_map_are_apart_and_inside(size):
    figure = heatmap_figure(series(*size), title='A series')
    axes, canvas = figure.axes[0], drawn(figure)
    for names in (axes.get_xticklabels(), axes.get_yticklabels()):
        found = boxes(canvas, names)
        assert len(found)
        assert not overlap(found)
        assert found.min() >= 0
        assert (found[:, 1] <= figure.bbox.max + 1).all()
    assert max(figure.get_size_inches()) < 30
    assert len(boxes(canvas, axes.get_yticklabels())) == size[0]      # every group is named


@pytest.mark.parametrize('size', [*SIZES[:-1], (100, 30)])
def test_names_of_lines_are_apart_and_inside(size):
    table = series(*size)
    figure = frames_figure(table, 'A series')
    named = [text for axes in figure.axes for text in axes.texts]
    assert {text.get_text() for text in named} == set(table.groups)
    found = boxes(drawn(figure), named)
    assert not overlap(found)
    assert (found[:, 0] >= -1).all()
    assert (found[:, 1] <= figure.bbox.max + 1).all()
    assert sum(len(axes.lines) - 1 for axes in figure.axes) == size[0]     # and one at 1


def test_colours_go_with_the_order_of_the_names():
    figure = frames_figure(series(8, 12))
    texts = sorted(figure.axes[0].texts, key=lambda text: text.xyann[1])
    green = [text.get_color()[1] for text in texts]
    assert green == sorted(green)
    assert len(set(green)) == 8


def test_cells_stand_in_the_order_of_likeness():
    table = series(12, 9)
    heat = HeatMap(table)
    assert np.array_equal(heat.values, table.occupancy[np.ix_(heat.order.groups,
                                                              heat.order.volumes)],
                          equal_nan=True)
    group, volume = heat.cell_at(3.2, 7.4)
    assert (group, volume) == (heat.order.groups[7], heat.order.volumes[3])
    assert heat.cell_at(-0.6, 0) is None
    assert heat.cell_at(0, 11.6) is None
    given = HeatMap(table, 'given')
    assert given.row_tree is None
    assert given.cell_at(8, 11) == (11, 8)


def test_missing_cells_are_hatched_and_named_in_the_key():
    heat = HeatMap(series(12, 9))
    hatched = heat.axes.collections[0]
    assert hatched.get_hatch()
    assert len(hatched.get_paths()) == 2
    texts = [text.get_text() for legend in heat.figure.legends for text in legend.get_texts()]
    assert texts == ['no value']
    assert HeatMap(series(3, 3)).figure.legends == []


def test_a_heat_map_fits_a_window_of_any_size():
    heat = HeatMap(series(12, 9))
    for size in ((4, 3), (9, 5)):
        heat.figure.set_size_inches(*size)
        heat.place()
        canvas = drawn(heat.figure)
        for names in (heat.axes.get_xticklabels(), heat.axes.get_yticklabels()):
            found = boxes(canvas, names)
            assert not overlap(found)
            assert found.min() >= 0


def test_dendrogram_meets_the_rows():
    rows = np.random.default_rng(1).random((9, 5))
    order, links = by_likeness(rows)
    lines = tree_lines(links)
    feet = lines[:, [0, 3]].reshape(-1, 2)
    feet = feet[feet[:, 1] == 0][:, 0]
    assert sorted(feet) == list(range(9))
    assert lines[..., 1].max() == pytest.approx(links[:, 2].max())
    # The first pair to be joined are neighbours.
    a, b = (int(np.flatnonzero(order == i)[0]) for i in links[0, :2])
    assert abs(a - b) == 1


def test_the_key_says_what_the_values_are():
    assert HeatMap(series(3, 3), what='scale')._key.get_xlabel() == 'scale'
    assert frames_figure(series(3, 3), what='scale').axes[0].get_ylabel() == 'scale'


@pytest.mark.parametrize('ending', ['png', 'pdf', 'svg'])
def test_both_can_be_saved(tmp_path, ending):
    for name, make in (('heat', heatmap_figure), ('frames', frames_figure)):
        path = tmp_path / f'{name}.{ending}'
        make(series(3, 3)).savefig(path, dpi=50)
        assert path.stat().st_size > 3000


def test_names_without_what_all_share():
    assert labels.short(['vol_003.mrc', 'vol_012.mrc']) == (['003', '012'], 'vol_…')
    assert labels.short(['vol_003.mrc #1', 'vol_012.mrc #2']) == (['003', '012'], 'vol_…')
    assert labels.short(['a.mrc #1', 'a.mrc #2']) == (['1', '2'], 'a #…')
    assert labels.short(['frame9', 'frame10']) == (['9', '10'], 'frame…')
    assert labels.short(['apo', 'atp']) == (['apo', 'atp'], '')
    assert labels.short(['one.mrc']) == (['one'], '')
    assert labels.short(['a.mrc', 'a.map']) == (['a.mrc', 'a.map'], '')
    assert labels.short(['run_09_sharp.mrc', 'run_10_sharp.mrc']) == (['09', '10'], 'run_…_sharp')
    assert labels.short(['9 by hand', '10 by hand']) == (['9', '10'], '… by hand')
    alike = [f'#1/A,B:1-100 large subunit {part} of the whole' for part in ('L1', 'L2')]
    assert len(set(labels.cut(alike))) == 2
    longer = [name[:20] + 30 * 'x' + name[20:] for name in alike]
    assert labels.cut(longer)[0].endswith('L1 of the whole')
    assert max(map(len, labels.cut(['x' * 80, 'y']))) == labels.LONGEST


def test_places_move_as_little_as_may_be():
    assert labels.apart([0.1, 0.5, 0.9], 0.1, 0, 1) == pytest.approx([0.1, 0.5, 0.9])
    moved = labels.apart([0.5, 0.5, 0.5], 0.1, 0, 1)
    assert sorted(moved) == pytest.approx([0.4, 0.5, 0.6])
    crowded = labels.apart([1, 1, 1, 0], 0.2, 0, 1)
    assert sorted(crowded) == pytest.approx([0, 0.6, 0.8, 1])
    assert sorted(labels.apart([0.3] * 5, 1, 0, 1)) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
