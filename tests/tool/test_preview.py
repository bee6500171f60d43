"""A preview shows what would be made, and leaves nothing behind."""

import numpy as np
import pytest


@pytest.fixture
def estimated(blobs, run):
    run('occupy #1 mode occupancy')
    return blobs


@pytest.fixture
def preview(session, estimated, events):
    from chimerax.occupy.session.record import record
    from chimerax.occupy.tool.preview import Preview
    found = record(session).estimate_for(estimated, 'occupancy')
    made = Preview(session, estimated, found)

    def show(kind='attenuate', **values):
        from chimerax.occupy.core import Modification
        made.show(Modification(kind, **values))
        events(lambda: not made.busy)
        assert not made.failure
        return made

    made.now = show
    yield made
    made.stop()


def look(volume):
    """Everything that a preview could have left changed."""
    surface = volume.surfaces[0]
    return (surface.vertices, surface.normals, surface.triangles, surface.vertex_colors,
            surface.edge_mask, surface.triangle_mask, surface.auto_recolor_vertices,
            surface.auto_remask_triangles, volume.data, volume.full_matrix())


def same(one, other):
    return all(a is b or (isinstance(a, np.ndarray) and a.base is b.base and np.array_equal(a, b))
               for a, b in zip(one, other, strict=True))


def frame(session):
    session.triggers.activate_trigger('frame drawn', None)


def test_shows_the_surface_of_the_modified_map(preview, estimated, run):
    preview.now('attenuate', power=4, confidence=False, exclude_solvent=True)
    surface = estimated.surfaces[0]
    shown, colors = surface.vertices.copy(), surface.vertex_colors.copy()
    preview.stop()
    made, = run('occupy attenuate #1 power 4 confidence false excludeSolvent true')
    assert np.array_equal(shown, made.surfaces[0].vertices)
    assert np.array_equal(colors, made.surfaces[0].vertex_colors)


def test_restores_everything(session, preview, estimated):
    before, models = look(estimated), session.models.list()
    values = estimated.full_matrix().copy()
    for power in (2, 3, 5):
        preview.now('sigmoid', power=power)
        assert not same(look(estimated), before)
        assert session.models.list() == models
    preview.stop()
    assert same(look(estimated), before)
    assert np.array_equal(estimated.full_matrix(), values)
    assert session.models.list() == models


def test_the_estimate_stays_valid(session, preview, estimated):
    from chimerax.occupy.session.record import record
    preview.now()
    preview.stop()
    assert record(session).entry(estimated, 'occupancy').stale == ''


def test_what_is_shown_by_scale_holds_in_a_preview_and_after(run, estimated, preview, deliver):
    run('occupy show #1 above 0.6')
    before = look(estimated)
    preview.now('attenuate', power=1.2)
    surface = estimated.surfaces[0]
    assert len(surface.triangle_mask) == len(surface.triangles)
    assert 0 < np.sum(surface.triangle_mask) < len(surface.triangles)
    preview.stop()
    assert same(look(estimated), before)


def test_what_is_shown_anew_in_a_preview_stays(run, estimated, preview):
    preview.now('attenuate', power=1.2)
    run('occupy show #1 above 0.6')
    preview.stop()
    surface = estimated.surfaces[0]
    assert len(surface.triangle_mask) == len(surface.triangles)
    run('undo')
    assert surface.triangle_mask is None


def test_dust_and_plain_colours_come_back(run, session, estimated, preview):
    run('surface dust #1 size 5; color #1 red')
    before = look(estimated)
    preview.now()
    preview.stop()
    assert same(look(estimated), before)


def test_a_new_level_is_previewed_and_kept(session, preview, estimated, run, events):
    preview.now()
    run('volume #1 level 0.5')
    estimated.update_drawings()
    own = estimated.surfaces[0].vertices
    frame(session)
    events(lambda: not preview.busy)
    assert estimated.surfaces[0].vertices is not own
    preview.stop()
    assert estimated.surfaces[0].vertices is own


def test_works_on_region_and_step_shown(preview, estimated, run):
    run('volume #1 region 4,6,8,40,36,30 step 2')
    estimated.update_drawings()
    before = look(estimated)
    preview.now('attenuate', power=4, confidence=False, exclude_solvent=True)
    low, high = estimated.surfaces[0].vertices.min(axis=0), estimated.surfaces[0].vertices.max(0)
    assert (low >= np.array([4, 6, 8]) * 1.5 - 3).all()
    assert (high <= np.array([40, 36, 30]) * 1.5 + 3).all()
    preview.stop()
    assert same(look(estimated), before)


def test_saved_sessions_know_nothing_of_it(session, preview, estimated, run, events, tmp_path):
    run('color #1 red')
    estimated.surfaces[0].vertex_colors = np.full(
        (len(estimated.surfaces[0].vertices), 4), 99, np.uint8)
    own = look(estimated)
    seen = []
    handler = session.triggers.add_handler('begin save session', lambda *_: None)
    preview.now()
    take = type(estimated.surfaces[0]).take_snapshot

    def spying(surface, *args):
        seen.append(look(estimated))
        return take(surface, *args)

    type(estimated.surfaces[0]).take_snapshot = spying
    try:
        run(f'save {tmp_path}/with.cxs')
    finally:
        type(estimated.surfaces[0]).take_snapshot = take
        session.triggers.remove_handler(handler)
    assert seen
    assert same(seen[0], own)
    events(lambda: not preview.busy)
    assert not same(look(estimated), own)       # it goes on


def test_colours_chosen_meanwhile_stay(preview, estimated, run):
    own = estimated.surfaces[0].vertices
    preview.now()
    run('occupy color #1 range 0.4,0.9')
    preview.stop()
    surface = estimated.surfaces[0]
    assert surface.vertices is own
    colors = surface.vertex_colors.copy()
    run('occupy color #1 range 0.4,0.9')
    assert np.array_equal(surface.vertex_colors, colors)


def test_map_closed_while_it_is_shown_and_computed(session, preview, estimated, run, events):
    from chimerax.occupy.core import Modification
    preview.now()
    preview.show(Modification('sigmoid'))
    run('close #1')
    events()
    assert not preview.active
    assert not preview.busy


def test_tiny_map(session, open_array, two_blobs, run, events):
    from chimerax.occupy.core import Modification
    from chimerax.occupy.session.record import record
    from chimerax.occupy.tool.preview import Preview
    small = open_array(two_blobs((20, 20, 20)))
    run('occupy #1 mode occupancy')
    before = look(small)
    made = Preview(session, small, record(session).estimate_for(small, 'occupancy'))
    made.show(Modification('attenuate', confidence=False))
    events(lambda: not made.busy)
    assert not made.failure
    made.stop()
    assert same(look(small), before)
