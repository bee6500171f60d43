"""What is opened while the panel is up is greeted as what it is."""

import numpy as np
import pytest


@pytest.fixture
def greeted(panel, events):
    """What the status line says once all that was opened has been looked at."""
    def told():
        events(lambda: not panel.greeter.busy)
        return panel.bottom.status.text().replace('\u200b', '')

    return told


def mask_of(array):
    return (array > 0.3 * array.max()).astype(np.float32)


def test_a_reconstruction_is_not(blobs, greeted):
    assert greeted() == 'An estimate takes less than a second.'


def test_a_mask_alone(open_array, two_blobs, greeted, panel, run):
    open_array(mask_of(two_blobs()), name='envelope.mrc')
    assert greeted().startswith('envelope.mrc #1 looks like a mask: choose it as a "Solvent mask"')
    run('close #1')
    assert greeted().startswith('Open a map first')


def test_a_mask_beside_a_map_and_what_is_then_done(open_array, two_blobs, greeted, panel, events):
    volume = open_array()
    greeted()
    mask = open_array(mask_of(two_blobs()), name='mask.mrc')
    assert greeted().startswith('mask.mrc #2 looks like a mask')
    assert panel.volume is volume
    panel.bottom.estimate.click()
    assert 'mask' not in greeted()
    panel.map.menu.value = mask
    assert greeted().startswith('mask.mrc #2 looks like a mask')


def test_half_map_by_the_name_of_its_file(maps, two_blobs, greeted, run):
    run(f'open {maps.write("run_half1_class001_unfil", two_blobs())}')
    assert 'is a half map by its name' in greeted()


def test_what_occupy_makes_is_not(blobs, greeted, run, panel):
    run('occupy #1 mode occupancy; occupy mask #1 solvent; occupy confidence #1')
    assert greeted().startswith(('Occupancy scale', 'Resolution scale', 'An estimate'))


def test_closed_before_it_was_looked_at(open_array, two_blobs, greeted, run):
    open_array(mask_of(two_blobs()), name='mask.mrc')
    run('close #1')
    assert greeted().startswith('Open a map first')


def test_not_after_a_session(open_array, two_blobs, greeted, run, panel, tmp_path, events):
    open_array(mask_of(two_blobs()), name='mask.mrc')
    open_array()
    greeted()
    run(f'save {tmp_path / "kept.cxs"}; open {tmp_path / "kept.cxs"}')
    events()
    assert not panel.greeter.busy
