"""`occupy show`: what is hidden, that it follows, is undone and is kept, and what is refused."""

import numpy as np
import pytest
from chimerax.core.errors import UserError


def _values(volume, scale):
    surface = volume.surfaces[0]
    return scale.interpolated_values(surface.vertices, surface.scene_position)


def _holds(volume, scale, low=0.0, high=1.0):
    """Whether just the triangles are shown whose corners all have a scale within limits."""
    surface = volume.surfaces[0]
    values = _values(volume, scale)
    wanted = ((values >= low) & (values <= high))[surface.triangles].all(axis=1)
    assert 0 < wanted.sum() < len(wanted), 'these limits test nothing'
    return surface.triangle_mask is not None and np.array_equal(surface.triangle_mask, wanted)


@pytest.fixture
def scale(run, blobs):
    return run('occupy #1 mode occupancy')[0]


def test_hides_the_weak_and_nothing_else(run, blobs, scale, log):
    level, values = blobs.surfaces[0].level, blobs.full_matrix().copy()
    colors = blobs.surfaces[0].vertex_colors.copy()
    assert run('occupy show #1 above 0.6') == blobs.surfaces
    assert _holds(blobs, scale, low=0.6)
    assert blobs.surfaces[0].level == level
    assert (blobs.full_matrix() == values).all()
    assert (blobs.surfaces[0].vertex_colors == colors).all()
    assert 'an occupancy scale of at least 0.6: ' in log.text()
    run('occupy show #1')
    assert blobs.surfaces[0].triangle_mask is None


def test_share_told_is_that_of_the_area(run, session, blobs, scale, log):
    run('occupy show #1 above 0.6')
    shown, whole = (run(f'measure area #1 includeMasked {masked}') for masked in ('false', 'true'))
    assert f'{100 * shown / whole:.3g} % of its surface' in log.text()


def test_weak_parts_alone_and_a_band(run, blobs, scale):
    run('occupy show #1 below 0.6')
    assert _holds(blobs, scale, high=0.6)
    run('occupy show #1 above 0.3 below 0.6')
    assert _holds(blobs, scale, low=0.3, high=0.6)


def test_follows_level_step_and_a_new_estimate(run, blobs, scale):
    run('occupy show #1 above 0.6')
    for command in ('volume #1 level 0.5', 'volume #1 step 2', 'volume #1 level 0.35 step 1'):
        run(command)
        blobs.update_drawings()
        assert _holds(blobs, scale, low=0.6), command
    before = blobs.surfaces[0].triangle_mask.copy()
    run('occupy #1 mode occupancy fullScale 0.8')
    assert _holds(blobs, scale, low=0.6)
    assert (blobs.surfaces[0].triangle_mask != before).any()


def test_undo_and_redo(run, blobs, scale):
    run('occupy show #1 above 0.6')
    run('occupy show #1 above 0.4')
    run('undo')
    assert _holds(blobs, scale, low=0.6)
    run('volume #1 level 0.5')
    blobs.update_drawings()
    run('undo')
    assert blobs.surfaces[0].triangle_mask is None
    run('redo')
    assert _holds(blobs, scale, low=0.6)
    run('occupy show #1')
    run('undo')
    assert _holds(blobs, scale, low=0.6)


def test_mode_is_that_of_the_colours(run, blobs, scale):
    resolution = run('occupy #1 mode resolution')[0]
    run('occupy color #1 mode occupancy')
    run('occupy show #1 above 0.6')
    assert _holds(blobs, scale, low=0.6)
    run('occupy show #1 above 0.6 mode resolution')
    assert _holds(blobs, resolution, low=0.6)
    run('color single #1')
    run('occupy show #1 above 0.6')     # the latest
    assert _holds(blobs, resolution, low=0.6)


def test_holds_without_the_map(run, session, blobs, scale):
    modified = run('occupy attenuate #1 power 1.5')[0]
    run(f'occupy show #{modified.id_string} above 0.6')
    assert _holds(modified, scale, low=0.6)
    run('close #1')
    run(f'volume #{modified.id_string} level 0.25')
    modified.update_drawings()
    assert _holds(modified, scale, low=0.6)


def test_follows_the_level_when_the_scale_map_is_closed(run, blobs, scale):
    run('occupy show #1 above 0.6')
    run('volume #1 level 0.5')
    blobs.update_drawings()
    expected = blobs.surfaces[0].triangle_mask.copy()
    run('close #2; volume #1 level 0.4')
    blobs.update_drawings()
    run('volume #1 level 0.5')
    blobs.update_drawings()
    assert (blobs.surfaces[0].triangle_mask == expected).mean() > 0.999


def test_modified_map_takes_over_what_is_shown(run, session, blobs, scale):
    run('occupy show #1 above 0.6')
    modified = run('occupy attenuate #1 power 1.5')[0]
    assert modified.display
    assert _holds(modified, scale, low=0.6)


def test_dust_stays_hidden(run, blobs, scale):
    run('volume #1 level 0.06')
    blobs.update_drawings()
    run('surface dust #1 size 15')
    dust = np.array(blobs.surfaces[0].triangle_mask, bool)
    assert 0 < dust.sum() < len(dust)
    run('occupy show #1 above 0.3')
    shown = blobs.surfaces[0].triangle_mask
    assert shown.any()
    assert not (shown & ~dust).any()
    run('volume #1 level 0.07')
    blobs.update_drawings()
    run('occupy show #1')
    assert len(blobs.surfaces[0].triangle_mask) == len(blobs.surfaces[0].triangles)
    assert not np.all(blobs.surfaces[0].triangle_mask)


def test_surface_show_all_of_chimerax_ends_it(run, blobs, scale):
    from chimerax.occupy.session.showing import mask_of
    run('occupy show #1 above 0.6')
    run('surface showall #1')
    assert mask_of(blobs.surfaces[0]) is None
    run('volume #1 level 0.5')
    blobs.update_drawings()
    assert blobs.surfaces[0].triangle_mask is None


@pytest.mark.parametrize('closed', [False, True])
def test_kept_in_sessions(run, session, blobs, scale, tmp_path, closed):
    run('volume #1 level 0.06')
    blobs.update_drawings()
    run('surface dust #1 size 15')
    run('occupy show #1 above 0.3')
    expected = np.array(blobs.surfaces[0].triangle_mask)
    if closed:
        run('close #2')
    run(f'save {tmp_path / "kept.cxs"}')
    run(f'open {tmp_path / "kept.cxs"}')
    volume = session.models.list(model_id=(1,))[0]
    volume.update_drawings()
    mask = np.array(volume.surfaces[0].triangle_mask)
    assert (mask == expected).mean() > 0.999
    run('volume #1 level 0.07')
    volume.update_drawings()
    again = np.array(volume.surfaces[0].triangle_mask)
    assert len(again) == len(volume.surfaces[0].triangles)
    assert not again.all()
    run('occupy show #1')
    assert not np.all(volume.surfaces[0].triangle_mask), 'the dust has come back'


def test_refused_before_anything_changes(run, session, blobs):
    with pytest.raises(UserError, match='no estimate'):
        run('occupy show #1 above 0.3')
    run('occupy #1 mode occupancy')
    run('occupy show #1 above 0.6')
    before = blobs.surfaces[0].triangle_mask
    with pytest.raises(UserError, match='nothing on the surface of blobs #1 has an occupancy '
                                        'scale of at most 0; try other limits'):
        run('occupy show #1 below 0')
    with pytest.raises(UserError, match='above must not be more than below'):
        run('occupy show #1 above 0.7 below 0.5')
    with pytest.raises(UserError, match='less than or equal to 1'):
        run('occupy show #1 above 30')
    assert blobs.surfaces[0].triangle_mask is before


def test_several_maps_in_one_step(run, session, open_array):
    one, two = open_array(), open_array()
    run('occupy #1,2 mode occupancy')
    run('occupy show #1,2 above 0.6')
    assert all(not volume.surfaces[0].triangle_mask.all() for volume in (one, two))
    run('undo')
    assert all(volume.surfaces[0].triangle_mask is None for volume in (one, two))
