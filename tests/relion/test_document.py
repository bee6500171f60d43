"""docs/refinement.md: its example runs, and its table says what the program does."""

import re

import chimerax_library
from chimerax.occupy.relion.cli import _parser

PAGE = chimerax_library.REPOSITORY / 'docs' / 'refinement.md'


def test_the_example_for_loops_runs(capsys):
    (code,) = re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.DOTALL)
    names = {}
    exec(compile(code, str(PAGE), 'exec'), names)
    assert capsys.readouterr().out == ''
    volume, share = names['volume'], names['share']
    # The weak ball was weakened and the full one was not.
    assert volume[24, 24, 34] < 0.25 < 0.4 < volume[24, 24, 14]
    assert share[24, 24, 14] > 0.8 > 0.3 > share[24, 24, 34]
    assert share[2, 2, 2] == 0


def test_every_option_is_in_the_table_with_its_default():
    text = PAGE.read_text(encoding='utf-8')
    shown = {'--scale-limit', '--hedge', '--tile-size', '--help', '-h'}
    for action in _parser()._actions:
        for option in action.option_strings:
            assert option in shown or f'`{option}' in text, option
    options = _parser().parse_args(['x.star'])
    assert f'| {options.kind}, {options.power:g}, {options.pivot:g} |' in text
    assert f'| `--strength` | {options.strength:g} |' in text
    assert f'| {options.schedule} |' in text
    assert f'| `--full-scale` | {options.full_scale} |' in text
    assert ('| exclude |' in text) == options.exclude_solvent
