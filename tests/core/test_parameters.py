import dataclasses

import pytest
from chimerax.occupy.core import SETTINGS, Modification, Parameters
from chimerax.occupy.core.parameters import KINDS, default, keyword


def test_every_field_has_a_setting_with_text_and_the_same_default():
    for kind in (Parameters, Modification):
        for field in dataclasses.fields(kind):
            if field.name == 'kind':
                continue
            setting = SETTINGS[field.name]
            assert setting.text.endswith('.')
            assert field.default == setting.default


def test_defaults_of_the_published_method():
    assert default('tile_size') == 12
    assert default('max_box') == 256
    assert default('power') == 3
    assert default('pivot') == 0.3
    assert default('scale_limit') == 0.05
    assert (default('color_low'), default('color_high')) == (0.2, 1)
    assert default('mode') == 'resolution'


def test_keywords_are_camel_case():
    assert keyword('worst_resolution') == 'worstResolution'
    assert keyword('tau') == 'tau'


@pytest.mark.parametrize(('settings', 'words'), [
    ({'mode': 'size'}, 'mode must be one of resolution, occupancy'),
    ({'low_pass': -3}, 'lowPass must be at least'),
    ({'low_pass': float('nan')}, 'lowPass must be a number'),
    ({'tau': 1.0}, 'tau must be at most'),
    ({'tile_size': 1}, 'tileSize must be at least 2 voxels'),
    ({'tile_size': 12.5}, 'tileSize must be a whole number'),
    ({'kernel_size': 4}, 'kernelSize must be odd'),
    ({'kernel_size': (3, 4, 5)}, 'kernelSize must be odd'),
    ({'kernel_size': (3, 5)}, 'one number or three'),
    ({'max_box': 8}, 'maxBox must be at least 16'),
    ({'full_scale': 'fullest'}, 'fullScale must be one of'),
    ({'full_scale': 0}, 'fullScale must be above zero'),
    ({'low_pass': 6, 'worst_resolution': 10}, 'contradicts worstResolution'),
])
def test_wrong_values_are_refused_in_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words) as error:
        Parameters(**settings)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(('settings', 'words'), [
    ({'kind': 'sharpen'}, 'kind must be one of'),
    ({'kind': 'amplify', 'power': 0.5}, 'power must be at least 1'),
    ({'kind': 'sigmoid', 'pivot': 1}, 'pivot must be at most 0.99'),
    ({'kind': 'attenuate', 'scale_limit': 2}, 'scaleLimit must be at most 1'),
    ({'kind': 'attenuate', 'hedge': 0}, 'hedge must be at least 1'),
    ({'kind': 'attenuate', 'output': 'movie'}, 'output must be one of'),
    ({'kind': 'attenuate', 'seed': -1}, 'seed must be at least 0'),
    ({'kind': 'solvent', 'confidence': False}, 'solvent is suppressed by confidence'),
    ({'kind': 'amplify', 'output': 'difference', 'match_histogram': True}, 'output map only'),
])
def test_wrong_modifications_are_refused_in_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words):
        Modification(**settings)


def test_what_leaves_a_map_as_it_is():
    assert Modification('amplify', power=1).is_identity
    assert not Modification('amplify', power=1, exclude_solvent=True).is_identity
    assert [kind for kind in KINDS if Modification(kind).is_identity] == []


def test_low_pass_is_eight_angstrom_or_three_voxels_or_the_worst_resolution():
    assert Parameters().derive_low_pass(1.0) == 8
    assert Parameters().derive_low_pass(3.54) == pytest.approx(10.62)
    assert Parameters(worst_resolution=15).derive_low_pass(1.0) == 15
    assert Parameters(worst_resolution=5).derive_low_pass(1.0) == 8
    assert Parameters(low_pass=6).derive_low_pass(1.0) == 6
    with pytest.raises(ValueError, match='finer than two voxels'):
        Parameters(low_pass=6).derive_low_pass(3.5)
