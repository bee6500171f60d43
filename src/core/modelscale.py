"""The scale against a model: local maximum over that of the map which the model would give if full.

Packing, surface and the density of nucleic acid beside protein change the local maximum as
occupancy does; the model has them, too, and in the ratio they go. METHOD section 10
(docs/method.md).
"""

import numpy as np

from . import fourier
from .displaced import model_map
from .fullgroups import find_full
from .fullscale import FullScale
from .localmax import local_maximum
from .noisefloor import find_noise_floor, without_noise
from .occupancies import check_full
from .occupancydesign import Design
from .occupancyfit import fit_design
from .occupancynotes import check_atoms, map_warnings
from .parameters import FitParameters
from .wording import SettingError

#: The model counts from the first share on of what it gives at its atoms, and wholly from the
#: second; between them the divisor passes into the plain full scale.
PASSING = (0.4, 0.8)


def check_model(atoms, grid, parameters):
    """Raise `ValueError` unless a scale can be taken against a model."""
    if parameters.mode != 'occupancy':
        raise SettingError('mode', '{full_scale_model} needs {mode} occupancy')
    if parameters.full_scale != 'published':
        raise SettingError(('full_scale', 'full_scale_model'), 'give only one of {full_scale} and '
                           '{full_scale_model}')
    check_atoms(atoms, grid)


def scale_against(array, grid, atoms, full, maximum, content, parameters, kernel, progress=None):
    """Divide a local maximum by the model's.

    array: the map, float32 (z, y, x). grid: its `Grid`. atoms: `Atoms`. full: as for `occupancies`;
    a single group counts as full. maximum: local maximum of the low-passed map on the working grid;
    it is overwritten. content: `fullest.Content` of that map. parameters: derived `Parameters`.
    kernel: boolean (z, y, x). progress: a function of the share done, or None.

    Returns the scale, not clipped, and the `FullScale` that holds where there is no model.
    """
    report = progress or (lambda share: None)
    resolution = parameters.low_pass
    design = Design(grid, atoms, FitParameters(fit_resolution=resolution))
    report(0.2)
    fit = fit_design(design, array, lambda share: report(0.2 + 0.4 * share))
    warnings = list(map_warnings(design, fit))
    if full is None and len(design.used) == 1:
        full = design.atoms.names[design.used[0]]
    check_full(full, atoms.names)
    level = find_full(design, fit, full)
    # Mobility is not what the scale is to show: each group has the B-factor it has.
    model = model_map(design, np.full(len(design.used), level.value), fit.b, fit.k)
    blurred = fourier.low_pass(model, design.grid, resolution, content.grid.shape,
                               b=-design.frame.blur)
    report(0.7)
    divisor = local_maximum(blurred, kernel)
    report(0.9)
    floor = 0.0 if content.solvent.suspect else find_noise_floor(maximum, content)
    if floor:
        maximum = without_noise(maximum, np.float32(floor))
    places = _voxels(content.grid, atoms.positions[design.inside_atoms])
    groups = atoms.groups[design.inside_atoms]
    chosen = np.isin(groups, [g for g, name in enumerate(atoms.names) if name in level.groups])
    at = places[:, chosen] if chosen.any() else places
    typical = float(np.median(divisor[tuple(at)]))
    ratio = maximum[tuple(at)] / np.maximum(divisor[tuple(at)], 0.1 * typical)
    # What noise and the model's faults do to a maximum goes with the level.
    factor = float(np.median(ratio)) if level.groups else 1.0
    share = np.clip((divisor / typical - PASSING[0]) / (PASSING[1] - PASSING[0]), 0, 1)
    share *= share * (3 - 2 * share)
    divisor -= np.float32(typical)
    divisor *= share
    divisor += np.float32(typical)
    divisor *= np.float32(factor)
    np.divide(maximum, divisor, out=maximum)
    named = ', '.join(level.groups[:4]) + (' …' if len(level.groups) > 4 else '')
    found = FullScale(typical * factor, f'against the model; {level.note}'
                      + (f': {named}' if named else ''), (*level.warnings, *warnings), floor)
    report(1.0)
    return maximum, found


def _voxels(grid, positions):
    """Nearest voxels of places in Å: (3, n) indices z, y, x within the grid."""
    places = np.rint(positions @ np.linalg.inv(np.array(grid.axes))).astype(int)[:, ::-1]
    return np.clip(places, 0, np.array(grid.shape) - 1).T
