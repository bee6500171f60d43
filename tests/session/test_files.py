"""Session files of released versions open in this one.

The first version has none before it: what opens then is the file of this version, kept so that the
next one has it. tools/session_file.py makes them, and says what is in them.
"""

from pathlib import Path

import numpy as np
import pytest

FILES = sorted((Path(__file__).parent / 'files').glob('*.cxs'))
LARGEST = 200_000


def test_there_are_files_and_they_are_small():
    assert FILES
    assert [path.name for path in FILES if path.stat().st_size > LARGEST] == []


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def opened(request, run, session):
    """The map in each file, after that was opened."""
    run(f'open "{request.param}"')
    run('wait 1')
    (source,) = (model for model in session.models.list() if model.name == 'two balls')
    return source


def test_estimates_are_there(opened, session, log):
    from chimerax.occupy.session.record import record

    known = record(session)
    assert sorted(entry.mode for entry in known.entries(opened)) == ['occupancy', 'resolution']
    assert not any(entry.stale for entry in known.entries(opened))
    assert known.latest(opened).mode == 'resolution'
    for entry in known.entries(opened):
        scale = entry.estimate.scale
        assert scale.shape == (20, 24, 26)
        assert scale.max() == 1
        assert 0 <= scale.min() < 0.1
        np.testing.assert_array_equal(entry.scale_map.full_matrix(), scale)


def test_colours_look_and_level_are_there(opened, session, run):
    from chimerax.occupy.session.coloring import is_colored_by
    from chimerax.occupy.session.record import record

    known = record(session)
    run(f'show #{opened.id_string} models')     # the modified map had taken its place
    opened.update_drawings()
    (surface,) = opened.surfaces
    assert surface.level == pytest.approx(0.3)
    assert is_colored_by(surface, known.latest(opened).scale_map)
    look = known.look(opened)
    assert (look['palette'], look['range']) == ('occupy-classic', (0, 0.9))
    assert len(np.unique(surface.vertex_colors, axis=0)) > 10
    assert [model.name for model in session.models if type(model).__name__ == 'ColorKeyModel']


def test_maps_follow_and_work_goes_on(opened, session, run):
    from chimerax.occupy.session.record import record

    scale_map = record(session).latest(opened).scale_map
    run(f'move x 10 models #{opened.id_string}')
    assert scale_map.scene_position.same(opened.scene_position)
    (earlier,) = (model for model in session.models.list() if 'attenuated' in model.name)
    values = earlier.full_matrix().copy()
    result = run(f'occupy attenuate #{opened.id_string} power 3')
    result = result[0] if isinstance(result, list) else result
    np.testing.assert_allclose(result.full_matrix(), values, atol=1e-5)
