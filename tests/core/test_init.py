"""The core's public names, which are loaded when they are first asked for."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from chimerax.occupy import core

#: Its package is imported as in plain Python: no `chimerax` but this one.
PLAIN = '''
import importlib.util, sys, types
sys.modules['chimerax'] = types.ModuleType('chimerax')
sys.modules['chimerax'].__path__ = []
sys.modules['chimerax.occupy'] = occupy = types.ModuleType('chimerax.occupy')
occupy.__path__ = [{source!r}]
'''


def in_plain_python(code):
    """What a fresh Python prints that runs `code` beside the source of this bundle."""
    source = str(Path(core.__file__).parent.parent)
    done = subprocess.run([sys.executable, '-c', PLAIN.format(source=source) + code],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_homes_are_those_that_type_checkers_read():
    tree = ast.parse(inspect.getsource(core))
    imports = next(node for node in tree.body if isinstance(node, ast.If)).body
    read = {alias.name: node.module for node in imports for alias in node.names}
    assert read == core._HOMES
    assert sorted(core.__all__) == sorted(read)


@pytest.mark.parametrize('name', core.__all__)
def test_names_are_what_their_modules_hold(name):
    assert not inspect.ismodule(getattr(core, name))
    assert name in dir(core)


def test_functions_are_not_hidden_by_modules_of_their_name():
    said = in_plain_python('''
import chimerax.occupy.core.modify, chimerax.occupy.core.occupancies
import chimerax.occupy.core.displacement
from chimerax.occupy.core import displacement, modify, occupancies
from chimerax.occupy import core
print(*(type(thing).__name__ for thing in (displacement, modify, occupancies, core.modify)))
''')
    assert said == ['function'] * 4


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match='no attribute .modfy'):
        core.modfy  # noqa: B018


def test_refinement_loads_only_what_it_needs():
    pytest.importorskip('mrcfile', reason='the core does without, refinement does not')
    loaded = set(in_plain_python('''
import sys
import chimerax.occupy.relion.cli, chimerax.occupy.relion.result, chimerax.occupy.relion.change
print(*sys.modules)
'''))
    assert 'chimerax.occupy.core.scale' in loaded
    core_modules = {name.rpartition('.')[2] for name in loaded
                    if name.startswith('chimerax.occupy.core.')}
    assert not core_modules & {'masks', 'content', 'occupancies', 'modeldensity', 'formfactors',
                               'modelscale', 'occupancyfit', 'fullgroups', 'describe'}
    assert not {'scipy.ndimage', 'matplotlib'} & loaded
