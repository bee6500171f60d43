"""The wheel that ChimeraX's bundle builder makes is what ChimeraX and its toolshed need."""

import email
import re
import subprocess
import sys
import zipfile

import chimerax_library
import pytest
from make_wheel import make_wheel

SOURCE = chimerax_library.REPOSITORY / 'src'
BUNDLE_INFO = chimerax_library.REPOSITORY / 'bundle_info.xml'


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp('dist')
    (folder / 'ChimeraX_OccuPy-0.0.1-py3-none-any.whl').touch()
    return make_wheel(folder)


@pytest.fixture(scope='module')
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope='module')
def metadata(contents):
    (name,) = (name for name in contents if name.endswith('.dist-info/METADATA'))
    return email.message_from_bytes(contents[name])


def test_it_is_pure_python_and_alone(wheel):
    name, version, _package, _classifiers = chimerax_library.read_bundle_info(BUNDLE_INFO)
    assert wheel.name == f'{name.replace("-", "_")}-{version}-py3-none-any.whl'
    # Wheels of other versions beside it would be uploaded with it.
    assert [path.name for path in wheel.parent.iterdir()] == [wheel.name]


def test_it_leaves_nothing_in_the_repository(wheel):
    assert not list(chimerax_library.REPOSITORY.glob('*.egg-info'))
    assert not (chimerax_library.REPOSITORY / 'build').exists()


def test_it_holds_the_source_and_the_help_and_nothing_else(contents):
    inside = {name for name in contents if '.dist-info/' not in name}
    source = {
        f'chimerax/occupy/{path.relative_to(SOURCE).as_posix()}'
        for path in SOURCE.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }
    assert inside == source


def test_nothing_in_it_is_large(contents):
    assert {name: len(data) for name, data in contents.items() if len(data) > 300_000} == {}


def test_it_carries_its_licence(contents, metadata):
    (name,) = (name for name in contents if name.endswith('/LICENSE'))
    assert b'BSD 3-Clause' in contents[name]
    assert metadata['License'] == 'BSD-3-Clause'


def test_it_needs_mrcfile_and_chimerax_only(metadata):
    needed = {re.match(r'[\w-]+', line)[0] for line in metadata.get_all('Requires-Dist')}
    assert {name for name in needed if not name.startswith('ChimeraX-')} == {'mrcfile'}
    assert 'ChimeraX-Core>=1.7' in metadata.get_all('Requires-Dist')


def test_every_bundle_that_is_imported_is_a_dependency(metadata):
    needed = {re.match(r'[\w-]+', line)[0] for line in metadata.get_all('Requires-Dist')}
    packages = {'occupy': 'OccuPy', 'ui': 'UI'}
    for path in SOURCE.rglob('*.py'):
        text = path.read_text(encoding='utf-8')
        for package in re.findall(r'(?:from|import) chimerax\.(\w+)', text):
            name = packages.get(package) or ''.join(
                part.capitalize() for part in package.split('_'))
            assert name == 'OccuPy' or f'ChimeraX-{name}' in needed, (path.name, package)


def test_headless_sessions_register_what_the_builder_writes(metadata):
    # `read_bundle_info` reads bundle_info.xml in the builder's place when the source is run.
    _name, _version, _package, ours = chimerax_library.read_bundle_info(BUNDLE_INFO)
    builders = [
        line.removeprefix('ChimeraX :: ')
        for line in metadata.get_all('Classifier')
        if line.startswith('ChimeraX :: ')
    ]
    assert sorted(' :: '.join(parts) for parts in ours) == sorted(builders)


@pytest.fixture(params=['as it is', 'installed'])
def place(request, wheel, tmp_path):
    if request.param == 'as it is':
        return wheel
    pip = [sys.executable, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    subprocess.run([*pip, '--no-deps', '--no-index', '--target', tmp_path, wheel], check=True)
    return tmp_path


def test_chimerax_finds_the_wheel(place, tmp_path):
    code = (
        'import sys; from headless import *\n'
        's = start_session(sys.argv[1])\n'
        'loaded = [m for m in sys.modules if m.startswith("chimerax.occupy.")]\n'
        'assert not loaded, loaded\n'
        'bundle = s.toolshed.find_bundle("ChimeraX-OccuPy", s.logger)\n'
        'assert [tool.name for tool in bundle.tools] == ["OccuPy"]\n'
        'assert run_commands(s, "usage occupy")\n'
        'import chimerax.occupy.core; print(chimerax.occupy.core.__file__)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, str(place)],
        capture_output=True,
        encoding='utf-8',
        cwd=tmp_path,
        env={'PYTHONPATH': str(chimerax_library.REPOSITORY / 'tools')},
    )
    assert done.stderr == ''
    assert done.returncode == 0
    assert 'occupy [maps]' in done.stdout
    assert not done.stdout.splitlines()[-1].startswith(str(SOURCE))
