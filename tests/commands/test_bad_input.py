"""Mistakes: one sentence each, before any work, and the session stays as it was."""

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..registered import our_commands


def _state(session):
    return [(model.id, model.name, id(getattr(model, 'vertex_colors', None)))
            for model in session.models.list()]


def _refused(session, run, command, *words):
    from chimerax.occupy.session.record import record
    before = _state(session)
    with pytest.raises(UserError) as caught:
        run(command)
    sentence = str(caught.value)
    assert '\n' not in sentence
    for word in words:
        assert word in sentence, sentence
    assert _state(session) == before
    assert not record(session).entries()
    assert not session.tasks.list()


def test_no_map_open(session, run):
    _refused(session, run, 'occupy', 'open')


def test_no_such_model(session, run, blobs):
    _refused(session, run, 'occupy #9', '#9')


def test_not_a_map(session, run, blobs):
    run('shape sphere')
    _refused(session, run, 'occupy #2', 'not a map')


def test_single_plane(session, run, open_array):
    open_array(np.random.default_rng(0).random((1, 40, 40), np.float32), level=None)
    _refused(session, run, 'occupy #1', 'blobs #1', 'plane')


def test_constant(session, run, open_array):
    open_array(np.full((20, 20, 20), 2, np.float32), level=None)
    _refused(session, run, 'occupy #1', 'blobs #1', 'constant')


def test_not_a_number(session, run, open_array):
    array = np.random.default_rng(0).random((20, 20, 20)).astype(np.float32)
    array[3, 4, 5] = np.nan
    open_array(array, level=None)
    _refused(session, run, 'occupy #1', 'not numbers')


def test_no_voxel_size(session, run, maps, two_blobs):
    path = maps.write('sizeless', two_blobs((24, 24, 24)), voxel_size=0)
    run(f'open "{path}"')
    _refused(session, run, 'occupy #1', 'no voxel size', 'volume #1 voxelSize')
    run('volume #1 voxelSize 2')
    assert run('occupy #1')


def test_nothing_positive(session, run, open_array):
    open_array(-np.random.default_rng(0).random((20, 20, 20)).astype(np.float32), level=None)
    _refused(session, run, 'occupy #1', 'positive', 'volume scale #1 factor -1')


def test_the_advice_names_the_right_map(session, run, open_array):
    open_array()
    open_array(-np.random.default_rng(0).random((20, 20, 20)).astype(np.float32), level=None)
    # The first map is fine, yet nothing is done before the second is known to be.
    _refused(session, run, 'occupy #1,2', 'volume scale #2 factor -1')


def test_box_smaller_than_the_kernel(session, run, open_array):
    open_array(np.random.default_rng(0).random((4, 30, 30)).astype(np.float32), level=None)
    _refused(session, run, 'occupy #1', 'along z', 'kernel')


@pytest.mark.parametrize('words', [
    'lowPass 0', 'lowPass -3', 'tau 1', 'tau 0', 'tileSize 1', 'kernelSize 4', 'kernelSize 3,5',
    'kernelRadius 0', 'maxBox 5', 'range 1,0.2', 'range 0.5,0.5', 'mode nonsense', 'fullScale 0',
    'lowPass 8 worstResolution 12', 'naive true fullScale 3', 'lowPass 2',
    'palette no-such-palette', 'palette ""', 'range nan,1', 'range 0,inf',
    'nonsense 3', 'fullScale 2 fullScaleFrom #1', 'fullScaleFrom #1', 'modelId #1',
])
def test_parameters(session, run, blobs, words):
    _refused(session, run, f'occupy #1 {words}')


def test_nan_and_inf_are_no_numbers(session, run, blobs):
    from chimerax.core.commands import AnnotationError
    numbers = 0
    for name, described in our_commands(session).items():
        arguments = described._required | described._optional | described._keyword
        for argument, annotation in arguments.items():
            for text in ('nan', 'inf', '-inf', '1e400'):
                try:
                    value, _, _ = annotation.parse(text, session)
                except (AnnotationError, UserError):
                    continue
                assert not isinstance(value, float), f'{name} {argument} {text}'
            numbers += 1
    assert numbers > 100
    _refused(session, run, 'occupy level #1 nan', 'number')


@pytest.mark.parametrize('command', ['occupy color #1', 'occupy tiles #1', 'occupy tiles',
                                     'occupy color #1 mode occupancy'])
def test_needs_an_estimate(session, run, blobs, command):
    _refused(session, run, command, 'occupy')


@pytest.mark.parametrize('command', ['occupy #1', 'occupy amplify #1 power 2'])
def test_too_little_memory_is_said_before_any_work(run, session, blobs, monkeypatch, command):
    psutil = pytest.importorskip('psutil', reason='the test environment has it, as ChimeraX does')
    run('occupy #1 mode occupancy color false')
    before = session.models.list()

    class Memory:
        available = 200_000

    monkeypatch.setattr(psutil, 'virtual_memory', Memory)
    with pytest.raises(UserError, match=r'needs about .* GB of memory, but only 0\.0 GB'):
        run(command)
    assert session.models.list() == before
