"""The change of one map: its estimate on the box that holds its signal, and its displacement."""

import warnings
import zlib
from dataclasses import dataclass, replace

import numpy as np
from scipy.fft import next_fast_len

from ..core.displacement import displacement
from ..core.parameters import Parameters
from ..core.scale import estimate
from ..core.wording import Face, worded

#: Confidence from which a voxel counts as content in what the log tells.
CONTENT = 0.5
#: No box is cropped below this edge (voxels): `max_box` goes no lower.
LEAST_BOX = 16
#: The core's sentences in the options of this program. What one would do about a map in a window is
#: not advised: there is nobody here to do it.
FACE = Face(lambda name: '--' + name.replace('_', '-'),
            lambda name, value: f'give --{name.replace("_", "-")} {value}', {})


@dataclass(frozen=True, eq=False)
class Change:
    """`array`: the changed map, float32 (z, y, x); None where it stays as it is. `facts`: what the
    log tells of it, by name. `reason`: why it stays as it is, else None.
    """

    array: np.ndarray | None
    facts: dict
    reason: str | None = None


def working_box(box, current_box):
    """Edge of the smallest box (voxels) that holds the signal and suits a Fourier transform."""
    # One shell more than the signal, as that at the Nyquist frequency of a crop is left out.
    edge = max(LEAST_BOX, current_box + 2)
    while edge % 2 or next_fast_len(edge, real=True) != edge:
        edge += 1
    return max(LEAST_BOX, min(box, edge))


def change(array, pixel_size, current_box, modification, strength, settings, name):
    """Change a map by its scale.

    array: float32 (z, y, x). pixel_size: Å. current_box: edge of the box that holds all its signal
    (voxels). modification: a `Modification`. strength: 0 to 1; at 0 the map is only estimated.
    settings: of `Parameters`, beside mode and box. name: seeds the noise, so that classes and
    halves never share it. Returns a `Change`; a map that cannot be estimated stays as it is.
    """
    facts = {}
    # What would be told to someone who opens a map is no news in iteration 5 of class 3.
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            found = estimate(array, pixel_size, Parameters(
                mode='occupancy', max_box=working_box(min(array.shape), current_box), **settings))
            facts = _facts(found)
            if found.solvent.suspect:
                return Change(None, facts, 'suspect solvent: ' + '; '.join(
                    worded(text, FACE) for text in found.solvent.suspect))
            if strength == 0:
                return Change(None, facts | {'changed': 0.0})
            moved = displacement(
                array, pixel_size, replace(modification, seed=zlib.crc32(name.encode())),
                strength, estimate=found)
        except ValueError as error:
            return Change(None, facts, worded(error, FACE))
        except MemoryError:
            return Change(None, facts, 'there is not enough memory for the estimate')
    size = float(np.sqrt(np.mean(np.square(array, dtype=float))))
    moved_by = float(np.sqrt(np.mean(np.square(moved, dtype=float))))
    moved += array
    if not np.isfinite(moved).all():
        return Change(None, facts, 'the changed map holds values that are not numbers')
    return Change(moved, facts | {'changed': moved_by / size})


def _facts(found):
    content = found.confidence > CONTENT
    values = found.scale[content]
    return {'full_scale': float(found.full_scale),
            'variability': float(values.std(dtype=float)) if len(values) else None,
            'content': float(content.mean(dtype=float)),
            'low_pass': float(found.parameters.low_pass), 'working_box': found.grid.shape[0]}
