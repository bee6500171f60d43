"""The documents are true: links, pictures, commands, targets, defaults and versions."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob('*.md'), *(REPOSITORY / 'docs').glob('*.md')])
NAMES = [str(path.relative_to(REPOSITORY)) for path in DOCUMENTS]
#: Written by benches that take long, so that a fresh checkout may not have them yet.
BY_BENCHES = ('accuracy.md', 'performance.md', 'robustness.md')
LARGEST_PICTURE = 400_000
#: Options of OccuPy 0.1.13, from its --help.
OCCUPY_OPTIONS = (
    '--input-map', '--resolution', '--amplify', '--attenuate', '--sigmoid', '--pivot', '--tau',
    '--kernel-size', '--kernel-radius', '--tile-size', '--lowpass', '--lowpass-output',
    '--exclude-solvent', '--max-box', '--hedge-confidence', '--solvent-def', '--scale-limit',
    '--nlrc', '--hist-match', '--target-mask', '--output-map', '--keep-output-path', '--plot',
    '--save-all-maps', '--chimerax', '--chimerax-silent', '--show-chimerax', '--min-vis-scale',
    '--S0', '--lp-scale', '--omit-confidence', '--emdb-id', '--verbose', '--quiet', '--help-all',
    '--version', '--help')


@pytest.fixture(params=DOCUMENTS, ids=NAMES)
def document(request):
    """Each document in turn: its path."""
    return request.param


def text_of(path):
    return path.read_text(encoding='utf-8')


def without_code(text):
    return re.sub(r'```.*?```|`[^`\n]*`', '', text, flags=re.DOTALL)


def blocks(text, language):
    """The fenced blocks of a language."""
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.DOTALL | re.MULTILINE)


def anchors(path):
    """The anchors of a document's headings, as they are made where documents are shown."""
    found = set()
    prose = re.sub(r'```.*?```', '', text_of(path), flags=re.DOTALL)
    for heading in re.findall(r'^#+ (.*)$', prose, re.MULTILINE):
        words = re.sub(r'[^\w\- ]', '', heading.strip().lower())
        found.add(words.replace(' ', '-'))
    return found


def test_links_and_pictures_exist(document):
    for target in re.findall(r'\]\(([^)\s]+)\)', without_code(text_of(document))):
        if re.match(r'\w+:', target):
            continue
        place, _, anchor = target.partition('#')
        path = (document.parent / place).resolve() if place else document
        if path.name in BY_BENCHES and not path.exists():
            continue
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def test_pictures_are_there_small_and_shown():
    import pictures

    shown = ''.join(text_of(path) for path in DOCUMENTS)
    for name in (*pictures.PICTURES, 'solvent-model'):
        path = pictures.FOLDER / f'{name}.png'
        assert path.stat().st_size <= LARGEST_PICTURE, name
        assert path.name in shown, name


def test_every_picture_is_shown_by_a_document():
    import pictures

    shown = ''.join(text_of(path) for path in DOCUMENTS)
    for path in pictures.FOLDER.iterdir():
        assert f'images/{path.name})' in shown, path.name
    user = REPOSITORY / 'src/docs/user'
    pages = ''.join(text_of(path) for path in user.rglob('*.html'))
    for path in user.rglob('*.png'):
        assert f'images/{path.name}"' in pages, path.name


def test_scripts_and_targets_exist(document):
    text = text_of(document)
    for path in re.findall(r'\b(?:tools|bench|tests|src)/[\w/]+\.\w+', text):
        assert (REPOSITORY / path).exists(), path
    targets = re.findall(r'^([a-z-]+):', text_of(REPOSITORY / 'Makefile'), re.MULTILINE)
    code = '\n'.join(blocks(text, 'sh') + re.findall(r'`([^`\n]*)`', text))
    for target in re.findall(r'^make ([a-z-]+)', code, re.MULTILINE):
        assert target in targets, target


@pytest.fixture
def parse(session, run, maps):
    """Parses a command as ChimeraX would, with maps #1, #2 and #3 and a model #4 open."""
    from chimerax.core.commands import cli

    for _ in range(3):
        run(f'open {maps.pair}')
    _open_atom(session)

    def parse_command(text):
        cli.Command(session).run(text, log=False, log_only=True)

    return parse_command


def _open_atom(session):
    from chimerax.atomic import AtomicStructure

    structure = AtomicStructure(session, name='model')
    atom = structure.new_atom('CA', 'C')
    atom.coord = (30, 30, 30)
    structure.new_residue('ALA', 'A', 1).add_atom(atom)
    session.models.add([structure])


def commands_of(path):
    """The commands in a document: those in blocks, and whole ones amid the text."""
    text = text_of(path)
    prose = re.sub(r'```.*?```', '', text, flags=re.DOTALL)
    return [line for block in blocks(text, 'chimerax') for line in block.splitlines()] + [
        command for command in re.findall(r'`(occupy [^`\n]*)`', prose)
        if '#' in command and '…' not in command]


WITH_COMMANDS = [path for path in DOCUMENTS if commands_of(path)]


@pytest.mark.parametrize('path', WITH_COMMANDS, ids=[path.name for path in WITH_COMMANDS])
def test_commands_can_be_parsed(path, parse):
    for command in commands_of(path):
        # A model on the map has other numbers where there are other maps.
        command = re.sub(r'#\d+(/\w+)', r'#4\1', command)
        parse(command.replace('occupy atoms #2', 'occupy atoms #4'))


def test_the_tutorial_can_be_followed(session, run, maps, tmp_path, monkeypatch):
    import mrcfile

    with mrcfile.open(maps.pair) as file:
        stand_in = maps.write('tutorial', 10 * file.data)
    monkeypatch.chdir(tmp_path)
    for block in blocks(text_of(REPOSITORY / 'docs/tutorial.md'), 'chimerax'):
        for command in block.splitlines():
            if command.startswith('open '):
                command = f'open {stand_in}'
            if not re.match(r'save \S*\.png|occupy plot', command):     # pictures take long
                run(command)
    assert {'keep.mrc', 'subtract.mrc', 'report.json', 'session.cxs'} <= {
        path.name for path in tmp_path.iterdir()}


def test_pictures_show_the_tutorial():
    """The script that makes the pictures runs the commands of the tutorial."""
    import pictures

    made = pictures.COMMANDS
    for block in blocks(text_of(REPOSITORY / 'docs/tutorial.md'), 'chimerax'):
        for command in block.splitlines():
            if command.startswith('occupy ') and not re.search('subtracted|report', command):
                words = re.sub(r' modelId #\d+', '', command)
                assert words in made, command


def test_defaults_of_the_method():
    from chimerax.occupy.core.parameters import SETTINGS, keyword

    section = text_of(REPOSITORY / 'docs/method.md').split('\n## ')[2]
    rows = re.findall(r'^\| `(\w+)`[^|]*\|[^|]*\|([^|]*)\|', section, re.MULTILINE)
    defaults = {name: cell.strip() for name, cell in rows}
    by_keyword = {keyword(name): setting.default for name, setting in SETTINGS.items()}
    by_keyword |= {'threshold': by_keyword['maskThreshold'],
                   'distance': by_keyword['regionDistance']}
    compared = 0
    for name, cell in defaults.items():
        default = by_keyword.get(name)
        if default is None:
            continue
        words = str(default).lower() if isinstance(default, (bool, str)) else f'{default:g}'
        assert re.match(rf'{re.escape(words)}\b', cell), name
        compared += 1
    assert compared > 12


def test_constants_of_the_method():
    from chimerax.occupy.core import fill, fullest, noisefloor, parameters, smoothing

    text = ' '.join(text_of(REPOSITORY / 'docs/method.md').split())
    for words in (
            f'σ = {fullest.NEIGHBOURHOOD:g}·r', f'is {fullest.SPREAD:g} times the level',
            f'at least {fullest.LEAST_SHARE:.0%} of the content'.replace('%', ' %'),
            f'Below {fullest.SMALL_SHARE:.0%} of the content'.replace('%', ' %'),
            f'where {fullest.ABOVE_SHARE:.0%} of the content'.replace('%', ' %'),
            f'more than {fullest.ABOVE - 1:.0%} above F'.replace('%', ' %'),
            f'μ + {fullest.SOLVENT_WIDTHS}σ', f'fewer than {fullest.LEAST_SAMPLES} places',
            f'a Gaussian in the logarithm of the scale, of width {smoothing.ALIKE:g}',
            f'scales below {smoothing.LEAST_SCALE:g} stay', f'{parameters.HISTOGRAM_BINS} bins',
            f'low-passed to {fill.EDGE_VOXELS} voxels',
            f'further from 0 than {parameters.BASELINE_WIDTHS}σ and than '
            f'{parameters.BASELINE_SHARE:g}·F'):
        assert words in text, words
    assert noisefloor.MUCH_NOISE == 0.25
    assert 'N above a quarter of F' in text


def test_method_has_its_sections():
    headings = re.findall(r'^## (\d)\. ', text_of(REPOSITORY / 'docs/method.md'), re.MULTILINE)
    assert headings == list('123456789')


def test_reference_is_up_to_date():
    import api_reference

    assert text_of(api_reference.PAGE) == api_reference.page(), (
        'docstrings of the core have changed: run .venv/bin/python tools/api_reference.py')


def test_every_option_of_occupy_has_its_place():
    text = text_of(REPOSITORY / 'docs/coming-from-occupy.md')
    for option in OCCUPY_OPTIONS:
        assert re.search(rf'`[^`]*{option}[`, ]', text), option


def test_architecture_names_modules_that_exist():
    names = set()
    for name in re.findall(r'`(\w+\.py)`', text_of(REPOSITORY / 'docs/architecture.md')):
        assert list((REPOSITORY / 'src').rglob(name)), name
        names.add(name)
    packages = [path.parent.name for path in (REPOSITORY / 'src').glob('*/__init__.py')]
    for package in packages:
        assert f'`{package}/`' in text_of(REPOSITORY / 'docs/architecture.md'), package
    core = {path.name for path in (REPOSITORY / 'src/core').glob('[a-z]*.py')}
    assert core <= names


def test_knowledge_has_the_direction_that_is_said():
    """The core imports nothing above it, batches no ChimeraX, commands no Qt."""
    forbidden = {'core': ('chimerax', 'Qt', 'matplotlib', 'mrcfile'),
                 'relion': ('chimerax', 'Qt'),
                 'batch': ('chimerax', 'Qt'), 'commands': ('Qt', 'PyQt6')}
    for package, names in forbidden.items():
        for path in (REPOSITORY / 'src' / package).glob('*.py'):
            for node in ast.walk(ast.parse(text_of(path))):
                imported = []
                if isinstance(node, ast.Import):
                    imported = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    imported = [node.module or ''] if not node.level else []
                    assert package != 'core' or node.level < 2, path.name
                for name in imported:
                    assert name.split('.')[0] not in names, f'{path.name} {name}'


def test_versions_agree():
    version = ElementTree.parse(REPOSITORY / 'bundle_info.xml').getroot().get('version')
    assert f'\nversion: {version}\n' in text_of(REPOSITORY / 'CITATION.cff')
    newest = re.search(r'^## (\S+)', text_of(REPOSITORY / 'CHANGELOG.md'), re.MULTILINE).group(1)
    assert newest == version


def test_readme_names_what_the_set_up_needs():
    import system_libraries

    text = ' '.join(text_of(REPOSITORY / 'README.md').split())
    for package in system_libraries.PACKAGES.values():
        assert package in text, package
