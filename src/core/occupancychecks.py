"""What a fit of occupancies tells of map and model as a whole: content without a model, a model
that is out of its place.
"""

import numpy as np
from scipy import fft

from .solvent import robust_width

#: Content outside the model exceeds this share of what there is inside, and so many widths of
#: noise.
OUTSIDE_LEVEL = 0.25
OUTSIDE_WIDTHS = 4
#: Solvent is the level about which a share of the values beyond the model lie closest; of so many.
SOLVENT_SHARE = 0.25
SOLVENT_SAMPLES = 50_000
#: Shells in which map and model are compared are so wide (Å⁻¹) at least, or two components.
SHELL = 0.01
#: A map ends where its correlation with the model, or what it has of the model's amplitudes, falls
#: below this share of the largest, for good, if that is within the band: up to where the blur
#: leaves about a fiftieth.
ENDS = 0.15
ENDS_AMPLITUDE = 0.1
BAND = 1.55


def content_of(left, model, design):
    """Where there is content, which is what stands out from noise: boolean (z, y, x)."""
    beyond = left[~design.support]
    # Half of the values below the middle are noise whatever else there is.
    noise = robust_width(beyond)
    return left > max(OUTSIDE_LEVEL * float(np.median(model[design.support])),
                      OUTSIDE_WIDTHS * noise)


def solvent_level(beyond):
    """The density of solvent, from that beyond a model, whatever else is there.

    The constant of a fit is that of solvent near the model, and where it displaces much, not quite
    that far away.
    """
    values = np.sort(beyond[::max(1, beyond.size // SOLVENT_SAMPLES)])
    number = int(SOLVENT_SHARE * len(values))
    if not number:
        return np.float32(0)
    first = int((values[number:] - values[:-number]).argmin())
    return values[first + number // 2]


def outside(left, model, design):
    """Share of the content that is where the model has none."""
    left = left - solvent_level(left[~design.support])
    content = np.where(content_of(left, model, design), left, 0)
    total = content.sum(dtype=float)
    return float(content[~design.support].sum(dtype=float) / total) if total > 0 else 0.0


def misplaced(model, residual, design, keep=None):
    """By how much the model should move (Å) and grow (share), to first order in the residual.

    keep: which of the voxels that are looked at count, boolean; None for all.
    """
    seen = design.support
    if keep is not None:
        seen = seen.copy()
        seen[design.support] = keep
    inverse = np.linalg.inv(np.array(design.grid.axes))
    along = np.gradient(model)[::-1]
    slopes = [sum(inverse[c, a] * along[a][seen] for a in range(3)) for c in range(3)]
    places = np.argwhere(seen)[:, ::-1] @ np.array(design.grid.axes)
    middle = places.mean(axis=0)
    stretch = sum(s * (places[:, c] - middle[c]) for c, s in enumerate(slopes))
    columns = np.stack([*slopes, stretch], axis=1)
    found, *_ = np.linalg.lstsq(columns, residual[seen].astype(float), rcond=None)
    return -found[:3], float(-found[3])


def end_of_map(left, model, design):
    """The resolution (Å) at which a map ends within the band of a fit, or None.

    left: map without its constant; model: what the groups give, float32 (z, y, x). Noise may go on
    beyond, where the two correlate no more; or noise ends as well, and what a filter has left of
    the map correlates still, but is next to nothing. Both are looked at by shells of frequency.
    """
    frequency = 2 * np.sqrt(design.frame.squares(model.shape))
    width = max(SHELL, 2 / min(design.grid.lengths))
    last = BAND / design.resolution
    shell = np.minimum(frequency / width, last / width + 1).astype(int)
    there, here = fft.rfftn(left), fft.rfftn(model)

    def sums(values):
        return np.bincount(shell.ravel(), values.ravel())[:-1]

    both, own = sums((there * here.conj()).real), sums(np.abs(here) ** 2)
    alike = both / np.sqrt(np.maximum(sums(np.abs(there) ** 2) * own, 1e-30))
    amplitude = both / np.maximum(own, 1e-30)
    held = np.flatnonzero((alike >= ENDS * alike[1:].max())
                          & (amplitude >= ENDS_AMPLITUDE * amplitude[1:].max()))
    if not len(held) or held[-1] >= len(alike) - 2:
        return None
    return float(1 / ((held[-1] + 0.5) * width))
