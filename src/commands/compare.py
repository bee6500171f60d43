"""`occupy compare`: the classes of one data set side by side, on one full scale."""

import csv
from dataclasses import dataclass, replace
from html import escape

import numpy as np
from chimerax.atomic import AtomsArg
from chimerax.core.commands import BoolArg, CmdDesc, ColormapRangeArg, SaveFileNameArg
from chimerax.core.errors import UserError

from ..core import Parameters, derive
from ..core.parameters import default
from ..session import coloring, jobs, volumes
from ..session.readout import Layout, scale_at
from ..session.record import record
from ..session.regions import MASK_LEVEL
from . import common, estimate, files
from .atoms import html_table, link, number, selecting

_TABLES = ('.csv',)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison found.

    `sources`: the maps. `full_scale`: a density in their units, that of the map `reference`.
    `own`: the full scale that each map would have by itself. `regions`: their names. `values`: mean
    scale, float (regions, maps), not-a-number where a region lies outside a map.
    """

    sources: list
    reference: object
    full_scale: float
    own: list
    regions: list
    values: np.ndarray


class SeveralVolumesArg(common.VolumesArg):
    """Maps by one specifier or by several: #1,3,4 or #1 #3 #4."""

    name = 'maps'

    @classmethod
    def parse(cls, text, session):
        maps, used, rest = super().parse(text, session)
        while rest.lstrip().startswith('#'):
            more, word, rest = super().parse(rest.lstrip(), session)
            maps = maps + [volume for volume in more if volume not in maps]
            used += ' ' + word
        return maps, used, rest


def occupy_compare(session, maps, *, mode=None, low_pass=None, full_scale_from=None, model=None,
                   regions=None, file=None, color=None, key=True, palette=None, range=None,
                   block=None):
    """Lay maps of one data set side by side on one full scale.

    full_scale_from: the map that gives full scale and all parameters; None for the map whose own
    full scale is the largest. model: atoms, told for each chain; regions: masks; neither: one row,
    where any of the maps has content. file: a CSV to write. color: None for yes where a palette or
    a range is given. The maps' estimates of that mode are replaced by those on the common full
    scale, where they are not on it already. Returns a `Comparison`; in the background the `Job`.
    """
    mode = 'occupancy' if mode is None else mode
    sources = _sources(maps)
    color = _check(sources, low_pass, full_scale_from, model, file, color, palette, range)
    plan = _Plan(session, sources, full_scale_from, mode, low_pass)
    layout = Layout(model) if model is not None else None
    masks = _masks(regions, sources, plan.shape)

    def deliver(found):
        plan.open_new(session, found)
        estimates = [found[source] for source in sources]
        rows = []
        if layout is not None:
            rows += _chain_rows(layout, sources, estimates)
        rows += [(mask.name, f'{escape(mask.name)} #{mask.id_string}', [
            float(one.scale[voxels].mean()) for one, voxels in zip(estimates, parts, strict=True)])
            for mask, parts in masks]
        if not rows:
            rows = [_content_row(estimates)]
        comparison = Comparison(
            sources, plan.reference, found[plan.reference].full_scale,
            [plan.own[source] for source in sources], [row[0] for row in rows],
            np.array([row[2] for row in rows]))
        _tell(session, comparison, mode, rows, full_scale_from is not None)
        if file is not None:
            with files.opened(file) as stream:
                _write(stream, comparison)
            session.logger.info(f'Wrote {file}.')
        if color:
            _color(session, sources, estimates, palette, range, key)
        return comparison

    names = ', '.join(volumes.label(source) for source in sources)
    if not plan.missing:
        return deliver(plan.work(lambda *_: None))
    return jobs.run(session, f'Comparison of {names}', plan.work, deliver, block=block,
                    watch=plan.all, numbers=plan.numbers)


def _sources(maps):
    """The maps meant, each once: a scale map or a modified map stands for its source."""
    found = []
    for volume in maps:
        source = volumes.source_of(volume) or volume
        if source not in found:
            found.append(source)
    return found


def _check(sources, low_pass, full_scale_from, model, file, color, palette, limits):
    """Refuse what cannot be; returns whether to colour."""
    if len(sources) < 2:
        raise UserError('comparing takes two maps or more; name them, for instance #1,3,4')
    if low_pass is not None and full_scale_from is not None:
        raise UserError('lowPass contradicts fullScaleFrom, whose parameters are taken over; '
                        'give one of them')
    others = [] if full_scale_from is None else [full_scale_from]
    for source in sources[1:] + others:
        if volumes.grid_of(source) != volumes.grid_of(sources[0]):
            first = f'#{sources[0].id_string}'
            raise UserError(
                f'{volumes.label(source)} has another box or voxel size than {first}, and classes '
                f'of one data set share both; try "volume resample #{source.id_string} onGrid '
                f'{first}"')
    if model is not None and not len(model):
        raise UserError('model names no atoms')
    if color is False and (palette is not None or limits is not None):
        raise UserError('color false contradicts palette and range')
    common.checked_range(limits)
    files.checked_file(file, _TABLES)
    return (palette is not None or limits is not None) if color is None else color


class _Plan:
    """Which estimates are at hand, and which have to be made.

    `reference`: the map that gives full scale, known once `work` is done. `own`: each map's own
    full scale, likewise. `shape`: of the working grid (z, y, x).
    """

    def __init__(self, session, sources, full_scale_from, mode, low_pass):
        self._record = record(session)
        self.reference = full_scale_from
        self.all = sources + [full_scale_from] * (full_scale_from not in (None, *sources))
        self._found = {source: self._record.estimate_for(source, mode) for source in self.all}
        given = self._found.get(full_scale_from)
        parameters = Parameters(mode=mode, low_pass=low_pass)
        if given is not None:
            parameters = given.parameters.with_values(full_scale='published')
        self._tasks = {source: estimate.prepared(source, parameters) for source in self.all}
        resolved, working, _ = derive(parameters, volumes.grid_of(sources[0]))
        self.shape = working.shape
        for source, found in self._found.items():
            if found is not None and source is not full_scale_from and resolved != \
                    found.parameters.with_values(full_scale='published'):
                self._found[source] = None
        self.own = {}
        estimate.require_memory(list(self._tasks.values()))
        estimate.assign_numbers(session, list(self._tasks.values()), replace=True, model_id=None)
        self._before = dict(self._found)

    @property
    def missing(self):
        """Whether anything has to be estimated."""
        known = list(self._found.values())
        if None in known:
            return True
        if self.reference is not None:
            return len({found.full_scale for found in known}) > 1
        largest = max(found.tiles.full.value for found in known)
        return any(found.full_scale != largest for found in known)

    @property
    def numbers(self):
        """Model numbers to be kept free for scale maps."""
        return [task.number for task in self._tasks.values() if task.replaces is None]

    def work(self, progress):
        """In a thread: {map: `ScaleEstimate`}, all on one full scale."""
        found = dict(self._found)
        unknown = [source for source in self.all if found[source] is None]
        self._estimate(found, unknown, lambda share, stage='': progress(share / 2, stage))
        self.own = {source: found[source].tiles.full.value for source in self.all}
        if self.reference is None:
            self.reference = max(self.all, key=self.own.get)
            if found[self.reference].full_scale != self.own[self.reference]:
                # It was put on another map's full scale before.
                self._estimate(found, [self.reference], progress)
        full = found[self.reference]
        others = [source for source in self.all if found[source].full_scale != full.full_scale]
        self._estimate(found, others,
                       lambda share, stage='': progress((1 + share) / 2, stage), full)
        return found

    def _estimate(self, found, sources, progress, other=None):
        if not sources:
            return
        tasks = [replace(self._tasks[source], other=other) for source in sources]
        found.update(zip(sources, estimate.estimates_of(tasks, progress), strict=True))

    def open_new(self, session, found):
        """On the main thread: open and record what is new."""
        reference = f'fullScaleFrom #{self.reference.id_string} '
        for source, one in found.items():
            if one is not self._before[source]:
                scale_map = estimate.opened(session, self._tasks[source], one, None)
                words = '' if source is self.reference else reference
                estimate.log_result(session, source, scale_map, one, f'{words}color false')


def _masks(regions, sources, shape):
    """Each mask with its voxels on every map's working grid; `UserError` for an empty one."""
    found = []
    for mask in regions or ():
        parts = [volumes.sampled_on(mask, source, shape) > MASK_LEVEL for source in sources]
        for source, voxels in zip(sources, parts, strict=True):
            if not voxels.any():
                raise UserError(f'the region {volumes.label(mask)} holds no voxel of '
                                f'{volumes.label(source)} above {MASK_LEVEL:g}')
        found.append((mask, parts))
    return found


def _chain_rows(layout, sources, estimates):
    points = layout.atoms.scene_coords
    columns = []
    for source, one in zip(sources, estimates, strict=True):
        values, inside = scale_at(one, source, points)
        sums, counts = layout.sums(values, inside)
        totals = [(sums[part.residues].sum(), counts[part.residues].sum()) for part in layout.parts]
        columns.append([total / count if count else np.nan for total, count in totals])
    if np.isnan(columns).all():
        raise UserError('none of the atoms of model lies within the maps')
    return [(part.name, link(selecting(part, layout.residues[part.residues]), part.name)
             + (f' {escape(part.description)}' if part.description and part.is_polymer else ''),
             [float(column[index]) for column in columns])
            for index, part in enumerate(layout.parts)]


def _content_row(estimates):
    threshold = default('mask_threshold')
    content = np.logical_or.reduce([one.scale > threshold for one in estimates])
    name = f'scale above {threshold:g} in any map'
    return name, name, [float(one.scale[content].mean()) for one in estimates]


def _tell(session, comparison, mode, rows, given):
    reference = comparison.reference
    how = 'as asked for' if given else 'the largest of them'
    session.logger.info(
        f'{mode.capitalize()} scale of {len(comparison.sources)} maps on one full scale, '
        f'{comparison.full_scale:.4g}, from {volumes.label(reference)} ({how}).')
    # Long names of files may be broken, or the table would be wider than the log.
    head = ['Region', *[f'{escape(source.name).replace("_", "_<wbr>")} #{source.id_string}'
                        for source in comparison.sources], 'Difference']
    cells = [['<i>full scale by itself</i>',
              *[f'{own / comparison.full_scale:.3f}' for own in comparison.own], '']]
    cells += [[html, *[number(value) for value in values], number(max(values) - min(values))]
              for _name, html, values in rows]
    session.logger.info(html_table(head, cells), is_html=True)


def _write(stream, comparison):
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(['region', *[f'#{source.id_string} {source.name}'
                                 for source in comparison.sources]])
    for name, values in zip(comparison.regions, comparison.values, strict=True):
        writer.writerow([name, *[f'{value:.4f}' if value == value else '' for value in values]])


def _color(session, sources, estimates, palette, limits, key):
    """Colour the surfaces of all maps alike."""
    known = record(session)
    if limits == 'full':
        limits = (min(float(one.scale.min()) for one in estimates),
                  max(float(one.scale.max()) for one in estimates))
    chosen, limits = estimate.choose_look(session, sources[0], palette, limits, estimates[0])
    with session.undo.aggregate('occupy compare'):
        for source, one in zip(sources, estimates, strict=True):
            known.look(source).update(palette=chosen.name, range=limits)
            entry = known.entry(source, one.parameters.mode)
            if entry.scale_map is None:
                scale_map = volumes.new_volume(
                    session, one.scale, source, f'{source.name} {entry.mode} scale', kind='scale')
                entry = known.set(source, one, scale_map)
            coloring.color_surfaces(
                session, coloring.surfaces_of(source), entry.scale_map, chosen, limits,
                key=key)


def register(_command_info, logger):
    """Register `occupy compare` with ChimeraX."""
    from chimerax.core.commands import register as register_command
    description = CmdDesc(
        required=[('maps', SeveralVolumesArg)],
        keyword=[*common.setting_args('mode', 'low_pass'), ('full_scale_from', common.VolumeArg),
                 ('model', AtomsArg), ('regions', common.VolumesArg), ('file', SaveFileNameArg),
                 ('color', BoolArg), ('key', BoolArg), ('palette', common.PaletteArg),
                 ('range', ColormapRangeArg), ('block', BoolArg)],
        synopsis='Compare the classes of one data set on one full scale')
    register_command('occupy compare', description, occupy_compare, logger=logger)
