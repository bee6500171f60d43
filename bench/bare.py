"""The bundle's core without ChimeraX: `from bare import core`."""

import importlib
import sys
import types
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / 'src'


def _namespace():
    """`chimerax.occupy` as a package that holds nothing but what lies in src/."""
    for name, path in (('chimerax', []), ('chimerax.occupy', [str(SOURCE)])):
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = path


_namespace()
core = importlib.import_module('chimerax.occupy.core')
