"""Memory that is taken, as numpy allocates it, against what is foretold."""

import math
import tracemalloc

import numpy as np
import pytest
from chimerax.occupy.core import Grid, Modification, estimate, modify
from chimerax.occupy.core.memory import estimate_bytes, kept_bytes, modify_bytes
from chimerax.occupy.core.threads import set_threads, thread_count
from chimerax.occupy.core.tiles import GATHERED_VOXELS, search_tiles, taking_part, tile_layout


@pytest.fixture(scope='module')
def density():
    """Large enough for the slabs that threads work on not to count."""
    rng = np.random.default_rng(1)
    array = rng.standard_normal((128, 128, 128)).astype(np.float32)
    array[40:90, 40:90, 40:90] += 20 * rng.random((50, 50, 50), np.float32)
    return array


def height(function):
    """Bytes that a call allocates at its height, and its result."""
    tracemalloc.start()
    try:
        result = function()
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
@pytest.mark.parametrize('max_box', [0, 96])
@pytest.mark.parametrize(('dtype', 'order'), [('float32', 'C'), ('int16', 'C'), ('float32', 'F')])
def test_estimate_takes_no_more_than_foretold(density, mode, max_box, dtype, order):
    array = density.astype(dtype, order=order)
    estimate(array, 1.5, mode=mode, max_box=max_box)
    taken, found = height(lambda: estimate(array, 1.5, mode=mode, max_box=max_box))
    assert taken <= estimate_bytes(array, found.grid)
    kept, _ = height(lambda: found.confidence)
    assert kept <= estimate_bytes(array, found.grid) - found.scale.nbytes - found.low_passed.nbytes
    assert (found.scale.nbytes + found.confidence.nbytes + found.low_passed.nbytes
            <= kept_bytes(found.grid))
    if array.flags.c_contiguous and dtype == 'float32' and not max_box:
        assert taken <= 4 * array.nbytes


@pytest.mark.parametrize('tile_size', [12, 30, 60, 100, 200])
def test_tiles_of_any_size_take_no_more_than_foretold(density, tile_size):
    array = density[:96, :96, :96].copy()
    layout = [tile_layout(n, tile_size) for n in array.shape]
    inside = taking_part([number for _, number, _, _ in layout])
    tile = math.prod(edge for edge, *_ in layout)
    taken, _ = height(lambda: search_tiles(array, tile_size, 0.96))
    assert inside.sum() * tile * 4 > 0.5 * array.nbytes     # what all of them would take
    foretold = estimate_bytes(array, Grid.of(array.shape, 1.5), tile_size)
    # Three arrays stand beside the search in an estimate.
    assert taken <= foretold - 3 * array.nbytes
    assert taken <= thread_count() * 8 * max(tile, GATHERED_VOXELS) + 2**20


@pytest.mark.parametrize('threads', [1, 8, 16, 32])
def test_many_threads_take_no_more_than_foretold(density, threads):
    set_threads(threads)
    try:
        taken, found = height(lambda: estimate(density, 0.8, mode='occupancy', kernel_size=11))
        assert taken <= estimate_bytes(density, found.grid)
    finally:
        set_threads(None)


@pytest.mark.parametrize('settings', [
    {'kind': 'amplify'}, {'kind': 'sigmoid'}, {'kind': 'attenuate', 'output': 'difference'},
    {'kind': 'attenuate', 'match_histogram': True}, {'kind': 'sigmoid', 'output_low_pass': 8.0}])
def test_modification_takes_three_arrays_beyond_input_and_output(density, settings):
    found = estimate(density, 1.5, mode='occupancy', max_box=96)
    modification = Modification(confidence=False, **settings)
    taken, result = height(lambda: modify(density, found, modification))
    assert taken - result.nbytes <= 3 * density.nbytes
    assert taken <= modify_bytes(density)


def test_smaller_working_grids_take_less():
    array = np.empty((200, 200, 200), np.float32)
    grid = Grid.of(array.shape, 1.0)
    assert estimate_bytes(array, grid.working(100)) < 0.6 * estimate_bytes(array, grid)
