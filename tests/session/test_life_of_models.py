"""What people do to models before, during and after a run; scripts; and what they save."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

MAKE = ('occupy #1 mode occupancy', 'occupy amplify #1 confidence false',
        'occupy sigmoid #1 confidence false', 'occupy confidence #1', 'occupy mask #1 solvent',
        'occupy mask #1 subtraction attenuate 3', 'occupy tiles #1')


@pytest.fixture
def known(session):
    from chimerax.occupy.session.record import record

    return record(session)


@pytest.fixture
def source(run, maps):
    """A map from a file: odd box, unequal voxels, an origin off the grid."""
    opened = run(f'open "{maps.odd}"')[0]
    run('volume #1 level 0.2')
    return opened


def _make_all(run):
    for command in MAKE:
        run(command)


def _volumes(session):
    from chimerax.map import Volume

    return [model for model in session.models.list() if isinstance(model, Volume)]


def _looks(session):
    """What a session should bring back: numbers, names, kinds, places, values, colours, shown."""
    from chimerax.occupy.session.follow import followers

    found = {}
    for model in session.models.list():
        if len(model.id) > 1:
            continue
        look = [model.name, model.display, followers(session).kind_of(model),
                model.scene_position.matrix.tolist()]
        if hasattr(model, 'full_matrix'):
            model.update_drawings()
            look += [model.full_matrix().tobytes(), tuple(model.data.origin),
                     tuple(model.data.step), [surface.level for surface in model.surfaces]]
            colors = [surface.vertex_colors for surface in model.surfaces]
            look.append([None if c is None else c.tobytes() for c in colors])
        found[model.id] = look
    return found


def test_session_of_everything(run, session, source, known, tmp_path):
    run('turn y 35 models #1; move x 12 models #1')
    _make_all(run)
    run('wait 1')
    before = _looks(session)
    assert len(before) == 9     # seven results, the map and the key
    run(f'save "{tmp_path / "all.cxs"}"')
    run('close')
    run(f'open "{tmp_path / "all.cxs"}"')
    run('wait 1')
    after = _looks(session)
    assert after.keys() == before.keys()
    for number, look in before.items():
        assert after[number] == look, number
    # Work goes on without another estimate, and what was made still follows.
    again = known.estimate_for(session.models.list(model_id=(1,))[0], 'occupancy')
    number = run('occupy attenuate #1 confidence false')[0].id
    assert known.estimate_for(session.models.list(model_id=(1,))[0], 'occupancy') is again
    run('move z 7 models #1')
    place = session.models.list(model_id=(1,))[0].scene_position
    for volume in _volumes(session):
        assert volume.scene_position.same(place), volume
    run(f'save "{tmp_path / "more.cxs"}"')      # a restored session can be saved and restored
    run('close')
    run(f'open "{tmp_path / "more.cxs"}"')
    assert session.models.have_id(number)


def test_renaming_and_renumbering(run, session, source, known):
    _make_all(run)
    run('rename #1 "another name" id #21')
    run('rename #2 scale id #30')
    entry = known.latest(source)
    assert entry.source.id == (21,)
    assert entry.scale_map.id == (30,)
    assert run('occupy #21 mode occupancy')[0].id == (30,)
    run('occupy color #21')
    run('occupy level #21 0.3')
    assert run('occupy amplify #21 confidence false')[0].name.startswith('another name')
    run('rename #21 id #1.4')       # into a group
    run('turn x 20 models #1')
    assert entry.scale_map.scene_position.same(source.scene_position)
    assert run('occupy #1.4 mode occupancy')[0] is entry.scale_map


@pytest.mark.parametrize('command', ['volume copy #1', 'volume gaussian #1 sDev 2',
                                     'volume resample #1 spacing 2'])
def test_a_map_made_from_a_map_is_a_map_of_its_own(run, session, source, known, command):
    run('occupy #1')
    other = run(command)
    other = other[0] if isinstance(other, (list, tuple)) else other
    assert known.latest(other) is None
    scale = run(f'occupy #{other.id_string}')[0]
    assert known.latest(other).scale_map is scale
    assert known.latest(source).scale_map is not scale
    run('close #1')
    assert known.estimate_for(other, 'resolution') is not None


def test_a_copy_of_the_scale_is_no_scale(run, session, source, known):
    run('occupy #1 mode occupancy')
    copy = run('volume copy #2')
    copy = copy[0] if isinstance(copy, (list, tuple)) else copy
    assert known.of_scale_map(copy) is None
    run('close #2')
    assert known.estimate_for(source, 'occupancy') is not None
    run('occupy amplify #1 confidence false')
    assert np.isfinite(copy.full_matrix()).all()


def test_moved_renamed_and_renumbered_in_mid_run(run, session, source, known, wait_until):
    job = run('occupy #1 block false')
    run('turn x 30 models #1; move y 5 models #1')
    run('rename #1 renamed id #17')
    wait_until(lambda: not job.running)
    scale, = job.result
    assert scale.scene_position.same(source.scene_position)
    assert known.latest(source).scale_map is scale
    assert source.id == (17,)


def test_copied_in_mid_run(run, session, source, known, wait_until):
    job = run('occupy #1 block false')
    copy = run('volume copy #1')
    copy = copy[0] if isinstance(copy, (list, tuple)) else copy
    wait_until(lambda: not job.running)
    assert known.latest(source) is not None
    assert known.latest(copy) is None


@pytest.mark.parametrize('closed', ['#2', '#3', '#2,3', '#1'])
def test_closing_parts_of_the_family(run, session, source, known, closed):
    run('occupy #1 mode occupancy key false')     # a key would be #3
    run('occupy amplify #1 confidence false')
    run(f'close {closed}')
    if closed == '#1':
        assert not known.entries()
        run('volume #3 level 0.4')      # still there, coloured by a scale that is open
        run('wait 1')
        return
    run('volume #1 level 0.25')
    run('wait 1')
    run('occupy color #1')
    run('occupy amplify #1 confidence false')
    run('occupy level #1 0.2')


def test_undo_after_colouring(run, session, source):
    run('color #1 tan')
    surface = source.surfaces[0]
    run('occupy #1')
    first = surface.vertex_colors.copy()
    run('occupy color #1 palette occupy-classic')
    assert (surface.vertex_colors != first).any()
    run('undo')
    assert (surface.vertex_colors == first).all()
    run('undo')
    assert surface.vertex_colors is None
    run('redo')
    assert (surface.vertex_colors == first).all()
    run('close #2')     # what it is coloured by
    run('undo')
    run('volume #1 level 0.3')
    run('wait 1')


def test_undo_when_the_map_is_gone(run, session, source):
    run('occupy #1')
    run('close #1')
    run('undo')
    run('redo')


def test_everything_can_be_saved_as_mrc(run, session, source, tmp_path):
    import mrcfile

    _make_all(run)
    run('occupy attenuate #1 confidence false output difference')
    run('occupy amplify #1 confidence false output gain')
    run('occupy #1 maxBox 32')
    checked = 0
    for volume in _volumes(session):
        path = tmp_path / f'{volume.id_string}.mrc'
        values, data = volume.full_matrix().copy(), volume.data
        origin, step = tuple(data.origin), tuple(data.step)
        run(f'save "{path}" models #{volume.id_string}')
        with mrcfile.open(path) as file:
            np.testing.assert_array_equal(file.data, values)
            assert file.data.dtype == np.float32
            read = [float(file.voxel_size[axis]) for axis in 'xyz']
            assert read == pytest.approx(step, rel=1e-6)
            assert [float(file.header.origin[axis]) for axis in 'xyz'] == pytest.approx(
                origin, rel=1e-6)
        checked += volume is not source
    assert checked == 9


SCRIPT = """
open "{map}"
occupy #1 mode occupancy key false
occupy sigmoid #1 power 5 confidence false
save "{folder}/scale.mrc" models #2
save "{folder}/sigmoid.mrc" models #3
close #1
occupy level #3 0.2
"""


def test_the_same_from_a_script_and_without_a_window(run, session, maps, tmp_path, pytestconfig):
    """Files from a .cxc file opened in this session and run by itself are the same bit for bit."""
    saved = []
    for name in ('here', 'alone'):
        folder = tmp_path / name
        folder.mkdir()
        script = folder / 'work.cxc'
        script.write_text(SCRIPT.format(map=maps.odd, folder=folder), encoding='utf-8')
        if name == 'here':
            run(f'open "{script}"')
        elif pytestconfig.arrangement == 'library':
            tool = Path(__file__).parents[2] / 'tools' / 'headless.py'
            done = subprocess.run([sys.executable, tool, '--quiet', script], capture_output=True,
                                  text=True, encoding='utf-8', timeout=120)
            assert done.returncode == 0, done.stderr
        else:
            continue
        saved.append([(folder / file).read_bytes()[1024:] for file in ('scale.mrc', 'sigmoid.mrc')])
    assert all(files == saved[0] for files in saved)
