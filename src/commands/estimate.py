"""`occupy`: estimate the local scale of maps, open it as maps, and colour by it."""

from chimerax.core.commands import (
    BoolArg,
    CenterArg,
    CmdDesc,
    ColormapRangeArg,
    ModelIdArg,
    ObjectsArg,
    StringArg,
)
from chimerax.core.errors import UserError

from ..core import Parameters
from ..session import coloring, pointing, volumes
from ..session.groups import group_atoms
from ..session.record import record
from ..session.regions import Region
from . import common, estimating, looks


def occupy(session, maps=None, *, mode=None, low_pass=None, worst_resolution=None, kernel_size=None,
           kernel_radius=None, tau=None, tile_size=None, max_box=None, naive=None, full_scale=None,
           full_scale_region=None, full_scale_from=None, full_scale_model=None, full_scale_at=None,
           recalibrate=None, baseline=None, smooth=None, solvent_mask=None, color=True, key=True,
           palette=None, range=None, replace=True, name=None, model_id=None, block=None):
    """Estimate the local scale of maps.

    Settings of the estimate
    ------------------------
    mode, low_pass … baseline: see `SETTINGS` in core/parameters.py; None takes the default or
    derives it from the map. naive: the same as full_scale "naive". solvent_mask: a map that covers
    solvent or content, on any grid. full_scale_region: atoms, or a mask, known to be at full
    occupancy. full_scale_from: a map with an estimate of the same mode, whose full scale is taken
    over. full_scale_model: atoms whose map at full occupancy the scale is taken against.
    full_scale_at: a point, ChimeraX's `Center`, whose surroundings are known to be at full
    occupancy.

    Output
    ------
    A volume of the scale for each map (a list), placed on its source; in the background the `Job`.
    color, key, palette, range: colour the source's surfaces. replace: take the place of an earlier
    result of the same map and mode. name, model_id: of the new volume, for one map only.
    """
    sources = estimating.sources_of(session, maps, name, model_id)
    parameters = _parameters(
        mode=mode, low_pass=low_pass, worst_resolution=worst_resolution, kernel_size=kernel_size,
        kernel_radius=kernel_radius, tau=tau, tile_size=tile_size, max_box=max_box,
        naive=naive, full_scale=full_scale, full_scale_region=full_scale_region,
        full_scale_from=full_scale_from, full_scale_model=full_scale_model,
        full_scale_at=full_scale_at, recalibrate=recalibrate, baseline=baseline, smooth=smooth)
    common.checked_range(range)
    other = _other_entry(session, full_scale_from, parameters.mode)
    words = estimating.words_for(fullScaleFrom=full_scale_from, solventMask=solvent_mask)
    if full_scale_region is not None:
        words += f' fullScaleRegion {full_scale_region.spec}'
    point = None
    if full_scale_at is not None:
        point = full_scale_at.scene_coordinates()
        words += f' fullScaleAt {common.point_text(point)}'
        for source in sources:
            pointing.check_inside(source, point)
    model = None
    if full_scale_model is not None:
        words += f' fullScaleModel {full_scale_model.spec}'
        model = group_atoms(full_scale_model.atoms)
    requests = []
    for source in sources:
        region = full_scale_region and Region(full_scale_region, source)
        if point is not None:
            region = Region.around(point, source)
        request = estimating.Request(
            session, source, parameters, accept=estimating.anew, solvent_mask=solvent_mask,
            region=region, other=other, model=model)
        request.words, request.replaces = words, replace
        requests.append(request)

    def deliver(requests):
        with session.undo.aggregate('occupy'):
            for request in requests:
                _show(session, request, color, key, palette, range)
        return [request.scale_map for request in requests]

    maps_text = ', '.join(volumes.label(source) for source in sources)
    return estimating.run(
        session, requests, f'{parameters.mode.capitalize()} scale of {maps_text}', deliver,
        alone=True, model_id=model_id, name=name, tell=False,
        advice='close other maps, or lower maxBox', block=block)


def _parameters(naive, full_scale, full_scale_region, full_scale_from, full_scale_model,
                full_scale_at, **values):
    if naive and full_scale not in (None, 'naive'):
        raise UserError(f'naive contradicts fullScale {full_scale}; give one of them')
    stated = naive or full_scale not in (None, 'published')
    others = (full_scale_region, full_scale_from, full_scale_model, full_scale_at)
    if bool(stated) + sum(other is not None for other in others) > 1:
        raise UserError('fullScale (or naive), fullScaleRegion, fullScaleFrom, fullScaleModel and '
                        'fullScaleAt contradict one another; give one of them')
    if full_scale_model is not None and values['mode'] != 'occupancy':
        raise UserError('fullScaleModel needs "mode occupancy"')
    return common.from_settings(Parameters, full_scale='naive' if naive else full_scale, **values)


def _other_entry(session, source, mode):
    if source is None:
        return None
    found = record(session).entry(source, mode)
    if found is None or found.stale:
        raise UserError(f'{volumes.label(source)} has no {mode}-mode estimate to take full scale '
                        f'from; type "occupy #{source.id_string} mode {mode}" first')
    return found


def _show(session, request, color, key, palette, limits):
    """Log one result, and colour its map."""
    source, found = request.source, request.found
    chosen, limits = looks.choose_look(session, source, palette, limits, found)
    words = [request.words, f'color {common.value_text(color)}']
    if color:
        words.append(f'key {common.value_text(key)} palette {chosen.name} '
                     f'range {common.value_text(limits)}')
    if request.is_kept:
        estimating.log_estimate(session, request, ' '.join(words).strip())
    if color and request.scale_map is not None:
        coloring.color_map(session, source, request.scale_map, chosen, limits, key=key,
                           name='occupy')


def register(_command_info, logger):
    """Register `occupy` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        optional=[('maps', common.VolumesArg)],
        keyword=[
            ('mode', common.setting_arg('mode')),
            *common.setting_args('low_pass', 'worst_resolution'),
            ('kernel_size', common.KernelSizeArg),
            *common.setting_args('kernel_radius', 'tau', 'tile_size', 'max_box'),
            ('naive', BoolArg),
            ('full_scale', common.setting_arg('full_scale')),
            ('full_scale_region', ObjectsArg),
            ('full_scale_from', common.VolumeArg), ('full_scale_model', ObjectsArg),
            ('full_scale_at', CenterArg),
            *common.setting_args('recalibrate', 'baseline', 'smooth'),
            ('solvent_mask', common.VolumeArg),
            ('color', BoolArg), ('key', BoolArg),
            ('palette', common.PaletteArg), ('range', ColormapRangeArg),
            ('replace', BoolArg), ('name', StringArg), ('model_id', ModelIdArg),
            ('block', BoolArg),
        ],
        synopsis='Estimate the local scale of maps and colour them by it')
    register_command('occupy', description, occupy, logger=logger)
