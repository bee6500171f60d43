"""`occupy amplify`, `attenuate`, `sigmoid` and `solvent`: modified maps at full resolution."""

from chimerax.core.commands import BoolArg, CmdDesc, ModelIdArg, StringArg

from ..core import Modification, Parameters, check_modification, modify
from ..core.memory import array_bytes, modify_bytes
from ..session import volumes
from ..session.record import record
from ..session.wording import user_error
from . import common, estimating, logtables, looks

#: What is said of each kind: of a map (its name), of what was done, and the settings it has.
_COMMON = ('hedge', 'confidence', 'exclude_solvent', 'output_low_pass', 'match_histogram', 'seed',
           'output')
KINDS = {
    'amplify': ('amplified', ('power', 'scale_limit', *_COMMON)),
    'attenuate': ('attenuated', ('power', 'scale_limit', *_COMMON)),
    'sigmoid': ('sigmoid', ('power', 'pivot', *_COMMON)),
    'solvent': ('solvent suppressed',
                ('hedge', 'output_low_pass', 'match_histogram', 'output')),
}


def occupy_modify(session, kind, maps=None, *, scale_map=None, solvent_mask=None, name=None,
                  model_id=None, block=None, **settings):
    """Modify maps by their scale.

    Settings of the modification
    ----------------------------
    kind: amplify, attenuate, sigmoid or solvent. settings: see `Modification` and `SETTINGS` in
    core/parameters.py. scale_map: a map to take the scale from instead of the estimate.
    solvent_mask: a map that covers solvent or content, by which the solvent model is fitted again.

    Output
    ------
    A volume for each map (a list) on the map's own grid; in the background the `Job`. The map's
    estimate of occupancy mode is used, and made first if there is none. An output "map" is shown as
    its source is, and the source is hidden.
    """
    modification = common.from_settings(Modification, kind=kind, **settings)
    requests = [
        estimating.Request(session, source, Parameters(mode='occupancy'), scale_map=scale_map,
                           solvent_mask=solvent_mask)
        for source in estimating.sources_of(session, maps, name, model_id)]
    for request in requests:
        if request.is_at_hand:
            _check(request, request.found, modification)
    words = estimating.words_for(scaleMap=scale_map, solventMask=solvent_mask)

    def work(request, progress):
        _check(request, request.estimate, modification)
        return modify(request.array, request.estimate, modification, progress)

    def deliver(requests):
        return [_opened(session, request, modification, name, words) for request in requests]

    maps_text = ', '.join(volumes.label(request.source) for request in requests)
    return estimating.run(
        session, requests, f'{KINDS[kind][0].capitalize()} {maps_text}', deliver, work=work,
        costs=lambda request: (modify_bytes(request.array), array_bytes(request.array)),
        opens=True, model_id=model_id, block=block)


def _check(request, found, modification):
    try:
        check_modification(found, modification)
    except ValueError as error:
        raise user_error(error, request.source) from None


def _opened(session, request, modification, name, words):
    """Open one modified map, show it as its source is, and tell what was done."""
    source = request.source
    what = KINDS[modification.kind][0]
    is_map = modification.output == 'map'
    if not is_map:
        what += f' {modification.output}'
    volume = estimating.open_result(
        session, request, request.outcome, name or f'{source.name} {what}',
        kind='map' if is_map else modification.output, show=modification.output == 'difference')
    if is_map:
        looks.show_like(session, volume, source)
        used = record(session).look(source).setdefault('modifications', {})
        used[modification.kind] = (modification.power, modification.pivot)
    _log(session, request, volume, modification, words)
    return volume


def _log(session, request, volume, modification, words):
    kind, source = modification.kind, request.source
    names = KINDS[kind][1]
    with_scale = '' if kind == 'solvent' or request.scale_map is None else (
        f' by its scale #{request.scale_map.id_string}')
    strength = '' if kind == 'solvent' else f', power {modification.power:g}'
    if kind == 'sigmoid':
        strength += f', pivot {modification.pivot:g}'
    session.logger.info(
        f'{volumes.label(source)} {KINDS[kind][0]}{with_scale} is #{volume.id_string}{strength}.')
    command = ' '.join([f'occupy {kind} #{source.id_string}',
                        common.settings_text(modification, names), words,
                        f'modelId #{volume.id_string}']).replace('  ', ' ')
    session.logger.info(logtables.folded(
        'The command that repeats this', logtables.repeated(command)), is_html=True)


def _command(kind):
    def command(session, maps=None, **keywords):
        return occupy_modify(session, kind, maps, **keywords)

    command.__name__ = f'occupy_{kind}'
    command.__doc__ = occupy_modify.__doc__
    return command


def register(_command_info, logger):
    """Register the commands that modify maps with ChimeraX."""
    from .answers import register_command
    synopses = {
        'amplify': 'Strengthen partially occupied parts of maps',
        'attenuate': 'Weaken partially occupied parts of maps',
        'sigmoid': 'Weaken parts of maps below a scale, strengthen those above',
        'solvent': 'Suppress the solvent of maps, and nothing else',
    }
    for kind, (_, names) in KINDS.items():
        keywords = common.setting_args(*names)
        if kind != 'solvent':
            keywords.append(('scale_map', common.VolumeArg))
        keywords += [('solvent_mask', common.VolumeArg), ('name', StringArg),
                     ('model_id', ModelIdArg), ('block', BoolArg)]
        description = CmdDesc(optional=[('maps', common.VolumesArg)], keyword=keywords,
                              synopsis=synopses[kind])
        register_command(f'occupy {kind}', description, _command(kind), logger=logger)
