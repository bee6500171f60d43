"""The method by itself: numpy and scipy, no ChimeraX, no Qt.

    from chimerax.occupy.core import Modification, estimate, modify

    found = estimate(array, 1.05, mode='occupancy')     # array (z, y, x), voxel size in Å
    found.scale                                         # 0 to 1, on found.grid
    weaker = modify(array, found, Modification('attenuate', power=3))
"""

from .content import content_region
from .grid import Grid
from .masks import (
    content_map,
    make_mask,
    region_mask,
    solvent_definition,
    subtraction_mask,
    targeted_occupancy,
)
from .modify import Modifier, check_modification, modify
from .parameters import SETTINGS, Mask, Modification, Parameters
from .scale import ScaleEstimate, check_map, derive, estimate, refit_solvent
from .threads import Cancelled

__all__ = [
    'SETTINGS', 'Cancelled', 'Grid', 'Mask', 'Modification', 'Modifier', 'Parameters',
    'ScaleEstimate', 'check_map', 'check_modification', 'content_map', 'content_region', 'derive',
    'estimate', 'make_mask', 'modify', 'refit_solvent', 'region_mask', 'solvent_definition',
    'subtraction_mask', 'targeted_occupancy',
]
