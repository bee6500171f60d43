"""The method by itself: numpy and scipy, no ChimeraX, no Qt.

    from chimerax.occupy.core import Modification, estimate, modify

    found = estimate(array, 1.05, mode='occupancy')     # array (z, y, x), voxel size in Å
    found.scale                                         # 0 to 1, on found.grid
    weaker = modify(array, found, Modification('attenuate', power=3))
"""

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
