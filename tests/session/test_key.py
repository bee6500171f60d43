"""The colour key tells what is seen, whatever happened to that: commands, undo, closing, files."""

import pytest


@pytest.fixture
def label(session):
    """What the key says: (low, title, high), or None where there is none to be seen."""
    from chimerax.color_key.model import get_model

    def read():
        key = get_model(session, create=False)
        if key is None or not key.display:
            return None
        labels = [label.strip() for _, label in key.rgbas_and_labels if label.strip()]
        return tuple(labels)

    return read


@pytest.fixture
def two(run, open_array):
    """Two maps, the first coloured by resolution, the second by occupancy in another range."""
    open_array(), open_array()
    run('occupy #1')
    run('occupy #2 mode occupancy range 0,0.8')


RESOLUTION, OCCUPANCY = ('0.2', 'resolution scale', '1'), ('0.2', 'occupancy scale', '1')


def test_goes_with_the_colours_and_comes_back(run, blobs, label):
    run('occupy #1')
    assert label() == RESOLUTION
    run('color #1 red')
    assert label() is None
    run('undo')
    assert label() == RESOLUTION
    run('color single #1')
    assert label() is None
    run('undo')
    run('close #1')
    assert label() is None


def test_goes_with_colours_that_change_without_a_command(run, session, blobs, label):
    run('occupy #1')
    blobs.surfaces[0].vertex_colors = None
    session.triggers.activate_trigger('frame drawn', None)
    assert label() is None


def test_of_the_mode_on_the_surface_though_none_is_wanted_now(run, blobs, label):
    run('occupy #1 mode occupancy')
    run('occupy #1 mode resolution key false palette rainbow')
    assert label() is None
    run('undo')
    assert label() == OCCUPANCY
    run('redo')
    assert label() is None


def test_two_maps_in_two_modes(run, two, label):
    assert label() == ('0', 'occupancy scale of #2', '0.8')
    run('hide #2 models')
    assert label() == RESOLUTION
    run('show #2 models')
    assert label() == ('0', 'occupancy scale of #2', '0.8')
    run('color #2 tan')
    assert label() == RESOLUTION
    run('occupy color #2 mode occupancy range 0.2,1')
    run('occupy color #1 mode resolution')
    assert label() == ('0.2', 'resolution scale of #1', '1')
    run('close #2')
    assert label() == RESOLUTION


def test_key_of_one_map_stays_when_another_wants_none(run, open_array, label):
    open_array(), open_array()
    run('occupy #1')
    run('occupy #2 mode occupancy key false')
    assert label() == ('0.2', 'resolution scale of #1', '1')
    run('hide #1 models')
    assert label() is None


def test_atoms_have_their_own(run, open_model, blobs, label):
    from ..models import strand
    open_model(strand('A', (21.6, 29, 30), 5))
    run('occupy #1 mode resolution')
    run('occupy atoms #2 map #1 mode occupancy color true')
    assert label() == ('0.2', 'occupancy scale of #2', '1')
    run('color #2 tan')
    assert label() == RESOLUTION
    run('undo')
    assert label() == ('0.2', 'occupancy scale of #2', '1')
    run('close #2')
    assert label() == RESOLUTION


def test_what_the_user_does_with_the_key_counts(run, session, blobs, label):
    from chimerax.color_key.model import get_model
    run('occupy #1')
    run('key pos 0.1,0.5 fontSize 14')
    run('color #1 red')
    run('undo')
    assert (get_model(session).pos, get_model(session).font_size) == ((0.1, 0.5), 14)
    run('key delete')
    run('volume #1 level 0.4')
    assert label() is None
    run('key red:mine blue:yours')
    run('volume #1 level 0.3')
    assert label() == ('mine', 'yours')
    run('occupy color #1')
    assert label() == RESOLUTION


def test_modified_map_is_coloured_and_undo_gives_the_view_before_back(run, session, blobs, label):
    run('occupy #1 mode occupancy')
    made = run('occupy attenuate #1')[0]
    run('undo')
    assert (blobs.display, made.display) == (True, False)
    assert made.surfaces[0].vertex_colors is not None
    assert label() == OCCUPANCY
    run('redo')
    assert (blobs.display, made.display) == (False, True)
    assert label() == OCCUPANCY
    run('close #1')
    assert label() == OCCUPANCY     # the modified map still has those colours


def test_undo_leaves_a_modified_map_in_view_whose_source_is_closed(run, session, blobs, log):
    run('occupy #1 mode occupancy')
    made = run('occupy attenuate #1')[0]
    run('close #1')
    run('undo')     # an error would be a dialog, where it was chosen from ChimeraX's menu
    assert 'blobs #1 is closed' in log.text('warning')
    assert log.text('error') == ''
    assert made.display
    assert session.undo.top_undo_name() != 'occupy modify'
    assert session.undo.top_redo_name() is None


def test_closed_scale_map(run, blobs, label):
    run('occupy #1')
    run('close #2')
    assert label() == RESOLUTION    # the colours are still there
    run('volume #1 level 0.5')
    blobs.update_drawings()
    run('wait 1')
    assert label() is None


@pytest.mark.parametrize('hidden', [False, True])
def test_sessions(run, session, two, label, tmp_path, hidden):
    run('key pos 0.2,0.3')
    if hidden:
        run('hide #2 models')
    before = label()
    run(f'save {tmp_path / "s.cxs"}')
    run('close')
    assert label() is None
    run(f'open {tmp_path / "s.cxs"}')
    assert label() == before
    run('color #1 #2 tan')
    assert label() is None


def test_a_session_without_key_has_none(run, session, blobs, label, tmp_path):
    run('occupy #1 key false')
    run(f'save {tmp_path / "s.cxs"}')
    run('close')
    run(f'open {tmp_path / "s.cxs"}')
    run('wait 1')
    assert label() is None
