"""What was found as plain values: what reports and tables, in ChimeraX and of batches, say of it.
"""

import math
from dataclasses import asdict

#: Columns of a table of fitted occupancies.
OCCUPANCY_COLUMNS = ('group', 'atoms', 'occupancy', 'error', 'b_factor', 'b_error', 'inside',
                     'note')


def occupancy_row(group):
    """One `GroupOccupancy` as a dict of `OCCUPANCY_COLUMNS`; None for what is unknown."""
    def known(value):
        return float(value) if math.isfinite(value) else None

    return {'group': group.name, 'atoms': int(group.atoms), 'occupancy': known(group.occupancy),
            'error': known(group.error), 'b_factor': known(group.b_factor),
            'b_error': known(group.b_error), 'inside': known(group.inside), 'note': group.note}


def value_text(value, error, decimals=3):
    """A finite value with its error, where that is known: "0.420 ± 0.030"."""
    spread = f' ± {error:.{decimals}f}' if math.isfinite(error) else ''
    return f'{value:.{decimals}f}{spread}'


def cell(value):
    """A value of a row as it stands in a CSV."""
    if value is None:
        return ''
    return f'{value:.4f}' if isinstance(value, float) else value


def described(estimate):
    """Everything an estimate used and found but its maps, as a dict that JSON can hold.

    Boxes and places are (x, y, z); places of tiles are voxels of the working grid; densities are in
    the units of the map.
    """
    solvent = estimate.solvent
    return {
        'parameters': asdict(estimate.parameters),
        'working_grid': {'box': list(reversed(estimate.grid.shape)),
                         'voxel_size': list(estimate.grid.steps)},
        'kernel_voxels': estimate.kernel_voxels,
        'full_scale': {'value': estimate.full_scale, 'how': estimate.full_scale_note},
        'tiles': {'number': estimate.tiles.count,
                  'full': _tile(estimate.tiles.full), 'least': _tile(estimate.tiles.least)},
        'variability_limit': estimate.variability_limit,
        'noise_level': estimate.noise_level,
        'noise_floor': estimate.noise_floor,
        'baseline': estimate.baseline,
        'solvent': {
            'mean': solvent.mean, 'width': solvent.width, 'height': solvent.height,
            'range': [solvent.low, solvent.high], 'half_confident': solvent.half_confident,
            'suspect': list(solvent.suspect)},
        'warnings': list(estimate.warnings),
    }


def _tile(tile):
    return {'value': tile.value, 'centre': list(reversed(tile.centre)),
            'edges': list(reversed(tile.size))}
