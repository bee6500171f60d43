"""`occupy mask`: masks from a scale, on the grid of the map, ready to be saved."""

from chimerax.core.commands import BoolArg, CmdDesc, EnumOf, ModelIdArg, StringArg
from chimerax.core.errors import UserError

from ..core import Modification, Parameters, solvent_definition, subtraction_mask
from ..core.memory import array_bytes, mask_bytes
from ..core.parameters import default
from ..session import volumes
from . import common, estimating, looks


def occupy_mask(session, maps, kind, curve=None, power=None, *, pivot=None, threshold=None,
                covers=None, scale_map=None, name=None, model_id=None, block=None):
    """Make masks from the occupancy-mode scale of maps.

    kind: "solvent", 1 where the scale exceeds `threshold`; or "subtraction", 0 to 1, the share of
    the signal that `curve` (attenuate or sigmoid, with `power` and `pivot`) keeps, or, with covers
    "subtracted", takes away. Returns a volume for each map (a list) on the map's own grid.
    """
    make, what = _maker(kind, curve, power, pivot, threshold, covers)
    requests = [
        estimating.Request(session, source, Parameters(mode='occupancy'), scale_map=scale_map)
        for source in estimating.sources_of(session, maps, name, model_id)]

    def deliver(requests):
        return [_opened(session, request, kind, what, name) for request in requests]

    maps_text = ', '.join(volumes.label(request.source) for request in requests)
    return estimating.run(
        session, requests, f'{kind.capitalize()} mask of {maps_text}', deliver,
        work=lambda request, _progress: make(request.estimate),
        costs=lambda request: (mask_bytes(request.array), array_bytes(request.array)),
        opens=True, model_id=model_id, block=block)


def _opened(session, request, kind, what, name):
    """Open one mask, and tell of it."""
    volume = estimating.open_result(
        session, request, request.outcome, name or f'{request.source.name} {kind} mask',
        kind='mask')
    looks.show_envelope(volume, 0.5)
    session.logger.info(
        f'Mask of {volumes.label(request.source)} ({what}) is #{volume.id_string}; '
        f'"save mask.mrc models #{volume.id_string}" saves it.')
    return volume


def _maker(kind, curve, power, pivot, threshold, covers):
    """The function from estimate to mask, and what the mask is, in words."""
    if kind == 'solvent':
        if curve is not None or power is not None or pivot is not None or covers is not None:
            raise UserError('a solvent mask takes a threshold only; '
                            'curves, power, pivot and covers are for a subtraction mask')
        threshold = default('mask_threshold') if threshold is None else threshold
        return (lambda found: solvent_definition(found, threshold),
                f'1 where the scale exceeds {threshold:g}')
    if threshold is not None:
        raise UserError('threshold is for a solvent mask; a subtraction mask follows a curve')
    if curve is None:
        raise UserError('say which curve subtracts: "subtraction attenuate 3" or '
                        '"subtraction sigmoid 5 pivot 0.3"')
    if curve == 'attenuate' and pivot is not None:
        raise UserError('pivot is for a sigmoid; attenuate has none')
    modification = common.from_settings(Modification, kind=curve, power=power, pivot=pivot)
    covers = default('covers') if covers is None else covers
    program = 'RELION' if covers == 'kept' else 'cryoSPARC'
    return (lambda found: subtraction_mask(found, modification, covers),
            f'what {curve} with power {modification.power:g} leaves {covers}, as {program} wants it'
            if covers == 'kept' else
            f'what {curve} with power {modification.power:g} takes away, as {program} wants it')


def register(_command_info, logger):
    """Register `occupy mask` with ChimeraX."""
    from chimerax.core.commands import register as register_command
    description = CmdDesc(
        required=[('maps', common.VolumesArg), ('kind', EnumOf(('solvent', 'subtraction')))],
        optional=[('curve', EnumOf(('attenuate', 'sigmoid'))),
                  ('power', common.setting_arg('power'))],
        keyword=[*common.setting_args('pivot'), ('threshold', common.setting_arg('mask_threshold')),
                 *common.setting_args('covers'), ('scale_map', common.VolumeArg),
                 ('name', StringArg), ('model_id', ModelIdArg), ('block', BoolArg)],
        synopsis='Make masks from the scale of maps')
    register_command('occupy mask', description, occupy_mask, logger=logger)
