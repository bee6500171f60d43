"""The record of estimates: whose they are, when they no longer hold, and sessions."""

import dataclasses

import numpy as np
import pytest


@pytest.fixture
def known(session):
    from chimerax.occupy.session.record import record

    return record(session)


@pytest.fixture
def changes(known):
    """The maps for which the record said that something changed."""
    from chimerax.occupy.session.record import CHANGED

    seen = []
    handler = known.triggers.add_handler(CHANGED, lambda _name, source: seen.append(source))
    yield seen
    known.triggers.remove_handler(handler)


def test_one_estimate_for_each_map_and_mode(run, open_array, known, changes):
    one, two = open_array(), open_array()
    run('occupy #1')
    run(f'occupy #{two.id_string} mode occupancy')
    assert known.estimate_for(one, 'resolution') is not None
    assert known.estimate_for(one, 'occupancy') is None
    assert known.estimate_for(two, 'resolution') is None
    assert known.latest(two).mode == 'occupancy'
    assert [entry.source for entry in known.entries()] == [one, two]
    assert changes == [one, two]
    scale_map = known.latest(one).scale_map
    assert known.of_scale_map(scale_map) is known.latest(one)
    assert scale_map.full_matrix() is not None


def test_closing_a_map_forgets_its_estimate(run, session, blobs, known, changes):
    run('occupy #1')
    run('close #1')
    assert not known.entries()
    assert changes[-1] is blobs
    # The number is used again, by another map of the same name.


def test_maps_of_one_name_and_number_do_not_mix(run, session, open_array, known):
    first = open_array()
    run('occupy #1')
    run('close #1')
    second = open_array()
    assert second.id == first.id or second.id == (1,)
    assert known.latest(second) is None


def test_closing_the_scale_keeps_the_estimate(run, blobs, known):
    run('occupy #1')
    run('close #2')
    assert known.latest(blobs).scale_map is None
    assert known.estimate_for(blobs, 'resolution') is not None


@pytest.mark.parametrize('command', ['volume #1 voxelSize 2', 'volume #1 voxelSize 1.5,1.5,1.6'])
def test_another_voxel_size_makes_it_stale(run, blobs, known, changes, command):
    run('occupy #1')
    run(command)
    assert known.estimate_for(blobs, 'resolution') is None
    assert 'voxel size' in known.entry(blobs, 'resolution').stale
    assert changes[-1] is blobs


def test_moving_or_another_origin_does_not(run, blobs, known):
    run('occupy #1')
    run('turn x 30 models #1')
    run('volume #1 originIndex 3,4,5')
    run('volume #1 level 0.7 step 2')
    run('rename #1 other')
    assert known.estimate_for(blobs, 'resolution') is not None


def test_edited_values_make_it_stale(run, blobs, known):
    run('occupy #1')
    blobs.data.array[5, 5, 5] = 3
    blobs.data.values_changed()
    assert known.entry(blobs, 'resolution').stale
    run('occupy #1')
    assert not known.entry(blobs, 'resolution').stale


def test_replaced_data_makes_it_stale(run, blobs, known, two_blobs):
    from chimerax.map_data import ArrayGridData

    run('occupy #1')
    blobs.replace_data(ArrayGridData(two_blobs(seed=4), step=(1.5,) * 3))
    assert known.estimate_for(blobs, 'resolution') is None
    run('occupy #1')
    # Without any notice:
    before, blobs.data = blobs.data, ArrayGridData(two_blobs(seed=5), step=(1.5,) * 3)
    assert known.estimate_for(blobs, 'resolution') is None
    blobs.data = before     # ChimeraX itself cannot close a map without its callbacks


def test_edited_scale_is_noticed(run, blobs, known):
    scale = run('occupy #1')[0]
    scale.data.array[:] = 0
    scale.data.values_changed()
    assert known.entry(blobs, 'resolution').stale == 'its scale map was edited'
    run('occupy #1')
    assert known.estimate_for(blobs, 'resolution') is not None
    assert not known.entry(blobs, 'resolution').stale


def test_editing_commands_copy_the_scale(run, session, blobs, known):
    scale = run('occupy #1')[0]
    assert not scale.data.writable
    copy = run(f'volume scale #{scale.id_string} factor 2')
    assert copy is not scale
    assert known.estimate_for(blobs, 'resolution').scale.max() == 1


def _equal(one, two):
    if dataclasses.is_dataclass(one):
        return type(one) is type(two) and all(
            _equal(getattr(one, f.name), getattr(two, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and (one == two).all()
    if isinstance(one, tuple):
        return len(one) == len(two) and all(map(_equal, one, two))
    return one == two and type(one) is type(two)


def _restored(run, session, path):
    run(f'save "{path}"')
    run('close')
    run(f'open "{path}"')
    return session.models.list(model_id=(1,))[0]


def test_session_keeps_record_colours_and_following(run, session, open_array, known, tmp_path):
    from chimerax.occupy.session.coloring import is_colored_by

    source = open_array(cell_angles=(85, 95, 100))
    run('turn y 20 models #1')
    run('occupy #1 mode occupancy recalibrate true range 0,0.9 palette occupy-classic')
    run('occupy #1')
    run('wait 1')
    before = {mode: known.estimate_for(source, mode) for mode in ('occupancy', 'resolution')}
    source = _restored(run, session, tmp_path / 'a.cxs')
    run('wait 1')
    for mode, estimate in before.items():
        assert _equal(known.estimate_for(source, mode), estimate)
        entry = known.entry(source, mode)
        assert entry.estimate.scale is entry.scale_map.data.array
    assert known.latest(source).mode == 'resolution'
    scale_map = known.latest(source).scale_map
    assert is_colored_by(source.surfaces[0], scale_map)
    assert known.look(source) == {'palette': 'occupy-classic', 'range': (0.0, 0.9)}
    # And on it goes: moving, level, colouring, replacing.
    run('move x 10 models #1')
    assert scale_map.scene_position.same(source.scene_position)
    run('volume #1 level 0.5')
    source.update_drawings()
    colors = source.surfaces[0].vertex_colors
    assert len(np.unique(colors, axis=0)) > 10
    assert run('occupy #1')[0] is scale_map


def test_session_without_estimates_does_not_need_the_bundle(run, session, blobs, known, tmp_path):
    from chimerax.occupy.session.follow import followers

    run('occupy #1 color false')
    assert followers(session).include_state()
    run('close #2')
    known.forget(blobs)
    path = tmp_path / 'a.cxs'
    saved = []
    handler = session.triggers.add_handler(
        'begin save session', lambda *_: saved.append(known.include_state()))
    run(f'save "{path}"')
    session.triggers.remove_handler(handler)
    assert saved == [False]
    assert not followers(session).include_state()


def test_session_keeps_a_closed_or_saved_scale(run, session, blobs, known, tmp_path):
    run('occupy #1')
    run('occupy #1 mode occupancy')
    scale = known.estimate_for(blobs, 'resolution').scale.copy()
    confidence = known.estimate_for(blobs, 'occupancy').confidence.copy()
    run('close #2')
    other = known.entry(blobs, 'occupancy').scale_map
    run(f'save "{tmp_path / "scale.mrc"}" models #{other.id_string}')
    source = _restored(run, session, tmp_path / 'a.cxs')
    found = known.estimate_for(source, 'resolution')
    assert (found.scale == scale).all()
    assert known.entry(source, 'resolution').scale_map is None
    found = known.estimate_for(source, 'occupancy')
    assert (found.confidence == confidence).all()


def test_session_keeps_staleness(run, session, blobs, known, tmp_path):
    run('occupy #1')
    run('volume #1 voxelSize 2')
    source = _restored(run, session, tmp_path / 'a.cxs')
    assert known.estimate_for(source, 'resolution') is None
    assert 'voxel size' in known.entry(source, 'resolution').stale


def test_session_whose_map_is_gone(run, session, maps, known, tmp_path):
    path = tmp_path / 'gone.mrc'
    path.write_bytes(maps.pair.read_bytes())
    run(f'open "{path}"')
    run('occupy #1')
    run(f'save "{tmp_path / "a.cxs"}"')
    run('close')
    path.unlink()
    run(f'open "{tmp_path / "a.cxs"}"')
    assert not known.entries()


def test_packing_of_other_versions(run, blobs, known):
    from chimerax.occupy.session.packing import Unreadable, pack, unpack

    run('occupy #1')
    estimate = known.estimate_for(blobs, 'resolution')
    packed = pack(estimate)
    packed['fields']['invented later'] = 3
    del packed['fields']['warnings']
    del packed['fields']['parameters']['fields']['baseline']
    assert _equal(unpack(packed), estimate)
    # 0.1.0 saved the confidence itself.
    old = pack(estimate)
    del old['fields']['low_passed'], old['fields']['saved_confidence']
    old['fields']['confidence'] = estimate.confidence
    for _ in range(2):
        restored = unpack(old)
        np.testing.assert_array_equal(restored.confidence, estimate.confidence)
        old = pack(restored)
    del packed['fields']['full_scale']
    with pytest.raises(Unreadable, match='full_scale'):
        unpack(packed)
    with pytest.raises(Unreadable):
        unpack({'class': 'Unheard', 'fields': {}})


def test_combining_sessions(run, session, open_array, known, tmp_path):
    open_array(name='first')
    run('occupy #1 key false')    # ChimeraX cannot combine two keys
    run(f'save "{tmp_path / "a.cxs"}"')
    run('close')
    second = open_array(name='second')
    run('occupy #1 key false')    # ChimeraX cannot combine two keys
    run(f'open "{tmp_path / "a.cxs"}" combine true')
    assert sorted(entry.source.name for entry in known.entries()) == ['first', 'second']
    assert known.estimate_for(second, 'resolution') is not None
