"""occupy series: parts of a model in many maps, on maps that ChimeraX made of it."""

import csv
import json

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import sheet

#: Chain B falls while C rises.
STEPS = ((1.0, 1.0, 0.0), (1.0, 0.8, 0.25), (1.0, 0.55, 0.5), (1.0, 0.3, 0.75), (1.0, 0.0, 1.0))


@pytest.fixture
def model(open_model):
    """Three chains apart, #1."""
    return open_model([*sheet('A', 0.0, 1), *sheet('B', 24.0, 300), *sheet('C', 48.0, 600)])


@pytest.fixture
def series(session, run, model, open_array):
    """Five maps, #2 to #6."""
    whole = run('molmap #1 5 gridSpacing 1.3 edgePadding 14')
    place = {'origin': whole.data.origin, 'step': whole.data.step}
    parts = []
    for chain in 'ABC':
        part = run(f'molmap #1/{chain} 5 onGrid #{whole.id_string}')
        parts.append(part.full_matrix())
        session.models.close([part])
    session.models.close([whole])
    maps = []
    for i, step in enumerate(STEPS):
        array = np.tensordot(step, parts, 1)
        rough = np.random.default_rng(i).standard_normal(array.shape)
        array = (array + 0.01 * array.max() * rough).astype(np.float32)
        maps.append(open_array(array, name=f'vol_{i}', level=0.3 * array.max(), **place))
    return maps


def test_each_part_in_each_map_on_one_scale(run, series, log):
    found = run('occupy series #2-6 model #1')
    table = found.table
    assert table.groups == ('#1/A', '#1/B', '#1/C')
    assert table.volumes == tuple(f'vol_{i} #{i + 2}' for i in range(5))
    assert np.abs(table.occupancy - np.array(STEPS).T).max() < 0.04
    assert np.isfinite(table.error).all()
    assert found.maps == series
    assert 'median of the levels of 5 volumes' in log.text()
    pair = found.pairs[0]
    assert (pair.first, pair.second) == ('#1/B', '#1/C')
    assert pair.correlation < -0.98


def test_answers_in_json(session, series):
    from chimerax.core.commands import run
    answer = json.loads(run(session, 'occupy series #2-6 model #1', return_json=True).json_value)
    assert answer['groups'] == ['#1/A', '#1/B', '#1/C']
    assert np.abs(np.array(answer['occupancy']) - np.array(STEPS).T).max() < 0.04
    assert answer['pairs'][0]['correlation'] < -0.98


def test_it_is_the_fit_of_several_maps(run, series):
    """One engine: what `occupy fit` tells of the same maps, on one scale."""
    fitted = run('occupy fit #1 map #2-6')
    table = run('occupy series #2-6 model #1').table
    values = np.array([[group.occupancy for group in one.groups] for one in fitted.found]).T
    assert np.allclose(values, table.occupancy, atol=1e-6)


def test_files_hold_the_series_and_can_be_opened(run, series, tmp_path, log):
    path = tmp_path / 'out.json'
    table = run(f'occupy series #2-6 model #1 order groups file {path}').table
    kept = json.loads(path.read_text())
    assert kept['order']['how'] == 'groups'
    assert kept['together'][0]['first'] == '#1/B'
    again = run(f'occupy series open {path}')
    assert again.table.groups == table.groups
    assert np.allclose(again.table.occupancy, table.occupancy)
    assert again.order.volume_links is None     # as it was drawn
    run(f'occupy series #2-6 model #1 file {tmp_path / "out.csv"}')
    with open(tmp_path / 'out.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    assert set(rows[0]) == {'volume', 'group', 'occupancy', 'error', 'note'}
    assert np.allclose(run(f'occupy series open {tmp_path / "out.csv"}').table.occupancy,
                       table.occupancy, atol=1e-4)


def test_pictures(run, series, tmp_path):
    heat, frames = tmp_path / 'heat.svg', tmp_path / 'frames.png'
    run(f'occupy series #2-6 model #1 plot {heat} frames {frames}')
    assert '<svg' in heat.read_text(encoding='utf-8')
    assert frames.read_bytes()[:4] == b'\x89PNG'


def test_groups_full_and_the_scale(run, series):
    named = run('occupy series #2-6 model #1 groups #1/A groups #1/B,C')
    assert named.table.groups == ('#1/A', '#1/B,C')
    told = run('occupy series #2-6 model #1 full #1/A').table
    assert told.occupancy[0] == pytest.approx(np.ones(5), abs=0.03)
    scale = run('occupy series #2-6 model #1 method scale')
    assert scale.scale
    assert np.isnan(scale.table.error).all()
    assert np.corrcoef(scale.table.occupancy[2], np.array(STEPS)[:, 2])[0, 1] > 0.95
    assert scale.table.occupancy[0].min() > 0.8


def test_masks_instead_of_a_model(run, series, session):
    run('molmap #1/A 6 onGrid #2')
    run('molmap #1/C 6 onGrid #2')
    for number in (7, 8):
        array = session.models.list(model_id=(number,))[0].full_matrix()
        run(f'volume threshold #{number} minimum {0.2 * array.max():g} set 0 maximum '
            f'{0.2 * array.max():g} setMaximum 1')
    found = run('occupy series #2-6 regions #9,10')
    assert found.scale
    assert len(found.table.groups) == 2
    assert np.corrcoef(found.table.occupancy[1], np.array(STEPS)[:, 2])[0, 1] > 0.95


def test_a_map_that_cannot_be_used_is_named_and_the_others_go_on(run, series, open_array, log):
    rng = np.random.default_rng(0)
    open_array(rng.standard_normal((20, 20, 20)).astype(np.float32), name='small')
    found = run('occupy series #2-7 model #1')
    assert list(found.table.failed) == ['small #7']
    assert 'its box is 20×20×20 voxels' in log.text('warning')
    assert np.isnan(found.table.occupancy[:, 5]).all()
    assert np.isfinite(found.table.occupancy[:, :5]).all()


def test_one_map(run, series):
    found = run('occupy series #3 model #1')
    assert found.pairs == []
    assert found.table.occupancy.shape == (3, 1)


def test_memory_does_not_grow_with_the_maps(run, session, series, tmp_path):
    """Maps in files are read for the time of their fit, and not held by ChimeraX."""
    for i in range(5):
        run(f'save {tmp_path}/vol_{i}.mrc models #{i + 2}')
    run('close #2-6')
    run(f'open {tmp_path}/vol_0.mrc {tmp_path}/vol_1.mrc {tmp_path}/vol_2.mrc')
    from chimerax.map import Volume
    volumes = session.models.list(type=Volume)
    assert len(volumes) == 3
    for volume in volumes:
        volume.data.clear_cache()
    found = run(f'occupy series #{volumes[0].id_string.split(".")[0]} model #1')
    assert np.abs(found.table.occupancy - np.array(STEPS[:3]).T).max() < 0.04
    assert all(volume.data.matrix(from_cache_only=True) is None for volume in volumes)


@pytest.mark.parametrize(('words', 'sentence'), [
    ('', 'give either model or regions'),
    ('model #1 regions #2', 'give either model or regions'),
    ('regions #2 method fit', 'method fit needs a model'),
    ('regions #2 by chain', 'each of regions is a group'),
    ('model #1 by chain groups #1/A', 'groups contradicts by'),
    ('model #1 segment 10', 'segment is for "by segment"'),
    ('model #1 lowPass 8', 'lowPass is not for method fit'),
    ('model #1 method scale bFactor same', 'bFactor is not for method scale'),
    ('model #1 file out.txt', 'file must end in .csv or .json'),
    ('model #1 frames out.txt', 'frames must end in .png'),
    ('model #1 frames true', 'name an image: "frames frames.png"'),
    ('model #1/A', 'a single group has nothing to compare with'),
    ('model #1/Z', 'no atoms are named')])
def test_what_cannot_be_is_refused_before_any_work(run, series, words, sentence):
    with pytest.raises(UserError, match=sentence):
        run(f'occupy series #2-6 {words}')


def test_a_file_that_holds_no_series(run, tmp_path):
    other = tmp_path / 'other.json'
    other.write_text('{"groups": []}')
    with pytest.raises(UserError, match=r'other.json is not the table of a series'):
        run(f'occupy series open {other}')


def test_it_ends_when_a_map_is_closed(session, run, series, log, wait_until):
    job = run('occupy series #2-6 model #1 block false')
    run('close #4')
    wait_until(lambda: not job.running)
    assert 'vol_2 #4 was closed' in log.text()
