"""`occupy confidence`, `mask`, `target`, `level`."""

import mrcfile
import numpy as np
import pytest
from chimerax.core.errors import UserError


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


@pytest.mark.parametrize(('words', 'make'), [
    ('solvent', lambda core, f: core.solvent_definition(f, 0.3)),
    ('solvent threshold 0.6', lambda core, f: core.solvent_definition(f, 0.6)),
    ('subtraction attenuate 3',
     lambda core, f: core.subtraction_mask(f, core.Modification('attenuate', power=3))),
    ('subtraction attenuate', lambda core, f: core.subtraction_mask(
        f, core.Modification('attenuate'))),
    ('subtraction sigmoid 5 pivot 0.4 covers subtracted', lambda core, f: core.subtraction_mask(
        f, core.Modification('sigmoid', power=5, pivot=0.4), 'subtracted')),
])
def test_masks_are_those_of_the_core(run, blobs, found, words, make):
    from chimerax.occupy import core
    (volume,) = run(f'occupy mask #1 {words}')
    assert (volume.full_matrix() == make(core, found)).all()
    assert tuple(volume.data.size) == tuple(blobs.data.size)


def test_mask_is_on_the_grid_of_the_map_and_can_be_saved(run, open_array, tmp_path):
    source = open_array(origin=(10, 20, -5))
    run('occupy #1 mode occupancy maxBox 32 color false')
    (volume,) = run('occupy mask #1 solvent')
    run(f'save {tmp_path}/mask.mrc models #{volume.id_string}')
    with mrcfile.open(tmp_path / 'mask.mrc') as file:
        assert file.data.shape == source.full_matrix().shape
        assert set(np.unique(file.data)) == {0, 1}
        assert (file.data == volume.full_matrix()).all()
        assert [float(file.header.origin[axis]) for axis in 'xyz'] == pytest.approx([10, 20, -5])


@pytest.mark.parametrize(('words', 'message'), [
    ('subtraction', 'say which curve'),
    ('solvent attenuate 3', 'takes a threshold only'),
    ('solvent covers kept', 'takes a threshold only'),
    ('subtraction attenuate 3 threshold 0.4', 'threshold is for a solvent mask'),
    ('subtraction attenuate 3 pivot 0.4', 'pivot is for a sigmoid'),
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
