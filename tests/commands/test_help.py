"""The help page, the commands and the core's settings agree.

Whatever `occupy` subcommand is registered must have its place on the page, with each of its
keywords, its default and its unit: nothing here lists them.
"""

import inspect
import re
from pathlib import Path

import pytest

from ..registered import our_commands

UNITS = {'residues': 'Residues', 'Å': '&Aring;', 'voxels': 'voxels'}
#: Keywords whose setting has another name.
SETTING_OF = {'threshold': 'mask_threshold', 'distance': 'region_distance'}
#: Keywords that are called as a setting of other commands is.
OTHERS = {('occupy fit', 'output'), ('occupy show', 'above'), ('occupy show', 'below')}
#: The keywords of `occupy` itself have sections of their own.
OWN_SECTIONS = {'occupy': ('estimation', 'colouring', 'output')}


class Page:
    """The help page, cut into sections at its anchors."""

    def __init__(self, text):
        self.text = re.sub(r'\s+', ' ', text.replace('&nbsp;', ' '))
        parts = re.split(r'<a name="([\w-]+)"></a>', self.text)
        self.sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    def sections_for(self, name):
        """The sections that explain a command: its own, then those that it points to."""
        own = OWN_SECTIONS.get(name) or (_anchor(name),)
        texts = [self.sections[one] for one in own if one in self.sections]
        for anchor in re.findall(r'href="#([\w-]+)"', ' '.join(texts)):
            texts.append(self.sections[anchor])
        # Options may themselves point to options that all commands share.
        if any('href="#output"' in text for text in texts):
            texts.append(self.sections['output'])
        return texts

    def explanation(self, name, word):
        """The paragraph that explains a keyword of a command; None where there is none."""
        for text in self.sections_for(name):
            found = re.search(rf'<p><b>{word}</b> .*?</p>', text)
            if found:
                return found.group()
        return None


def _anchor(name):
    """Where ChimeraX looks for the help of a command: series-open for `occupy series open`."""
    return '-'.join(name.split()[1:])


@pytest.fixture(scope='module')
def page():
    from chimerax import occupy

    path = Path(occupy.__file__).parent / 'docs/user/commands/occupy.html'
    return Page(path.read_text(encoding='utf-8'))


@pytest.fixture
def commands(session):
    """The registered `occupy` commands, as ChimeraX's parser knows them, by name."""
    return our_commands(session)


def _keywords(information):
    """{word as typed: Python name} of the keywords of a command."""
    from chimerax.core.commands import cli

    return {cli.user_kw(word): word for word in information._keyword
            if word not in information._optional and word not in information._required}


def _default_text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return f'{value:g}' if isinstance(value, (int, float)) else str(value)


def test_every_command_has_its_place(page, commands):
    assert len(commands) > 10
    for name in commands:
        assert f'<b>{name}</b>' in page.text, name
        if name != 'occupy':
            assert _anchor(name) in page.sections, name


def test_every_keyword_is_explained(page, commands):
    for name, information in commands.items():
        for word in _keywords(information):
            assert page.explanation(name, word), f'{name} {word}'


def test_every_default_is_told(page, commands):
    for name, information in commands.items():
        parameters = inspect.signature(information._function).parameters
        for word, python_name in _keywords(information).items():
            text = page.explanation(name, word)
            if python_name in information._required_arguments:
                assert 'Required' in text, f'{name} {word}'
                continue
            assert 'Default' in text, f'{name} {word}'
            stated = parameters.get(python_name)
            if stated is not None and stated.default not in (None, inspect.Parameter.empty):
                assert f'Default <b>{_default_text(stated.default)}</b>' in text, f'{name} {word}'


def test_defaults_and_units_are_those_of_the_core(page, commands):
    from chimerax.occupy.core.parameters import SETTINGS

    told = set()
    for name, information in commands.items():
        for word, python_name in _keywords(information).items():
            setting = SETTINGS.get(SETTING_OF.get(word, python_name))
            if setting is None or (name, word) in OTHERS:
                continue
            text = page.explanation(name, word)
            # Only `occupy` itself takes the core's mode if none is given.
            if setting.default is not None and (word != 'mode' or name == 'occupy'):
                assert f'Default <b>{_default_text(setting.default)}</b>' in text, f'{name} {word}'
            if setting.unit:
                assert UNITS[setting.unit] in text, f'{name} {word}'
            for choice in setting.choices:
                assert choice in text, f'{name} {word} {choice}'
            told.add(SETTING_OF.get(word, python_name))
    assert len(told) > 20


def test_other_numbers_are_those_of_the_core(page, commands):
    from chimerax.occupy.core.parameters import default

    power = default('power')
    assert f'<i>power</i> (default {power:g})' in page.sections['mask']
    region = page.explanation('occupy', 'fullScaleRegion')
    assert f'within {default("region_distance"):g} &Aring; of atoms' in region
    at = page.explanation('occupy', 'fullScaleAt')
    assert f'within {default("region_distance"):g} &Aring; of it' in at
    from chimerax.occupy.session.pointing import NEARBY
    assert f'within {NEARBY:g} &Aring;' in page.sections['at']
    threshold = default('solvent_mask_threshold')
    assert f'above {threshold:g} are covered' in page.explanation('occupy', 'solventMask')


def test_default_range(page):
    from chimerax.occupy.session.coloring import DEFAULT_RANGE, PALETTES

    low, high = DEFAULT_RANGE
    assert f'Default <b>{low:g},{high:g}</b>' in page.text
    for palette in PALETTES:
        assert f'<b>{palette}</b>' in page.text


def test_links_within_the_page(page):
    for anchor in re.findall(r'href="#([\w-]+)"', page.text):
        assert anchor in page.sections, anchor


def test_the_page_is_found(run, log, commands, pytestconfig):
    if pytestconfig.arrangement != 'library':
        pytest.skip('an application opens a browser')
    for name in commands:
        run(f'help {name}')
        if name == 'occupy':
            assert 'commands/occupy.html' in log.text()
        else:
            assert f'occupy.html#{_anchor(name)}' in log.text(), name


def test_examples_can_be_run(session, run, page, open_array):
    open_array()
    open_array()
    examples = re.search(r'<blockquote>(.*?)</blockquote>', page.text).group(1)
    for line in re.findall(r'<b>(occupy .*?)</b>', examples):
        run(line)
