"""`occupy confidence`: how sure it is that a voxel is not solvent, as a map."""

from chimerax.core.commands import BoolArg, CmdDesc, ModelIdArg, StringArg

from ..core.parameters import default
from ..session import jobs, volumes
from ..session.record import record
from . import common, looks
from .needed import needed_for_all, numbers_for


def occupy_confidence(session, maps=None, *, hedge=None, solvent_mask=None, name=None,
                      model_id=None, block=None):
    """Open the confidence of maps, 0 (solvent) to 1, as volumes on the working grid (a list).

    hedge: power of the confidence. solvent_mask: a map by which the solvent model is fitted again.
    The latest estimate of a map is used, whose mode does not matter here; one of occupancy mode is
    made if there is none.
    """
    hedge = default('hedge') if hedge is None else hedge
    sources = common.maps_to_estimate(session, maps)
    latest = [record(session).latest(source) for source in sources]
    modes = {entry.mode for entry in latest if entry is not None and not entry.stale}
    mode = modes.pop() if len(modes) == 1 and all(latest) else 'occupancy'
    needs = needed_for_all(session, sources, name=name, model_id=model_id, mode=mode,
                           solvent_mask=solvent_mask)
    numbers, kept = numbers_for(session, needs, model_id)

    def work(progress):
        made = []
        for need in needs:
            found, is_new = need.work(progress)
            made.append((found, is_new, found.confidence ** hedge))
        return made

    def deliver(results):
        opened = []
        for need, number, (found, is_new, confidence) in zip(
                needs, numbers, results, strict=True):
            need.keep(session, is_new)
            number = None if session.models.have_id(number) else number
            volume = volumes.new_volume(
                session, confidence, need.source, name or f'{need.source.name} confidence',
                kind='confidence', model_id=number)
            looks.show_envelope(volume, 0.5)
            session.logger.info(
                f'Confidence of {volumes.label(need.source)} is #{volume.id_string}, shown at 0.5.')
            for reason in found.solvent.suspect:
                session.logger.warning(f'The solvent model is suspect: {reason}.')
            opened.append(volume)
        return opened

    return jobs.run(session, 'Confidence', work, deliver, block=block,
                    watch=[need.source for need in needs], numbers=kept)


def register(_command_info, logger):
    """Register `occupy confidence` with ChimeraX."""
    from chimerax.core.commands import register as register_command
    description = CmdDesc(
        optional=[('maps', common.VolumesArg)],
        keyword=[*common.setting_args('hedge'), ('solvent_mask', common.VolumeArg),
                 ('name', StringArg), ('model_id', ModelIdArg), ('block', BoolArg)],
        synopsis='Open the confidence that voxels are not solvent as a map')
    register_command('occupy confidence', description, occupy_confidence, logger=logger)
