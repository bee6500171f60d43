"""Colouring: `occupy color`, palettes, the colour key, undo, surfaces that are not there yet."""

import numpy as np
import pytest
from chimerax.core.errors import UserError


def _colors(volume):
    return volume.surfaces[0].vertex_colors


def _expected(volume, scale, palette='occupy', limits=(0.2, 1)):
    from chimerax.occupy.session import coloring

    surface = volume.surfaces[0]
    values = scale.interpolated_values(surface.vertices, surface.scene_position)
    colormap = coloring.ranged(coloring.palette(palette), limits)
    return (colormap.interpolated_rgba(values) * 255).astype(np.uint8)


def _key(session):
    from chimerax.color_key.model import get_model

    return get_model(session, create=False)


def test_colours_are_those_of_the_scale(run, blobs):
    scale = run('occupy #1')[0]
    assert (_colors(blobs) == _expected(blobs, scale)).all()
    assert len(np.unique(_colors(blobs), axis=0)) > 20


def test_low_scale_gets_the_first_colour(run, blobs):
    run('occupy #1 palette occupy-classic range 0,1 mode occupancy')
    xyz = blobs.surfaces[0].vertices
    left = _colors(blobs)[xyz[:, 0] < 30].mean(axis=0)
    right = _colors(blobs)[xyz[:, 0] > 40].mean(axis=0)
    assert right[0] > right[2]      # the weaker ball is red, in the published colours
    assert left[2] > left[0]


def test_no_color_leaves_the_map_alone(run, session, blobs):
    run('occupy #1 color false')
    assert _colors(blobs) is None
    assert _key(session) is None


def test_follows_level_and_step(run, blobs):
    scale = run('occupy #1')[0]
    for command in ('volume #1 level 0.6', 'volume #1 step 2', 'volume #1 level 0.4 step 1'):
        run(command)
        blobs.update_drawings()
        assert len(_colors(blobs)) == len(blobs.surfaces[0].vertices)
        assert (_colors(blobs) == _expected(blobs, scale)).all()


def test_undo_and_redo(run, session, blobs):
    run('color #1 tan')
    scale = run('occupy #1')[0]
    run('occupy color #1 range 0,0.5 palette rainbow')
    assert _key(session).rgbas_and_labels[-1][1] == '0.5 '
    run('undo')
    assert (_colors(blobs) == _expected(blobs, scale)).all()
    assert _key(session).rgbas_and_labels[-1][1] == '1 '
    run('undo')
    assert _colors(blobs) is None
    assert _key(session) is None
    run('redo')
    assert (_colors(blobs) == _expected(blobs, scale)).all()
    assert _key(session).display
    # What was undone stays undone at the next level, and what was redone follows it.
    run('volume #1 level 0.5')
    blobs.update_drawings()
    assert (_colors(blobs) == _expected(blobs, scale)).all()


def test_palette_and_range_are_remembered_for_the_map(run, session, open_array):
    one, two = open_array(), open_array()
    run('occupy #1 palette occupy-classic range 0,0.8')
    scale = run('occupy #1')[0]
    assert (_colors(one) == _expected(one, scale, 'occupy-classic', (0, 0.8))).all()
    other = run(f'occupy #{two.id_string}')[0]
    assert (_colors(two) == _expected(two, other)).all()


def test_range_full_and_a_palette_with_values(run, session, blobs):
    scale = run('occupy #1 range full')[0]
    low = float(scale.full_matrix().min())
    assert _key(session).rgbas_and_labels[0][1] == f'{low:.3g}'
    run('occupy color #1 palette 0.1,red:0.5,white:0.9,blue')
    labels = [label for _, label in _key(session).rgbas_and_labels]
    assert (labels[0], labels[-1]) == ('0.1', '0.9 ')


def test_one_key_with_a_title_that_stays_where_it_is_put(run, session, blobs):
    run('occupy #1')
    key = _key(session)
    labels = [label for _, label in key.rgbas_and_labels]
    assert [label for label in labels if label] == ['0.2', 'resolution scale', '1 ']
    run('key pos 0.1,0.5')
    run('occupy #1 mode occupancy')
    assert _key(session) is key
    assert key.pos == (0.1, 0.5)
    run('occupy #1 key false')
    assert _key(session) is None
    run('occupy color #1')
    assert _key(session).pos == (0.1, 0.5)


def test_color_chooses_the_latest_estimate_or_the_mode(run, blobs):
    resolution = run('occupy #1')[0]
    occupancy = run('occupy #1 mode occupancy')[0]
    run('occupy color #1 mode resolution')
    assert (_colors(blobs) == _expected(blobs, resolution)).all()
    surfaces = run('occupy color #1')
    assert surfaces == blobs.surfaces
    assert (_colors(blobs) == _expected(blobs, occupancy)).all()
    run(f'occupy color #1 map #{resolution.id_string}')
    assert (_colors(blobs) == _expected(blobs, resolution)).all()


def test_color_another_surface_on_the_map(run, session, blobs):
    scale = run('occupy #1')[0]
    run('shape sphere radius 15 center 30,30,30')
    sphere = session.models.list()[-1]
    with pytest.raises(UserError, match='no estimate'):
        run(f'occupy color #{sphere.id_string}')
    assert run(f'occupy color #{sphere.id_string} map #{scale.id_string}') == [sphere]
    assert len(np.unique(sphere.vertex_colors, axis=0)) > 10


def test_closed_scale_is_opened_again(run, session, blobs):
    run('occupy #1')
    run('close #2')
    run('occupy color #1')
    assert session.models.list(model_id=(2,))[0].name == 'blobs resolution scale'


def test_closed_scale_stays_closed_where_another_map_has_none(run, session, open_array):
    for _ in range(2):
        open_array()
    run('occupy #1')
    run('close #3')
    before = session.models.list()
    with pytest.raises(UserError, match='#2 has no estimate'):
        run('occupy color #1,2')
    assert session.models.list() == before


def test_stale_estimate_is_refused(run, blobs):
    run('occupy #1')
    blobs.data.array[:] *= 2
    blobs.data.values_changed()
    with pytest.raises(UserError, match='no longer holds, because its values have changed'):
        run('occupy color #1')
    run('occupy #1')
    run('occupy color #1')


def test_map_shown_as_a_plane_gets_a_surface(run, blobs):
    run('volume #1 plane z,20 style image; wait 2')
    blobs.update_drawings()
    run('occupy #1')
    assert blobs.surface_shown
    assert not blobs.showing_one_plane
    assert len(_colors(blobs)) == len(blobs.surfaces[0].vertices) > 100


def test_map_that_was_never_shown_gets_a_surface(run, open_array):
    volume = open_array(level=None)
    volume.display = False
    volume.remove_surfaces()
    run('occupy #1')
    assert volume.display
    assert _colors(volume) is not None


def test_hidden_map_stays_hidden(run, blobs):
    blobs.display = False
    scale = run('occupy #1')[0]
    assert not blobs.display
    assert (_colors(blobs) == _expected(blobs, scale)).all()


@pytest.mark.parametrize('max_box', [256, 32])
def test_no_vertex_is_grey_at_the_faces_of_the_box(run, session, open_array, max_box):
    """A filament that runs out of its box: the caps lie on or beyond the last sample."""
    array = np.zeros((48, 48, 48), np.float32)
    array[:, 18:30, 18:30] = 1
    array += 0.01 * np.random.default_rng(0).standard_normal(array.shape)
    volume = open_array(array.astype(np.float32), level=0.5, cell_angles=(85, 95, 100))
    scale = run(f'occupy #1 maxBox {max_box}')[0]
    assert not _grey(volume).any()
    assert _colors(volume)[:, 2].min() > 150    # no cap looks like low scale
    run('turn 1,2,3 33 models #1')
    run('volume #1 level 0.4')
    volume.update_drawings()
    assert not _grey(volume).any()
    # What is elsewhere has no scale, and shows that.
    run('shape sphere radius 5 center -90,0,0')
    sphere = session.models.list()[-1]
    run(f'occupy color #{sphere.id_string} map #{scale.id_string}')
    assert (sphere.vertex_colors[:, :3] == 127).all()


def _grey(volume):
    colors = _colors(volume)
    return (colors[:, 0] == colors[:, 1]) & (colors[:, 1] == colors[:, 2])


class TestPalette:
    """The default palette is ordered, to every eye; what the comment in coloring.py claims."""

    MATRICES = {     # Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB
        'normal': np.eye(3),
        'deuteranopia': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]],
        'protanopia': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]],
        'tritanopia': [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                       [0.004733, 0.691367, 0.303900]],
    }

    @staticmethod
    def _lab(linear):
        to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                           [0.0193339, 0.1191920, 0.9503041]])
        ratio = np.clip(linear, 0, 1) @ to_xyz.T / to_xyz.sum(axis=1)
        x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116).T
        return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)

    @pytest.mark.parametrize('eye', MATRICES)
    def test_order(self, eye):
        from chimerax.occupy.session import coloring

        values = np.linspace(0, 1, 11, dtype=np.float32)
        rgb = coloring.palette('occupy').colormap.interpolated_rgba(values)[:, :3].astype(float)
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        lab = self._lab(linear @ np.array(self.MATRICES[eye]).T)
        assert (np.diff(lab[:, 0]) > 2).all()
        # One unit is about what can be told apart side by side.
        assert np.linalg.norm(np.diff(lab, axis=0), axis=1).min() > 5
        if eye == 'normal':
            chroma = np.linalg.norm(lab[:, 1:], axis=1)
            assert chroma[:5].min() > 3 * chroma[-1]
            assert lab[:, 0].min() > 35
