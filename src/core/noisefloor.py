"""The noise floor: what noise alone makes of a local maximum, and the scale without it.

A maximum picks the highest noise in reach. Where there is nothing, that is all it finds: the noise
floor N. Where there is content at level a, the places to choose from lie closer to its top, and
noise adds less the higher that stands above it. Synthetic maps with and without noise follow

    M = a + N / (1 + a / 2N)

from solvent to full occupancy (docs/accuracy.md shows them). Solved for a, it takes noise off a
scale: none is left at M = N, and next to nothing is changed far above. It keeps the order of
scales.
"""

import numpy as np

from .fullest import SOLVENT_WIDTHS

#: The noise floor as a share of full scale above which the user is told.
MUCH_NOISE = 0.25


def find_noise_floor(maximum, content):
    """N: the median of the local maximum over solvent, at least 0.

    maximum: local maximum of the low-passed map, float32 (z, y, x). content: its
    `fullest.Content`. Solvent is what lies in the inscribed sphere and where no solvent noise of
    more than 4 σ is in reach.
    """
    samples = content.samples()
    squares = [((np.arange(n)[some] - n // 2) / (n / 2)) ** 2
               for n, some in zip(content.grid.shape, samples, strict=True)]
    sphere = squares[0][:, None, None] + squares[1][:, None] + squares[2] <= 1
    values = maximum[samples][sphere]
    solvent = content.solvent
    values = values[values < solvent.mean - content.baseline + SOLVENT_WIDTHS * solvent.width]
    return max(0.0, float(np.median(values))) if len(values) else 0.0


def without_noise(values, floor):
    """Local maxima (an array or a number) without the share of noise; 0 up to the floor."""
    if floor <= 0:
        return np.maximum(values, 0)
    relative = np.maximum(values / floor, 1)
    return floor * (relative / 2 - 1 + np.sqrt(relative * relative / 4 + relative - 1))
