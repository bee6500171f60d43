"""The bundle's core without ChimeraX: `from bare import core`."""

from environments import prepare_core

prepare_core()

from chimerax.occupy import core  # noqa: E402

__all__ = ['core']
