"""What the method adds to a map in each step of an iterative refinement, and weights for its data.

For those who write their own loops: `array + displacement(array, …)` is the map to go on with, and
`weights` tells how much each voxel is to count. Section 7 of docs/method.md.
"""

import numpy as np
from numpy.typing import ArrayLike

from .grid import Grid
from .interpolate import Interpolator
from .memory import as_floats
from .modify import check_modification, modify
from .parameters import SETTINGS, Modification, Parameters, default
from .progress import Progress
from .scale import ScaleEstimate, estimate as estimate_scale
from .threads import in_threads, slabs
from .wording import MapError, SettingError, plain, reason_of

SLAB = 8
STRENGTH = default('strength')


def displacement(array: np.ndarray, axes: ArrayLike, modification: Modification,
                 strength: float = STRENGTH, *,
                 parameters: Parameters | None = None, estimate: ScaleEstimate | None = None,
                 progress: Progress | None = None) -> np.ndarray:
    """The step from a map towards its modified self: strength · (modified − map).

    array: (z, y, x), density positive, any real type; it is not modified. axes: voxel size in Å,
    one number or (x, y, z), or three step vectors. modification: a `Modification` whose `output` is
    "map". strength: 0 to 1. parameters: `Parameters` of occupancy mode; None for their defaults.
    estimate: a `ScaleEstimate` of this map or of another on the same grid, so that it is not made
    again. progress: as for `estimate`. Returns float32 (z, y, x), in the units of the map; zero
    where the map is left as it is.

    Raises `ValueError`, one sentence, for a map that cannot be estimated or whose solvent model is
    suspect (in a loop: go on with the map as it is), and for parameters that will not do.
    """
    SETTINGS['strength'].check('strength', strength)
    if modification.output != 'map':
        raise SettingError('output', 'a displacement is made of the modified map: leave out '
                                     f'{{output}} {modification.output}')
    found = _found(array, axes, parameters, estimate)
    check_modification(found, modification)
    source = as_floats(array)
    if strength == 0:
        return np.zeros(source.shape, np.float32)
    result = modify(source, found, modification, progress)
    share = np.float32(strength)

    def one_slab(planes, step):
        result[planes] -= source[planes]
        result[planes] *= share
        step()

    in_threads(one_slab, slabs(source.shape[0], SLAB))
    return result


def weights(array: np.ndarray, axes: ArrayLike, *, confidence: bool = True,
            parameters: Parameters | None = None,
            estimate: ScaleEstimate | None = None) -> np.ndarray:
    """How much each voxel of a map is to count: its scale S, or c·S with the confidence c.

    array, axes, parameters, estimate: as for `displacement`; in resolution mode, too. confidence:
    whether solvent is to count nothing. Returns float32 (z, y, x), 0 to 1, on the grid of the map.
    Raises `ValueError`, one sentence, for a map that cannot be estimated, and, where the confidence
    is asked for, for a suspect solvent model.
    """
    found = _found(array, axes, parameters, estimate)
    if confidence and found.solvent.suspect:
        reasons = plain('; '.join(map(reason_of, found.solvent.suspect)))
        raise MapError(f'the solvent model is suspect ({reasons}): weights without confidence do '
                       'not need it')
    scale = Interpolator(found.scale, found.source_grid.shape)
    sure = Interpolator(found.confidence, found.source_grid.shape) if confidence else None
    result = np.empty(found.source_grid.shape, np.float32)

    def one_slab(planes, step):
        result[planes] = scale[planes]
        if sure is not None:
            result[planes] *= sure[planes]
        step()

    in_threads(one_slab, slabs(result.shape[0], SLAB))
    return result


def _found(array, axes, parameters, estimate):
    """The estimate given, if it fits the map, or a new one."""
    if estimate is None:
        return estimate_scale(array, axes, parameters or Parameters(mode='occupancy'))
    if parameters is not None:
        raise MapError('give parameters or an estimate made with them, not both')
    if not estimate.source_grid.same_as(Grid.of(array.shape, axes)):
        raise MapError('the estimate given was made on another grid than that of the map')
    return estimate
