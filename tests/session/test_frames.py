"""Map series: all frames or the one shown, and colours that stay while frames come and go."""

import numpy as np
import pytest
from chimerax.core.errors import UserError

OCCUPANCIES = ((1, 0.2), (1, 0.5), (1, 0.8))


@pytest.fixture
def series(session, open_array, two_blobs):
    """#1, a map series of three frames, the first of which is shown."""
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData
    from chimerax.map_series.series import MapSeries
    frames = [volume_from_grid_data(
        ArrayGridData(two_blobs(occupancies=occupancies), step=(1.5, 1.5, 1.5),
                      name=f'frame {number}'), session, open_model=False, show_dialog=False)
        for number, occupancies in enumerate(OCCUPANCIES, 1)]
    made = MapSeries('frames', frames, session)
    session.models.add([made])
    frames[0].update_drawings()
    return made


def displayed(series):
    return [frame.display for frame in series.maps]


def is_coloured(frame):
    from chimerax.occupy.session.coloring import is_colored_by
    from chimerax.occupy.session.record import record
    entry = record(frame.session).entry(frame, 'occupancy')
    return bool(frame.surfaces) and all(
        is_colored_by(surface, entry.scale_map) and surface.vertex_colors is not None
        for surface in frame.surfaces)


def show(series, number):
    """As ChimeraX plays: the levels go over, and what is hidden loses its surfaces."""
    before = series.last_shown_time
    series.copy_display_parameters(before, number)
    series.show_time(number, only=False)
    series.unshow_time(before, cache_rendering=False)
    series.last_shown_time = number
    series.maps[number].update_drawings()


def test_all_frames_are_estimated_and_stay_hidden(run, series):
    assert len(run('occupy #1 mode occupancy')) == 3
    assert displayed(series) == [True, False, False]
    assert not series.maps[1].surfaces
    assert is_coloured(series.maps[0])


def test_the_key_stays_while_modified_frames_are_played(session, run, series):
    """They are seen, in the colours of the scale, though their frames never were."""
    from chimerax.color_key.model import get_model
    run('occupy #1 mode occupancy')
    made = run('occupy attenuate #1')
    for shown in made:
        for one in (*series.maps, *made):
            one.display = one is shown
        shown.update_drawings()
        run('wait 1')
        assert get_model(session, create=False).display, shown.name
    for one in made:
        one.display = False
    run('wait 1')
    assert not get_model(session, create=False).display


def test_the_frame_shown(session, run, series):
    (scale_map,) = run('occupy #1##display mode occupancy')
    assert scale_map.name == 'frame 1 occupancy scale'
    with pytest.raises(UserError, match='"#1##display" is the one that is shown'):
        run('occupy target #1 region #2')
    show(series, 2)
    run('select clear')
    (scale_map,) = run('occupy #1##display mode occupancy')
    assert scale_map.name == 'frame 3 occupancy scale'


def test_frames_are_coloured_as_they_are_played(session, run, series):
    from chimerax.color_key.model import get_model
    run('occupy #1 mode occupancy')
    for number in (1, 2, 0, 1):
        show(series, number)
        assert displayed(series) == [number == one for one in range(3)]
        assert is_coloured(series.maps[number])
        assert get_model(session, create=False).display
    # Each by its own scale.
    from chimerax.occupy.session.key import coloring_of
    shown = coloring_of(series.maps[1].surfaces[0])
    assert shown.volume.name == 'frame 2 occupancy scale'
    assert len(np.unique(series.maps[1].surfaces[0].vertex_colors, axis=0)) > 5


def test_colours_of_the_user_are_left_alone(run, series):
    run('occupy #1 mode occupancy')
    show(series, 1)
    run('color #1 red')
    show(series, 2)
    assert not is_coloured(series.maps[2])
    run('occupy color #1')
    show(series, 1)
    assert is_coloured(series.maps[1])


def test_undo_and_redo(run, series):
    run('occupy #1 mode occupancy')
    run('undo')
    assert not is_coloured(series.maps[0])
    show(series, 1)
    assert not is_coloured(series.maps[1])
    show(series, 0)
    run('redo')
    show(series, 2)
    assert is_coloured(series.maps[2])


def test_frames_and_scale_maps_may_be_closed(run, series):
    run('occupy #1 mode occupancy')
    run('close #3')             # the scale of the second frame
    show(series, 1)
    assert not series.maps[1].surfaces[0].auto_recolor_vertices
    run('close #1.3')
    show(series, 0)
    assert is_coloured(series.maps[0])


def test_modified_maps_are_shown_as_their_frames_are(run, series):
    run('occupy #1 mode occupancy')
    made = run('occupy amplify #1 power 2')
    assert [volume.display for volume in made] == [True, False, False]
    made[1].display = True
    made[1].update_drawings()
    colors = made[1].surfaces[0].vertex_colors
    assert colors is not None
    assert len(np.unique(colors, axis=0)) > 5


def test_comparing_puts_frames_on_one_scale(run, series):
    found = run('occupy compare #1 color true')
    assert len(found.sources) == 3
    assert displayed(series) == [True, False, False]
    show(series, 1)
    assert is_coloured(series.maps[1])
