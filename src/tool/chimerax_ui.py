"""All that the panel takes from `chimerax.ui`, which the ChimeraX library on PyPI does not have.

Tests outside the application put tests/tool/plain_ui.py in the place of this module.
"""

from chimerax.ui import MainToolWindow
from chimerax.ui.widgets import CollapsiblePanel, ModelMenuButton

__all__ = ['CollapsiblePanel', 'MainToolWindow', 'ModelMenuButton']
