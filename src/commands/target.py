"""`occupy target`: the occupancy of one region as a single number."""

from chimerax.core.commands import BoolArg, CmdDesc, ObjectsArg

from ..core import targeted_occupancy
from ..session import jobs, volumes
from ..session.regions import region_of
from . import common
from .needed import Needed


def occupy_target(session, map, *, region=None, distance=None, mode=None, solvent_mask=None,
                  block=None):
    """The targeted occupancy of a region of a map.

    region: atoms, or a mask. distance: how near to an atom a voxel must be, in Å. The region plays
    the part of the kernel: its size n gives τ_n, and full scale is searched with that. Returns the
    core's `TargetedOccupancy`; in the background the `Job`. The map's estimate is used, of
    occupancy mode if not said otherwise, and made first if there is none.
    """
    mode = 'occupancy' if mode is None else mode
    need = Needed(session, map, mode=mode, solvent_mask=solvent_mask)
    voxels, words = region_of(region, map, need.working_grid.shape, distance)

    def work(progress):
        found, is_new = need.work(progress)
        return targeted_occupancy(need.array, found, voxels), is_new

    def deliver(result):
        target, is_new = result
        need.keep(session, is_new)
        session.logger.info(
            f'Targeted occupancy of {volumes.label(map)}, {words}: {target.occupancy:.3f} '
            f'(n = {target.voxels} voxels, τ_n = {target.tau:.6g}, '
            f'full scale {target.full_scale:.4g}).')
        return target

    return jobs.run(session, f'Targeted occupancy of {volumes.label(map)}', work, deliver,
                    block=block, watch=[map],
                    numbers=[] if need.number is None else [need.number])


def register(_command_info, logger):
    """Register `occupy target` with ChimeraX."""
    from chimerax.core.commands import register as register_command
    description = CmdDesc(
        required=[('map', common.VolumeArg)],
        keyword=[('region', ObjectsArg), ('distance', common.setting_arg('region_distance')),
                 *common.setting_args('mode'), ('solvent_mask', common.VolumeArg),
                 ('block', BoolArg)],
        required_arguments=['region'],
        synopsis='Occupancy of a region of a map')
    register_command('occupy target', description, occupy_target, logger=logger)
