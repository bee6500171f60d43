"""`occupy amplify`, `attenuate`, `sigmoid`, `solvent`: new maps, how they look, and refusals."""

import numpy as np
import pytest
from chimerax.core.errors import UserError


@pytest.fixture
def estimated(run, blobs):
    """A map #1 with its occupancy-mode scale #2, not coloured."""
    run('occupy #1 mode occupancy color false')
    return blobs


def found_of(session, volume):
    from chimerax.occupy.session.record import record
    return record(session).estimate_for(volume, 'occupancy')


@pytest.mark.parametrize(('command', 'settings'), [
    ('amplify #1 power 4', {'kind': 'amplify', 'power': 4}),
    ('attenuate #1 excludeSolvent true hedge 2',
     {'kind': 'attenuate', 'exclude_solvent': True, 'hedge': 2}),
    ('sigmoid #1 power 5 pivot 0.4 seed 3',
     {'kind': 'sigmoid', 'power': 5, 'pivot': 0.4, 'seed': 3}),
    ('solvent #1', {'kind': 'solvent'}),
    ('amplify #1 confidence false scaleLimit 0.2 outputLowPass 9',
     {'kind': 'amplify', 'confidence': False, 'scale_limit': 0.2, 'output_low_pass': 9}),
    ('attenuate #1 matchHistogram true', {'kind': 'attenuate', 'match_histogram': True}),
    ('amplify #1 output difference', {'kind': 'amplify', 'output': 'difference'}),
    ('sigmoid #1 output gain', {'kind': 'sigmoid', 'output': 'gain'}),
])
def test_result_is_that_of_the_core(run, session, estimated, command, settings):
    from chimerax.occupy.core import Modification, modify
    (result,) = run(f'occupy {command}')
    expected = modify(estimated.full_matrix(), found_of(session, estimated),
                      Modification(**settings))
    assert result.full_matrix().dtype == np.float32
    assert (result.full_matrix() == expected).all()


def test_estimate_is_made_first_if_there_is_none(run, session, blobs, log):
    (result,) = run('occupy amplify #1')
    assert result.id == (3,)
    scale = session.models.list(model_id=(2,))[0]
    assert scale.name == 'blobs occupancy scale'
    assert found_of(session, blobs) is not None
    (again,) = run('occupy sigmoid #1')
    assert again.id == (4,)


def test_sits_on_its_source_at_full_resolution(run, session, open_array):
    source = open_array(origin=(3, -4, 5), cell_angles=(90, 95, 90), step=(1.5, 1.4, 1.6))
    run('turn y 30 models #1')
    run('occupy #1 mode occupancy maxBox 32 color false')
    (result,) = run('occupy attenuate #1')
    assert tuple(result.data.size) == tuple(source.data.size)
    assert result.data.ijk_to_xyz_transform.same(source.data.ijk_to_xyz_transform)
    assert result.scene_position.same(source.scene_position)
    run('move x 10 models #1')
    assert result.scene_position.same(source.scene_position)


def test_input_is_untouched(run, blobs):
    before = blobs.full_matrix().copy()
    run('occupy amplify #1; occupy attenuate #1; occupy sigmoid #1; occupy solvent #1')
    assert (blobs.full_matrix() == before).all()


def test_same_command_same_map(run, blobs):
    one, two, other = (run(f'occupy attenuate #1 {words}')[0].full_matrix()
                       for words in ('', '', 'seed 7'))
    assert (one == two).all()
    assert not (one == other).all()


def test_shown_as_its_source_is_which_is_hidden(run, estimated):
    estimated.set_parameters(surface_levels=[0.42])
    (result,) = run('occupy amplify #1')
    run('wait 1')
    assert not estimated.display
    assert result.display
    assert [surface.level for surface in result.surfaces] == [0.42]
    (second,) = run('occupy sigmoid #1')
    assert second.display


def test_coloured_by_scale_only_if_the_source_is(run, session, estimated):
    from chimerax.occupy.session.coloring import is_colored_by
    (plain,) = run('occupy amplify #1')
    scale = session.models.list(model_id=(2,))[0]
    run('wait 1')
    assert not any(is_colored_by(surface, scale) for surface in plain.surfaces)
    run('occupy color #1')
    (coloured,) = run('occupy amplify #1')
    run('wait 1')
    assert coloured.surfaces
    assert all(is_colored_by(surface, scale) for surface in coloured.surfaces)
    run(f'volume #{coloured.id_string} level 0.5')
    run('wait 1')
    colours = coloured.surfaces[0].vertex_colors
    assert colours is not None
    assert len(np.unique(colours, axis=0)) > 20


def test_difference_and_gain_leave_the_source_in_sight(run, estimated):
    (gain,) = run('occupy amplify #1 output gain')
    assert estimated.display
    assert not gain.display


def test_number_and_name(run, blobs):
    (result,) = run('occupy amplify #1 modelId #9 name stronger')
    assert result.id == (9,)
    assert result.name == 'stronger'
    with pytest.raises(UserError, match='#9 is taken by stronger'):
        run('occupy amplify #1 modelId #9')


def test_several_maps_at_once(run, open_array):
    open_array(name='one')
    open_array(name='two')
    results = run('occupy attenuate #1,2')
    assert [result.name for result in results] == ['one attenuated', 'two attenuated']
    with pytest.raises(UserError, match='for one map'):
        run('occupy attenuate #1,2 name both')


def test_scale_may_be_taken_from_another_map(run, session, estimated, open_array):
    from dataclasses import replace

    from chimerax.occupy.core import Modification, modify
    mine = np.full(estimated.full_matrix().shape, 0.5, np.float32)
    other = open_array(mine + 1e-4 * np.random.default_rng(0).random(mine.shape, np.float32),
                       level=None)
    (result,) = run(f'occupy amplify #1 power 2 scaleMap #{other.id_string}')
    found = replace(found_of(session, estimated), scale=other.full_matrix())
    expected = modify(estimated.full_matrix(), found, Modification('amplify', power=2))
    np.testing.assert_allclose(result.full_matrix(), expected, atol=1e-6)


def test_resolution_scale_is_refused_with_what_to_type(run, blobs):
    run('occupy #1 color false')
    with pytest.raises(UserError, match='type "occupy #1 mode occupancy"'):
        run('occupy amplify #1 scaleMap #2')


def test_what_this_bundle_made_is_not_modified(run, estimated):
    with pytest.raises(UserError, match='was made from blobs #1; name that map'):
        run('occupy amplify #2')


def flattened():
    """A map whose solvent is zero outside a mask."""
    rng = np.random.default_rng(3)
    z, y, x = np.indices((40, 44, 48))
    inside = ((z - 20) ** 2 + (y - 22) ** 2 + (x - 24) ** 2) < 144
    return np.where(inside, rng.random(inside.shape) + 0.2, 0).astype(np.float32)


def test_suspect_solvent_is_said_once_and_then_asks_for_what_helps(run, session, open_array, log):
    open_array(flattened())
    run('occupy #1 mode occupancy')
    assert log.text('warning').count('solvent model is suspect') == 1
    before = session.models.list()
    with pytest.raises(UserError, match='give a solventMask or give "confidence false"'):
        run('occupy amplify #1')
    # Suppressing solvent has no confidence to leave out.
    with pytest.raises(UserError, match='suspect.* or give a solventMask$'):
        run('occupy solvent #1')
    assert session.models.list() == before
    run('occupy amplify #1 confidence false')


def test_estimate_is_kept_when_its_solvent_turns_out_suspect(run, session, open_array):
    source = open_array(flattened())
    with pytest.raises(UserError, match='suspect'):
        run('occupy amplify #1')
    assert found_of(session, source) is not None
    assert session.models.list(model_id=(2,))[0].name == 'blobs occupancy scale'


def test_solvent_mask_mends_the_fit(run, session, estimated, open_array, log):
    z, y, x = np.indices(estimated.full_matrix().shape)
    solvent = ((z - 20) ** 2 + (y - 22) ** 2 > 150).astype(np.float32)
    open_array(solvent, name='mask', level=None)
    before = found_of(session, estimated)
    run('occupy attenuate #1 solventMask #3')
    after = found_of(session, estimated)
    assert after is not before
    assert after.solvent.width != before.solvent.width
    assert (after.scale == before.scale).all()
    assert 'solventMask #3 modelId' in log.text()


def test_log_tells_the_command_that_repeats_the_map(run, session, blobs, logged):
    (first,) = run('occupy sigmoid #1 power 4 pivot 0.25 hedge 2')
    (command,) = logged('occupy sigmoid #1')
    values = first.full_matrix().copy()
    run('close #3')
    (second,) = run(command)
    assert second.id == first.id or second.id == (3,)
    assert (second.full_matrix() == values).all()


def test_goes_on_after_a_session_is_restored(run, session, estimated, tmp_path):
    expected = run('occupy attenuate #1')[0].full_matrix().copy()
    run(f'save {tmp_path}/all.cxs')
    run('close')
    run(f'open {tmp_path}/all.cxs')
    restored = session.models.list(model_id=(3,))[0]
    assert (restored.full_matrix() == expected).all()
    (again,) = run('occupy attenuate #1')
    assert (again.full_matrix() == expected).all()
    assert len([m for m in session.models.list() if m.name.endswith('scale')]) == 1


def test_in_the_background_numbers_are_kept_and_cancelling_leaves_nothing(
        run, session, blobs, wait_until):
    job = run('occupy attenuate #1 block false')
    wait_until(lambda: not job.running)
    assert [volume.id for volume in job.result] == [(3,)]
    before = session.models.list()
    job = run('occupy sigmoid #1 block false')
    job.cancel()
    wait_until(lambda: not job.running)
    assert session.models.list() == before


@pytest.mark.parametrize(('command', 'words'), [
    ('occupy amplify #1 power 0.5', 'power'),
    ('occupy sigmoid #1 pivot 1.2', 'pivot'),
    ('occupy amplify #1 output difference matchHistogram true', 'output map only'),
    ('occupy amplify #8', 'no model is open|invalid'),
])
def test_wrong_values_are_refused_before_any_work(run, session, blobs, command, words):
    before = session.models.list()
    with pytest.raises(UserError, match=words):
        run(command)
    assert session.models.list() == before
