"""`occupy`: what it opens, where, under which number, and what it says."""

import re

import numpy as np
import pytest
from chimerax.core.errors import UserError


def test_opens_the_scale_of_every_map_and_returns_it(run, session, open_array):
    one, two = open_array(name='one'), open_array(name='two')
    scales = run('occupy')
    assert [scale.id for scale in scales] == [(3,), (4,)]
    assert [scale.name for scale in scales] == ['one resolution scale', 'two resolution scale']
    assert all(scale.parent is session.models.scene_root_model for scale in scales)
    assert not any(scale.display for scale in scales)
    for source, scale in zip((one, two), scales, strict=True):
        matrix = scale.full_matrix()
        assert matrix.dtype == np.float32
        assert matrix.shape == source.full_matrix().shape
        assert matrix.min() >= 0
        assert matrix.max() == 1


def test_leaves_out_what_it_made_unless_that_is_named(run, blobs):
    run('occupy')
    assert [scale.id for scale in run('occupy')] == [(2,)]
    with pytest.raises(UserError):
        run('occupy #99')
    assert run('occupy #2')[0].name == 'blobs resolution scale resolution scale'


def test_scale_is_that_of_the_core(run, blobs):
    from chimerax.occupy.core import estimate
    found = run('occupy #1 mode occupancy lowPass 9 tileSize 8')[0].full_matrix()
    expected = estimate(blobs.full_matrix(), (1.5,) * 3, mode='occupancy', low_pass=9, tile_size=8)
    assert (found == expected.scale).all()


def test_the_map_itself_is_not_touched(run, blobs):
    before = blobs.full_matrix().copy()
    run('occupy #1 mode occupancy baseline solvent recalibrate true')
    assert (blobs.full_matrix() == before).all()


def test_second_run_takes_the_place_of_the_first(run, session, blobs):
    first = run('occupy #1')[0]
    second = run('occupy #1 lowPass 12')[0]
    assert second is first
    assert second.id == (2,)
    kept = run('occupy #1 replace false')[0]
    assert kept is not first
    assert not first.deleted
    other = run('occupy #1 mode occupancy')[0]
    assert other.id != kept.id
    assert not kept.deleted


def test_replaced_scale_may_have_another_working_grid(run, blobs):
    scale = run('occupy #1')[0]
    assert run('occupy #1 maxBox 32')[0] is scale
    assert max(scale.data.size) < 48
    assert tuple(scale.region[1]) == tuple(n - 1 for n in scale.data.size)
    lengths = [n * s for n, s in zip(scale.data.size, scale.data.step, strict=True)]
    assert lengths == pytest.approx([48 * 1.5, 44 * 1.5, 40 * 1.5])


def test_number_and_name_can_be_chosen(run, session, open_array):
    open_array()
    scale = run('occupy #1 modelId #7 name "my scale"')[0]
    assert scale.id == (7,)
    assert scale.name == 'my scale'
    with pytest.raises(UserError, match='#1 is taken by blobs'):
        run('occupy #1 mode occupancy modelId #1')
    second = open_array()
    with pytest.raises(UserError, match='for one map'):
        run(f'occupy #1,{second.id_string} name both')


def test_logs_parameters_and_a_command_that_repeats_it(run, session, log, blobs):
    scale = run('occupy #1 mode occupancy worstResolution 10 range 0.1,0.9')[0]
    first = scale.full_matrix().copy()
    text = log.text()
    for word in ('lowPass', 'kernelSize', 'kernelRadius', 'tau', 'tileSize', 'maxBox', 'Å'):
        assert word in text
    command = _told(text)
    session.models.close([scale])
    repeated = run(command)[0]
    assert repeated.id == (2,)
    assert (repeated.full_matrix() == first).all()
    assert _told(log.text()) == command


def _told(text):
    """The last command told in full; the application's plain log breaks lines."""
    return re.findall(r'occupy #1 mode [^#]* modelId #\d+', ' '.join(text.split()))[-1]


def test_the_result_line_names_the_models(run, log, blobs):
    run('occupy #1')
    assert 'Resolution scale of blobs #1 is #2' in log.text('info')


def test_full_scale_can_be_given_and_taken_over(run, open_array):
    from chimerax.occupy.session.record import record
    one, two = open_array(name='one'), open_array(name='two')
    known = record(one.session)
    run('occupy #1 fullScale 0.8')
    assert known.estimate_for(one, 'resolution').full_scale == pytest.approx(0.8)
    run('occupy #2 fullScaleFrom #1')
    assert known.estimate_for(two, 'resolution').full_scale == pytest.approx(0.8)
    run('occupy #1 naive true')
    assert known.estimate_for(one, 'resolution').parameters.full_scale == 'naive'


def test_solvent_mask_on_another_grid(run, open_array):
    from chimerax.occupy.session.record import record
    from chimerax.occupy.session.volumes import sampler
    source = open_array()
    inside = np.zeros((20, 22, 24), np.float32)
    inside[6:14, 7:15, 4:20] = 1
    mask = open_array(inside, name='mask', step=(3, 3, 3), level=None)
    on_source = sampler(mask, source)()
    assert on_source.shape == source.full_matrix().shape
    assert on_source[20, 22, 24] == 1
    assert on_source[2, 2, 2] == 0
    # Sample 23 of the mask is the last; what lies beyond is outside.
    assert on_source[20, 22, 47] == 0
    plain = run('occupy #1 mode occupancy')
    before = record(source.session).estimate_for(source, 'occupancy').solvent
    run('occupy #1 mode occupancy solventMask #2')
    after = record(source.session).estimate_for(source, 'occupancy').solvent
    assert plain
    assert after.mean != before.mean


def test_names_in_the_help_of_the_command(run, log, blobs):
    from chimerax.occupy.core.parameters import keyword
    run('occupy #1')
    run('usage occupy')
    for name in ('low_pass', 'worst_resolution', 'kernel_size', 'kernel_radius', 'tile_size',
                 'max_box', 'full_scale', 'solvent_mask', 'model_id'):
        assert keyword(name) in log.text()
