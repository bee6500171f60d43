"""`occupy mask`: masks from a scale, on the grid of the map, as other programs take them."""

from chimerax.core.commands import (
    BoolArg,
    CenterArg,
    CmdDesc,
    EnumOf,
    ModelIdArg,
    ObjectsArg,
    SaveFileNameArg,
    StringArg,
    quote_path_if_necessary,
    run,
)
from chimerax.core.errors import UserError

from ..core import Mask, Modification, Parameters, make_mask
from ..core.memory import array_bytes, mask_bytes
from ..session import masks, pointing, volumes
from ..session.regions import Region
from . import common, estimating, files, looks

#: Kinds that take a word, and the settings each of them has.
_SETTINGS = {'solvent': ('threshold',), 'subtraction': ('curve', 'power', 'pivot', 'covers'),
             'weak': ('below',), 'strong': ('above',), 'region': ()}
_KINDS = ('solvent', 'subtraction', 'weak', 'strong')


def occupy_mask(session, maps, kind=None, curve=None, power=None, *, pivot=None, threshold=None,
                covers=None, below=None, above=None, region=None, at=None, extend=None,
                soft_edge=None, scale_map=None, file=None, name=None, model_id=None, block=None):
    """Make masks from the occupancy-mode scale of maps.

    kind: "solvent", where the scale exceeds `threshold`; "weak" and "strong", content whose scale
    is below `below` or above `above`; "subtraction", the share of the signal that `curve`
    (attenuate or sigmoid, with `power` and `pivot`) keeps, or, with covers "subtracted", takes
    away, confined to content. region: atoms, or a mask, to which it is confined; without a kind the
    mask covers just that. at: a point of the scene, ChimeraX's `Center`; only the connected part
    there is covered. extend, soft_edge: in Å, see `SETTINGS`. file: an .mrc file to write, of
    one map. Returns a volume for each map (a list) on the map's own grid.
    """
    given = {'curve': curve, 'power': power, 'pivot': pivot, 'threshold': threshold,
             'covers': covers, 'below': below, 'above': above}
    mask = _mask(kind or ('region' if region is not None else None), given, extend, soft_edge)
    sources = estimating.sources_of(session, maps, name, model_id)
    files.checked_file(file, ('.mrc',))
    if file is not None and len(sources) > 1:
        raise UserError(f'file is for one map; {len(sources)} maps are named')
    regions = {source: Region(region, source) for source in sources} if region else {}
    places = {source: _index(source, at) for source in sources if at is not None}
    requests = [
        estimating.Request(session, source, Parameters(mode='occupancy'), scale_map=scale_map)
        for source in sources]
    voxels = {}

    def first():
        for source, one in regions.items():
            voxels[source] = one.voxels(tuple(reversed(source.data.size)))

    def work(request, progress):
        return make_mask(request.array, request.estimate, mask, voxels.get(request.source),
                         progress, places.get(request.source))

    def deliver(requests):
        return [_opened(session, request, mask, name, file) for request in requests]

    maps_text = ', '.join(volumes.label(source) for source in sources)
    return estimating.run(
        session, requests, f'{mask.kind.capitalize()} mask of {maps_text}', deliver,
        first=first, work=work,
        costs=lambda request: (mask_bytes(request.array), array_bytes(request.array)),
        touches=[model for one in regions.values() for model in one.models],
        opens=True, model_id=model_id, block=block)


def _mask(kind, given, extend, soft_edge):
    """The `Mask` that is asked for; `UserError` for settings that belong to another kind."""
    if kind is None:
        raise UserError('say what the mask is to cover: solvent, weak, strong, subtraction, or '
                        '"region" and atoms')
    for name, value in given.items():
        owner = next(one for one, names in _SETTINGS.items() if name in names)
        if value is not None and owner != kind:
            raise UserError(f'{name} is for a mask of kind {owner}, not {kind}')
    settings = {name: given[name] for name in ('threshold', 'below', 'above', 'covers')}
    if kind == 'subtraction':
        curve = given['curve']
        if curve is None:
            raise UserError('say which curve subtracts: "subtraction attenuate 3" or '
                            '"subtraction sigmoid 5 pivot 0.3"')
        if curve == 'attenuate' and given['pivot'] is not None:
            raise UserError('pivot is for a sigmoid; attenuate has none')
        settings['modification'] = common.from_settings(
            Modification, kind=curve, power=given['power'], pivot=given['pivot'])
    return common.from_settings(Mask, kind=kind, extend=extend, soft_edge=soft_edge, **settings)


def _index(source, center):
    """Where a place lies in a map: the index (z, y, x); `UserError` outside of it."""
    point = center.scene_coordinates()
    pointing.check_inside(source, point)
    return tuple(source.data.xyz_to_ijk(source.scene_position.inverse() * point))[::-1]


def _opened(session, request, mask, name, file):
    """Open one mask, write it if asked, and tell of it and of what comes next."""
    source = request.source
    name = name or f'{source.name} {mask.kind} mask'
    volume = estimating.open_result(session, request, request.outcome, name, kind='mask',
                                    use=mask.use)
    looks.show_envelope(volume, 0.5)
    width = mask.derive_soft_edge(
        request.estimate.parameters.low_pass, request.estimate.source_grid)
    edge = f'extended by {mask.extend:g} Å, ' if mask.extend else ''
    edge += f'a soft edge of {width:.3g} Å' if width else 'no soft edge'
    saved = '' if file else f'; "save mask.mrc models #{volume.id_string}" saves it'
    session.logger.info(f'Mask of {volumes.label(source)} ({_words(mask)}, {edge}) is '
                        f'#{volume.id_string}{saved}.')
    if file is None:
        masks.tell_next(volume, mask.use)
    else:
        # Saving tells of it.
        run(session, f'save {quote_path_if_necessary(file)} models #{volume.id_string}', log=False)
        volume.name = name      # saving gives it the name of the file
    return volume


def _words(mask):
    """What a mask covers, in words."""
    if mask.kind == 'subtraction':
        curve = f'{mask.modification.kind} with power {mask.modification.power:g}'
        return (f'what {curve} leaves kept, as RELION wants it' if mask.covers == 'kept' else
                f'what {curve} takes away, as cryoSPARC wants it')
    return {'solvent': f'1 where the scale exceeds {mask.threshold:g}',
            'weak': f'content whose scale is below {mask.below:g}',
            'strong': f'content whose scale is above {mask.above:g}',
            'region': 'the region'}[mask.kind]


def register(_command_info, logger):
    """Register `occupy mask` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('maps', common.VolumesArg)],
        optional=[('kind', EnumOf(_KINDS)), ('curve', EnumOf(('attenuate', 'sigmoid'))),
                  ('power', common.setting_arg('power'))],
        keyword=[*common.setting_args('pivot'), ('threshold', common.setting_arg('mask_threshold')),
                 *common.setting_args('covers', 'below', 'above'), ('region', ObjectsArg),
                 ('at', CenterArg),
                 *common.setting_args('extend', 'soft_edge'), ('scale_map', common.VolumeArg),
                 ('file', SaveFileNameArg), ('name', StringArg), ('model_id', ModelIdArg),
                 ('block', BoolArg)],
        synopsis='Make masks from the scale of maps')
    register_command('occupy mask', description, occupy_mask, logger=logger)
