"""`occupy target`: the occupancy of one region as a single number."""

from chimerax.core.commands import BoolArg, CmdDesc, ObjectsArg

from ..core import Parameters, targeted_occupancy
from ..core.memory import target_bytes
from ..session import volumes
from ..session.regions import Region
from . import common, estimating


def occupy_target(session, map, *, region=None, distance=None, mode=None, solvent_mask=None,
                  block=None):
    """The targeted occupancy of a region of a map.

    region: atoms, or a mask. distance: how near to an atom a voxel must be, in Å. The region plays
    the part of the kernel: its size n gives τ_n, and full scale is searched with that. Returns the
    core's `TargetedOccupancy`; in the background the `Job`. The map's estimate is used, of
    occupancy mode if not said otherwise, and made first if there is none.
    """
    mode = 'occupancy' if mode is None else mode
    request = estimating.Request(session, map, Parameters(mode=mode), solvent_mask=solvent_mask)
    region, voxels = Region(region, map, distance), None

    def first():
        nonlocal voxels
        voxels = region.voxels(request.grid.shape)

    def work(request, _progress):
        return targeted_occupancy(request.array, request.estimate, voxels)

    def deliver(requests):
        target = requests[0].outcome
        session.logger.info(
            f'Targeted occupancy of {volumes.label(map)}, {region.words}: {target.occupancy:.3f} '
            f'(n = {target.voxels} voxels, τ_n = {target.tau:.6g}, '
            f'full scale {target.full_scale:.4g}). It is an upper bound where stronger density is '
            'near; with a model, "occupy fit" tells the occupancy itself.')
        return target

    return estimating.run(
        session, [request], f'Targeted occupancy of {volumes.label(map)}', deliver, first=first,
        work=work, costs=lambda request: (target_bytes(request.array, request.grid), 0),
        touches=region.models, block=block)


def register(_command_info, logger):
    """Register `occupy target` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('map', common.VolumeArg)],
        keyword=[('region', ObjectsArg), ('distance', common.setting_arg('region_distance')),
                 *common.setting_args('mode'), ('solvent_mask', common.VolumeArg),
                 ('block', BoolArg)],
        required_arguments=['region'],
        synopsis='Occupancy of a region of a map')
    register_command('occupy target', description, occupy_target, logger=logger)
