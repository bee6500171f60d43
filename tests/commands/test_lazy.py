"""The bundle costs ChimeraX nothing until it is used."""

import subprocess
import sys

import pytest


@pytest.fixture(autouse=True)
def _plain_python(pytestconfig):
    if pytestconfig.arrangement != 'library':
        pytest.skip('the Python of an application knows ChimeraX from the start')


def test_registering_loads_nothing_heavy(pytestconfig):
    code = '''
import sys
sys.path.insert(0, "tools")
from headless import start_session
session = start_session(printing=False, graphics=False)
import chimerax.occupy
ours = sorted(module for module in sys.modules if module.startswith("chimerax.occupy"))
print(ours, "scipy" in sys.modules, "matplotlib" in sys.modules)
'''
    output = subprocess.run([sys.executable, '-c', code], cwd=pytestconfig.rootpath,
                            text=True, encoding='utf-8',
                            capture_output=True, check=True).stdout
    assert output.strip().splitlines()[-1] == "['chimerax.occupy'] False False"


def test_imports_without_chimerax(pytestconfig):
    code = '''
import sys, importlib.util
sys.modules["chimerax.core"] = None     # any import of it fails, as where there is no ChimeraX
spec = importlib.util.spec_from_file_location(
    "chimerax.occupy", "src/__init__.py", submodule_search_locations=["src"])
module = importlib.util.module_from_spec(spec)
sys.modules["chimerax.occupy"] = module
spec.loader.exec_module(module)
print(hasattr(module, "bundle_api"), "numpy" in sys.modules)
import chimerax.occupy.core
'''
    output = subprocess.run([sys.executable, '-c', code], cwd=pytestconfig.rootpath,
                            text=True, encoding='utf-8',
                            capture_output=True).stdout
    assert output.startswith('False False')
