"""An estimate as plain values: what reports, in ChimeraX and of batches, say of it."""

from dataclasses import asdict


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
