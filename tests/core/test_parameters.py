import ast
import dataclasses
import pathlib
import pickle

import numpy as np
import pytest
from chimerax.occupy import core
from chimerax.occupy.core import SETTINGS, Grid, Modification, Parameters, derive
from chimerax.occupy.core.parameters import KINDS, FitParameters, Mask, default, keyword
from chimerax.occupy.core.wording import INVERT, Face, Remark, SettingError, worded


def test_every_field_has_a_setting_with_text_and_the_same_default():
    names = {'threshold': 'mask_threshold'}
    for kind in (Parameters, Modification, FitParameters, Mask):
        for field in dataclasses.fields(kind):
            if field.name in ('kind', 'modification'):
                continue
            setting = SETTINGS[names.get(field.name, field.name)]
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


def sentences_of(path):
    """String constants of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding='utf-8'))
    documented = {id(node.value) for node in ast.walk(tree)
                  if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and id(node) not in documented]


def test_the_core_speaks_no_language_of_a_face():
    words = {'ChimeraX', 'UserError', *(keyword(name) for name in SETTINGS if '_' in name)}
    modules = list(pathlib.Path(core.__file__).parent.glob('*.py'))
    assert len(modules) > 20
    for path in modules:
        for text in sentences_of(path):
            assert not [word for word in words if word in text], (path.name, text)


def test_keywords_are_camel_case():
    assert keyword('worst_resolution') == 'worstResolution'
    assert keyword('tau') == 'tau'


@pytest.mark.parametrize(('settings', 'words'), [
    ({'mode': 'size'}, 'mode must be one of resolution, occupancy'),
    ({'low_pass': -3}, 'low_pass must be at least'),
    ({'low_pass': float('nan')}, 'low_pass must be a number'),
    ({'tau': 1.0}, 'tau must be at most'),
    ({'tile_size': 1}, 'tile_size must be at least 2 voxels'),
    ({'tile_size': 12.5}, 'tile_size must be a whole number'),
    ({'kernel_size': 4}, 'kernel_size must be odd'),
    ({'kernel_size': (3, 4, 5)}, 'kernel_size must be odd'),
    ({'kernel_size': (3, 5)}, 'one number or three'),
    ({'max_box': 8}, 'max_box must be at least 16'),
    ({'full_scale': 'fullest'}, 'full_scale must be one of'),
    ({'full_scale': 0}, 'full_scale must be above zero'),
    ({'low_pass': 6, 'worst_resolution': 10}, 'contradicts worst_resolution'),
])
def test_wrong_values_are_refused_in_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words) as error:
        Parameters(**settings)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(('settings', 'words'), [
    ({'kind': 'sharpen'}, 'kind must be one of'),
    ({'kind': 'amplify', 'power': 0.5}, 'power must be at least 1'),
    ({'kind': 'sigmoid', 'pivot': 1}, 'pivot must be at most 0.99'),
    ({'kind': 'attenuate', 'scale_limit': 2}, 'scale_limit must be at most 1'),
    ({'kind': 'attenuate', 'hedge': 0}, 'hedge must be at least 1'),
    ({'kind': 'attenuate', 'output': 'movie'}, 'output must be one of'),
    ({'kind': 'attenuate', 'seed': -1}, 'seed must be at least 0'),
    ({'kind': 'solvent', 'confidence': False}, 'solvent is suppressed by its confidence'),
    ({'kind': 'amplify', 'output': 'difference', 'match_histogram': True}, 'output map only'),
])
def test_wrong_modifications_are_refused_in_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words):
        Modification(**settings)


def test_what_leaves_a_map_as_it_is():
    assert Modification('amplify', power=1).is_identity
    assert not Modification('amplify', power=1, exclude_solvent=True).is_identity
    assert [kind for kind in KINDS if Modification(kind).is_identity] == []


def low_pass(step, **settings):
    return Parameters(**settings).derive_low_pass(Grid.of((60, 60, 60), step))


def test_low_pass_is_eight_angstrom_or_three_voxels_or_the_worst_resolution():
    assert low_pass(1.0) == 8
    assert low_pass(3.54) == pytest.approx(10.62)
    assert low_pass(1.0, worst_resolution=15) == 15
    assert low_pass(1.0, worst_resolution=5) == 8
    assert low_pass(1.0, low_pass=6) == 6


@pytest.mark.parametrize(('step', 'settings', 'words'), [
    (3.5, {'low_pass': 6}, 'low_pass 6 Å is finer than two voxels'),
    (1.4, {'low_pass': 1000}, 'low_pass 1000 Å is longer than the box, which is 84 Å across'),
    (1.4, {'worst_resolution': 90}, 'worst_resolution 90 Å is longer than the box'),
    (14000, {}, 'the voxel size, 14000 Å, is not that of a map of molecules'),
])
def test_what_is_refused_is_what_was_given(step, settings, words):
    with pytest.raises(ValueError, match=words) as error:
        derive(Parameters(**settings), Grid.of((60, 60, 60), step))
    others = {keyword for keyword in SETTINGS if keyword in str(error.value)} - set(settings)
    assert not others


def values_of(kind):
    """Every field of a class that is a setting, with its setting."""
    return [(kind, field.name, SETTINGS[field.name]) for field in dataclasses.fields(kind)
            if field.name in SETTINGS]


EVERY = [*values_of(Parameters), *values_of(Modification)]
GIVEN = {Parameters: {}, Modification: {'kind': 'amplify'}}


@pytest.mark.parametrize(('cls', 'name', 'setting'), EVERY, ids=[name for _, name, _ in EVERY])
@pytest.mark.parametrize('wrong', [
    True, 0.3, 3, 'much', b'1', [1.0], (3, 3), {}, np.nan, np.inf, None, Exception, 1j,
    np.array([1, 2]), '8'], ids=repr)
def test_a_value_of_another_type_is_refused_by_the_setting_s_name(cls, name, setting, wrong):
    if setting.takes(wrong) or (name == 'kernel_size' and isinstance(wrong, tuple | list)):
        return
    with pytest.raises(SettingError) as error:
        cls(**{**GIVEN[cls], name: wrong})
    assert error.value.settings[0] == name
    assert str(error.value).startswith(name)


@pytest.mark.parametrize(('cls', 'name', 'setting'), EVERY, ids=[name for _, name, _ in EVERY])
def test_numbers_of_numpy_are_taken_and_kept_as_plain_ones(cls, name, setting):
    if isinstance(setting.default, bool):
        values = [np.bool_(not setting.default)] if name != 'match_histogram' else [np.True_]
    elif setting.is_number:
        low = setting.low if setting.low else 1
        values = [np.int64(max(17, low + 1))] if setting.whole else [
            np.float32(low + 0.0625 if setting.high is None or low + 0.0625 < setting.high else
                       0.5), np.float64(min(0.5, setting.high or 1) if low < 0.5 else low)]
    else:
        values = [np.str_(setting.choices[-1])]
    for value in values:
        kept = getattr(cls(**{**GIVEN[cls], name: value}), name)
        assert kept == value
        assert type(kept) in (bool, int, float, str)


def test_faces_word_names_and_remedies():
    face = Face(str.upper, lambda setting, value: f'set {setting} to {value}', {INVERT: ''})
    remark = Remark('{low_pass} is {{odd}}', (INVERT, ('baseline', 'solvent'), 'unknown'))
    assert worded(remark, face) == 'LOW_PASS is {odd}; set baseline to solvent'
    assert remark == "low_pass is {odd}; multiply it by -1 or give baseline='solvent'"
    assert worded('as it is {low_pass}', face) == 'as it is {low_pass}'
    assert pickle.loads(pickle.dumps(remark)).remedies == remark.remedies
