"""What a map is at first sight."""

import numpy as np
import pytest
from chimerax.occupy.core import firstsight, wording
from chimerax.occupy.core.firstsight import first_sight
from chimerax.occupy.core.recognise import is_half_map
from scipy.ndimage import gaussian_filter


@pytest.mark.parametrize('name', [
    'run_half1_class001_unfil.mrc', 'emd_1234_half_map_2.map.gz', 'map_half_A.mrc',
    'cryosparc_P1_J2_003_volume_map_half_B.mrc', 'Half-map 1', 'halfmap2.mrc'])
def test_half_maps_by_name(name):
    assert is_half_map(name)


@pytest.mark.parametrize('name', [
    'run_class001.mrc', 'emd_11007.map', 'halfway.mrc', 'behalf_1.mrc', 'half_of_it.mrc',
    'half.mrc', 'map_half_Angstrom.mrc', 'half12.mrc'])
def test_other_names(name):
    assert not is_half_map(name)


def kind(array, name=''):
    found = first_sight(array, 1.5, name)
    return found and found.kind


def test_a_reconstruction_is_not_greeted(pair_map):
    assert kind(pair_map, 'run_class001.mrc') is None
    assert kind(pair_map, 'run_half1_class001_unfil.mrc') == wording.HALF_MAP


def test_masks_inverted_maps_and_tomograms(pair_map):
    smooth = gaussian_filter(pair_map, 2)
    mask = np.clip(10 * (smooth / smooth.max() - 0.2), 0, 1).astype(np.float32)
    assert kind(mask) == wording.MASK
    assert kind((mask > 0.5).astype(np.int8)) == wording.MASK
    assert kind((100 * (mask > 0.5)).astype(np.int8) - np.int8(60)) == wording.MASK
    assert kind(np.round(60 * pair_map / np.abs(pair_map).max()).astype(np.int8)) is None
    assert kind(-pair_map) == wording.INVERTED
    noise = np.random.default_rng(0).normal(size=(64, 64, 64))
    assert kind(gaussian_filter(noise, 1.5).astype(np.float32)) == wording.TOMOGRAM


def test_of_large_maps_values_and_names_alone(pair_map, monkeypatch):
    monkeypatch.setattr(firstsight, 'MOST_VOXELS', pair_map.size - 1)
    assert kind(-pair_map) is None
    assert kind(pair_map, 'half_map_1.mrc') == wording.HALF_MAP


def test_what_cannot_be_estimated_is_told_later():
    broken = np.random.default_rng(0).normal(size=(20, 20, 20)).astype(np.float32)
    broken[3, 3, 3] = np.nan
    assert kind(broken) is None
    assert kind(np.random.default_rng(0).normal(size=(1, 20, 20)).astype(np.float32)) is None
