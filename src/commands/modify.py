"""`occupy amplify`, `attenuate`, `sigmoid` and `solvent`: modified maps at full resolution."""

from html import escape

from chimerax.core.commands import BoolArg, CmdDesc, ModelIdArg, StringArg
from chimerax.core.errors import UserError

from ..core import Modification, check_modification, modify
from ..core.memory import modify_bytes
from ..session import freememory, jobs, volumes
from ..session.record import record
from ..session.wording import user_error
from . import common, looks
from .estimate import words_for
from .needed import needed_for_all, numbers_for

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
    needs = needed_for_all(session, maps, name=name, model_id=model_id,
                           solvent_mask=solvent_mask, scale_map=scale_map)
    for need in needs:
        if need.found is not None and solvent_mask is None:
            _check(need, modification)
    title = f'{KINDS[kind][0].capitalize()} ' + ', '.join(volumes.label(n.source) for n in needs)
    _require_memory(needs, title)
    numbers, kept = numbers_for(session, needs, model_id)
    words = words_for(scaleMap=scale_map, solventMask=solvent_mask)

    def work(progress):
        return [_modified(need, modification, _part(progress, i, len(needs)))
                for i, need in enumerate(needs)]

    def deliver(results):
        refused = None
        opened = []
        for need, number, (result, is_new, error) in zip(needs, numbers, results, strict=True):
            need.keep(session, is_new)
            if error is None:
                opened.append(
                    _opened(session, need, result, modification, number, name, words))
            refused = refused or error
        if refused is not None:
            raise UserError(refused)
        return opened

    return jobs.run(session, title, work, deliver, block=block,
                    watch=[need.source for need in needs], numbers=kept)


def _check(need, modification):
    try:
        check_modification(need.found, modification)
    except ValueError as error:
        raise user_error(error, need.source) from None


def _require_memory(needs, title):
    height = kept = 0
    for need in needs:
        height = max(height, kept + need.bytes_needed, kept + modify_bytes(need.array))
        kept += 4 * need.array.size
    freememory.require(height, title, 'close other maps first')


def _part(progress, index, number):
    """The progress of one of several equal parts."""
    return lambda share, stage='': progress((index + share) / number, stage)


def _modified(need, modification, progress):
    """In a thread: the modified map, whether its estimate is new, and why there is none."""
    found, is_new = need.work(lambda share, stage='': progress(0.5 * share, stage))
    try:
        check_modification(found, modification)
    except ValueError as error:
        # The estimate is kept all the same: nothing is lost.
        return None, is_new, str(user_error(error, need.source))
    result = modify(need.array, need.with_given_scale(found), modification,
                    lambda share, stage='': progress(0.5 + 0.5 * share, stage))
    return result, is_new, None


def _opened(session, need, result, modification, number, name, words):
    """Open one modified map, show it as its source is, and tell what was done."""
    source = need.source
    what = KINDS[modification.kind][0]
    if modification.output != 'map':
        what += f' {modification.output}'
    number = None if session.models.have_id(number) else number
    is_map = modification.output == 'map'
    volume = volumes.new_volume(
        session, result, source, name or f'{source.name} {what}',
        kind='map' if is_map else modification.output, model_id=number,
        show=modification.output == 'difference')
    if is_map:
        looks.show_like(session, volume, source)
        used = record(session).look(source).setdefault('modifications', {})
        used[modification.kind] = (modification.power, modification.pivot)
    _log(session, need, volume, modification, words)
    return volume


def _log(session, need, volume, modification, words):
    kind, source = modification.kind, need.source
    names = KINDS[kind][1]
    with_scale = '' if kind == 'solvent' or need.scale_map is None else (
        f' by its scale #{need.scale_map.id_string}')
    strength = '' if kind == 'solvent' else f', power {modification.power:g}'
    if kind == 'sigmoid':
        strength += f', pivot {modification.pivot:g}'
    session.logger.info(
        f'{volumes.label(source)} {KINDS[kind][0]}{with_scale} is #{volume.id_string}{strength}.')
    command = ' '.join([f'occupy {kind} #{source.id_string}',
                        common.settings_text(modification, names), words,
                        f'modelId #{volume.id_string}']).replace('  ', ' ')
    session.logger.info(f'<pre>{escape(command)}</pre>', is_html=True)


def _command(kind):
    def command(session, maps=None, **keywords):
        return occupy_modify(session, kind, maps, **keywords)

    command.__name__ = f'occupy_{kind}'
    command.__doc__ = occupy_modify.__doc__
    return command


def register(_command_info, logger):
    """Register the commands that modify maps with ChimeraX."""
    from chimerax.core.commands import register as register_command
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
