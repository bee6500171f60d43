"""What there is at one place: its scale and residue, a label, full scale and a mask from there."""

import numpy as np
import pytest
from chimerax.core.errors import UserError

#: Within the full ball and the weak one of `two_blobs`, in Å.
FULL, WEAK = '22,32,30', '50,32,30'


def atom(number, x, y, z, name='CA', residue='GLY', chain='A'):
    return (f'ATOM  {number:5d}  {name:<3} {residue} {chain}{number:4d}    '
            f'{x:8.3f}{y:8.3f}{z:8.3f}  1.00 20.00           C')


@pytest.fixture
def scale(run, blobs):
    return run('occupy #1 mode occupancy')[0]


def test_the_scale_is_that_of_the_scale_map(run, blobs, scale, log):
    reading = run(f'occupy at {FULL}')
    point = np.array([[22, 32, 30]], np.float32)
    assert reading.scale == pytest.approx(float(scale.interpolated_values(point)[0]), abs=1e-5)
    assert reading.density == pytest.approx(float(blobs.interpolated_values(point)[0]), abs=1e-5)
    assert (reading.source, reading.mode, reading.point) == (blobs, 'occupancy', (22, 32, 30))
    assert f'Occupancy scale {reading.scale:.2f} of blobs #1' in log.text()
    assert reading.residue is None
    weak = run(f'occupy at {WEAK}')
    assert weak.scale < 0.6 * reading.scale


def test_moved_map_and_mode(run, blobs, scale):
    before = run(f'occupy at {FULL}').scale
    resolution = run('occupy #1 mode resolution')[0]
    run('move x 100 models #1; turn y 90 center 0,0,0 models #1')
    point = blobs.scene_position * np.array([22, 32, 30])
    place = ','.join(f'{c:.3f}' for c in point)
    assert run(f'occupy at {place} map #1 mode occupancy').scale == pytest.approx(before, abs=1e-3)
    reading = run(f'occupy at {place} map #1')      # the colours are of resolution
    expected = resolution.interpolated_values(np.array([[22, 32, 30]], np.float32))[0]
    assert reading.mode == 'resolution'
    assert reading.scale == pytest.approx(float(expected), abs=1e-3)


def test_nearest_residue_of_what_is_shown(run, blobs, scale, open_model, log):
    open_model([atom(1, 22, 32, 33), atom(2, 22, 32, 31.5, residue='ASP'), atom(3, 40, 1, 1)])
    reading = run(f'occupy at {FULL}')
    assert (reading.residue.name, reading.residue.number) == ('ASP', 2)
    assert reading.distance == pytest.approx(1.5, abs=1e-3)
    assert 'nearest is #' in log.text()
    assert 'ASP 2, 1.5 Å off' in log.text()
    model = reading.residue.structure.id_string
    assert run(f'occupy at #{model}/A:1 map #1').residue.number == 1
    assert run(f'occupy at {WEAK}').residue is None
    run(f'hide #{model} models')
    assert run(f'occupy at {FULL}').residue is None


def test_labels_stand_together_and_follow_the_map(run, session, blobs, scale, log, tmp_path):
    from chimerax.occupy.session.follow import followers
    run(f'occupy at {FULL} label true')
    run(f'occupy at {WEAK} label true')
    marks, = followers(session).followers_of(blobs, 'labels')
    assert marks.num_atoms == 2
    assert np.allclose(marks.atoms.coords[1], (50, 32, 30))
    assert f'Labelled in #{marks.id_string}.' in log.text()
    run('move x 10 models #1')
    assert np.allclose(marks.atoms.scene_coords[1], (60, 32, 30))
    run(f'save {tmp_path / "labels.cxs"}; open {tmp_path / "labels.cxs"}')
    source = session.models.list(model_id=(1,))[0]
    marks, = followers(session).followers_of(source, 'labels')
    run('move x 10 models #1')
    assert np.allclose(marks.atoms.scene_coords[1], (70, 32, 30))


def test_refused(run, blobs):
    with pytest.raises(UserError, match='no map has an estimate; type "occupy" first'):
        run(f'occupy at {FULL}')
    run('occupy #1')
    with pytest.raises(UserError, match='the place 500,0,0 lies outside blobs #1'):
        run('occupy at 500,0,0')
    with pytest.raises(UserError, match='lies outside'):
        run('occupy #1 fullScaleAt 500,0,0')
    with pytest.raises(UserError, match='contradict'):
        run(f'occupy #1 fullScaleAt {FULL} fullScale 3')
    with pytest.raises(UserError, match='lies outside'):
        run('occupy mask #1 weak at 500,0,0')


def test_full_scale_is_that_of_the_place(run, blobs, scale):
    assert run(f'occupy at {WEAK}').scale < 0.6
    run(f'occupy #1 mode occupancy fullScaleAt {WEAK}')
    assert run(f'occupy at {WEAK}').scale == pytest.approx(1, abs=0.05)
    assert run(f'occupy at {FULL}').scale == 1


def test_command_that_repeats_full_scale_at(run, session, blobs, logged):
    from chimerax.occupy.session.record import record
    run(f'occupy #1 mode occupancy fullScaleAt {WEAK}')
    made = record(session).entry(blobs, 'occupancy').estimate.full_scale
    (command,) = logged('occupy #1')
    assert f'fullScaleAt {WEAK}' in command
    run('occupy #1 mode occupancy')
    run(command.replace('modelId #2', ''))
    assert record(session).entry(blobs, 'occupancy').estimate.full_scale == pytest.approx(made)


def test_mask_of_the_part_at_a_place(run, open_array, two_blobs):
    from chimerax.occupy.core.masks import MASK_LEVEL
    right = two_blobs(occupancies=(0, 0.4), seed=5)
    open_array(np.concatenate([two_blobs(), right], axis=2))
    parts = []
    for x in (50, 122):
        mask, = run(f'occupy mask #1 weak at {x},32,30')
        covered = mask.full_matrix() > MASK_LEVEL
        places = 1.5 * np.argwhere(covered)[:, 2]
        assert abs(places.mean() - x) < 5
        assert np.ptp(places) < 35
        parts.append(covered)
    whole, = run('occupy mask #1 weak')
    assert ((whole.full_matrix() > MASK_LEVEL) == np.any(parts, axis=0)).all()
    with pytest.raises(UserError, match='lies within 8 Å of the place'):
        run('occupy mask #1 weak at 22,32,30')

