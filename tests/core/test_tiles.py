import math

import numpy as np
import pytest
from chimerax.occupy.core import tiles as tiles_module
from chimerax.occupy.core.progress import Stages
from chimerax.occupy.core.threads import Cancelled
from chimerax.occupy.core.tiles import search_tiles, taking_part, tile_layout


@pytest.mark.parametrize(('n', 'layout'), [
    (256, (12, 20, 12, 8)), (128, (12, 20, 6, 1)), (100, (12, 20, 4, 6)), (70, (12, 20, 3, 0)),
    (20, (12, 9, 1, 0)), (12, (12, 1, 1, 0)), (5, (5, 1, 1, 0))])
def test_layout_along_an_axis(n, layout):
    found = tile_layout(n, 12)
    assert found[:3] == layout[:3]
    edge, number, step, start = found
    assert start == (n - (number - 1) * step - edge) // 2 >= 0
    assert start + (number - 1) * step + edge <= n


def test_twenty_tiles_per_axis_take_part_within_a_sphere():
    part = taking_part((20, 20, 20))
    z, y, x = np.indices(part.shape)
    expected = np.sqrt((z - 10) ** 2 + (y - 10) ** 2 + (x - 10) ** 2) < 9
    np.testing.assert_array_equal(part, expected)


def test_few_tiles_are_not_rounded_off():
    assert taking_part((5, 5, 5)).all()
    assert taking_part((1, 1, 1)).all()
    assert taking_part((20, 1, 20)).sum() == (taking_part((20, 20, 20))[:, 10]).sum()


@pytest.mark.parametrize('shape', [(40, 40, 40), (33, 50, 27), (13, 12, 80), (8, 30, 30)])
@pytest.mark.parametrize('tau', [0.5, 0.9608, 0.9999999])
def test_tiles_equal_those_of_a_plain_search(shape, tau):
    array = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
    layout = [tile_layout(n, 12) for n in shape]
    values = {}
    for place in np.argwhere(taking_part([number for _, number, _, _ in layout])):
        start = [first + i * step
                 for i, (_, _, step, first) in zip(place, layout, strict=True)]
        box = tuple(slice(s, s + edge)
                    for s, (edge, _, _, _) in zip(start, layout, strict=True))
        voxels = np.sort(array[box], axis=None)
        values[tuple(start)] = voxels[min(math.floor(tau * voxels.size), voxels.size - 1)]
    tiles = search_tiles(array, 12, tau)
    assert tiles.count == len(values)
    assert tiles.full.value == max(values.values())
    assert tiles.least.value == min(values.values())
    assert values[tiles.full.start] == tiles.full.value
    assert values[tiles.least.start] == tiles.least.value
    assert tiles.full.size == tuple(edge for edge, _, _, _ in layout)


def test_the_fullest_tile_lies_where_density_is():
    array = np.zeros((60, 60, 60), np.float32)
    array[20:34, 30:44, 25:39] = 1
    full = search_tiles(array, 12, 0.9).full
    assert full.value == 1
    assert all(low - 6 <= c <= high + 6
               for c, (low, high) in zip(full.centre, ((20, 33), (30, 43), (25, 38)), strict=True))


@pytest.mark.parametrize('tile_size', [5, 12, 25])
@pytest.mark.parametrize('tau', [0.02, 0.7, 0.97])
@pytest.mark.parametrize('levels', [2, 40, None])
def test_counting_tiles_first_finds_what_sorting_all_of_them_finds(
        monkeypatch, tile_size, tau, levels):
    """Also of many equal tiles the first."""
    array = np.random.default_rng(3).standard_normal((40, 37, 50)).astype(np.float32)
    array[10:20, 10:30, 12:33] += 2
    if levels:
        array = np.clip(array * (levels / 6), 0, levels).round()
    found = []
    for overlapping in (0, np.inf):
        monkeypatch.setattr(tiles_module, 'OVERLAPPING', overlapping)
        found.append(search_tiles(array, tile_size, tau))
    assert found[0] == found[1]


def test_counting_goes_forward_and_is_stopped():
    array = np.random.default_rng(3).standard_normal((40, 40, 40)).astype(np.float32)
    shares = []
    search_tiles(array, 20, 0.9, Stages(lambda share, _: shares.append(share), {'a': 1}).next('a'))
    assert shares == sorted(shares)

    def stop(share):
        if share >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        search_tiles(array, 20, 0.9, stop)
