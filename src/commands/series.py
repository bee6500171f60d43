"""`occupy series`: which part of a model is there in which of many maps, as one table."""

from dataclasses import dataclass

from chimerax.atomic import AtomsArg
from chimerax.core.commands import (
    BoolArg,
    CmdDesc,
    EnumOf,
    ObjectsArg,
    OpenFileNameArg,
    Or,
    RepeatOf,
    SaveFileNameArg,
)
from chimerax.core.errors import UserError
from chimerax.core.objects import Objects

from ..core import FitParameters, Parameters, estimate
from ..series import scales
from ..series.engine import fit_maps, of_one_grid
from ..series.files import SeriesFileError, as_dict
from ..series.gather import METHODS, OCCUPANCY, SCALE, Column, full_remarks, gather, level_remarks
from ..series.order import ORDERS, order_of
from ..series.together import together
from ..session import jobs, volumes
from ..session.openseries import OpenSeries
from ..session.regions import Region
from ..session.wording import sentence, user_error
from . import common, files, fitresults, fitting, seriesresults
from .compare import SeveralVolumesArg

#: Settings of a fit, and of the scale.
_FIT, _SCALE = ('b_factor', 'fit_resolution'), ('low_pass',)


@dataclass(frozen=True, eq=False, repr=False)
class SeriesFound:
    """What a series told: `maps`, those named, in their order; `table`, the `SeriesTable`; `pairs`,
    the `Pair`s of groups, those with most evidence first; `order`, an `Order`; `shown`, the
    `OpenSeries`; `scale`, whether values are of the scale; `warnings`, sentences.
    """

    maps: list
    table: object
    pairs: list
    order: object
    shown: object
    scale: bool = False
    warnings: tuple = ()

    @property
    def answer(self):
        """What scripts get: the table as its file has it, the pairs, and what was warned of."""
        return {**as_dict(self.table), 'pairs': self.pairs, 'warnings': list(self.warnings)}


def occupy_series(session, maps, *, model=None, by=None, segment=None, groups=None, regions=None,
                  method=None, full=None, b_factor=None, fit_resolution=None, low_pass=None,
                  order=None, file=None, plot=None, frames=None, block=None):
    """Tell how much of each part there is in each of many maps, on one full scale.

    What is measured
    ----------------
    model: atoms, sorted into groups as for `occupy fit` (by, segment, groups). regions: masks
    instead, each a group, for the scale. method: "fit", or "scale", the mean scale of occupancy
    mode at the atoms; None for the one that is possible. full: groups that are full in all maps, or
    a number; None for what the maps have in common. b_factor, fit_resolution: of a fit; low_pass:
    of the scale.

    Output
    ------
    A table in the log. order: of the heat map, one of `series.order.ORDERS`. file: a CSV or JSON to
    write. plot: the heat map as an image, True for a window; None for a window where there is one.
    frames: groups against maps, likewise; None for none. Maps are read one at a time; those that
    cannot be used are named, the others go on. Returns a `SeriesFound`; in the background the
    `Job`.
    """
    method = method or (SCALE if regions else METHODS[0])
    order = order or ORDERS[0]
    plot = session.ui.is_gui if plot is None else plot
    _check(session, model, by, segment, groups, regions, method, file, plot, frames,
           {'b_factor': b_factor, 'fit_resolution': fit_resolution, 'low_pass': low_pass})
    given = fitting.maps_to_fit(session, maps)
    used, strange = of_one_grid([volumes.grid_of(volume) for volume in given])
    source = _Source(session, given, used, method, model, by, segment, groups, regions, full)
    if method == SCALE:
        parameters = common.from_settings(Parameters, mode='occupancy', low_pass=low_pass)
    else:
        parameters = common.from_settings(
            FitParameters, b_factor=b_factor, fit_resolution=fit_resolution)

    def deliver(told):
        source.check()
        columns = {volumes.label(given[i]): why for i, why in strange.items()}
        columns |= {volumes.label(given[i]): one for i, one in zip(used, told, strict=True)}
        columns = {volumes.label(volume): columns[volumes.label(volume)] for volume in given}
        if not any(isinstance(one, Column) for one in told):
            raise UserError(f'{volumes.label(given[used[0]])}: {told[0]}')
        try:
            table = gather(columns, source.full)
        except ValueError as error:
            raise user_error(error) from None
        remarks = level_remarks(columns) if source.full is None else full_remarks(table)
        warnings = tuple(sentence(remark, given[used[0]]) for remark in remarks)
        arranged = order_of(table, order)
        shown = OpenSeries(session, table, arranged, title=f'Series of {len(given)} maps',
                           what=SCALE if method == SCALE else OCCUPANCY,
                           maps={volumes.label(volume): volume for volume in given},
                           spec_of=source.spec)
        found = SeriesFound(given, table, together(table), arranged, shown, method == SCALE,
                            warnings)
        seriesresults.tell(session, found)
        if file is not None:
            seriesresults.write(file, found, source.models)
            session.logger.info(f'Wrote {file}.')
        _draw(session, found, plot, frames)
        return found

    return jobs.run(session, f'Series of {len(given)} maps',
                    lambda progress: source.columns(parameters, progress), deliver, block=block,
                    watch=given, touches=source.touches)


def occupy_series_open(session, file, *, order=None, plot=None, frames=None):
    """Show a series that was written to a file, by `occupy series` or by the batch.

    file: its JSON, or its CSV, which knows no files. order, plot, frames: as for `occupy series`.
    A click in the window opens the files of its volumes and models. Returns a `SeriesFound`.
    """
    plot = session.ui.is_gui if plot is None else plot
    files.checked_plot(session, plot, 'series.png')
    files.checked_plot(session, frames, 'frames.png', 'frames')
    try:
        table, kept = seriesresults.read(file)
    except SeriesFileError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f'cannot read {file}: {error.strerror or error}') from None
    arranged = order_of(table, order or kept.order)
    shown = OpenSeries(session, table, arranged, title=kept.title,
                       what=SCALE if kept.scale else OCCUPANCY, paths=kept.paths,
                       models=kept.models)
    found = SeriesFound([], table, together(table), arranged, shown, kept.scale)
    seriesresults.tell(session, found)
    _draw(session, found, plot, frames)
    return found


class _Source:
    """What is measured in the maps of a series, and how."""

    def __init__(self, session, given, used, method, model, by, segment, groups, regions, full):
        self._maps = [given[i] for i in used]
        self._method, self._regions = method, regions
        self._grouped = self._voxels = None
        self.full = full
        if regions:
            self._places = fitting.places(self._maps)
            self._masks = {place: [Region(Objects(models=[mask]), self._maps[place])
                                   for mask in regions] for place in set(self._places)}
            if full is not None and not isinstance(full, float):
                raise UserError('full names atoms, but groups are masks here; give a number')
        else:
            self._grouped = fitting.grouped_atoms(model, by, segment, groups)
            if method == SCALE:
                self.full = full if full is None or isinstance(full, float) else (
                    self._grouped.full_groups(full.atoms))
            else:
                self.full = fitting.full_of(self._grouped, full)
            self._on = fitting.one_maps(
                self._grouped, self._maps, lambda volume: lambda: volumes.read_alone(volume))

    @property
    def models(self):
        """The models that groups are of."""
        return self._grouped.models if self._grouped is not None else []

    @property
    def touches(self):
        """Models that are needed to the end."""
        return self.models or list(self._regions)

    def check(self):
        """Raise `UserError` where atoms are gone."""
        if self._grouped is not None:
            self._grouped.check()

    def spec(self, index):
        """A specifier of a group, '' where it is gone."""
        if self._grouped is None:
            mask = self._regions[index]
            return '' if mask.deleted else f'#{mask.id_string}'
        if len(self._grouped.atoms) != len(self._grouped.group_of):
            return ''
        return fitresults.specifier(self._grouped, index)

    def columns(self, parameters, progress):
        """In a thread: the `Column` of each map, or a sentence on why there is none."""
        def why(i, error):
            return sentence(getattr(error, 'remark', None) or str(error), self._maps[i])

        if self._method != SCALE:
            return fit_maps(self._on, parameters, self.full, progress, keep=Column.of, failed=why)
        found = []
        for i, volume in enumerate(self._maps):
            try:
                one = estimate(
                    volumes.read_alone(volume), volumes.axes_of(volume), parameters,
                    progress=lambda share, stage='', i=i: progress(
                        (i + share) / len(self._maps), stage))
                found.append(self._scale(i, one))
            except (ValueError, UserError) as error:
                found.append(why(i, error))
        return found

    def _scale(self, i, one):
        if self._grouped is not None:
            return scales.at_atoms(one, self._on[i].atoms)
        key = self._places[i], one.scale.shape
        if self._voxels is None or self._voxels[0] != key:
            self._voxels = key, [region.voxels(one.scale.shape)
                                 for region in self._masks[self._places[i]]]
        names = [f'{mask.name} #{mask.id_string}' for mask in self._regions]
        return scales.in_regions(one, names, self._voxels[1])


def _check(session, model, by, segment, groups, regions, method, file, plot, frames, settings):
    """Refuse what cannot be."""
    if (model is None) == (regions is None):
        raise UserError('give either model or regions, which say what the parts are, for instance '
                        '"model #2"')
    if regions is not None:
        if method != SCALE:
            raise UserError('method fit needs a model; regions are for method scale')
        if groups or by is not None or segment is not None:
            raise UserError('by, segment and groups are parts of a model; each of regions is a '
                            'group')
    fitting.check_groups(by, segment, groups)
    for name in _FIT if method == SCALE else _SCALE:
        if settings[name] is not None:
            raise UserError(f'{common.keyword(name)} is not for method {method}')
    files.checked_file(file, ('.csv', '.json'))
    files.checked_plot(session, plot, 'series.png')
    files.checked_plot(session, frames, 'frames.png', 'frames')


def _draw(session, found, plot, frames):
    """Draw heat map and lines: in windows, as images, or not."""
    if plot is True:
        from ..figures.series_window import show_series
        show_series(session, found.shown)
    elif plot:
        from ..figures.heatmap import heatmap_figure
        shown = found.shown
        figure = heatmap_figure(found.table, found.order, shown.title, shown.what)
        files.save_figure(figure, plot)
        session.logger.info(f'Wrote {plot}.')
    if frames:
        from ..figures.frames import frames_figure
        figure = frames_figure(found.table, found.shown.title, found.shown.what)
        if frames is True:
            from ..figures.window import show_figure
            show_figure(session, figure, f'{found.shown.title}: frames')
        else:
            files.save_figure(figure, frames)
            session.logger.info(f'Wrote {frames}.')


def register(_command_info, logger):
    """Register `occupy series` and `occupy series open` with ChimeraX."""
    from .answers import register_command
    drawn = [('order', EnumOf(ORDERS)), ('plot', Or(BoolArg, SaveFileNameArg)),
             ('frames', Or(BoolArg, SaveFileNameArg))]
    description = CmdDesc(
        required=[('maps', SeveralVolumesArg)],
        keyword=[('model', AtomsArg), *common.setting_args('by', 'segment'),
                 ('groups', RepeatOf(ObjectsArg)), ('regions', common.VolumesArg),
                 ('method', EnumOf(METHODS)),
                 ('full', common.FullArg),
                 *common.setting_args('b_factor', 'fit_resolution', 'low_pass'),
                 ('file', SaveFileNameArg), *drawn, ('block', BoolArg)],
        synopsis='Occupancy of the parts of a model in a series of maps')
    register_command('occupy series', description, occupy_series, logger=logger)
    register_command('occupy series open', CmdDesc(
        required=[('file', OpenFileNameArg)], keyword=drawn,
        synopsis='Show a series that was written to a file'), occupy_series_open, logger=logger)
