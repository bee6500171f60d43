"""The scale against that of OccuPy 0.1.13, from golden numbers that bench/golden.py made."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from chimerax.occupy.core import estimate


@pytest.fixture(scope='module')
def golden():
    """The module that makes the map, and OccuPy's scale at its places by mode."""
    folder = Path(__file__).parent
    spec = importlib.util.spec_from_file_location('golden_map', folder / 'golden_map.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, json.loads((folder / 'golden.json').read_text(encoding='utf-8'))


def test_resolution_mode_gives_the_published_scale(golden):
    module, numbers = golden
    found = estimate(module.golden_map(), module.VOXEL)
    values = found.scale[tuple(module.golden_places().T)]
    np.testing.assert_allclose(values, numbers['resolution'], atol=1e-4)
    assert np.ptp(values) > 0.9


def test_occupancy_mode_agrees_but_for_the_centre_of_the_low_pass(golden):
    """METHOD, section 3: OccuPy's low-pass is off-centre by half a Fourier voxel."""
    module, numbers = golden
    found = estimate(module.golden_map(), module.VOXEL, mode='occupancy')
    values = found.scale[tuple(module.golden_places().T)]
    assert np.corrcoef(values, numbers['occupancy'])[0, 1] > 0.9995
    assert np.abs(values - numbers['occupancy']).max() < 0.07
