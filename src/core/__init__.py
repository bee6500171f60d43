"""The method by itself: numpy and scipy, no ChimeraX, no Qt.

    from chimerax.occupy.core import Modification, estimate, modify

    found = estimate(array, 1.05, mode='occupancy')     # array (z, y, x), voxel size in Å
    found.scale                                         # 0 to 1, on found.grid
    weaker = modify(array, found, Modification('attenuate', power=3))

Each name is loaded when it is first asked for (PEP 562): a refinement starts a process for each
class of each iteration, which needs few of them.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .content import content_region
    from .displacement import displacement, weights
    from .grid import Grid
    from .mapcheck import check_map
    from .masks import content_map, make_mask, targeted_occupancy
    from .modeldensity import Atoms
    from .modify import Modifier, check_modification, modify
    from .nextsteps import NextSteps, next_steps
    from .occupancies import (
        GroupOccupancy,
        Occupancies,
        common_solvent,
        fit_occupancies,
        occupancies,
        on_one_scale,
        prepare,
    )
    from .parameters import SETTINGS, FitParameters, Mask, Modification, Parameters
    from .scale import ScaleEstimate, derive, estimate, refit_solvent
    from .threads import Cancelled

__all__ = [
    'SETTINGS', 'Atoms', 'Cancelled', 'FitParameters', 'Grid', 'GroupOccupancy', 'Mask',
    'Modification', 'Modifier', 'NextSteps', 'Occupancies', 'Parameters', 'ScaleEstimate',
    'check_map', 'check_modification', 'common_solvent', 'content_map', 'content_region', 'derive',
    'displacement', 'estimate', 'fit_occupancies', 'make_mask', 'modify', 'next_steps',
    'occupancies', 'on_one_scale', 'prepare', 'refit_solvent', 'targeted_occupancy', 'weights',
]

#: Which module holds which of them.
_HOMES = {name: module for module, names in {
    'content': ('content_region',),
    'displacement': ('displacement', 'weights'),
    'grid': ('Grid',),
    'mapcheck': ('check_map',),
    'masks': ('content_map', 'make_mask', 'targeted_occupancy'),
    'modeldensity': ('Atoms',),
    'modify': ('Modifier', 'check_modification', 'modify'),
    'nextsteps': ('NextSteps', 'next_steps'),
    'occupancies': ('GroupOccupancy', 'Occupancies', 'common_solvent', 'fit_occupancies',
                    'occupancies', 'on_one_scale', 'prepare'),
    'parameters': ('SETTINGS', 'FitParameters', 'Mask', 'Modification', 'Parameters'),
    'scale': ('ScaleEstimate', 'derive', 'estimate', 'refit_solvent'),
    'threads': ('Cancelled',),
}.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Core(ModuleType):
    """A package in which `displacement`, `modify` and `occupancies` are the functions.

    Importing a module puts it into its package under its own name, where it would hide the function
    of that name that was not asked for yet.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Core
