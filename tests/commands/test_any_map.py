"""Any map a person can open: in any clothes, of any shape, of any kind, from file to result."""

import mrcfile
import numpy as np
import pytest
from chimerax.core.errors import UserError
from scipy.ndimage import gaussian_filter

STEP = 1.5
SHAPE = (40, 44, 48)


def write(path, array, *, axes=(1, 2, 3), starts=(0, 0, 0), origin=(0, 0, 0), step=STEP,
          big_endian=False):
    """Write an array (z, y, x) with mrcfile in other clothes; starts and origin are (x, y, z)."""
    to_cell = [axis - 1 for axis in axes]
    stored = np.ascontiguousarray(array.transpose([2 - to_cell[2 - d] for d in range(3)]))
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(stored.astype(stored.dtype.newbyteorder('>')) if big_endian else stored)
        file.header.mapc, file.header.mapr, file.header.maps = axes
        file.header.mx, file.header.my, file.header.mz = array.shape[::-1]
        file.header.cella = tuple(n * step for n in array.shape[::-1])
        file.header.nxstart, file.header.nystart, file.header.nzstart = (starts[a] for a in to_cell)
        file.header.origin = tuple(origin)
    return path


def _whole(array, kind):
    factor = np.iinfo(kind).max / np.abs(array).max()
    return np.rint(array * factor).astype(kind)


#: File type, values, placement, and the largest difference of the scale. Half of one step in 127
#: of the largest density, over full scale, is 0.008 where full scale is half of it.
CLOTHES = {
    'float16': (lambda a: a.astype(np.float16), {}, 0.001),
    'int8': (lambda a: _whole(a, np.int8), {}, 0.02),
    'int16': (lambda a: _whole(a, np.int16), {}, 1e-4),
    'big-endian': (lambda a: a, {'big_endian': True}, 0),
    'big-endian int16': (lambda a: _whole(a, np.int16), {'big_endian': True}, 1e-4),
    'axis order 3,1,2': (lambda a: a, {'axes': (3, 1, 2)}, 0),
    'axis order 2,1,3': (lambda a: a, {'axes': (2, 1, 3)}, 0),
    'start indices': (lambda a: a, {'starts': (-24, -22, -20)}, 0),
    'origin': (lambda a: a, {'origin': (-36, -33, -30)}, 0),
    'axis order, starts': (lambda a: a, {'axes': (3, 2, 1), 'starts': (-24, -22, -20)}, 0),
}


def _opened(run, path):
    return run(f'open "{path}"')[0]


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
@pytest.mark.parametrize('clothes', CLOTHES)
def test_the_same_density_in_other_clothes(run, two_blobs, tmp_path, clothes, mode):
    array = two_blobs(SHAPE)
    dress, placement, bound = CLOTHES[clothes]
    plain = _opened(run, write(tmp_path / 'plain.mrc', array))
    other = _opened(run, write(tmp_path / 'other.mrc', dress(array), **placement))
    one, two = run(f'occupy #1,2 mode {mode} color false')
    assert np.abs(one.full_matrix() - two.full_matrix()).max() <= bound
    assert one.data.origin == plain.data.origin
    assert two.data.origin == pytest.approx(other.data.origin)
    if 'starts' in placement or 'origin' in placement:
        assert two.data.origin == pytest.approx((-36, -33, -30))


def test_an_odd_crop_differs_at_its_border_only(run, two_blobs, tmp_path):
    array = two_blobs((40, 44, 48))
    _opened(run, write(tmp_path / 'even.mrc', array))
    odd = _opened(run, write(tmp_path / 'odd.mrc', array[:-1, :-1, :-1]))
    one, two = run('occupy #1,2 color false')
    assert two.data.size == odd.data.size == (47, 43, 39)
    inner = (slice(0, -5),) * 3
    assert np.abs(one.full_matrix()[:-1, :-1, :-1][inner] - two.full_matrix()[inner]).max() < 0.01


REFUSED = {
    'not numbers': (lambda a: np.where(a == a.max(), np.nan, a), 'not numbers'),
    'infinite': (lambda a: np.where(a == a.max(), np.inf, a), 'not numbers'),
    'constant': (lambda a: np.full_like(a, 3), 'constant'),
    'a plane': (lambda a: a[:1], 'plane'),
    'nothing positive': (lambda a: -np.abs(a) - 1, 'volume scale #1 factor -1'),
    'a damaged voxel': (lambda a: np.where(a == a.max(), 1e30, a), 'too large'),
    'smaller than the kernel': (lambda a: a[:4], 'kernel'),
}


@pytest.mark.parametrize('command', ['occupy #1', 'occupy amplify #1 confidence false',
                                     'occupy confidence #1', 'occupy mask #1 solvent'])
@pytest.mark.parametrize('kind', REFUSED)
def test_refused_in_one_sentence_and_nothing_changed(
        run, session, open_array, two_blobs, kind, command):
    from chimerax.occupy.session.record import record

    spoil, words = REFUSED[kind]
    open_array(spoil(two_blobs()).astype(np.float32), level=None)
    before = [(model.id, model.name, model.display) for model in session.models.list()]
    with pytest.raises(UserError) as caught:
        run(command)
    assert words in str(caught.value)
    assert str(caught.value).startswith('blobs #1: ')
    assert '\n' not in str(caught.value)
    assert [(model.id, model.name, model.display) for model in session.models.list()] == before
    assert not record(session).entries()


def _texture(inside, seed=0):
    rng = np.random.default_rng(seed)
    array = gaussian_filter(inside * rng.random(inside.shape) ** 8, 1)
    return (array / array.max() + 0.02 * rng.standard_normal(inside.shape)).astype(np.float32)


def _rod(length, radius=9):
    y, x = np.ogrid[-32:32, -32:32]
    return np.broadcast_to(np.hypot(y, x) < radius, (length, 64, 64))


#: Maps that are estimated without a word but, for some, on the solvent model.
FINE = {
    'filament out of the box': lambda: _texture(_rod(80)),
    'filament, lying': lambda: _texture(np.moveaxis(_rod(80), 0, 2)),
    'particle to the walls': lambda: _texture(np.ones((40, 40, 40), bool)) * np.linspace(
        0.2, 1, 40, dtype=np.float32),
    'mostly zero': lambda: np.where(_rod(64, 14), _texture(_rod(64)), 0),
    '16 voxels': lambda: _texture(np.hypot(*np.ogrid[-8:8, -8:8])[None] + np.zeros((16, 1, 1)) < 5),
    'very long': lambda: _texture(np.broadcast_to(
        np.hypot(*np.ogrid[-50:50, -50:50])[..., None] < 20, (100, 100, 600))),
}


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
@pytest.mark.parametrize('kind', FINE)
def test_any_shape_and_content(run, open_array, log, kind, mode):
    source = open_array(FINE[kind](), level=0.4)
    scale, = run(f'occupy #1 mode {mode}')
    values = scale.full_matrix()
    assert np.isfinite(values).all()
    assert values.min() >= 0
    assert values.max() == 1
    assert scale.data.ijk_to_xyz((0, 0, 0)) == pytest.approx(source.data.ijk_to_xyz((0, 0, 0)))
    said = log.text('warning')
    for word in ('images', 'inverted', 'sharpened', 'mask:', 'negative density'):
        assert word not in said
    if kind == 'mostly zero':
        assert said.count('a mask has flattened the solvent') == 1


@pytest.mark.parametrize('placement', [
    {'step': (1.0, 1.5, 3.0)}, {'cell_angles': (75, 95, 110)},
    {'step': (1.2, 1.0, 1.6), 'cell_angles': (90, 104, 90)}])
def test_distances_are_in_angstrom(run, open_array, placement):
    """A single bright voxel shows the kernel: everything within its radius in Å is full."""
    array = np.zeros((33, 33, 33), np.float32)
    array[16, 16, 16] = 1
    source = open_array(array, level=None, **placement)
    scale, = run('occupy #1 fullScale 1 color false lowPass 9')
    full = np.argwhere(scale.full_matrix() == 1)[:, ::-1]
    centre = np.array(source.data.ijk_to_xyz((16, 16, 16)))
    away = [np.linalg.norm(source.data.ijk_to_xyz(index) - centre) for index in full]
    assert max(away) <= 4.5 + 1e-5
    assert len(away) > 30
    reach = np.abs(full - 16).max(axis=0)
    assert (reach == [min(4, int(4.5 / s)) for s in source.data.step]).all() or (
        source.data.cell_angles != (90, 90, 90))


TOLD = {
    'inverted': (lambda a: -a, 'volume scale #2 factor -1'),
    'a mask': (lambda a: (a > 0.3).astype(np.float32), '2 different values'),
    'lifted': (lambda a: a + np.float32(0.7), 'baseline solvent'),
    'cut off': (lambda a: np.maximum(a - np.float32(0.2), 0), 'no negative density'),
    'images': (lambda a: np.stack([
        gaussian_filter(np.random.default_rng(i).standard_normal((64, 64)), 2)
        for i in range(24)]).astype(np.float32), 'stack of images'),
}


@pytest.mark.parametrize('kind', TOLD)
def test_told_not_refused(run, open_array, two_blobs, log, kind):
    change, words = TOLD[kind]
    array = two_blobs((48, 48, 64))
    open_array(array, level=None)
    open_array(np.ascontiguousarray(change(array)), level=None)
    scale, = run('occupy #2 color false')
    assert np.isfinite(scale.full_matrix()).all()
    said = log.text('warning')
    assert 'blobs #2: ' in said
    assert said.count(words) == 1
    assert '#1' not in said


def test_advice_for_an_inverted_map_and_lifted_solvent_works(run, open_array, two_blobs, log):
    array = two_blobs()
    open_array(array)
    good = run('occupy #1 mode occupancy color false')[0].full_matrix().copy()
    run('close')
    open_array(-array, level=None)
    mended = run('volume scale #1 factor -1')
    scale, = run(f'occupy #{mended.id_string} mode occupancy color false')
    assert np.abs(scale.full_matrix() - good).max() < 1e-5
    run('close')
    open_array(array + np.float32(0.5), level=None)
    scale, = run('occupy #1 mode occupancy baseline solvent color false')
    assert np.abs(scale.full_matrix() - good).max() < 0.02
    run('close')
    open_array(array - np.float32(5), level=None)
    with pytest.raises(UserError, match='no positive density.*"volume scale #1 shift …"'):
        run('occupy #1 mode occupancy color false')
    mended = run('volume scale #1 shift 5')
    scale, = run(f'occupy #{mended.id_string} mode occupancy color false')
    assert np.abs(scale.full_matrix() - good).max() < 1e-3


def test_a_file_that_says_it_holds_images(run, two_blobs, tmp_path, log):
    path = write(tmp_path / 'a.mrc', two_blobs())
    with mrcfile.open(path, 'r+') as file:
        file.header.ispg, file.header.mz = 0, 1
        file.header.cella.z = STEP
    _opened(run, path)
    run('occupy #1 color false')
    assert log.text('warning').count('stack of images') == 1
