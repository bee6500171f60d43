"""The release check sees what is wrong; what it runs for long is tried by `make release-check`."""

import subprocess
import zipfile

import pytest
import release_check
import release_facts
import release_pythons
from release_wheel import wheel_faults

VERSION = '0.2.0'
BUNDLE_INFO = f'''\
<BundleInfo name="ChimeraX-OccuPy" version="{VERSION}" package="chimerax.occupy">
  <Email>someone@example.org</Email>
  <URL>https://example.org/page</URL>
  <Providers manager="toolbar"><Provider name="open" icon="panel.png"/></Providers>
  <Classifiers>
    <ChimeraXClassifier>Command :: occupy :: Volume Data :: Estimate</ChimeraXClassifier>
  </Classifiers>
</BundleInfo>
'''
SOURCE = ['__init__.py', 'docs/user/commands/occupy.html', 'icons/panel.png']
INFO = f'ChimeraX_OccuPy-{VERSION}.dist-info'
METADATA = f'''\
Name: ChimeraX-OccuPy
Version: {VERSION}
Requires-Dist: ChimeraX-Core>=1.7
Requires-Dist: mrcfile>=1.4
'''


@pytest.fixture
def project(tmp_path):
    """A folder with the files that name versions and addresses."""
    files = {
        'bundle_info.xml': BUNDLE_INFO,
        'CHANGELOG.md': f'# Changes\n\n## {VERSION} (2030-01-01)\n\n## 0.1.0 (2029-01-01)\n',
        'CITATION.cff': f'cff-version: 1.2.0\nversion: "{VERSION}"\ndate-released: 2030-01-01\n',
        'TOOLSHED.md': '', 'README.md': '', 'CONTRIBUTING.md': '',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding='utf-8')
    return tmp_path


# ---- wheels ----


@pytest.fixture
def faults(project):
    """Faults of a sound wheel but for what is changed: {name: text}, None to leave a file out."""
    def found(changes=(), name=f'ChimeraX_OccuPy-{VERSION}-py3-none-any.whl'):
        files = {f'chimerax/occupy/{one}': '' for one in SOURCE}
        files |= {f'{INFO}/METADATA': METADATA, f'{INFO}/LICENSE': 'BSD 3-Clause'}
        files |= dict(changes)
        with zipfile.ZipFile(project / name, 'w') as archive:
            for inside, text in files.items():
                if text is not None:
                    archive.writestr(inside, text)
        return wheel_faults(project / name, project / 'bundle_info.xml', SOURCE)

    return found


def test_a_sound_wheel(faults):
    assert faults() == []


@pytest.mark.parametrize(('name', 'text', 'said'), [
    ('chimerax/occupy/docs/user/commands/occupy.html', None, 'the help of the command occupy'),
    ('chimerax/occupy/icons/panel.png', None, 'the icon of open'),
    ('chimerax/occupy/__init__.py', None, '__init__.py is missing'),
    ('chimerax/occupy/left_over.py', '', 'not under version control'),
    ('chimerax/occupy/tests/a.py', '', 'tests/a.py is in it'),
    ('chimerax/occupy/map.mrc', '', 'map.mrc is in it'),
    ('tests/test_all.py', '', 'tests/test_all.py is in it'),
    ('chimerax/occupy/__init__.py', '#' * 300_001, '300001 bytes'),
    (f'{INFO}/LICENSE', None, 'the licence is missing'),
    (f'{INFO}/METADATA', None, 'no metadata'),
    (f'{INFO}/METADATA', METADATA.replace(VERSION, '0.1.0'), 'those of ChimeraX-OccuPy 0.1.0'),
    (f'{INFO}/METADATA', METADATA + 'Requires-Dist: numpy>=2\n', 'it asks for numpy'),
])
def test_a_faulty_wheel(faults, name, text, said):
    assert said in '\n'.join(faults({name: text}))


def test_the_wheel_of_another_version(faults):
    assert 'is named' in faults(name='ChimeraX_OccuPy-0.1.0-py3-none-any.whl')[0]


# ---- documents ----


def test_versions_that_agree(project):
    assert release_facts.disagreement(project) == ''


@pytest.mark.parametrize('name', ['bundle_info.xml', 'CHANGELOG.md', 'CITATION.cff'])
def test_versions_that_differ(project, name):
    path = project / name
    path.write_text(path.read_text(encoding='utf-8').replace(VERSION, '0.3.0'), encoding='utf-8')
    assert f'{name} says 0.3.0' in release_facts.disagreement(project)


def test_what_a_person_fills_in(project):
    said = release_facts.for_a_person(project)
    assert len(said) == 2
    assert 'someone@example.org' in said[0]
    path = project / 'CHANGELOG.md'
    text = path.read_text(encoding='utf-8').replace('2030-01-01', 'unreleased')
    path.write_text(text, encoding='utf-8')
    (project / 'CITATION.cff').write_text('version: 0.2.0\n', encoding='utf-8')
    assert len(release_facts.for_a_person(project)) == 4


def test_session_files_of_earlier_versions(project):
    folder = project / 'tests' / 'session' / 'files'
    folder.mkdir(parents=True)
    assert release_facts.session_files(project, VERSION) == ([], False)
    for version in ('0.1.0', '0.1.1', VERSION):
        (folder / f'{version}.cxs').touch()
    assert release_facts.session_files(project, VERSION) == (['0.1.0', '0.1.1'], True)


def test_this_repository_is_sound():
    place = release_check.REPOSITORY
    assert release_facts.disagreement(place) == ''
    version = release_facts.versions(place)['bundle_info.xml']
    assert release_facts.session_files(place, version)[1]


# ---- Pythons ----


def test_the_newest_python_takes_the_place_of_one_that_is_not_there():
    found = {(3, 11): ('/a', '3.11.9'), (3, 13): ('/b', '3.13.2')}
    assert release_pythons.choose('3.11', found) == ('/a', '3.11.9', '')
    assert release_pythons.choose('3.14', found) == ('/b', '3.13.2', 'no Python 3.14 here')
    with pytest.raises(LookupError):
        release_pythons.choose('3.14', {})


@pytest.mark.parametrize('said', [
    '423 passed in 3.10s', '\n== 423 passed in 210.98s (0:03:30) ==\n'])
def test_the_summary_of_tests(said):
    assert release_pythons.last_line(said) == '423 passed'


# ---- steps ----


def test_a_failed_step_stops_those_that_need_it(capsys):
    def fails():
        raise release_check.Failed('one thing\ndetail')

    steps = release_check.Steps()
    steps.step('a', fails)
    steps.step('b', lambda: 'never', needs=('a',))
    steps.step('c', lambda: 'fine')
    assert (steps.failed, steps.skipped, steps.passed) == (['a'], ['b'], ['c'])
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ['FAILED', '0', 's', 'a:', 'one', 'thing']
    assert said[1].strip() == 'detail'
    assert said[2].endswith('b: needs a')
    assert 'c: fine' in said[3]
    assert '1 failed (a), 1 skipped (b)' in steps.summary()


def test_long_output_is_kept_and_a_crash_shown(tmp_path, capsys):
    def crashes():
        raise release_check.Failed('tests\nbefore\nFatal Python error: here\n' + 'then\n' * 500)

    release_check.Steps(tmp_path / 'logs').step('all tests', crashes)
    said = capsys.readouterr().out.splitlines()
    assert said[1].strip() == 'Fatal Python error: here'
    assert len(said) < 30
    assert (tmp_path / 'logs' / 'all-tests.log').read_text(encoding='utf-8').startswith('before')


def test_only_what_is_committed_is_checked(tmp_path):
    source = tmp_path / 'source'
    source.mkdir()
    git = ['git', '-C', source, '-c', 'user.name=a', '-c', 'user.email=a@example.org']
    subprocess.run(['git', 'init', '--quiet', source], check=True)
    (source / 'one').touch()
    subprocess.run([*git, 'add', 'one'], check=True)
    subprocess.run([*git, 'commit', '--quiet', '-m', 'first'], check=True)
    (source / 'two').touch()
    release = release_check.Release(tmp_path, source)
    assert release.cloned().endswith('first (files not committed, and so not checked: 1)')
    assert [path.name for path in release.clone.iterdir()] in (['.git', 'one'], ['one', '.git'])


def test_a_failed_command_tells_what_it_said(tmp_path):
    release = release_check.Release(tmp_path)
    with pytest.raises(release_check.Failed, match='git nonsense'):
        release.run(['git', 'nonsense'], cwd=tmp_path)
