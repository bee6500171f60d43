"""Maps of local resolution: recognised, coloured by, and laid beside the scale."""

import csv

import numpy as np
import pytest
from chimerax.core.errors import UserError
from scipy.ndimage import distance_transform_edt, gaussian_filter

SHAPE = (40, 44, 48)


def density():
    """Noise low-passed to a width that grows along x, in a ball, with noise around: (z, y, x)."""
    rng = np.random.default_rng(3)
    z, y, x = np.indices(SHAPE)
    ball = (z - 20) ** 2 + (y - 22) ** 2 + ((x - 24) / 1.2) ** 2 < 15 ** 2
    rough = rng.standard_normal(SHAPE)
    total = np.zeros(SHAPE)
    for width, part in zip((0.8, 1.3, 2.2), np.array_split(np.arange(48), 3), strict=True):
        smooth = gaussian_filter(rough, width)
        total[..., part] = (smooth / smooth.std())[..., part] * (0.8 / width)
    # Blurred more, a part has less contrast.
    return (ball * (total + 1) + 0.03 * rng.standard_normal(SHAPE)).astype(np.float32), ball


def resolutions(ball, outside=0.0):
    """The local resolution of it in Å: rises along x from 3 to some 9, smoothly, and is rough."""
    x = np.indices(SHAPE)[2]
    local = 3 + 6 * (x / 47) ** 2 + 0.1 * np.random.default_rng(4).standard_normal(SHAPE)
    return np.where(ball, np.maximum(local, 2.9), outside).astype(np.float32)


@pytest.fixture
def maps(open_array):
    """#1, a map, and #2, its local resolution."""
    array, ball = density()
    return [open_array(array, name='map', level=0.8),
            open_array(resolutions(ball), name='relion_locres', level=None)]


class TestRecognised:
    @pytest.mark.parametrize('outside', [0.0, 999.0, 5.1])
    def test_by_its_values(self, outside):
        from chimerax.occupy.core.recognise import is_local_resolution, resolutions_in
        _, ball = density()
        local = resolutions(ball, outside)
        assert is_local_resolution(local)
        assert is_local_resolution(local.astype(np.float16))
        np.testing.assert_array_equal(resolutions_in(local), np.sort(local[ball]))

    def test_without_a_mask(self):
        from chimerax.occupy.core.recognise import is_local_resolution
        _, ball = density()
        far = distance_transform_edt(~ball)
        assert is_local_resolution((resolutions(ball) + ~ball * (8 + 0.3 * far)).astype(np.float32))

    def test_what_is_none(self, two_blobs):
        from chimerax.occupy.core.recognise import is_local_resolution
        array, ball = density()
        local = resolutions(ball)
        rough = 5 + 2 * np.random.default_rng(0).random(SHAPE)
        for other in (array, two_blobs(), np.maximum(array, 0), ball.astype(np.float32),
                      np.rint(local), local / 10, -local, rough, 50 * np.abs(array), 0 * local,
                      array + 5, 9 - array,
                      ball * 8.0, gaussian_filter(rough, 1)):
            assert not is_local_resolution(other.astype(np.float32))

    def test_at_first_sight_and_when_estimated(self, run, log, maps):
        from chimerax.occupy.core.firstsight import first_sight
        from chimerax.occupy.core.wording import LOCAL_RESOLUTION
        assert first_sight(maps[1].full_matrix(), 1.5).kind == LOCAL_RESOLUTION
        run('occupy #2 color false')
        assert 'look like local resolutions in Å' in log.text('warning')


def test_colours_and_key(session, run, log, maps):
    from chimerax.color_key.model import get_model
    maps[1].display = True
    run('occupy color #1 map #2')
    assert not maps[1].display      # its surface would enclose the other
    surface = maps[0].surfaces[0]
    key = get_model(session, create=False)
    low, title, high = (label.strip() for _, label in key.rgbas_and_labels if label)
    assert title == 'local resolution (Å)'
    assert 2.8 < float(low) < 4 < 7 < float(high) < 9.5
    # The best resolved is as light as full scale is.
    lights = [sum(color[:3]) for color, _ in key.rgbas_and_labels]
    assert lights == sorted(lights, reverse=True)
    x = surface.vertices[:, 0]
    colors = surface.vertex_colors.astype(int)
    left, right = (colors[some].mean(axis=0) for some in (x < 20, x > 55))
    assert left[:3].sum() > right[:3].sum() + 80
    assert 'A scale is no resolution' in log.text()
    run('undo')
    assert surface.vertex_colors is None
    assert maps[1].display
    run('occupy color #1 map #2 palette rainbow range 3,8')
    low, _, high = (label.strip() for _, label in get_model(
        session, create=False).rgbas_and_labels if label)
    assert (low, high) == ('3', '8')


def test_what_fills_the_rest_is_not_mixed_in(run, maps):
    from chimerax.occupy.session.localres import resolutions_at
    array = maps[1].full_matrix()
    edge = np.argwhere((array[20, 22] > 0) & (np.roll(array[20, 22], 1) == 0))[0, 0]
    points = np.array([[edge - 0.3, 22, 20], [edge - 0.7, 22, 20], [2, 2, 2]]) * 1.5
    values, told = resolutions_at(maps[1], points)
    assert told.tolist() == [True, False, False]
    assert values[0] == pytest.approx(array[20, 22, edge], abs=1e-3)


def test_scale_against_resolution(run, log, maps, tmp_path):
    run('occupy #1 mode resolution color false')
    figure = run(f'occupy plot #1 against #2 file {tmp_path}/against.png')
    assert (tmp_path / 'against.png').stat().st_size > 5000
    told = float(log.text().rsplit('rank correlation ', 1)[1].split('. No resolution')[0])
    assert -1 < told < -0.5         # the worse, the weaker
    assert f'{told:+.2f}' in figure.axes[0].get_title()
    run(f'occupy plot #1 against #2 file {tmp_path}/against.csv')
    with open(tmp_path / 'against.csv', newline='', encoding='utf-8') as file:
        rows = [row for row in csv.DictReader(file) if row['median']]
    medians = [float(row['median']) for row in rows]
    assert medians[0] > medians[-1] + 1
    assert all(float(row['lower_quartile']) <= median <= float(row['upper_quartile'])
               for row, median in zip(rows, medians, strict=True))
    from chimerax.occupy.figures.pointing import pointed_at
    middle = rows[len(rows) // 2]
    text = pointed_at(figure.axes[0], float(middle['scale_low']) + 0.01, 5).text
    assert f'{float(middle["median"]):.2f} Å' in text


def test_sessions(session, run, maps, tmp_path):
    run('occupy color #1 map #2; wait 1')
    before = maps[0].surfaces[0].vertex_colors.copy()
    run(f'save {tmp_path}/local.cxs; close; open {tmp_path}/local.cxs; wait 1')
    volume = session.models.list(model_id=(1,))[0]
    volume.update_drawings()
    run('wait 1')
    np.testing.assert_array_equal(volume.surfaces[0].vertex_colors, before)
    run('volume #1 level 0.9; wait 1')
    assert len(np.unique(volume.surfaces[0].vertex_colors, axis=0)) > 50


BAD = {
    'occupy color #2 map #2': 'name the map whose surface',
    'occupy color #1 map #2 mode occupancy': 'which has no mode',
    'occupy color #1 map #3': 'voxelSize 1.5,1.5,1.5',
    'occupy plot #1 against #3 file x.png': 'voxelSize 1.5,1.5,1.5',
    'occupy plot #1 against #1 file x.png': 'does not look like a map of local resolution',
    'occupy plot #1 against #2 file x.txt': 'file must end in',
}


def test_mistakes_are_told_and_the_advice_works(run, maps, open_array):
    _, ball = density()
    open_array(resolutions(ball), name='no voxel size', step=(1, 1, 1), level=None)
    run('occupy #1 mode resolution color false modelId #9')
    for command, words in BAD.items():
        with pytest.raises(UserError, match=words):
            run(command)
    run('volume #3 voxelSize 1.5,1.5,1.5')
    run('occupy color #1 map #3')
