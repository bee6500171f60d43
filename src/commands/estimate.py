"""`occupy`: estimate the local scale of maps, open it as maps, and colour by it."""

from dataclasses import dataclass
from html import escape

from chimerax.core.commands import (
    BoolArg,
    CmdDesc,
    ColormapRangeArg,
    ModelIdArg,
    ObjectsArg,
    StringArg,
)
from chimerax.core.errors import UserError

from ..core import Parameters, check_map, derive, estimate
from ..core.memory import estimate_bytes, kept_bytes
from ..core.parameters import SETTINGS, keyword
from ..core.recognise import IMAGES
from ..session import coloring, freememory, jobs, volumes
from ..session.record import record
from ..session.regions import region_of
from . import common

#: Settings in the order in which they are told and repeated.
_SETTINGS = ('mode', 'low_pass', 'kernel_size', 'kernel_radius', 'tau', 'tile_size', 'max_box',
             'full_scale', 'recalibrate', 'baseline', 'smooth')


@dataclass
class _Task:
    """One map to be estimated, read and checked."""

    source: object
    array: object
    axes: object
    parameters: Parameters
    solvent_mask: object = None
    full_scale_region: object = None
    other: object = None
    working: object = None
    #: Words of the command that name other maps.
    words: str = ''
    number: tuple = None
    replaces: object = None


def occupy(session, maps=None, *, mode=None, low_pass=None, worst_resolution=None, kernel_size=None,
           kernel_radius=None, tau=None, tile_size=None, max_box=None, naive=None, full_scale=None,
           full_scale_region=None, full_scale_from=None, recalibrate=None, baseline=None,
           smooth=None, solvent_mask=None, color=True, key=True, palette=None, range=None,
           replace=True, name=None, model_id=None, block=None):
    """Estimate the local scale of maps.

    Settings of the estimate
    ------------------------
    mode, low_pass … baseline: see `SETTINGS` in core/parameters.py; None takes the default or
    derives it from the map. naive: the same as full_scale "naive". solvent_mask: a map that covers
    solvent or content, on any grid. full_scale_region: atoms, or a mask, known to be at full
    occupancy. full_scale_from: a map with an estimate of the same mode, whose full scale is taken
    over.

    Output
    ------
    A volume of the scale for each map (a list), placed on its source; in the background the `Job`.
    color, key, palette, range: colour the source's surfaces. replace: take the place of an earlier
    result of the same map and mode. name, model_id: of the new volume, for one map only.
    """
    sources = common.maps_to_estimate(session, maps)
    parameters = _parameters(
        mode=mode, low_pass=low_pass, worst_resolution=worst_resolution, kernel_size=kernel_size,
        kernel_radius=kernel_radius, tau=tau, tile_size=tile_size, max_box=max_box,
        naive=naive, full_scale=full_scale, full_scale_region=full_scale_region,
        full_scale_from=full_scale_from, recalibrate=recalibrate, baseline=baseline, smooth=smooth)
    common.checked_range(range)
    if len(sources) > 1 and (name is not None or model_id is not None):
        raise UserError('name and modelId are for one map; '
                        f'{len(sources)} maps are to be estimated')
    other = _other_estimate(session, full_scale_from, parameters.mode)
    tasks = [prepared(source, parameters, solvent_mask, other, full_scale_region)
             for source in sources]
    for task in tasks:
        task.words = words_for(fullScaleFrom=full_scale_from, solventMask=solvent_mask)
        if full_scale_region is not None:
            task.words += f' fullScaleRegion {full_scale_region.spec}'
    require_memory(tasks)
    assign_numbers(session, tasks, replace, model_id)

    def deliver(estimates):
        # All maps first, so that their numbers follow one another; the colour key takes one too.
        scale_maps = [opened(session, task, found, name)
                      for task, found in zip(tasks, estimates, strict=True)]
        for task, found, scale_map in zip(tasks, estimates, scale_maps, strict=True):
            _shown(session, task, scale_map, found, color, key, palette, range)
        return scale_maps

    maps_text = ', '.join(volumes.label(source) for source in sources)
    return jobs.run(
        session, f'{parameters.mode.capitalize()} scale of {maps_text}',
        lambda progress: estimates_of(tasks, progress), deliver, block=block, watch=sources,
        numbers=[task.number for task in tasks if task.replaces is None])


def _parameters(naive, full_scale, full_scale_region, full_scale_from, **values):
    if naive and full_scale not in (None, 'naive'):
        raise UserError(f'naive contradicts fullScale {full_scale}; give one of them')
    stated = naive or full_scale not in (None, 'published')
    if sum((stated, full_scale_region is not None, full_scale_from is not None)) > 1:
        raise UserError('fullScale (or naive), fullScaleRegion and fullScaleFrom contradict one '
                        'another; give one of them')
    return common.from_settings(Parameters, full_scale='naive' if naive else full_scale, **values)


def words_for(**maps):
    """Keywords of a command that name maps, those that are None left out."""
    return ' '.join(f'{name} #{volume.id_string}' for name, volume in maps.items() if volume)


def _other_estimate(session, source, mode):
    if source is None:
        return None
    found = record(session).estimate_for(source, mode)
    if found is None:
        raise UserError(f'{volumes.label(source)} has no {mode}-mode estimate to take full scale '
                        f'from; type "occupy #{source.id_string} mode {mode}" first')
    return found


def prepared(source, parameters, solvent_mask=None, other=None, full_scale_region=None):
    """Read a map and refuse it if it cannot be estimated."""
    if volumes.lacks_voxel_size(source):
        raise UserError(
            f'{volumes.label(source)}: its file states no voxel size; set it first, with '
            f'"volume #{source.id_string} voxelSize 1.1" (in Å; give 1.0001 for 1)')
    array, axes = volumes.array_of(source), volumes.axes_of(source)
    try:
        grid = check_map(array, axes)
        _, working, _ = derive(parameters, grid)
    except ValueError as error:
        raise _about(source, error) from None
    mask = None
    if solvent_mask is not None:
        mask = volumes.sampled_on(solvent_mask, source, working.shape)
    region = None
    if full_scale_region is not None:
        region, _ = region_of(full_scale_region, source, working.shape)
    return _Task(source, array, axes, parameters, mask, region, other, working)


def _about(source, error):
    """The core's error as one about a map; its #1 becomes the map's number."""
    return UserError(f'{volumes.label(source)}: {numbered(str(error), source)}')


def numbered(sentence, source):
    """A sentence of the core, whose #1 stands for the map, with the map's number."""
    return sentence.replace('#1', f'#{source.id_string}')


def require_memory(tasks):
    """`UserError` if the estimates would need more memory than is free."""
    height = kept = 0
    for task in tasks:
        height = max(height, kept + estimate_bytes(task.array, task.working))
        kept += kept_bytes(task.working)
    names = ', '.join(volumes.label(task.source) for task in tasks)
    freememory.require(height, f'the estimate of {names}', 'close other maps, or lower maxBox')


def assign_numbers(session, tasks, replace, model_id):
    """Decide for each task which scale map it replaces, or else its model number."""
    known = record(session)
    for task in tasks:
        entry = known.entry(task.source, task.parameters.mode)
        shown = entry.scale_map if entry else None
        if replace and shown is not None and model_id in (None, shown.id):
            task.replaces, task.number = shown, shown.id
    new = [task for task in tasks if task.replaces is None]
    if model_id is not None and new:
        new[0].number = common.free_number(session, tuple(model_id))
        return
    for task, number in zip(new, common.next_numbers(session, len(new)), strict=True):
        task.number = number


def estimates_of(tasks, progress):
    """The long part, in a thread: an estimate for each task."""
    sizes = [task.array.size for task in tasks]
    found, done = [], 0
    for task, size in zip(tasks, sizes, strict=True):
        def one(share, stage, done=done, size=size):
            progress((done + share * size) / sum(sizes), stage)
        try:
            found.append(estimate(
                task.array, task.axes, task.parameters, solvent_mask=task.solvent_mask,
                full_scale_region=task.full_scale_region, full_scale_from=task.other, progress=one))
        except ValueError as error:
            raise _about(task.source, error) from error
        done += size
    return found


def opened(session, task, found, name):
    """Open one scale as a map, or give it to the one it replaces, and record it."""
    source = task.source
    if task.replaces is not None and not task.replaces.deleted:
        scale_map = task.replaces
        volumes.replace_array(scale_map, found.scale, source, name)
    else:
        number = None if session.models.have_id(task.number) else task.number
        scale_map = volumes.new_volume(
            session, found.scale, source, name or f'{source.name} {found.parameters.mode} scale',
            kind='scale', model_id=number)
    record(session).set(source, found, scale_map)
    return scale_map


def _shown(session, task, scale_map, found, color, key, palette, limits):
    """Log one result, and colour its map."""
    source = task.source
    chosen, limits = choose_look(session, source, palette, limits, found)
    words = [task.words, f'color {common.value_text(color)}']
    if color:
        words.append(f'key {common.value_text(key)} palette {chosen.name} '
                     f'range {common.value_text(limits)}')
    log_result(session, source, scale_map, found, ' '.join(words).strip())
    if color:
        coloring.color_surfaces(
            session, coloring.surfaces_of(source), scale_map, chosen, limits,
            key=key, name='occupy')


def choose_look(session, source, palette, limits, found):
    """Palette and range to use for a map: what is given, else what the user chose before.

    They are remembered in the record. Returns a `Palette` and (low, high).
    """
    look = record(session).look(source)
    if palette is not None:
        look['palette'] = palette.name
    elif 'palette' in look:
        palette, _, _ = common.PaletteArg.parse(look['palette'], session)
    else:
        palette = coloring.palette(coloring.DEFAULT_PALETTE)
    if limits == 'full':
        limits = (float(found.scale.min()), float(found.scale.max()))
    if limits is not None:
        look['range'] = tuple(float(limit) for limit in limits)
    elif palette.colormap.values_specified:
        limits = tuple(float(limit) for limit in palette.colormap.value_range())
    else:
        limits = tuple(look.get('range', coloring.DEFAULT_RANGE))
    return palette, limits


def log_result(session, source, scale_map, found, words):
    """Tell of one result: a line, its warnings, all parameters, and the command that repeats it.

    words: what the command has beyond the settings of the estimate.
    """
    logger = session.logger
    logger.info(
        f'{found.parameters.mode.capitalize()} scale of {volumes.label(source)} is '
        f'#{scale_map.id_string}; full scale {found.full_scale:.4g} ({found.full_scale_note}).')
    warnings = list(found.warnings)
    if volumes.says_images(source) and not any(IMAGES in warning for warning in warnings):
        warnings.insert(0, f'its file says that it holds a {IMAGES}, not a map: the scale means '
                           'nothing then')
    for warning in warnings:
        logger.warning(f'{volumes.label(source)}: {numbered(warning, source)}')
    command = (f'occupy #{source.id_string} {common.settings_text(found.parameters, _SETTINGS)} '
               f'{words} modelId #{scale_map.id_string}')
    logger.info(common.folded(
        'All parameters, and the command that repeats this',
        common.table(parameter_rows(found)) + f'<p>{escape(command)}</p>'), is_html=True)


def parameter_rows(found):
    """(name, value, remark) of everything an estimate used and found, for tables."""
    rows = []
    for name in _SETTINGS:
        value = getattr(found.parameters, name)
        if value is not None:
            rows.append((keyword(name), common.value_text(value), SETTINGS[name].unit))
    grid = volumes.voxel_text(found.grid)
    if found.grid.shape != found.source_grid.shape:
        grid += f', from {volumes.voxel_text(found.source_grid)}'
    rows += [
        ('working grid', grid, ''),
        ('voxels in the kernel', found.kernel_voxels, ''),
        ('full scale', f'{found.full_scale:.6g}', found.full_scale_note),
        ('tiles searched', found.tiles.count,
         f'full scale around voxel {_place(found.tiles.full)}, least around '
         f'{_place(found.tiles.least)}'),
        ('solvent', f'{found.solvent.mean:.4g} ± {found.solvent.width:.4g}',
         'suspect' if found.solvent.suspect else 'mean and width on the low-passed map'),
    ]
    if found.variability_limit is not None:
        rows.append(('variability limit', f'{found.variability_limit:.4g}',
                     'a level at which to contour the scale'))
    if found.noise_level is not None:
        rows.append(('noise level', f'{found.noise_level:.4g}', 'this scale was put to zero'))
    if found.noise_floor:
        rows.append(('noise floor', f'{found.noise_floor:.4g}', 'this scale was put to zero'))
    return rows


def _place(tile):
    return ','.join(f'{c:g}' for c in reversed(tile.centre))


def register(_command_info, logger):
    """Register `occupy` with ChimeraX."""
    from chimerax.core.commands import register as register_command
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
            ('full_scale_from', common.VolumeArg),
            *common.setting_args('recalibrate', 'baseline', 'smooth'),
            ('solvent_mask', common.VolumeArg),
            ('color', BoolArg), ('key', BoolArg),
            ('palette', common.PaletteArg), ('range', ColormapRangeArg),
            ('replace', BoolArg), ('name', StringArg), ('model_id', ModelIdArg),
            ('block', BoolArg),
        ],
        synopsis='Estimate the local scale of maps and colour them by it')
    register_command('occupy', description, occupy, logger=logger)
