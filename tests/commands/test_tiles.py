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
        ijk = np.array([source.data.xyz_to_ijk(place) for place in frame.atoms.coords]) / factors
        start, size = np.array(tile.start[::-1]), np.array(tile.size[::-1])
        corners = np.unique(np.round(ijk[:8] - start + 0.5, 4), axis=0)
        assert corners.tolist() == [[x, y, z] for x in (0, size[0]) for y in (0, size[1])
                                    for z in (0, size[2])]
        assert ijk[8] == pytest.approx(start + size / 2 - 0.5)
        # Twelve edges, each along one axis.
        ends = [[frame.atoms.index(atom) for atom in bond.atoms] for bond in frame.bonds]
        along = np.abs(np.diff(ijk[np.array(ends)], axis=1)[:, 0]) > 0.01
        assert along.sum(axis=0).tolist() == [4, 4, 4]
        assert along.sum() == 12


def test_names_and_numbers_and_following(run, session, blobs):
    run('occupy #1 key false')
    group = run('occupy tiles #1')[0]
    assert group.id == (3,)
    names = [model.name for model in group.child_models()]
    assert names == ['full scale', 'least scale']
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
    before = run('occupy tiles #1')[0].child_models()[0].atoms.coords
    run(f'save "{tmp_path / "a.cxs"}"')
    run('close')
    run(f'open "{tmp_path / "a.cxs"}"')
    group = session.models.list(model_id=(3,))[0]
    assert (group.child_models()[0].atoms.coords == before).all()
    run('move x 7 models #1')
    assert group.scene_position.same(session.models.list(model_id=(1,))[0].scene_position)
    assert run('occupy tiles #1')[0].id == (3,)
