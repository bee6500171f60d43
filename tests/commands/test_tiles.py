"""`occupy tiles`: frames where full and least scale were found."""

import numpy as np
import pytest


def test_frames_enclose_the_tiles(run, session, open_array):
    from chimerax.occupy.session.record import record

    source = open_array(step=(1.4, 1.5, 1.7), origin=(3, -4, 5), cell_angles=(85, 95, 100))
    run('occupy #1 maxBox 32')
    group = run('occupy tiles #1')[0]
    estimate = record(session).estimate_for(source, 'resolution')
    for frame, tile in zip(group.child_models(), (estimate.tiles.full, estimate.tiles.least),
                           strict=False):
        shape = reversed(estimate.grid.shape)
        factors = [n / m for n, m in zip(source.data.size, shape, strict=True)]
        ijk = np.array([source.data.xyz_to_ijk(v) for v in frame.vertices]) / factors
        start, size = np.array(tile.start[::-1]), np.array(tile.size[::-1])
        margin = 0.06 * size.max()
        assert ijk.min(axis=0) == pytest.approx(start - 0.5, abs=margin)
        assert ijk.max(axis=0) == pytest.approx(start + size - 0.5, abs=margin)


def test_names_and_numbers_and_following(run, session, blobs):
    run('occupy #1 key false')
    group = run('occupy tiles #1')[0]
    assert group.id == (3,)
    names = [model.name for model in group.child_models()]
    assert names[:2] == ['full scale', 'least scale']
    run('turn z 30 models #1')
    assert group.scene_position.same(blobs.scene_position)
    assert run('occupy tiles #1')[0].id == (3,)
    assert len(session.models.list(model_id=(3,))) == 1


def test_all_maps_that_have_estimates(run, open_array):
    open_array()
    open_array()
    run('occupy #1')
    assert len(run('occupy tiles')) == 1


def test_labels_survive_without_graphics(run, session, blobs, log):
    run('occupy #1')
    run('occupy tiles #1 label false')
    assert 'full scale from a contrast of' in log.text('info')


def test_sessions_keep_them(run, session, blobs, tmp_path):
    run('occupy #1 key false')
    before = run('occupy tiles #1')[0].child_models()[0].vertices
    run(f'save "{tmp_path / "a.cxs"}"')
    run('close')
    run(f'open "{tmp_path / "a.cxs"}"')
    group = session.models.list(model_id=(3,))[0]
    assert (group.child_models()[0].vertices == before).all()
    run('move x 7 models #1')
    assert group.scene_position.same(session.models.list(model_id=(1,))[0].scene_position)
    assert run('occupy tiles #1')[0].id == (3,)
