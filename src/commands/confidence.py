"""`occupy confidence`: how sure it is that a voxel is not solvent, as a map."""

from chimerax.core.commands import BoolArg, CmdDesc, ModelIdArg, StringArg

from ..core import Parameters
from ..core.memory import confidence_bytes
from ..core.parameters import default
from ..session import volumes
from ..session.record import record
from ..session.wording import sentence
from . import common, estimating, looks


def occupy_confidence(session, maps=None, *, hedge=None, solvent_mask=None, name=None,
                      model_id=None, block=None):
    """Open the confidence of maps, 0 (solvent) to 1, as volumes on the working grid (a list).

    hedge: power of the confidence. solvent_mask: a map by which the solvent model is fitted again.
    The latest estimate of a map is used, whose mode does not matter here; one of occupancy mode is
    made if there is none.
    """
    hedge = default('hedge') if hedge is None else hedge
    sources = estimating.sources_of(session, maps, name, model_id)
    latest = [record(session).latest(source) for source in sources]
    modes = {entry.mode for entry in latest if entry is not None and not entry.stale}
    mode = modes.pop() if len(modes) == 1 and all(latest) else 'occupancy'
    requests = [
        estimating.Request(session, source, Parameters(mode=mode), solvent_mask=solvent_mask)
        for source in sources]

    def deliver(requests):
        return [_opened(session, request, name) for request in requests]

    maps_text = ', '.join(volumes.label(source) for source in sources)
    return estimating.run(
        session, requests, f'Confidence of {maps_text}', deliver,
        work=lambda request, _progress: request.estimate.confidence ** hedge,
        costs=lambda request: (confidence_bytes(request.grid),) * 2,
        opens=True, model_id=model_id, block=block)


def _opened(session, request, name):
    """Open one confidence map, and tell of it."""
    source = request.source
    volume = estimating.open_result(
        session, request, request.outcome, name or f'{source.name} confidence', kind='confidence')
    looks.show_envelope(volume, 0.5)
    session.logger.info(
        f'Confidence of {volumes.label(source)} is #{volume.id_string}, shown at 0.5.')
    for reason in request.estimate.solvent.suspect:
        session.logger.warning(f'The solvent model is suspect: {sentence(reason, source)}.')
    return volume


def register(_command_info, logger):
    """Register `occupy confidence` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        optional=[('maps', common.VolumesArg)],
        keyword=[*common.setting_args('hedge'), ('solvent_mask', common.VolumeArg),
                 ('name', StringArg), ('model_id', ModelIdArg), ('block', BoolArg)],
        synopsis='Open the confidence that voxels are not solvent as a map')
    register_command('occupy confidence', description, occupy_confidence, logger=logger)
