"""What the ChimeraX library on PyPI lacks to behave as the application does.

UCSF publishes most of ChimeraX's code on PyPI, as the package ``ChimeraX``. Its modules expect what
the application's start-up provides: a namespace package, folders for settings, a user interface,
and the metadata from which the toolshed learns of bundles. This module provides all but the user
interface, and registers the bundle in this repository (or an installed copy of it) with the others.
`headless.start_session` calls `prepare` before the first import of anything under ``chimerax``.
"""

import atexit
import collections
import collections.abc
import importlib.abc
import importlib.util
import shutil
import site
import sys
import tempfile
import tomllib
import types
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUNDLE_TABLE = Path(__file__).with_name('library_bundles.toml')

_prepared = False


class SetupError(Exception):
    """Something needed to start ChimeraX is missing; the message is one sentence for a person."""


def find_library():
    """Return the folder of the ``chimerax`` package that holds the library, or None."""
    for entry in sys.path:
        package = Path(entry or '.') / 'chimerax'
        if (package / 'core' / 'session.py').is_file():
            return package.resolve()
    return None


def prepare(bundle=None):
    """Make `import chimerax.…` work as in the application, with our bundle registered.

    Settings, caches and metadata go to a temporary folder, so that a session neither sees nor
    changes what a user has. Nothing of ChimeraX is imported yet, so this is quick, and later calls
    do nothing. `bundle` is described in `headless.start_session`.
    """
    global _prepared
    if _prepared:
        return
    library = find_library()
    if library is None:
        raise SetupError(
            'The ChimeraX library is not installed in this Python: run `make env` and use'
            ' .venv/bin/python.'
        )
    folder = Path(tempfile.mkdtemp(prefix='chimerax-headless-'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _restore_old_collections()
    package = namespace_package(library)
    _set_folders(package, folder)
    _stand_in_for_tinyarray()

    metadata = folder / 'metadata'
    for name, facts in tomllib.loads(BUNDLE_TABLE.read_text(encoding='utf-8')).items():
        write_dist_info(metadata, *_library_metadata(name, facts))
    _add_bundle(package, Path(bundle) if bundle else REPOSITORY, folder, metadata)
    sys.path.insert(0, str(metadata))
    _prepared = True


def _restore_old_collections():
    # grako, which parses ChimeraX's atom specifiers, uses the names Python 3.10 took away.
    for name in collections.abc.__all__:
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))


def namespace_package(*folders):
    """Make `chimerax` a package of these folders without code of its own, and return it.

    So it is in the application. The library's chimerax/__init__.py imports every bundle there is,
    most of which cannot be imported here.
    """
    loaded = sys.modules.get('chimerax')
    if getattr(loaded, '__file__', None):
        raise SetupError('chimerax was imported before the headless session was started.')
    package = types.ModuleType('chimerax')
    package.__path__ = [str(folder) for folder in folders]
    sys.modules['chimerax'] = package
    return package


class _Folders:
    """The part of appdirs.AppDirs that ChimeraX reads, with every folder inside one."""

    appname = 'ChimeraX'
    appauthor = 'UCSF'

    def __init__(self, folder, version=None):
        self.version = version
        for kind in ('user_data_dir', 'user_config_dir', 'user_cache_dir', 'user_log_dir'):
            path = folder / kind / (version or 'all')
            path.mkdir(parents=True)
            setattr(self, kind, str(path))


def _set_folders(package, folder):
    package.app_dirs = _Folders(folder, '1.7')
    package.app_dirs_unversioned = _Folders(folder)
    for name in ('bin', 'share', 'lib'):
        (folder / name).mkdir()
    package.app_bin_dir = str(folder / 'bin')
    package.app_data_dir = str(folder / 'share')
    package.app_lib_dir = str(folder / 'lib')
    site.USER_BASE = package.app_dirs.user_data_dir
    site.USER_SITE = str(Path(site.USER_BASE) / 'site-packages')


def _stand_in_for_tinyarray():
    # tinyarray has no wheel for Linux, and a bare machine has no compiler. ChimeraX uses it for
    # speed with small arrays; numpy does the same, slower. The three types only ever appear in
    # isinstance checks, where nothing may match because arrays are numpy's here.
    if importlib.util.find_spec('tinyarray') is not None:
        return
    import numpy

    module = types.ModuleType('tinyarray', 'numpy in the place of tinyarray')
    for name in ('array', 'zeros', 'ones', 'identity', 'dot', 'transpose', 'negative', 'absolute'):
        setattr(module, name, getattr(numpy, name))
    for name in ('ndarray_int', 'ndarray_float', 'ndarray_complex'):
        setattr(module, name, type(name, (), {}))
    sys.modules['tinyarray'] = module


# ---- metadata ----


def write_dist_info(folder, name, version, package, classifiers):
    """Write the dist-info folder by which ChimeraX's toolshed finds the bundle `name`."""
    info = folder / f'{name.replace("-", "_")}-{version}.dist-info'
    info.mkdir(parents=True)
    lines = ['Metadata-Version: 2.1', f'Name: {name}', f'Version: {version}']
    lines += [f'Classifier: ChimeraX :: {" :: ".join(parts)}' for parts in classifiers]
    (info / 'METADATA').write_text('\n'.join(lines) + '\n', encoding='utf-8')
    (info / 'RECORD').write_text(f'{package.replace(".", "/")}/__init__.py,,\n', encoding='utf-8')


def _attributes(facts):
    def text(value):
        if isinstance(value, bool):
            return str(value).lower()
        return f'"{value}"' if ' ' in value else value

    return [f'{key}:{text(value)}' for key, value in facts.items()]


def _library_metadata(name, facts):
    package = f'chimerax.{facts["package"]}'
    initialize = 'true' if facts.get('initialize') else ''
    classifiers = [['Bundle', 'General', facts.get('session', '1,1'), package, '', initialize]]
    classifiers += [['Manager', manager] for manager in facts.get('managers', ())]
    if 'after' in facts:
        classifiers.append(
            ['InitAfter', 'manager', *(f'ChimeraX-{bundle}' for bundle in facts['after'])]
        )
    for key, manager in (
        ('formats', 'data formats'),
        ('open', 'open command'),
        ('save', 'save command'),
    ):
        providers = facts.get(key, {})
        if isinstance(providers, list):
            providers = {provider: {} for provider in providers}
        classifiers += [
            ['Provider', provider, manager, *_attributes(attributes)]
            for provider, attributes in providers.items()
        ]
    classifiers += [['Command', command, 'General', ''] for command in facts.get('commands', ())]
    classifiers += [['Selector', selector, selector] for selector in facts.get('selectors', ())]
    return f'ChimeraX-{name}', facts['version'], package, classifiers


def read_bundle_info(path):
    """Return name, version, package and ChimeraX classifiers of a bundle_info.xml.

    The same facts as ChimeraX's bundle builder puts into a wheel; a test compares the two.
    """
    root = ElementTree.parse(path).getroot()
    sessions = f'{root.get("minSessionVersion", "")},{root.get("maxSessionVersion", "")}'
    categories = ','.join(element.get('name') for element in root.iter('Category'))
    package = root.get('package')
    classifiers = [
        ['Bundle', categories, sessions, package, '', root.get('customInit', '')],
    ]
    for manager in root.iter('Manager'):
        attributes = dict(manager.attrib)
        classifiers.append(['Manager', attributes.pop('name'), *_attributes(attributes)])
    for providers in root.iter('Providers'):
        for provider in providers.iter('Provider'):
            attributes = dict(provider.attrib)
            manager = attributes.pop('manager', None) or providers.get('manager')
            classifiers.append(
                ['Provider', attributes.pop('name'), manager, *_attributes(attributes)]
            )
    for element in root.iter('ChimeraXClassifier'):
        parts = [part.strip() for part in element.text.split('::')]
        classifiers.append(parts[1:] if parts[0] == 'ChimeraX' else parts)
    return root.get('name'), root.get('version'), package, classifiers


# ---- our bundle ----


class _SourceFinder(importlib.abc.MetaPathFinder):
    """Finds one package in a folder of another name, as ``chimerax.occupy`` in ``src``."""

    def __init__(self, package, folder):
        self.package = package
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if name != self.package:
            return None
        return importlib.util.spec_from_file_location(
            name, self.folder / '__init__.py', submodule_search_locations=[str(self.folder)]
        )


def use_source(package, folder):
    """Let `package` be imported from `folder`, before any installed copy of it."""
    sys.meta_path.insert(0, _SourceFinder(package, Path(folder)))


def _add_bundle(package, bundle, folder, metadata):
    if bundle.suffix == '.whl' and bundle.is_file():
        installed = folder / 'wheel'
        with zipfile.ZipFile(bundle) as wheel:
            wheel.extractall(installed)
    elif (bundle / 'bundle_info.xml').is_file():
        name, version, module, classifiers = read_bundle_info(bundle / 'bundle_info.xml')
        if (bundle / 'src' / '__init__.py').is_file():
            write_dist_info(metadata, name, version, module, classifiers)
            use_source(module, bundle / 'src')
            return
        raise SetupError(f'There is no src/__init__.py in {bundle}: nothing to load.')
    elif any(bundle.glob('[Cc]himera[Xx]_[Oo]ccu[Pp]y-*.dist-info')):
        installed = bundle.resolve()
    else:
        raise SetupError(
            f'{bundle} is neither a folder with a bundle_info.xml, nor a wheel, nor a folder into'
            ' which ChimeraX-OccuPy was installed.'
        )
    package.__path__.append(str(installed / 'chimerax'))
    if str(installed) not in sys.path:
        sys.path.append(str(installed))
