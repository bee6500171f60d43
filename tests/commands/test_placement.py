"""The scale lies on its map: axes, cells, parents, moves."""

import numpy as np
import pytest

CASES = {
    'plain': {},
    'origin': {'origin': (-12.3, 4.5, 30.1)},
    'anisotropic': {'step': (1.4, 1.5, 1.7)},
    'skewed': {'cell_angles': (80, 95, 110), 'origin': (3, 4, 5)},
    'rotated': {'rotation': ((0, -1, 0), (1, 0, 0), (0, 0, 1))},
}


def _same_places(source, scale):
    """Corners of the working grid lie in the scene where those of the map do."""
    for corner in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)):
        in_source = [c * n for c, n in zip(corner, source.data.size, strict=True)]
        in_scale = [c * n for c, n in zip(corner, scale.data.size, strict=True)]
        one = source.scene_position * source.data.ijk_to_xyz(in_source)
        two = scale.scene_position * scale.data.ijk_to_xyz(in_scale)
        assert one == pytest.approx(two, abs=1e-6)


@pytest.mark.parametrize('max_box', [256, 32])
@pytest.mark.parametrize('case', CASES)
def test_fills_the_box_of_its_map(run, open_array, case, max_box):
    source = open_array(**CASES[case])
    scale = run(f'occupy #1 maxBox {max_box}')[0]
    _same_places(source, scale)
    assert scale.data.cell_angles == source.data.cell_angles
    assert scale.data.rotation == source.data.rotation
    assert scale.data.symmetries == source.data.symmetries


def test_axes_are_those_of_the_grid(open_array):
    from chimerax.occupy.session.volumes import axes_of
    source = open_array(step=(1, 2, 3), cell_angles=(90, 90, 120))
    x, y, z = axes_of(source)
    assert np.linalg.norm([x, y, z], axis=1) == pytest.approx([1, 2, 3])
    assert x @ y == pytest.approx(-0.5 * 1 * 2)
    assert x @ z == pytest.approx(0)


def test_axis_order_of_the_file_does_not_matter(run, maps, session, two_blobs):
    import mrcfile
    array = two_blobs((30, 34, 38))
    plain = maps.write('plain', array)
    turned = maps.folder / 'turned.mrc'
    with mrcfile.new(turned, overwrite=True) as file:
        file.set_data(np.ascontiguousarray(array.transpose(1, 0, 2)))   # sections along y
        file.voxel_size = 1.5
        file.header.mapc, file.header.mapr, file.header.maps = 1, 3, 2
        file.header.mx, file.header.my, file.header.mz = 38, 34, 30
        file.header.cella = (38 * 1.5, 34 * 1.5, 30 * 1.5)
    run(f'open "{plain}"')
    run(f'open "{turned}"')
    # ChimeraX gives it as a transposed view.
    assert not session.models.list(model_id=(2,))[0].full_matrix().flags.c_contiguous
    one, two = run('occupy #1,2')
    assert (one.full_matrix() == two.full_matrix()).all()
    for scale, source in ((one, session.models[0]), (two, session.models.list(model_id=(2,))[0])):
        _same_places(source, scale)


def test_follows_when_moved_alone_or_with_a_parent(run, session, blobs):
    from chimerax.core.models import Model
    from chimerax.geometry import rotation, translation
    parent = Model('parent', session)
    grandparent = Model('grandparent', session)
    session.models.add([grandparent])
    session.models.add([parent], parent=grandparent)
    scale = run('occupy #1')[0]
    blobs.position = rotation((1, 2, 3), 40) * translation((5, 6, 7))
    _same_places(blobs, scale)
    session.models.add([blobs], parent=parent)
    _same_places(blobs, scale)
    parent.position = translation((-20, 3, 9))
    _same_places(blobs, scale)
    grandparent.position = rotation((0, 1, 1), 70)
    _same_places(blobs, scale)
    assert scale.parent is session.models.scene_root_model


def test_follows_commands(run, blobs):
    scale = run('occupy #1')[0]
    for command in ('move x 12 models #1', 'turn y 30 models #1',
                    'view matrix models #1,1,0,0,1,0,1,0,2,0,0,1,3'):
        run(command)
        _same_places(blobs, scale)
    # It can be moved away, and comes back when its map is moved.
    run('move z 50 models #2')
    run('move x 1 models #1')
    _same_places(blobs, scale)


def test_follows_changes_of_the_header(run, blobs):
    scale = run('occupy #1 maxBox 32')[0]
    run('volume #1 originIndex 10,20,30')
    _same_places(blobs, scale)
    run('volume #1 voxelSize 2')
    _same_places(blobs, scale)


def test_stops_following_a_closed_map(run, session, blobs):
    from chimerax.occupy.session.volumes import is_derived
    scale = run('occupy #1')[0]
    session.models.close([blobs])
    assert not scale.deleted
    assert not is_derived(scale)
    run('move x 3 models #2')


def test_colour_is_right_after_moving_and_a_change_of_level(run, session, blobs):
    run('occupy #1')
    run('volume #1 level 0.3')
    blobs.update_drawings()
    expected = blobs.surfaces[0].vertex_colors.copy()
    run('move x 25 models #1')
    run('turn z 50 models #1')
    run('volume #1 level 0.5')
    blobs.update_drawings()
    run('volume #1 level 0.3')
    blobs.update_drawings()
    found = blobs.surfaces[0].vertex_colors
    # Positions in the scene are rounded, so a colour may fall to the next of its 256 steps.
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_saved_scale_opens_on_its_map(run, maps, tmp_path):
    source = run(f'open "{maps.odd}"')[0]
    run('occupy #1')
    path = tmp_path / 'scale.mrc'
    run(f'save "{path}" models #2')
    run('close #2')
    _same_places(source, run(f'open "{path}"')[0])
