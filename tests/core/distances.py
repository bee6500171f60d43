"""Distances to a region over the whole box, which the core takes only where they matter."""

import numpy as np
from chimerax.occupy.core import distance


def distances(region, grid, reach):
    """Distances in Å, infinity beyond reach: float32 (z, y, x)."""
    result = np.full(region.shape, np.inf, np.float32)
    part, near = distance.distances(region, grid, reach)
    if part is not None:
        result[part] = near
    return result
