"""A Gaussian fitted to a curve.

scipy.optimize does as well, but takes longer to import than a small map to estimate, and RELION's
loop starts a process for each class of each iteration.
"""

import numpy as np

#: Steps after which there is no convergence.
STEPS = 200
#: There is where a step is no more than this share of the Gaussian's own numbers, or makes the sum
#: of squares smaller by no more than this share of it.
NEAR, LESS = 1e-9, 1e-13
#: Damping at the start, and the factor by which a step that fails raises it and one that does
#: not lowers it.
DAMPING, RAISE, LOWER = 1e-3, 4.0, 0.25


def gaussian(v, height, mean, width):
    """A Gaussian of the given height at `mean`, with σ `width`."""
    return height * np.exp(-0.5 * ((v - mean) / width) ** 2)


def fit_gaussian(v, wanted, start):
    """Fit a Gaussian by least squares; return (height, mean, width), None without convergence.

    v, wanted: the curve, of order one both. start: (height, mean, width) to begin from. The width
    may come out negative. After Marquardt, J. Soc. Ind. Appl. Math. 11 (1963).
    """
    found, damping = np.array(start, float), DAMPING
    with np.errstate(all='ignore'):
        left = gaussian(v, *found) - wanted
        for _ in range(STEPS):
            height, mean, width = found
            at = (v - mean) / width
            bell = np.exp(-0.5 * at * at)
            slopes = np.stack([bell, height * bell * at / width, height * bell * at * at / width])
            normal = slopes @ slopes.T
            try:
                step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -slopes @ left)
            except np.linalg.LinAlgError:
                return None
            new = gaussian(v, *(found + step)) - wanted
            gained = left @ left - new @ new
            near = (abs(step) <= NEAR * (abs(found) + abs(found[2]))).all()
            if gained >= 0:
                near |= gained <= LESS * (left @ left)
                found, left = found + step, new
            damping *= LOWER if gained >= 0 else RAISE
            if near:
                return tuple(found) if np.isfinite(found).all() and found[2] else None
    return None
