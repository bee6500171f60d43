"""The help page, the commands and the core's settings agree."""

import re
from pathlib import Path

import pytest

MODULES = ('estimate', 'color', 'tiles')


@pytest.fixture(scope='module')
def page():
    from chimerax import occupy

    path = Path(occupy.__file__).parent / 'docs/user/commands/occupy.html'
    return re.sub(r'\s+', ' ', path.read_text(encoding='utf-8').replace('&nbsp;', ' '))


@pytest.fixture
def keywords(session, run, log):
    """The keywords of a command, as ChimeraX's parser knows them."""
    from chimerax.core.commands import cli

    def of(name):
        command = cli.Command(session)
        command.current_text = name
        command._find_command_name(True)
        info = command._ci
        return {cli.user_kw(word): argument for word, argument in info._keyword.items()
                if word not in info._optional and word not in info._required}

    return of


def test_every_keyword_is_explained(page, keywords):
    for name in ('occupy', 'occupy color', 'occupy tiles'):
        for word in keywords(name):
            assert f'<b>{word}</b>' in page, f'{name} {word}'


def test_defaults_and_units_are_those_of_the_core(page, keywords):
    from chimerax.occupy.core.parameters import SETTINGS, keyword

    by_keyword = {keyword(name): setting for name, setting in SETTINGS.items()}
    for word in keywords('occupy'):
        setting = by_keyword.get(word)
        if setting is None:
            continue
        text = re.search(rf'<p><b>{word}</b>.*?</p>', page).group()
        if setting.default is not None:
            default = str(setting.default).lower() if isinstance(
                setting.default, bool) else str(setting.default)
            assert f'Default <b>{default}</b>' in text, word
        if setting.unit:
            assert {'Å': '&Aring;', 'voxels': 'voxels'}[setting.unit] in text, word
        for choice in setting.choices:
            assert choice in text, word


def test_default_range(page):
    from chimerax.occupy.coloring import DEFAULT_RANGE, PALETTES

    low, high = DEFAULT_RANGE
    assert f'Default <b>{low:g},{high:g}</b>' in page
    for palette in PALETTES:
        assert f'<b>{palette}</b>' in page


def test_subcommands_have_their_place(page):
    for name in ('color', 'tiles'):
        assert f'<a name="{name}"></a>' in page


def test_the_page_is_found(run, log, pytestconfig):
    if pytestconfig.arrangement != 'library':
        pytest.skip('an application opens a browser')
    run('help occupy tiles')
    assert 'occupy.html#tiles' in log.text()


def test_examples_can_be_parsed(session, run, page, open_array):
    open_array()
    open_array()
    examples = re.search(r'<blockquote>(.*?)</blockquote>', page).group(1)
    for line in re.findall(r'<b>(occupy .*?)</b>', examples):
        run(line)
