"""Reading maps in any clothes, refusing what is none, and writing what lies on them."""

import bz2
import gzip
import io

import mrcfile
import numpy as np
import pytest
from chimerax.occupy.mapfiles import MapFileError, map_name, read_map, result_suffix, write_map

GRID = {'voxel': (1.25, 1.5, 1.75)}


def test_plain_file_is_read_as_it_is(blobs, write, tmp_path):
    found = read_map(write(tmp_path / 'a.mrc', blobs, starts=(1, -2, 3), **GRID))
    np.testing.assert_array_equal(found.array, blobs)
    assert found.array.dtype == np.float32
    assert found.steps == (1.25, 1.5, 1.75)
    assert found.position == (1.25, -3.0, 5.25)
    assert found.notes == ()


@pytest.mark.parametrize('axes', [(1, 2, 3), (3, 2, 1), (2, 1, 3), (3, 1, 2), (2, 3, 1), (1, 3, 2)])
def test_axis_order_changes_nothing_but_the_file(blobs, write, tmp_path, axes):
    path = write(tmp_path / 'a.mrc', blobs, axes=axes, starts=(4, 5, 6), **GRID)
    found = read_map(path)
    np.testing.assert_array_equal(found.array, blobs)
    assert found.steps == (1.25, 1.5, 1.75)
    assert found.position == (5.0, 7.5, 10.5)
    assert found.axis_order == axes
    assert found.starts == (4, 5, 6)


@pytest.mark.parametrize('order', ['<', '>'])
@pytest.mark.parametrize('kind', ['i1', 'i2', 'u2', 'f2', 'f4'])
def test_every_mode_and_byte_order(blobs, write, tmp_path, kind, order):
    values = blobs if kind[0] == 'f' else np.clip(np.rint(blobs * 100), 0, 120)
    found = read_map(write(tmp_path / 'a.mrc', values, kind=kind, order=order))
    np.testing.assert_array_equal(found.array, values.astype(kind).astype(np.float32))


@pytest.mark.parametrize(('suffix', 'pack'), [
    ('.mrc.gz', gzip.compress), ('.map.bz2', bz2.compress), ('.mrc', gzip.compress)])
def test_compressed_whatever_the_name_says(blobs, write, tmp_path, suffix, pack):
    plain = write(tmp_path / 'plain.mrc', blobs)
    packed = tmp_path / f'packed{suffix}'
    packed.write_bytes(pack(plain.read_bytes()))
    np.testing.assert_array_equal(read_map(packed).array, blobs)
    packed.write_bytes(pack(plain.read_bytes())[:-2000])
    with pytest.raises(MapFileError, match='truncated'):
        read_map(packed)


def test_origin_and_start_indices(blobs, write, tmp_path):
    both = {'starts': (2, 2, 2), 'origin': (10, 20, 30)}
    assert read_map(write(tmp_path / 'a.mrc', blobs, **both)).position == (10, 20, 30)
    # In these places ChimeraX heeds the start indices alone.
    assert read_map(write(tmp_path / 'a.map', blobs, **both)).position == (3, 3, 3)
    assert read_map(write(tmp_path / 'a.mrc', blobs, stamp=b'', **both)).position == (3, 3, 3)
    wild = {'starts': (2, 2, 2), 'origin': (1e30, 0, 0)}
    assert read_map(write(tmp_path / 'b.mrc', blobs, **wild)).position == (3, 3, 3)
    assert read_map(write(tmp_path / 'c.mrc', blobs, starts=(10**6, 0, 0))).position == (0, 0, 0)


def test_skewed_cell_of_other_extent(blobs, write, tmp_path):
    found = read_map(write(tmp_path / 'a.mrc', blobs, cell=(60, 90, 120), counts=(50, 60, 80),
                           angles=(90, 120, 90), starts=(0, 0, 10)))
    np.testing.assert_allclose(found.axes, [
        (1.2, 0, 0), (0, 1.5, 0), (1.5 * np.cos(np.radians(120)), 0, 1.5 * np.sin(np.radians(120)))
    ], atol=1e-12)
    np.testing.assert_allclose(found.position, np.array(found.axes[2]) * 10)
    np.testing.assert_allclose(found.place((1, 1, 1)), np.sum(found.axes, axis=0) * (1, 1, 1)
                               + found.position)


def test_oddities_are_read_and_told(blobs, write, tmp_path):
    found = read_map(write(tmp_path / 'a.mrc', blobs, stamp=b'', machine=(0, 0, 0, 0)))
    np.testing.assert_array_equal(found.array, blobs)
    assert 'lacks the word MAP' in found.notes[0]
    found = read_map(write(tmp_path / 'b.mrc', blobs, announced=160))
    np.testing.assert_array_equal(found.array, blobs)
    assert 'symmetry operators that are not there' in found.notes[0]
    path = write(tmp_path / 'c.mrc', blobs)
    path.write_bytes(path.read_bytes() + b'12345')
    assert '5 bytes follow' in read_map(path).notes[0]
    found = read_map(write(tmp_path / 'd.mrc', blobs, axes=(1, 2, 3), angles=(0, 0, 0)))
    assert found.axes[2] == (0, 0, 1.5)
    values = np.clip(np.rint(blobs * 200 + 40), 0, 255).astype('u1')
    path = write(tmp_path / 'e.mrc', values.view('i1'), kind='i1', stamp=b'')
    np.testing.assert_array_equal(read_map(path).array, values.astype(np.float32))


def test_a_stack_of_images_is_read_and_told(blobs, write, tmp_path):
    for name, options in (('a.mrc', {'counts': (44, 42, 1)}), ('a.mrcs', {})):
        found = read_map(write(tmp_path / name, blobs, group=0, **options))
        np.testing.assert_array_equal(found.array, blobs)
        assert 'stack of images, 40 of them' in found.notes[0]
    assert not read_map(write(tmp_path / 'b.mrc', blobs, group=0)).notes


@pytest.mark.parametrize(('sentence', 'options'), [
    ('no voxel size', {'cell': (0, 0, 0)}),
    ('no voxel size', {'counts': (0, 0, 0), 'cell': (1, 1, 1)}),
    ('no voxel size', {'cell': (float('nan'), 1, 1)}),
    ('no voxel size', {'cell': (1e-40, 1, 1)}),
    ('stack of 4 volumes', {'group': 401, 'counts': (44, 42, 10)}),
    ('Fourier components', {'mode': 4}),
    ('header is damaged', {'mode': 99}),
    ('not an MRC or CCP4 map', {'mode': 99, 'stamp': b''}),
])
def test_refused_in_one_sentence(blobs, write, tmp_path, sentence, options):
    path = write(tmp_path / 'a.mrc', blobs, **options)
    with pytest.raises(MapFileError, match=sentence) as caught:
        read_map(path)
    assert '\n' not in str(caught.value)


def test_what_is_not_a_map(blobs, write, tmp_path):
    path = tmp_path / 'a.mrc'
    for content, sentence in [
            (b'', 'is empty'), (b'data', 'shorter than a header'),
            (b'ATOM      1  N   GLY A   1 \n' * 90, 'not an MRC or CCP4 map'),
            (bytes(4096), 'not an MRC or CCP4 map')]:
        path.write_bytes(content)
        with pytest.raises(MapFileError, match=sentence):
            read_map(path)
    write(path, blobs)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(MapFileError, match=r'295,680|294,680 of 295,680 bytes'):
        read_map(path)
    write(path, blobs[:1])
    with pytest.raises(MapFileError, match='single plane'):
        read_map(path)
    with pytest.raises(FileNotFoundError):
        read_map(tmp_path / 'none.mrc')


@pytest.mark.parametrize('options', [
    {}, {'starts': (-20, 3, 7), 'axes': (3, 1, 2)}, {'origin': (1.5, -2.5, 1e3)},
    {'counts': (30, 31, 32), 'angles': (90, 100, 90), 'group': 4, 'order': '>',
     'extended': b'X,  Y,  Z'.ljust(80) + b'-X,  Y+1/2,  -Z'.ljust(80)},
    {'stamp': b'', 'starts': (1, 2, 3), 'origin': (9, 9, 9)}, {'group': 0}])
def test_result_on_the_same_grid_keeps_the_header(blobs, write, tmp_path, options):
    source = read_map(write(tmp_path / 'a.mrc', blobs, labels=[b'first', b'second'], **options))
    path = tmp_path / 'b.mrc'
    write_map(path, blobs / 2, source, ['ours, with a Å'])
    assert mrcfile.validate(path, print_file=io.StringIO())
    found = read_map(path)
    np.testing.assert_array_equal(found.array, blobs / 2)
    for name in ('axes', 'position', 'axis_order', 'starts', 'cell_counts', 'extended'):
        assert getattr(found, name) == getattr(source, name), name
    labels = [bytes(label) for label in found.header['label'][:4]]
    assert labels == [b'first', b'second', b'ours, with a ?', b'']
    with mrcfile.open(path) as file:
        assert file.header.ispg == (options.get('group') or 1)
        assert file.is_volume()
        values = file.data.astype(float)
    header = [found.header[name] for name in ('dmin', 'dmax', 'dmean', 'rms')]
    assert header == pytest.approx(
        [values.min(), values.max(), values.mean(), values.std()], rel=1e-6)


def test_statistics_of_a_large_map_far_from_zero(blobs, write, tmp_path):
    """Worked out slab by slab, in float32."""
    source = read_map(write(tmp_path / 'a.mrc', blobs))
    array = np.tile(blobs, (5, 4, 4)) + np.linspace(500, 600, 5 * len(blobs))[:, None, None]
    write_map(tmp_path / 'b.mrc', array, source)
    values = read_map(tmp_path / 'b.mrc').array.astype(float)
    header = read_map(tmp_path / 'b.mrc').header
    assert header['dmean'] == pytest.approx(values.mean(), rel=1e-6)
    assert header['rms'] == pytest.approx(values.std(), rel=1e-6)


def test_old_labels_make_room_but_for_the_rotation(blobs, write, tmp_path):
    turned = b'Chimera rotation: 0 0 1 90'
    source = read_map(write(tmp_path / 'a.mrc', blobs, labels=[b'%d' % i for i in range(9)]
                            + [turned]))
    np.testing.assert_allclose(source.rotation, [(0, -1, 0), (1, 0, 0), (0, 0, 1)], atol=1e-12)
    np.testing.assert_allclose(source.place((1, 0, 0)), (0, 1.5, 0), atol=1e-12)
    write_map(tmp_path / 'b.mrc', blobs, source, ['one', 'two'])
    labels = [bytes(label) for label in read_map(tmp_path / 'b.mrc').header['label']]
    assert labels[-3:] == [turned, b'one', b'two']
    assert labels[:7] == [b'%d' % i for i in range(7)]


@pytest.mark.parametrize('options', [
    {}, {'starts': (-22, 21, 20)}, {'starts': (-22, 21, 19), 'axes': (3, 1, 2)},
    {'origin': (1.5, -2.5, 1e3)}, {'starts': (1, 1, 1), 'origin': (1.5, -2.5, 1e3)},
    {'counts': (66, 84, 80), 'starts': (1, 2, 3), 'angles': (80, 90, 100)}])
@pytest.mark.parametrize('suffix', ['.mrc', '.map'])
def test_result_on_a_coarser_grid_keeps_the_corner(blobs, write, tmp_path, options, suffix):
    source = read_map(write(tmp_path / f'a{suffix}', blobs, **GRID, **options))
    shape = (20, 21, 22)
    path = tmp_path / f'b{result_suffix(source, shape)}'
    write_map(path, np.zeros(shape), source, suffix=path.suffix)
    found = read_map(path)
    np.testing.assert_allclose(found.position, source.position, rtol=1e-6)
    np.testing.assert_allclose(np.array(found.axes), np.array(source.axes) * 2, rtol=1e-6)
    assert found.axis_order == source.axis_order
    if not any(start % 2 for start in source.starts):
        assert found.starts == tuple(start // 2 for start in source.starts)


def test_names():
    assert map_name('data/emd_1234.map.gz') == 'emd_1234'
    assert map_name('a.b.MRC') == 'a.b'
    assert map_name('map') == 'map'
    assert map_name('scale.txt') == 'scale.txt'
