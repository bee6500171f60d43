"""`occupy compare`: classes of one data set on one full scale."""

import csv

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import strand

FULL, PARTIAL = (21.6, 33, 30), (50.4, 33, 30)


@pytest.fixture
def classes(open_array, two_blobs):
    """Maps #1, #2 and #3; the second is the strongest, the third lacks most of its second blob."""
    return [open_array(two_blobs(occupancies=occupancies), name=name) for name, occupancies in (
        ('weak', (0.7, 0.4)), ('strong', (1.0, 0.8)), ('partial', (0.9, 0.2)))]


@pytest.fixture
def model(classes, open_model):
    """Model #4, a chain in each blob."""
    start = [(x, 29, z) for x, _, z in (FULL, PARTIAL)]
    return open_model([*strand('A', start[0], 5), *strand('B', start[1], 5, serial=50)])


def full_scales(session, classes):
    from chimerax.occupy.session.record import record
    return [record(session).estimate_for(volume, 'occupancy').full_scale for volume in classes]


def test_one_full_scale(session, run, log, classes, model):
    found = run('occupy compare #1,2,3 model #4')
    assert found.reference is classes[1]
    assert found.full_scale == max(found.own) == found.own[1]
    assert set(full_scales(session, classes)) == {found.full_scale}
    assert 'strong #2 (the largest of them)' in log.text()
    assert found.regions == ['#4/A', '#4/B']
    first, second = found.values
    assert first[0] < first[2] < first[1]
    assert second[2] < second[0] < second[1]
    # In grey levels the weak map is 0.7 of the strong one.
    assert first[0] / first[1] == pytest.approx(0.7, abs=0.07)


def test_specifiers_of_their_own(run, classes, model):
    together = run('occupy compare #1,2,3 model #4')
    apart = run('occupy compare #1 #2 #3 model #4')
    assert apart.sources == together.sources == classes
    np.testing.assert_array_equal(apart.values, together.values)


def test_it_makes_no_more_than_it_must(session, run, classes, model):
    from chimerax.occupy.session.record import record

    def estimates():
        return [record(session).estimate_for(volume, 'occupancy') for volume in classes]

    run('occupy compare #1,2,3 model #4')
    before, count = estimates(), len(session.models.list())
    run('occupy compare #1,2,3 model #4')
    assert all(one is other for one, other in zip(before, estimates(), strict=True))
    assert len(session.models.list()) == count
    # Without the strongest, the others go to the larger scale of the two.
    found = run('occupy compare #1,3')
    assert found.reference is classes[2]
    assert found.full_scale == found.own[1]


def test_full_scale_from(session, run, log, classes, model):
    run('occupy #1 mode occupancy lowPass 10 color false')
    found = run('occupy compare #2,3 fullScaleFrom #1 model #4')
    assert found.reference is classes[0]
    assert len(set(full_scales(session, classes))) == 1
    from chimerax.occupy.session.record import record
    assert record(session).estimate_for(classes[2], 'occupancy').parameters.low_pass == 10
    assert 'as asked for' in log.text()


def test_full_scale_without_an_estimate(run, classes, model):
    found = run('occupy compare #1,3 fullScaleFrom #2 model #4')
    assert found.reference is classes[1]
    assert found.sources == [classes[0], classes[2]]


def test_regions(session, run, classes, open_array):
    z, y, x = np.indices((40, 44, 48))
    for name, place in (('left', 0.3), ('right', 0.7)):
        ball = (z - 20) ** 2 + (y - 22) ** 2 + (x - 48 * place) ** 2 < 36
        open_array(ball.astype(np.float32), name=name, level=0.5)
    found = run('occupy compare #1-3 regions #4,5')
    assert found.regions == ['left', 'right']
    assert found.values[1, 2] < found.values[1, 0] < found.values[1, 1]


def test_neither_model_nor_region(run, classes):
    found = run('occupy compare #1-3')
    assert found.regions == ['scale above 0.3 in any map']
    assert found.values.shape == (1, 3)
    assert found.values[0].argmax() == 1


def test_csv(run, classes, model, tmp_path):
    path = tmp_path / 'classes.csv'
    found = run(f'occupy compare #1-3 model #4 file {path}')
    rows = list(csv.reader(path.read_text(encoding='utf-8').splitlines()))
    assert rows[0] == ['region', '#1 weak', '#2 strong', '#3 partial']
    assert [row[0] for row in rows[1:]] == ['#4/A', '#4/B']
    np.testing.assert_allclose([[float(cell) for cell in row[1:]] for row in rows[1:]],
                               found.values, atol=1e-4)


def test_links(session, run, classes, model):
    from chimerax.core.logger import HtmlLog

    class Html(HtmlLog):
        text = ''

        def log(self, level, message, image_info, is_html):
            self.text += message
            return False

    recorded = Html()
    session.logger.add_log(recorded)
    run('occupy compare #1-3 model #4')
    session.logger.remove_log(recorded)
    assert 'href="cxcmd:select #4/A"' in recorded.text


def test_colours(session, run, classes, model):
    from chimerax.color_key.model import get_model
    from chimerax.occupy.session.coloring import is_colored_by
    from chimerax.occupy.session.record import record
    run('occupy compare #1-3 range 0.1,0.9')
    for volume in classes:
        scale_map = record(session).entry(volume, 'occupancy').scale_map
        assert is_colored_by(volume.surfaces[0], scale_map)
        assert record(session).look(volume)['range'] == (0.1, 0.9)
    assert get_model(session, create=False).display
    run('undo')
    assert volume.surfaces[0].vertex_colors is None


@pytest.mark.parametrize('voxel', [1.5 * (1 + 1e-7), 1.5 * (1 - 2e-5), 1.50004])
def test_rounded_voxel_sizes_are_the_same(run, open_array, two_blobs, voxel):
    open_array(two_blobs(), name='plain')
    open_array(two_blobs(), name='rounded', step=(voxel, 1.5, voxel))
    found = run('occupy compare #1,2')
    assert found.values[0, 0] == pytest.approx(found.values[0, 1], abs=5e-3)
    before = run('occupy compare #1,2')     # nor is anything estimated again
    assert before.own == found.own


def test_voxel_sizes_that_differ_are_not(run, open_array, two_blobs):
    open_array(two_blobs(), name='plain')
    open_array(two_blobs(), name='other', step=(1.502, 1.5, 1.5))
    with pytest.raises(UserError, match='another box or voxel size'):
        run('occupy compare #1,2')


@pytest.mark.parametrize('factor', [2.0, 0.3, 1.4, 100.0])
def test_another_grey_level_is_told_and_the_advice_works(run, log, open_array, two_blobs, model,
                                                         factor):
    # The classes are there as well; these two are alike but for the grey level.
    open_array(two_blobs(seed=5), name='one')
    open_array(two_blobs(seed=5) * np.float32(factor), name='other')
    found = run('occupy compare #5,6 model #4 method scale')
    (note,) = found.notes
    assert f'other #6 seems to have {factor:.3g} times the grey level of #5' in note
    assert note in log.text('warning')
    assert 'fullScaleRegion #4/A' in note
    assert not np.allclose(*found.values.T, atol=0.05)
    again = run('occupy compare #5,6 model #4 fullScaleRegion #4/A')
    assert not again.notes
    assert again.reference is again.full_scale is None
    np.testing.assert_allclose(*again.values.T, atol=1e-4)
    assert again.full_scales[1] == pytest.approx(factor * again.full_scales[0])
    assert again.values[0, 0] == pytest.approx(1, abs=0.1)


def test_classes_are_not_said_to_differ_in_grey_level(run, classes, model):
    assert not run('occupy compare #1-3 model #4').notes


def test_noisier_maps_are_not_said_to_differ_in_grey_level(run, open_array, two_blobs):
    open_array(two_blobs(noise=0.03), name='quiet')
    open_array(two_blobs(noise=0.06), name='noisy')
    assert not run('occupy compare #1,2').notes


@pytest.mark.parametrize('moved', ['origin', 'position', 'both'])
def test_maps_that_hardly_overlap_are_told_and_the_advice_works(run, log, open_array, two_blobs,
                                                                model, moved):
    open_array(two_blobs(), name='plain')
    open_array(two_blobs(), name='moved', origin=(0, 0, 0) if moved == 'position' else (-60, 0, 0))
    if moved != 'origin':
        run('turn x 180 models #6; move y 70 models #6')
    found = run('occupy compare #5,6')
    (note,) = found.notes
    assert 'moved #6 and #5 hardly overlap' in note
    assert note in log.text('warning')
    assert found.values[0, 0] == pytest.approx(found.values[0, 1], abs=0.2)
    run(note.split('"')[1])
    found = run('occupy compare #5,6')
    assert not found.notes
    assert found.values[0, 0] == pytest.approx(found.values[0, 1], abs=1e-3)


def test_a_model_that_hardly_overlaps_is_told(run, log, classes, model):
    run('move y 26 models #4')
    found = run('occupy compare #1,2 model #4 method scale')
    (note,) = found.notes
    assert 'model.pdb #4 hardly overlaps' in note
    assert note in log.text('warning')
    assert not found.values.max() > 0.5


BAD = {
    'occupy compare #1': 'two maps or more',
    'occupy compare #1,99': 'two maps or more',
    'occupy compare #4': 'is not a map',
    'occupy compare #1,2 lowPass 10 fullScaleFrom #3': 'contradicts fullScaleFrom',
    'occupy compare #1,2 fullScaleRegion #4/A fullScaleFrom #3': 'contradicts fullScaleFrom',
    'occupy compare #1,2 fullScaleRegion #9': 'a region is one mask or some atoms',
    'occupy compare #1,2 file x.png': 'must end in .csv',
    'occupy compare #1,2 color false range 0,1': 'contradicts',
    'occupy compare #1,2 range 1,0': 'must rise',
    'occupy compare #1,2 model #3': 'model names no atoms',
    'occupy compare #1,2 regions #4': 'is not a map',
    'occupy compare #1,5': 'volume resample #5 onGrid #1',
}


@pytest.mark.parametrize('command', BAD)
def test_mistakes_are_told_before_any_work(session, run, classes, model, open_array, two_blobs,
                                           command):
    open_array(two_blobs((30, 30, 30)))
    count = len(session.models.list())
    with pytest.raises(UserError, match=BAD[command]):
        run(command)
    assert len(session.models.list()) == count
