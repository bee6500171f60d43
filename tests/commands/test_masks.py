"""`occupy confidence`, `mask`, `target`, `level`."""

import mrcfile
import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..filemaps import write_file


@pytest.fixture
def found(run, session, blobs):
    """The occupancy-mode estimate of #1, whose scale is #2."""
    from chimerax.occupy.session.record import record
    run('occupy #1 mode occupancy color false')
    return record(session).estimate_for(blobs, 'occupancy')


def test_confidence_is_opened_on_its_source(run, blobs, found):
    (volume,) = run('occupy confidence #1 hedge 2')
    assert (volume.full_matrix() == found.confidence ** 2).all()
    assert volume.data.ijk_to_xyz_transform.same(blobs.data.ijk_to_xyz_transform)
    assert volume.display


def test_confidence_needs_no_occupancy_mode(run, session, blobs):
    run('occupy #1 color false')
    run('occupy confidence #1')
    assert [m.name for m in session.models.list() if m.name.endswith('scale')] == [
        'blobs resolution scale']


STEEP = {'kind': 'sigmoid', 'power': 5, 'pivot': 0.6}


@pytest.mark.parametrize(('words', 'settings', 'curve'), [
    ('solvent', {'kind': 'solvent'}, None),
    ('solvent threshold 0.6 softEdge 0', {'kind': 'solvent', 'threshold': 0.6, 'soft_edge': 0.0},
     None),
    ('weak below 0.6', {'kind': 'weak', 'below': 0.6}, None),
    ('strong above 0.7 extend 3 softEdge 5',
     {'kind': 'strong', 'above': 0.7, 'extend': 3.0, 'soft_edge': 5.0}, None),
    ('subtraction sigmoid 5 pivot 0.6', {'kind': 'subtraction'}, STEEP),
    ('subtraction sigmoid 5 pivot 0.6 covers subtracted',
     {'kind': 'subtraction', 'covers': 'subtracted'}, STEEP)])
def test_masks_are_those_of_the_core(run, blobs, found, log, words, settings, curve):
    from chimerax.occupy.core import Mask, Modification, make_mask
    (volume,) = run(f'occupy mask #1 {words}')
    if curve:
        settings = {**settings, 'modification': Modification(**curve)}
    expected = make_mask(blobs.full_matrix(), found, Mask(**settings))
    np.testing.assert_array_equal(volume.full_matrix(), expected)
    assert (expected.min(), expected.max()) == (0, 1)
    assert tuple(volume.data.size) == tuple(blobs.data.size)
    assert f'Next, with {volume.name} #3, in RELION: ' in log.text()


@pytest.mark.parametrize(('words', 'options'), [
    ('solvent threshold 0.4', {'mask_solvent': True, 'mask_threshold': 0.4}),
    ('weak below 0.6 extend 2', {'mask_weak': True, 'below': 0.6, 'extend': 2.0}),
    ('strong softEdge 5', {'mask_strong': True, 'soft_edge': 5.0}),
    ('subtraction attenuate 2', {'mask_attenuate': 2}),
    ('subtraction sigmoid 5 pivot 0.6 covers subtracted',
     {'mask_sigmoid': 5, 'pivot': 0.6, 'covers': 'subtracted'})])
def test_the_batch_makes_the_very_same(run, session, tmp_path, two_blobs, words, options):
    from chimerax.occupy.batch import run_batch
    path = write_file(tmp_path / 'blobs.mrc', two_blobs(), origin=(10, 20, -5))
    run(f'open "{path}"')
    (mask,) = run(f'occupy mask #1 {words} file "{tmp_path / "window.mrc"}"')
    outcome, = run_batch(path, output_dir=tmp_path / 'out', scale=False, **options)
    assert outcome.status == 'done', outcome.message
    (file,) = outcome.files
    with mrcfile.open(tmp_path / 'window.mrc') as window, mrcfile.open(file) as batch:
        np.testing.assert_array_equal(window.data, batch.data)
        np.testing.assert_array_equal(mask.full_matrix(), batch.data)
        assert batch.data.min() < 0.5 < batch.data.max() <= 1
        for name in ('nx', 'mx', 'nxstart', 'mapc', 'cella', 'cellb', 'origin', 'mode'):
            assert window.header[name] == batch.header[name], name


def test_a_mask_of_a_region_and_confined_to_one(run, blobs, found, open_array):
    part = np.zeros(blobs.full_matrix().shape, np.float32)
    part[:, :, part.shape[2] // 2:] = 1
    region = open_array(part, name='half', level=None)
    (alone,) = run(f'occupy mask #1 region #{region.id_string} softEdge 0')
    assert (alone.full_matrix() == part).all()
    (weak,) = run(f'occupy mask #1 weak below 0.6 region #{region.id_string}')
    (anywhere,) = run('occupy mask #1 weak below 0.6')
    assert weak.full_matrix()[part == 1].sum() > 0
    np.testing.assert_array_less(weak.full_matrix(), anywhere.full_matrix() + 1e-6)


@pytest.mark.parametrize('how', ['save', 'file'])
def test_mask_is_on_the_grid_of_the_map_and_saved_as_it_is(run, open_array, tmp_path, log, how):
    source = open_array(origin=(10, 20, -5))
    run('occupy #1 mode occupancy maxBox 32 color false')
    path = tmp_path / 'a mask.mrc'
    if how == 'file':
        (volume,) = run(f'occupy mask #1 solvent file "{path}"')
        assert volume.name == 'blobs solvent mask'
    else:
        (volume,) = run('occupy mask #1 solvent')
        assert '--mask mask.mrc' in log.text()
        run(f'save "{path}" models #{volume.id_string}')
    assert log.text().count(f"--mask '{path}' --o") == 1
    run(f'rename #{volume.id_string} mine')
    assert log.text().count(f"--mask '{path}' --o") == 1
    with mrcfile.open(path) as file:
        assert file.data.shape == source.full_matrix().shape
        assert file.data.min() == 0
        assert file.data.max() == 1
        assert (file.data == volume.full_matrix()).all()
        assert [float(file.header.origin[axis]) for axis in 'xyz'] == pytest.approx([10, 20, -5])
        assert float(file.voxel_size.x) == pytest.approx(1.5)


def test_what_is_kept_is_seen_by_what_it_leaves_out(run, blobs, found):
    (volume,) = run('occupy mask #1 subtraction sigmoid 5 pivot 0.6')
    volume.update_drawings()
    (surface,) = volume.surfaces
    low, high = surface.geometry_bounds().xyz_min, surface.geometry_bounds().xyz_max
    corner = [n - 1 for n in volume.data.size]
    assert (low > 2).all()
    assert (high < np.array(volume.data.ijk_to_xyz(corner)) - 2).all()


def test_the_use_of_a_mask_outlives_a_session(run, session, blobs, found, tmp_path, log):
    from chimerax.occupy.session import masks
    from chimerax.occupy.session.follow import followers

    def next_of(mask):
        return masks.next_of(mask, followers(session).use_of(mask))

    run('occupy mask #1 subtraction sigmoid 5 pivot 0.6 covers subtracted')
    run('occupy mask #1 weak below 0.6')
    run(f'save "{tmp_path / "masks.cxs"}"')
    run('close')
    run(f'open "{tmp_path / "masks.cxs"}"')
    made = {model.name: model for model in session.models.list() if model.name.endswith('mask')}
    assert 'Particle Subtraction' in next_of(made['blobs subtraction mask']).to_copy
    weak = made['blobs weak mask']
    assert next_of(weak).to_copy.endswith('--flatten_solvent --solvent_mask mask.mrc')
    run(f'save "{tmp_path / "weak.mrc"}" models #{weak.id_string}')
    assert next_of(weak).to_copy.endswith(f'--solvent_mask {tmp_path / "weak.mrc"}')
    assert f'--solvent_mask {tmp_path / "weak.mrc"}' in log.text()
    assert next_of(made['blobs subtraction mask']).cryosparc.startswith('Import 3D Volumes of mask')


@pytest.mark.parametrize(('words', 'message'), [
    ('', 'say what the mask is to cover'),
    ('subtraction', 'say which curve'),
    ('solvent attenuate 3', 'curve is for a mask of kind subtraction, not solvent'),
    ('solvent covers kept', 'covers is for a mask of kind subtraction'),
    ('subtraction attenuate 3 threshold 0.4', 'threshold is for a mask of kind solvent'),
    ('weak above 0.4', 'above is for a mask of kind strong'),
    ('subtraction attenuate 3 pivot 0.4', 'pivot is for a sigmoid'),
    ('weak below 0.011', 'no part of the map'),
    ('weak file mask.txt', 'must end in .mrc'),
    ('subtraction amplify 3', 'Should be one of|Expected'),
])
def test_contradictions_are_refused(run, session, found, words, message):
    before = session.models.list()
    with pytest.raises(UserError, match=message):
        run(f'occupy mask #1 {words}')
    assert session.models.list() == before


def test_target_of_a_mask_and_of_atoms(run, session, blobs, found, open_array, log, open_model):
    from chimerax.occupy.core import targeted_occupancy
    region = np.zeros(blobs.full_matrix().shape, np.float32)
    region[17:23, 19:25, 31:37] = 1
    open_array(region, name='region', level=None)
    target = run('occupy target #1 region #3')
    assert target == targeted_occupancy(blobs.full_matrix(), found, region > 0.5)
    assert f'n = {target.voxels} voxels' in log.text()
    assert 'τ_n' in log.text()
    places = [(31 + i, 19 + j, 17 + k) for i in range(0, 6, 2) for j in range(0, 6, 2)
              for k in range(0, 6, 2)]
    lines = [f'HETATM{n:5d}  O   HOH A{n:4d}    {1.5 * x:8.3f}{1.5 * y:8.3f}{1.5 * z:8.3f}'
             '  1.00  0.00           O' for n, (x, y, z) in enumerate(places, 1)]
    open_model(lines)
    by_atoms = run('occupy target #1 region #4/A distance 1.6')
    assert by_atoms.occupancy == pytest.approx(target.occupancy, abs=0.1)
    z, y, x = np.indices(region.shape)
    near = np.zeros(region.shape, bool)
    for place in places:
        away = (x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2
        near |= 1.5 ** 2 * away <= 1.6 ** 2
    assert by_atoms.voxels == near.sum()


def test_region_of_full_scale(run, session, blobs, found, open_array):
    from chimerax.occupy.core import estimate
    region = np.zeros(blobs.full_matrix().shape, np.float32)
    region[17:23, 19:25, 31:37] = 1
    open_array(region, name='region', level=None)
    (scale,) = run('occupy #1 mode occupancy fullScaleRegion #3')
    expected = estimate(blobs.full_matrix(), (1.5,) * 3, mode='occupancy',
                        full_scale_region=region > 0.5)
    assert (scale.full_matrix() == expected.scale).all()
    with pytest.raises(UserError, match='contradict'):
        run('occupy #1 fullScale auto fullScaleRegion #3')


def test_target_in_the_background(run, session, blobs, open_array, wait_until):
    region = np.zeros(blobs.full_matrix().shape, np.float32)
    region[17:23, 19:25, 31:37] = 1
    open_array(region, name='region', level=None)
    job = run('occupy target #1 region #2 block false')
    wait_until(lambda: not job.running)
    assert [model.name for model in session.models.list(model_id=(3,))] == ['blobs occupancy scale']
    assert job.result == run('occupy target #1 region #2')


def test_target_without_a_region_on_the_map_is_refused(run, found, open_array):
    open_array(np.zeros((20, 20, 20), np.float32), name='nothing', level=None)
    with pytest.raises(UserError, match='nothing #3: the mask has nothing above zero'):
        run('occupy target #1 region #3')
    run('volume #3 origin 500,0,0')
    open_array(np.ones((20, 20, 20), np.float32), name='away', origin=(500, 0, 0), level=None)
    with pytest.raises(UserError, match='holds no voxel of blobs #1'):
        run('occupy target #1 region #4')


def test_one_level_for_a_family(run, session, blobs):
    (stronger,) = run('occupy amplify #1')
    (weaker,) = run('occupy attenuate #1')
    family = run(f'occupy level #{weaker.id_string} 0.77')
    assert family == [blobs, stronger, weaker]
    run('wait 1')
    for volume in family:
        assert [surface.level for surface in volume.surfaces] == [0.77]
