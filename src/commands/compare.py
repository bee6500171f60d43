"""`occupy compare`: the classes of one data set side by side, on one full scale."""

import csv
from dataclasses import dataclass
from html import escape

import numpy as np
from chimerax.atomic import AtomsArg
from chimerax.core.commands import (
    BoolArg,
    CmdDesc,
    ColormapRangeArg,
    EnumOf,
    ObjectsArg,
    Or,
    RepeatOf,
    SaveFileNameArg,
)
from chimerax.core.errors import UserError
from chimerax.core.objects import Objects

from ..core.changes import grey_ratio
from ..core.parameters import OVERLAP, default
from ..series.gather import METHODS
from ..session import alike, coloring, volumes
from ..session.readout import Layout, scale_at
from ..session.record import record
from ..session.regions import Region
from . import common, estimating, files, logtables, looks
from .changed import compare_by_fit, has_groups
from .onescale import OneScale

_TABLES = ('.csv',)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison found.

    `sources`: the maps. `full_scales`: the full scale that each map was put on, a density in its
    units; the same for all but where a region gave it. `reference`: the map whose full scale that
    is, None where a region gave it. `own`: the full scale that each map would have by itself.
    `regions`: their names. `values`: mean scale, float (regions, maps), not-a-number where a region
    lies outside a map. `notes`: sentences on what is to be known of it.
    """

    sources: list
    reference: object
    full_scales: list
    own: list
    regions: list
    values: np.ndarray
    notes: list

    @property
    def full_scale(self):
        """The one full scale, None where each map has another."""
        return self.full_scales[0] if len(set(self.full_scales)) == 1 else None


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


def occupy_compare(session, maps, *, mode=None, low_pass=None, full_scale_from=None,
                   full_scale_region=None, model=None, regions=None, method=None, by=None,
                   segment=None, groups=None, full=None, normalize=None, b_factor=None,
                   fit_resolution=None, file=None, color=None, key=True, palette=None, range=None,
                   block=None):
    """Lay maps of one data set side by side, by a fit of a model or by their scale.

    By fit, two maps
    ----------------
    model: atoms. method: "fit", the default where there are two maps and a model, and nothing is
    said that is of scale. by, segment, groups, full, b_factor, fit_resolution: as for `occupy fit`.
    normalize: whether to put both on one grey level by the groups that do not change, or atoms of
    these. color: the surface of the first by the change. file: a CSV, a row for each group, largest
    change first. Returns a `Changed`.

    By scale
    --------
    full_scale_from: the map that gives full scale and all parameters; None for the map whose own
    full scale is the largest. full_scale_region: atoms, or a mask, known to be at full occupancy in
    every map, for maps of different grey levels. model: atoms, told for each chain and ligand;
    regions: masks; neither: one row, where any of the maps has content. file: a CSV to write.
    color: None for yes where a palette or a range is given. The maps' estimates of that mode are
    replaced by those on the common full scale, where they are not on it already. Returns a
    `Comparison`; in the background the `Job`.
    """
    sources = _sources(maps)
    of_scale = {'mode': mode, 'lowPass': low_pass, 'fullScaleFrom': full_scale_from,
                'fullScaleRegion': full_scale_region, 'regions': regions}
    of_fit = {'by': by, 'segment': segment, 'groups': groups, 'full': full, 'normalize': normalize,
              'bFactor': b_factor, 'fitResolution': fit_resolution}
    if _method(sources, model, method, of_scale, of_fit) == 'fit':
        color = _check(sources, None, None, None, model, file, color, palette, range)
        return compare_by_fit(
            session, sources, model, by=by, segment=segment, groups=groups, full=full,
            normalize=False if normalize is None else normalize, b_factor=b_factor,
            fit_resolution=fit_resolution, file=file, color=color, key=key, palette=palette,
            limits=range, block=block)
    mode = 'occupancy' if mode is None else mode
    color = _check(sources, low_pass, full_scale_from, full_scale_region, model, file, color,
                   palette, range)
    plan = OneScale(session, sources, full_scale_from, mode, low_pass, full_scale_region)
    layout = Layout(model) if model is not None else None
    masks = [(mask, [Region(Objects(models=[mask]), source) for source in sources])
             for mask in regions or ()]
    rows = _Rows(sources, layout, masks)

    def deliver(_requests):
        if not plan.own:
            plan.settle()
        estimates = plan.estimates_of(sources)
        found = rows.of(estimates)
        comparison = Comparison(
            sources, plan.reference, [one.full_scale for one in estimates],
            [plan.own[source] for source in sources], [row[0] for row in found],
            np.array([row[2] for row in found]), _notes(sources, estimates, layout, plan))
        how = 'as asked for' if full_scale_from is not None else 'the largest of them'
        _tell(session, comparison, mode, found, how)
        if file is not None:
            with files.opened(file) as stream:
                _write(stream, comparison)
            session.logger.info(f'Wrote {file}.')
        if color:
            _color(session, plan, sources, estimates, palette, range, key)
        return comparison

    def first():
        rows.find_masks([request.grid.shape for request in plan.requests])

    names = ', '.join(volumes.label(source) for source in sources)
    at_once = plan.is_settled and not masks
    return estimating.run(
        session, plan.requests, f'Comparison of {names}', deliver,
        first=first if masks else None, together=None if at_once else plan.settle,
        touches=[*(layout.models if layout else ()), *(mask for mask, _ in masks)], block=block)


def _sources(maps):
    """The maps meant, each once: a scale map or a modified map stands for its source."""
    found = []
    for volume in maps:
        source = volumes.source_of(volume) or volume
        if source not in found:
            found.append(source)
    return found


def _method(sources, model, method, of_scale, of_fit):
    """How the maps are compared, "fit" or "scale"; `UserError` for what goes with the other."""
    scale = [name for name, value in of_scale.items()
             if value is not None and (name, value) != ('mode', 'occupancy')]
    fit = [name for name, value in of_fit.items() if value is not None]
    if method is None:
        by_default = len(sources) == 2 and not scale and has_groups(model)
        method = 'fit' if fit or by_default else 'scale'
    if method == 'scale' and fit:
        raise UserError(f'{fit[0]} is of "method fit"; leave out one of them')
    if method == 'fit':
        if scale:
            raise UserError(f'{scale[0]} is of "method scale", and {fit[0] if fit else "method"} '
                            'of a fit; leave out one of them')
        if model is None:
            raise UserError('a fit needs a model that lies on the maps; give "model", for instance '
                            '"model #3"')
        if len(sources) > 2:
            raise UserError(f'what changed is told of two maps, and {len(sources)} are named; '
                            '"occupy fit" fits any number, and "method scale" compares them')
    return method


def _check(sources, low_pass, full_scale_from, full_scale_region, model, file, color, palette,
           limits):
    """Refuse what cannot be; returns whether to colour."""
    if len(sources) < 2:
        raise UserError('comparing takes two maps or more; name them, for instance #1,3,4')
    if low_pass is not None and full_scale_from is not None:
        raise UserError('lowPass contradicts fullScaleFrom, whose parameters are taken over; '
                        'give one of them')
    if full_scale_region is not None and full_scale_from is not None:
        raise UserError('fullScaleRegion contradicts fullScaleFrom; give one of them')
    others = [] if full_scale_from is None else [full_scale_from]
    for source in sources[1:] + others:
        if not alike.have_one_grid(source, sources[0]):
            first = f'#{sources[0].id_string}'
            raise UserError(
                f'{volumes.label(source)} has another box or voxel size than {first}, and classes '
                f'of one data set share both; try "volume resample #{source.id_string} onGrid '
                f'{first}"')
    if model is not None and not len(model):
        raise UserError('model names no atoms')
    files.checked_file(file, _TABLES)
    return common.checked_color(color, palette, limits)


class _Rows:
    """What is told of each map: (name, HTML, values of the maps) for each region."""

    def __init__(self, sources, layout, masks):
        self._sources, self._layout, self._masks = sources, layout, masks
        self._voxels = []

    def find_masks(self, shapes):
        """In a thread: the voxels of each mask in every map; `UserError` for an empty one."""
        self._voxels = [[region.voxels(shape) for region, shape in zip(parts, shapes, strict=False)]
                        for _mask, parts in self._masks]

    def of(self, estimates):
        """The rows by the estimates of the maps."""
        rows = [] if self._layout is None else self._of_model(estimates)
        for (mask, _), parts in zip(self._masks, self._voxels, strict=True):
            rows.append((mask.name, f'{escape(mask.name)} #{mask.id_string}', [
                float(one.scale[voxels].mean())
                for one, voxels in zip(estimates, parts, strict=True)]))
        return rows or [self._of_content(estimates)]

    def _of_model(self, estimates):
        layout = self._layout
        layout.check()
        points = layout.atoms.scene_coords
        columns = []
        for source, one in zip(self._sources, estimates, strict=True):
            sums, counts = layout.sums(*scale_at(one, source, points))
            totals = [(sums[part.residues].sum(), counts[part.residues].sum())
                      for part in layout.parts]
            columns.append([total / count if count else np.nan for total, count in totals])
        if np.isnan(columns).all():
            raise UserError('none of the atoms of model lies within the maps')
        rows = []
        for index, part in enumerate(layout.parts):
            spec = logtables.selecting(layout.residues[part.residues])
            html = f'{logtables.link(spec, part.name)} {escape(part.description)}'.strip()
            rows.append((part.name, html, [float(column[index]) for column in columns]))
        return rows

    def _of_content(self, estimates):
        threshold = default('mask_threshold')
        name = f'scale above {threshold:g} in any map'
        if all(alike.lies_as(source, self._sources[0]) for source in self._sources):
            content = np.logical_or.reduce([one.scale > threshold for one in estimates])
            return name, name, [float(one.scale[content].mean()) for one in estimates]
        points = np.concatenate([alike.content_points(one, source) for one, source in
                                 zip(estimates, self._sources, strict=True)])
        values = [scale_at(one, source, points)[0]
                  for one, source in zip(estimates, self._sources, strict=True)]
        return name, name, [float(np.nanmean(column)) for column in values]


def _notes(sources, estimates, layout, plan):
    """Sentences on maps of another grey level or place, and on a model that lies elsewhere."""
    first, reference = sources[0], estimates[0]
    notes = []
    for source, one in zip(sources[1:], estimates[1:], strict=True):
        ratio = grey_ratio((plan.own[source], plan.own[first]),
                           (plan.spreads[source], plan.spreads[first]))
        if ratio != 1 and plan.reference is not None:
            notes.append(
                f'{volumes.label(source)} seems to have {ratio:.3g} times the grey level of '
                f'#{first.id_string}: full scale and solvent differ alike. Give atoms or a mask '
                'that is at full occupancy in all maps, for each to have its full scale from '
                f'there: {_region_advice(layout)}')
        if not alike.lies_as(source, first):
            share = alike.share_in_content(alike.content_points(one, source), [reference], [first])
            if share < OVERLAP:
                notes.append(
                    f'{volumes.label(source)} and #{first.id_string} hardly overlap: {share:.0%} '
                    'of what the one holds lies on the other; '
                    f'"{_place_advice(source, first)}" would move it there')
    if layout is not None:
        share = alike.share_in_content(layout.atoms.scene_coords, estimates, sources)
        if share < OVERLAP:
            names = ', '.join(volumes.label(model) for model in layout.models)
            notes.append(f'{names} hardly overlaps with the maps: {share:.0%} of its atoms lie '
                         'where any of them has content; place it first')
    return notes


def _region_advice(layout):
    chain = layout and layout.parts[0].name.split(' ')[0]
    return f'"fullScaleRegion {chain}" if that is a chain so' if chain else '"fullScaleRegion"'


def _place_advice(source, first):
    """The commands that put a map of the same grid where another one is."""
    commands = []
    if not source.scene_position.same(first.scene_position):
        numbers = ','.join(f'{value:.7g}' for value in first.scene_position.matrix.ravel())
        commands.append(f'view matrix models #{source.id_string},{numbers}')
    if tuple(source.data.origin) != tuple(first.data.origin):
        origin = ','.join(f'{value:.7g}' for value in first.data.origin)
        commands.append(f'volume #{source.id_string} origin {origin}')
    return '; '.join(commands)


def _tell(session, comparison, mode, rows, how):
    reference, count = comparison.reference, len(comparison.sources)
    if reference is None:
        session.logger.info(
            f'{mode.capitalize()} scale of {count} maps, each on the full scale of the region '
            'that was named.')
    else:
        session.logger.info(
            f'{mode.capitalize()} scale of {count} maps on one full scale, '
            f'{comparison.full_scale:.4g}, from {volumes.label(reference)} ({how}).')
    for note in comparison.notes:
        session.logger.warning(f'{note}.')
    head = ['Region', *[f'{logtables.breakable(source.name)} #{source.id_string}'
                        for source in comparison.sources], 'Difference']
    cells = [['<i>full scale by itself</i>',
              *[f'{own / used:.3f}' for own, used in zip(comparison.own, comparison.full_scales,
                                                         strict=True)], '']]
    cells += [[html, *[logtables.number(value) for value in values],
               logtables.number(float(np.ptp(values)))] for _name, html, values in rows]
    session.logger.info(logtables.table(head, cells), is_html=True)


def _write(stream, comparison):
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(['region', *[f'#{source.id_string} {source.name}'
                                 for source in comparison.sources]])
    for name, values in zip(comparison.regions, comparison.values, strict=True):
        writer.writerow([name, *[f'{value:.4f}' if value == value else '' for value in values]])


def _color(session, plan, sources, estimates, palette, limits, key):
    """Colour the surfaces of all maps alike."""
    known = record(session)
    if limits == 'full':
        limits = (min(float(one.scale.min()) for one in estimates),
                  max(float(one.scale.max()) for one in estimates))
    chosen, limits = looks.choose_look(session, sources[0], palette, limits, estimates[0])
    with session.undo.aggregate('occupy compare'):
        for source, one in zip(sources, estimates, strict=True):
            known.look(source).update(palette=chosen.name, range=limits)
            scale_map = plan.scale_map_of(source) or looks.scale_map_of(
                session, known.entry(source, one.parameters.mode))
            coloring.color_map(session, source, scale_map, chosen, limits, key=key)


def register(_command_info, logger):
    """Register `occupy compare` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('maps', SeveralVolumesArg)],
        keyword=[*common.setting_args('mode', 'low_pass'), ('full_scale_from', common.VolumeArg),
                 ('model', AtomsArg), ('regions', common.VolumesArg),
                 ('full_scale_region', ObjectsArg), ('method', EnumOf(METHODS)),
                 *common.setting_args('by', 'segment'), ('groups', RepeatOf(ObjectsArg)),
                 ('full', common.FullArg),
                 ('normalize', Or(BoolArg, ObjectsArg)),
                 *common.setting_args('b_factor', 'fit_resolution'), ('file', SaveFileNameArg),
                 ('color', BoolArg), ('key', BoolArg), ('palette', common.PaletteArg),
                 ('range', ColormapRangeArg), ('block', BoolArg)],
        synopsis='Compare the classes of one data set, and tell what changed')
    register_command('occupy compare', description, occupy_compare, logger=logger)
