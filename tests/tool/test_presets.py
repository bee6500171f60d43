"""The presets: what a figure looks like after each, and what they say where they cannot."""

import numpy as np
import pytest
from chimerax.core.errors import UserError


@pytest.fixture(autouse=True)
def at_once(session, monkeypatch):
    pytest.importorskip('chimerax.preset_mgr')
    from chimerax.occupy.session import jobs
    monkeypatch.setattr(jobs, 'blocks', lambda session, block=None: block is not False)
    run_width = session.main_view.window_size
    yield
    session.main_view.resize(*run_width)


def shown(volume):
    from chimerax.occupy.session.key import shown_of
    found = shown_of(volume)
    return found and found.mode


def key(session):
    from chimerax.color_key.model import get_model
    found = get_model(session, create=False)
    return found and [label for _, label in found.rgbas_and_labels if label.strip()][1]


def test_they_are_in_the_menu(session):
    names = session.presets.presets_by_category['OccuPy']
    assert [str(name) for name in names] == [
        'figure of resolution', 'figure of occupancy', 'before and after']


@pytest.mark.parametrize('mode', ['resolution', 'occupancy'])
def test_figure_from_a_map_alone(run, session, blobs, log, mode):
    run(f'preset occupy "figure of {mode}"')
    view = session.main_view
    assert tuple(view.background_color[:3]) == (1, 1, 1)
    assert view.silhouette.enabled
    width, height = view.window_size        # 800 × 600 where the window is not the screen's
    assert abs(width / height - 4 / 3) < 0.01
    assert shown(blobs) == mode
    assert key(session) == f'{mode} scale'
    assert 'Preset expands to these ChimeraX commands' in log.text()
    assert f'occupy #1 mode {mode}' in log.text()


def test_an_estimate_at_hand_is_used(run, session, blobs, log):
    run('occupy #1 mode occupancy fullScale 0.9; occupy #1 mode resolution key false')
    from chimerax.occupy.session.record import record
    before = record(session).entry(blobs, 'occupancy').estimate
    run('preset occupy "figure of occupancy"')
    assert record(session).entry(blobs, 'occupancy').estimate is before
    assert shown(blobs) == 'occupancy'
    assert key(session) == 'occupancy scale'


def test_what_is_shown_by_scale_stays_so(run, blobs):
    run('occupy #1 mode occupancy; occupy show #1 above 0.6')
    mask = np.array(blobs.surfaces[0].triangle_mask)
    run('preset occupy "figure of occupancy"')
    assert np.array_equal(blobs.surfaces[0].triangle_mask, mask)


def test_before_and_after(run, session, blobs):
    run('occupy #1 mode occupancy')
    modified, = run('occupy attenuate #1 power 1.3')
    run(f'volume #{modified.id_string} level 0.25')
    run('preset occupy before')
    assert blobs.display
    assert modified.display
    assert [surface.level for one in (blobs, modified) for surface in one.surfaces] == [0.25] * 2
    assert blobs.surfaces[0].color[3] < 100
    assert blobs.surfaces[0].vertex_colors is None
    assert (modified.surfaces[0].vertex_colors[:, 3] == 255).all()
    assert key(session) == 'occupancy scale'
    run('undo')
    assert blobs.surfaces[0].color[3] == 255


def test_what_is_missing_is_said(run, blobs):
    with pytest.raises(UserError, match='there is no modified map'):
        run('preset occupy before')
    run('close #1')
    for name in ('"figure of occupancy"', 'before'):
        with pytest.raises(UserError, match='no map is shown: open one first'):
            run(f'preset occupy {name}')
