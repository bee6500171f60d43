"""Back to the particles of the volumes that are alike."""

import pickle

import numpy as np
import pytest
from chimerax.occupy.series.particles import Particles, cut
from chimerax.occupy.series.table import SeriesTable


def table_of(volumes, rows, failed=()):
    values = np.array(rows, float)
    values[:, [volumes.index(name) for name in failed]] = np.nan
    return SeriesTable(tuple(f'/{i}' for i in range(len(rows))), tuple(volumes), values,
                       np.full(values.shape, 0.01), '', {}, dict.fromkeys(failed, 'damaged'))


def dumped(path, value):
    path.write_bytes(pickle.dumps(value))
    return path


@pytest.fixture
def labels(tmp_path):
    return dumped(tmp_path / 'labels.pkl', np.array([0, 1, 2, 3, 0, 1, 1, 3], np.int64))


VOLUMES = ['vol_000', 'vol_001', 'vol_002', 'vol_003']
ROWS = [[1, 0.1, 1, 0.1], [1, 1, 0.9, 1]]


def test_indices_by_labels(labels, tmp_path):
    particles = Particles(labels=labels)
    particles.check(VOLUMES)
    found = particles.select(table_of(VOLUMES, ROWS))
    assert found.clusters == [['vol_000', 'vol_002'], ['vol_001', 'vol_003']]
    assert found.particles == [3, 5]
    written = []
    for word, name, write in found.files:
        write(tmp_path / name)
        assert name == f'{word}.pkl'
        written.append(pickle.loads((tmp_path / name).read_bytes()).tolist())
    assert written == [[0, 2, 4], [1, 3, 5, 6, 7]]
    # Volumes that are numbered from 1.
    ones = [f'vol_{i}' for i in (1, 2, 3, 4)]
    assert particles.select(table_of(ones, ROWS)).particles == [3, 5]


def test_nearest_centre_in_latent_space(tmp_path):
    latent = dumped(tmp_path / 'z.pkl', np.array([[0, 0.1], [1, 1], [0.9, 1], [5, 5]], np.float32))
    (tmp_path / 'centers.txt').write_text('0 0\n1 1\n4 4\n', encoding='utf-8')
    particles = Particles(latent=latent, centers=tmp_path / 'centers.txt')
    assert particles.classes.tolist() == [0, 1, 1, 2]


def test_failed_volumes_are_in_no_cluster(labels):
    found = Particles(labels=labels).select(table_of(VOLUMES, ROWS, failed=['vol_001']))
    assert sorted(map(sorted, found.clusters)) == [['vol_000', 'vol_002'], ['vol_003']]
    assert sum(found.particles) == 5
    assert '3 particles are of classes without a volume' in found.notes[-1]


def test_star_files_keep_their_columns_and_blocks(tmp_path):
    starfile = pytest.importorskip('starfile')
    path = tmp_path / 'particles.star'
    path.write_text(
        'data_optics\n\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n1 1.5\n\n'
        'data_particles\n\nloop_\n_rlnImageName #1\n_rlnClassNumber #2\n_rlnAngleRot #3\n'
        '000001@a.mrcs 1 10.5\n000002@a.mrcs 2 -3.25\n000003@a.mrcs 1 7\n000004@a.mrcs 3 0\n',
        encoding='utf-8')
    names = [f'run_it025_class00{i}' for i in (1, 2, 3)]
    found = Particles(path).select(table_of(names, [[1, 0.1, 0.2], [1, 1, 1]]))
    assert found.clusters == [[names[1], names[2]], [names[0]]]
    for _, name, write in found.files:
        write(tmp_path / name)
    blocks = starfile.read(tmp_path / 'particles_2.star', always_dict=True)
    assert set(blocks) == {'optics', 'particles'}
    assert blocks['particles']['rlnImageName'].tolist() == ['000001@a.mrcs', '000003@a.mrcs']
    assert blocks['particles']['rlnAngleRot'].tolist() == [10.5, 7]
    with pytest.raises(ValueError, match='does not say which class'):
        Particles(path).check(['vol_1'])
    with pytest.raises(ValueError, match='no particle is of the class of any volume'):
        Particles(path).check(['run_it025_class004'])
    with pytest.raises(ValueError, match='none.star cannot be read: no such file'):
        Particles(tmp_path / 'none.star')
    words = tmp_path / 'words.star'
    words.write_text(path.read_text(encoding='utf-8').replace(' 3 0', ' x 0'), encoding='utf-8')
    with pytest.raises(ValueError, match='words.star holds other things than numbers'):
        Particles(words)


def test_without_starfile(tmp_path, monkeypatch):
    import sys
    monkeypatch.setitem(sys.modules, 'starfile', None)
    with pytest.raises(ValueError, match='need the package starfile: pip install starfile'):
        Particles(tmp_path / 'particles.star')


class Evil:
    def __reduce__(self):
        return exec, ('raise SystemExit',)


def test_files_that_will_not_do(labels, tmp_path):
    latent = dumped(tmp_path / 'z.pkl', np.zeros((4, 3)))
    (tmp_path / 'centers.txt').write_text('0 0\n', encoding='utf-8')
    for options, reason in (
            ({}, 'need a STAR file'), ({'labels': tmp_path / 'none.pkl'}, 'no such file'),
            ({'labels': dumped(tmp_path / 'evil.pkl', Evil())}, 'no pickled array'),
            ({'labels': latent}, 'no class for each'), ({'latent': latent}, 'belong together'),
            ({'labels': labels, 'latent': latent}, 'give one of them'),
            ({'labels': labels, 'clusters': 1}, 'at least 2'),
            ({'latent': latent, 'centers': tmp_path / 'centers.txt'}, 'do not belong together'),
            ({'latent': latent, 'centers': tmp_path / 'none.txt'}, 'cannot be read'),
            ({'latent': dumped(tmp_path / 'nan.pkl', np.array([[0, np.nan]])),
              'centers': tmp_path / 'centers.txt'}, 'nan.pkl holds values that are not numbers')):
        with pytest.raises(ValueError, match=reason):
            Particles(**options)
    particles = Particles(labels=labels)
    for names, reason in ((['a', 'b'], 'has no number'), (['vol_1', 'run_1'], 'of one class'),
                          (['vol_1', 'vol_2'], 'begin with 0 or 1'),
                          (['vol_0', 'vol_9'], 'begin with 0 or 1')):
        with pytest.raises(ValueError, match=reason):
            particles.check(names)
    for some in ([9], [-1, -1, 7]):
        others = Particles(labels=dumped(tmp_path / 'others.pkl', np.array(some, np.int64)))
        with pytest.raises(ValueError, match='no particle is of the class of any volume'):
            others.check(VOLUMES)


def test_clusters_where_the_tree_has_its_longest_branches():
    values = np.array([0, 0.02, 0.5, 0.52, 0.54, 1.0])[None]
    assert cut(values) == [[2, 3, 4], [0, 1], [5]]
    assert cut(values, 2) == [[2, 3, 4, 5], [0, 1]]
    assert len(cut(values, 5)) == 5
    assert len(cut(values, 9)) == 6
    assert cut(values[:, :1]) == [[0]]
    assert cut(values[:, :2]) == [[0], [1]]
