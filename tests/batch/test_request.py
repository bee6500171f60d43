"""What may be asked of a batch, and how the command line says it."""

import pytest
from chimerax.occupy.batch import Request
from chimerax.occupy.batch.cli import _parser, main
from chimerax.occupy.batch.wording import sentence
from chimerax.occupy.core import SETTINGS, wording


def test_request_travels_as_plain_values():
    import json

    request = Request(amplify=3, sigmoid=[2, 5], kernel_size=(3, 5, 7), full_scale=1.5)
    assert Request(**json.loads(json.dumps(request.as_dict()))) == request


def test_mode_follows_what_is_asked_for():
    assert Request().mode == 'resolution'
    assert Request(confidence=True, solvent=True).mode == 'resolution'
    assert Request(amplify=3).mode == Request(mask_sigmoid=3).mode == 'occupancy'
    assert Request(mask_solvent=True).mode == Request(mask_weak=True).mode == 'occupancy'
    for wanted in ({'amplify': 3}, {'mask_strong': True}):
        with pytest.raises(ValueError, match='leave out mode resolution'):
            Request(**wanted, mode='resolution')


def test_results_are_named_by_what_they_are():
    request = Request(amplify=[2, 3], attenuate=3, sigmoid=5, solvent=True, mask_attenuate=4,
                      mask_sigmoid=5, pivot=0.25)
    assert list(request.modifications) == [
        'amplified_2', 'amplified_3', 'attenuated_3', 'sigmoid_5_0.25', 'solvent_suppressed']
    assert list(request.masks) == ['mask_kept_attenuate_4', 'mask_kept_sigmoid_5_0.25']
    assert list(Request(mask_weak=True, mask_strong=True, mask_solvent=True).masks) == [
        'mask_solvent', 'mask_weak', 'mask_strong']
    assert list(Request(amplify=3, output='gain').modifications) == ['amplified_3_gain']


@pytest.mark.parametrize(('sentence', 'values'), [
    ('tile_size must be at least 2 voxels, not 1', {'tile_size': 1}),
    ('mask_threshold must be at most 1', {'mask_threshold': 2}),
    ('covers must be one of', {'covers': 'all'}),
    ('power must be at least 1', {'amplify': 0.5}),
    ('seed has nothing to act on', {'seed': 1}),
    ('pivot has nothing to act on', {'amplify': 2, 'pivot': 0.5}),
    ('give only one of', {'full_scale': 'naive', 'full_scale_from': 'a.json'}),
    ('output_low_pass and match_histogram', {'amplify': 2, 'output': 'gain', 'output_low_pass': 9}),
    ('below has nothing to act on: give mask_weak too', {'below': 0.4, 'mask_strong': True}),
    ('above has nothing to act on', {'above': 0.4}),
    ('mask_threshold has nothing to act on', {'mask_threshold': 0.4}),
    ('covers has nothing to act on: give mask_attenuate or', {'covers': 'subtracted'}),
    ('soft_edge has nothing to act on', {'soft_edge': 4.0, 'amplify': 2}),
    ('extend must be at least 0 Å', {'extend': -1.0, 'mask_weak': True}),
    ('solvent works by confidence', {'solvent': True, 'modify_everywhere': True}),
])
def test_contradictions_are_refused(sentence, values):
    with pytest.raises(ValueError, match=sentence):
        Request(**values)


@pytest.mark.parametrize('remedy', [*wording.CORE.advice, ('baseline', 'solvent'),
                                    ('confidence', False), ('recalibrate', True)])
def test_every_remedy_of_the_core_has_words(remedy):
    words = sentence(wording.Remark('{low_pass} is odd', (remedy,)))
    assert words.startswith('--low-pass is odd; ')
    assert '_' not in words.replace('relion_image_handler', '').replace('remove_nan', '')
    named = {word.strip(',;') for word in words.split() if word.startswith('--')}
    options = {flag for action in _parser()._actions for flag in action.option_strings}
    assert named - {'--i', '--o', '--remove_nan'} <= options


def _option(name):
    return next(action for action in _parser()._actions if action.dest == name)


# The option --confidence writes a map of it.
OF_THE_CORE = sorted((set(SETTINGS) & set(Request().as_dict())) - {'confidence'})


@pytest.mark.parametrize('name', OF_THE_CORE)
def test_options_say_what_the_core_says(name):
    setting, option = SETTINGS[name], _option(name)
    assert option.help.replace('%%', '%').startswith(setting.text)
    if name != 'mode':
        assert option.default == setting.default
    if setting.unit:
        assert f'{setting.high:.7g} {setting.unit}' in option.help
    if setting.default not in (None, True, False):
        assert f'default: {setting.default:g}' if isinstance(
            setting.default, float) else f'default: {setting.default}' in option.help


def test_every_value_of_a_request_has_an_option():
    defaults = {action.dest: action.default for action in _parser()._actions}
    wanted = Request()
    for name in wanted.as_dict():
        assert name in defaults, name
        if name != 'mode':
            value = defaults[name]
            assert (tuple(value) if isinstance(value, list) else value) == getattr(wanted, name)


@pytest.mark.parametrize(('arguments', 'sentence'), [
    ([], 'the following arguments are required: MAPS'),
    (['a.mrc', '--low-pass', 'fine'], '--low-pass: a number is wanted, not "fine"'),
    (['a.mrc', '--low-pass', '-3'], '--low-pass: the value must be at least 0.01 Å, not -3'),
    (['a.mrc', '--kernel-size', '4'], '--kernel-size must be odd'),
    (['a.mrc', '--kernel-size', '5,7'], '--kernel-size must be one number or three'),
    (['a.mrc', '--tile-size', '12.5'], 'must be a whole number'),
    (['a.mrc', '--full-scale', 'full'], 'must be one of published, naive, auto, not "full"'),
    (['a.mrc', '--mode', 'both'], 'must be one of resolution, occupancy'),
    (['a.mrc', '--jobs', '0'], '--jobs: the value must be at least 1'),
    (['a.mrc', '--low-pass', '5', '--worst-resolution', '9'],
     '--low-pass 5 Å contradicts --worst-resolution 9 Å'),
    (['a.mrc', '--amplify', '3', '--mode', 'resolution'], 'leave out --mode resolution'),
    (['a.mrc', '--name', '{name}'], 'must hold {result}'),
    (['a/x.mrc', 'b/x.map'], 'would have the same names'),
    (['a.mrc', '--full-scale-from', 'none.json'], 'there is no file none.json'),
    (['a.mrc', '--frobnicate'], 'unrecognized arguments: --frobnicate'),
])
def test_mistakes_end_it_with_one_sentence(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    output = capsys.readouterr()
    assert caught.value.code == 2
    assert sentence in output.err
    assert output.err.startswith('error: ')
    assert output.err.count('\n') == 1
    assert list(tmp_path.iterdir()) == []


def test_help_and_version(capsys):
    for flag, words in (('--help', ['--low-pass Å', 'Exit status', '--dask ADDRESS']),
                        ('--version', ['chimerax.occupy 0.'])):
        with pytest.raises(SystemExit) as caught:
            main([flag])
        assert caught.value.code == 0
        text = capsys.readouterr().out
        assert all(word in text for word in words)
        assert max(map(len, text.splitlines())) <= 100
