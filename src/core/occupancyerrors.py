"""Errors of fitted occupancies: what noise does to them, and a model that is not quite right.

The residual near the model is noise and misfit. Its autocorrelation tells what noise does to a sum
over many voxels; misfit, of solvent above all, goes with the model over longer distances than that
shows, and counts for more. What is noise is seen where there is no model.
"""

from dataclasses import dataclass, field

import numpy as np

from .autocorrelation import Autocorrelation
from .solvent import robust_width

#: At least this share of what is independent in the map counts as left over by the unknowns.
LEAST_FREE = 0.25
#: By how much more of the variance misfit counts than noise does. A map that is masked to zero
#: tells nothing of its noise beyond the model: then all of the residual counts as misfit.
MISFIT = 0.5
#: Rows that are turned to double precision at a time.
ROWS = 8192


@dataclass(eq=False)
class Found:
    """A fit at its end. `residual` (rows); `columns` (unknowns, rows), derivatives of the model;
    `inner`: their products; `variance`: of the residual as the fit counted it; `weight`: of what
    was expected of each unknown; `tie`: unknowns from those that are free; `noise`: variance of
    what is left where there is no model.
    """

    residual: np.ndarray = field(repr=False)
    columns: np.ndarray = field(repr=False)
    inner: np.ndarray = field(repr=False)
    variance: float
    weight: np.ndarray
    tie: np.ndarray = field(repr=False)
    noise: float


def covariance_of(design, found, spread_columns):
    """The covariance (unknowns, unknowns) of a fit, and the standard errors of B-factors (groups,).

    spread_columns: a function of an `Autocorrelation` that gives the columns spread by it.
    """
    residual, inner = found.residual.astype(float), found.inner
    variance = float(np.mean(residual ** 2))
    alike = Autocorrelation(found.residual, design.support, design.grid)
    middle = products(spread_columns(alike))
    n = len(design.used)
    local = np.ones(len(inner))
    for i, density in enumerate(design.densities):
        part = found.columns[i, density.rows].astype(float) ** 2
        here = float((part * residual[density.rows] ** 2).sum() / max(part.sum(), 1e-30))
        misfit = max(0.0, here - found.noise)
        local[[i, n + i]] = np.sqrt((here + MISFIT * misfit) / max(variance, 1e-30))
    middle *= variance / found.variance ** 2
    hessian = inner / found.variance + np.diag(found.weight)
    tie = found.tie
    inverse = tie @ np.linalg.inv(tie.T @ hessian @ tie) @ tie.T
    # What the unknowns have taken up of the residual is error, too.
    taken = np.trace(inverse @ inner) / found.variance * alike.inflation
    taken /= max(1, np.count_nonzero(residual))
    middle /= max(1 - taken, LEAST_FREE)
    # A B-factor of all groups goes almost as solvent does. Where groups count unalike and solvent
    # does not follow, that is no more so, and what is not known together looks like an error.
    b = slice(n, 2 * n)
    of_b = np.diag(inverse @ middle @ inverse)[b] * local[b] ** 2
    of_b = np.sqrt(of_b + np.diag(inverse @ np.diag(found.weight) @ inverse)[b])
    middle *= np.outer(local, local)
    return inverse @ (middle + np.diag(found.weight)) @ inverse, of_b


def noise_beyond(design, left, blur=0.0):
    """The variance of noise where there is no model; infinite where the model fills the map.

    left: map minus fit, float32 (z, y, x). blur: of the fit beside the design's, Å². Half of the
    values below the middle are noise whatever else there is.
    """
    beyond = design.even(left, blur)[~design.support]
    if beyond.size < len(design.used) + 10:
        return float('inf')
    return robust_width(beyond) ** 2


def products(columns):
    """Products (unknowns, unknowns) of float32 columns (unknowns, rows) in double precision."""
    found = np.zeros((len(columns), len(columns)))
    for start in range(0, columns.shape[1], ROWS):
        part = columns[:, start:start + ROWS].astype(float)
        found += part @ part.T
    return found
