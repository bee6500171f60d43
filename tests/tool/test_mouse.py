"""Mouse modes on the surface of a map, and what the resting mouse tells."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture
def mouse(session, monkeypatch, wait_until):
    """`mouse(mode, x, y, z)` clicks where a point of the scene is seen; commands end at once."""
    pytest.importorskip('chimerax.mouse_modes')
    from chimerax.occupy.session import jobs
    from chimerax.occupy.tool import mouse
    monkeypatch.setattr(jobs, 'blocks', lambda session, block=None: block is not False)
    modes = {mode.name: mode(session) for mode in mouse.MODES}

    def click(name, *point):
        modes[name].mouse_down(SimpleNamespace(position=lambda: _pixel(session, point)))

    click.pick = lambda *point: session.main_view.picked_object(*_pixel(session, point))
    return click


def _pixel(session, point):
    """Where a point of the scene is seen, in pixels."""
    view = session.main_view
    camera = view.camera
    x, y, depth = camera.position.inverse() * np.array(point, float)
    width, height = view.window_size
    scale = 0.5 * width / np.tan(np.radians(camera.field_of_view) / 2)
    return 0.5 * width - scale * x / depth, 0.5 * height + scale * y / depth


@pytest.fixture
def scale(run, blobs):
    found = run('occupy #1 mode occupancy')[0]
    run('view; wait 1')
    return found


#: Middles of the full ball and the weak one, in Å.
FULL, WEAK = (22, 32, 30), (50, 32, 30)


def test_scale_here(session, mouse, blobs, scale, commands, run):
    from chimerax.occupy.session.follow import followers
    mouse('scale here', *WEAK)
    assert commands[-1].startswith('occupy at ')
    assert commands[-1].endswith(' map #1 label true')
    marks, = followers(session).followers_of(blobs, 'labels')
    x, y, z = marks.atoms.scene_coords[0]
    # The line of sight is not parallel to the axis.
    assert abs(x - 50) < 2
    assert abs(y - 32) < 1
    assert 34 < z < 45      # on the near side of the surface
    run(commands[-1].replace(' label true', ''))
    assert marks.num_atoms == 1


def test_models_before_the_surface_are_looked_through(session, mouse, blobs, scale, commands,
                                                      open_model):
    open_model(['ATOM      1  CA  GLY A   1      50.000  32.000  50.000  1.00 20.00           C'])
    mouse('scale here', *WEAK)
    assert commands[-1].startswith('occupy at ')


def test_full_here_keeps_the_other_settings(session, mouse, blobs, commands, run):
    from chimerax.occupy.session.record import record
    run('occupy #1 mode occupancy lowPass 9 smooth 3; view; wait 1')
    before = record(session).entry(blobs, 'occupancy').estimate
    mouse('full here', *WEAK)
    assert commands[-1].startswith('occupy #1 mode occupancy lowPass 9 smooth 3 fullScaleAt ')
    after = record(session).entry(blobs, 'occupancy').estimate
    assert after.full_scale < 0.7 * before.full_scale
    for name in ('low_pass', 'kernel_size', 'kernel_radius', 'tau', 'smooth', 'max_box'):
        assert getattr(after.parameters, name) == getattr(before.parameters, name)


def test_mask_this(session, mouse, blobs, scale, commands):
    mouse('mask this', *WEAK)
    assert commands[-1].startswith('occupy mask #1 weak')
    mask = session.models.list(model_id=(4,))[0]
    x = 1.5 * np.argwhere(mask.full_matrix() > 0.5)[:, 2]
    assert abs(x.mean() - 50) < 3


def test_what_is_not_possible_is_one_sentence(session, mouse, blobs, scale, commands, log, run):
    del commands[:]
    run('occupy #1 mode occupancy fullScale 0.4')
    del commands[:]
    mouse('mask this', *FULL)
    assert commands == []
    assert 'which is no weak part; click on a weaker one' in log.text()
    mouse('mask this', -200, 0, 0)      # beside the map
    assert commands == []
    run('close #2')
    run('hide #1 models')
    mouse('scale here', *WEAK)
    assert commands[-1] == 'hide #1 models'


def test_without_an_estimate(session, mouse, blobs, commands, log, run):
    from chimerax.occupy.session.record import record
    run('view; wait 1')
    mouse('scale here', *WEAK)
    assert 'has no estimate; type "occupy #1" first' in log.text()
    mouse('full here', *WEAK)
    assert record(session).entries(blobs)


class TestHover:
    @pytest.fixture
    def rests(self, session, mouse):
        from chimerax.occupy.tool import mouse as module
        return lambda *point: module.rests_on(session, mouse.pick(*point))

    @pytest.fixture
    def told(self, session, monkeypatch):
        lines = []
        monkeypatch.setattr(session.logger, 'status', lambda text, *_, **__: lines.append(text))
        return lines

    def test_tells_the_scale_and_the_residue(self, rests, told, blobs, scale, open_model):
        rests(*WEAK)
        assert told[-1].startswith('Occupancy scale 0.')
        assert 'nearest' not in told[-1]
        open_model(['ATOM      1  CA  GLY A   7      50.000  32.000  36.000  1.00 20.00           '
                    'C'])
        rests(48, 32, 30)
        assert 'GLY 7' in told[-1]

    def test_silent_where_no_scale_is_seen(self, rests, told, blobs, scale, run):
        run('color #1 tan')
        del told[:]
        rests(*WEAK)
        rests(-200, 0, 0)
        assert told == []

    def test_marked_in_the_histogram(self, rests, panel, blobs, scale, run, events):
        events()
        assert panel.volume is blobs
        assert panel.color.histogram.mark is None
        rests(*WEAK)
        weak = panel.color.histogram.mark
        rests(*FULL)
        assert weak < panel.color.histogram.mark
        run('occupy at 50,32,30')
        assert panel.color.histogram.mark == pytest.approx(weak, abs=0.15)
        image = panel.color.histogram.grab().toImage()
        panel.color.histogram.mark = None
        assert panel.color.histogram.grab().toImage() != image
        rests(*WEAK)
        run('occupy #1 mode resolution')
        events()
        assert panel.color.histogram.mark is None


def test_given_to_chimerax(session):
    """What the bundle does when a ChimeraX with a window starts."""
    from chimerax.occupy.tool import mouse
    added = []
    ui = SimpleNamespace(mouse_modes=SimpleNamespace(add_mode=added.append))
    mouse.register(SimpleNamespace(ui=ui, triggers=session.triggers, main_view=session.main_view))
    assert [mode.name for mode in added] == ['scale here', 'full here', 'mask this']
    from PIL import Image
    for mode in added:
        with Image.open(mode.icon_path) as icon:
            assert icon.size == (64, 64)


def test_what_encloses_the_map_is_looked_through(session, mouse, blobs, scale, commands, run):
    mouse('scale here', *WEAK)
    before = commands[-1]
    run('occupy mask #1 strong above 0.1; occupy confidence #1; wait 1')
    assert sum(volume.display for volume in session.models.list(type=type(blobs))) > 1
    mouse('scale here', *WEAK)
    assert commands[-1] == before
