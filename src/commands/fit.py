"""`occupy fit`: how much of each chain, ligand or residue of a model a map holds."""

from dataclasses import dataclass

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

from ..core import FitParameters, on_one_scale
from ..core.parameters import SAME_GREY
from ..session import coloring, jobs, volumes
from ..session.readout import COLUMNS, ColumnWritten, give, register_attribute, with_hydrogens
from . import common, files, fitresults, fitting

#: Attributes of residues and chains that hold the result, and the only output there is.
OCCUPANCY, B_FACTOR = 'fitted_occupancy', 'fitted_b'
_OUTPUTS = ('residual',)
_TABLES = ('.csv', '.json')


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a fit found: `maps`, the core's `Occupancies` for each, the `GroupedAtoms`, `rows` as in
    the CSV (dicts), and the `residuals` that were opened.
    """

    maps: list
    found: list
    grouped: object
    rows: list
    residuals: list

    @property
    def answer(self):
        """What scripts get."""
        return {'maps': self.maps, 'groups': self.rows, 'residuals': self.residuals}


def occupy_fit(session, atoms, *, map=None, by=None, segment=None, groups=None, full=None,
               b_factor=None, fit_resolution=None, file=None, column=None, color=None, key=True,
               palette=None, range=None, plot=None, output=None, block=None):
    """Fit the occupancy of each group of atoms to maps; nothing is moved.

    What is fitted
    --------------
    atoms: of one model or several. map: maps; None for the only one. by, segment: see `SETTINGS` in
    core/parameters.py. groups: specifiers instead, one for each group. full: atoms that are full,
    or an amplitude; None for the fullest groups' common level. b_factor, fit_resolution: see
    `SETTINGS`.

    Output
    ------
    A table in the log, and the attributes `fitted_occupancy` and `fitted_b` of residues and chains.
    file: a CSV or JSON to write. column: "occupancy" or "bfactor" of the atoms, to hold the result.
    color: the atoms by occupancy; None for yes where a palette or a range is given. plot: the name
    of an image, or True for a window. output: "residual" opens map minus fit. Returns a `Fitted`;
    in the background the `Job`.
    """
    maps = _maps(session, map)
    color = _check(session, by, segment, groups, file, column, color, range, plot, palette, maps)
    grouped = fitting.grouped_atoms(atoms, by, segment, groups)
    parameters = common.from_settings(
        FitParameters, b_factor=b_factor, fit_resolution=fit_resolution)
    wanted = fitting.full_of(grouped, full)
    for name in (OCCUPANCY, B_FACTOR):
        register_attribute(session, name)

    sources = fitting.one_maps(grouped, maps)

    def work(progress):
        return fitting.fit_all(sources, maps, parameters, wanted, progress)

    def deliver(found):
        grouped.check()
        if _share_grey_level(found) and not isinstance(wanted, float):
            found = on_one_scale(found)
        rows = fitresults.rows(maps, found)
        fitresults.tell(session, maps, found, grouped)
        _set_attributes(grouped, found[0])
        if file is not None:
            fitresults.write(file, rows, several=len(maps) > 1)
            session.logger.info(f'Wrote {file}.')
        if column is not None:
            _write_column(session, grouped, found[0], column)
        chosen = palette or coloring.palette(coloring.DEFAULT_PALETTE)
        limits = range if range not in (None, 'full') else coloring.DEFAULT_RANGE
        if color:
            _color(session, grouped, chosen, limits, key)
        if plot:
            _plot(session, maps, found, grouped, plot)
        residuals = [_residual(session, volume, one)
                     for volume, one in zip(maps, found, strict=True)] if output else []
        return Fitted(maps, found, grouped, rows, residuals)

    names = ', '.join(volumes.label(volume) for volume in maps)
    return jobs.run(session, f'Fit of occupancies to {names}', work, deliver, block=block,
                    watch=maps, touches=grouped.models)


def _maps(session, maps):
    found = fitting.maps_to_fit(session, maps)
    if maps is None and len(found) > 1:
        raise UserError('several maps are open; name the one to fit, for instance '
                        f'"map #{found[0].id_string}"')
    return found


def _check(session, by, segment, groups, file, column, color, limits, plot, palette, maps):
    """Refuse what cannot be; returns whether to colour."""
    fitting.check_groups(by, segment, groups)
    color = common.checked_color(color, palette, limits)
    if len(maps) > 1 and (column is not None or color):
        raise UserError(f'column and color are for one map; {len(maps)} maps are named')
    files.checked_file(file, _TABLES)
    files.checked_plot(session, plot, 'fit.png')
    return color


def _share_grey_level(found):
    """Whether maps seem to have one grey level, so that their numbers go on one scale."""
    levels = np.array([one.full_level for one in found])
    return len(found) > 1 and bool(
        (np.abs(levels / np.median(levels) - 1) <= SAME_GREY).all())


def _set_attributes(grouped, found):
    """Residues, and chains that are one group, get what was fitted; others lose an older value."""
    residues, of_residues, of_chains = [], [], {}
    for index in range(len(found.groups)):
        some = grouped.members(index).unique_residues
        residues += some
        of_residues += [index] * len(some)
        for chain in some.unique_chains:
            of_chains.setdefault(chain, []).append(index)
    chains = [indices[0] if len(indices) == 1 else -1 for indices in of_chains.values()]
    for name, value in ((OCCUPANCY, 'occupancy'), (B_FACTOR, 'b_factor')):
        values = np.array([*(getattr(group, value) for group in found.groups), np.nan])
        give(residues, name, values[of_residues])
        give(of_chains, name, values[chains])


def _write_column(session, grouped, found, column):
    name = 'occupancy' if column == 'occupancy' else 'b_factor'
    of_groups = np.array([getattr(group, name) for group in found.groups] + [np.nan])
    values = of_groups[grouped.group_of]
    told = np.isfinite(values)
    if column == 'occupancy':       # which refinement programs want to be 1 at most
        values = np.minimum(values, 1)
    atoms, values = with_hydrogens(grouped.atoms[told], values[told])
    action = ColumnWritten(atoms, column, values)
    action.redo()
    session.undo.register(action)
    shared = ', each alternate conformer its share' if action.shares_out else ''
    session.logger.info(f'The {column} column of {len(atoms)} atoms now holds what was '
                        f'fitted{shared}; save the model to start a refinement from it.')


def _color(session, grouped, chosen, limits, key):
    from chimerax.std_commands.color import color_by_attr
    with session.undo.aggregate('occupy fit color'):
        color_by_attr(session, f'r:{OCCUPANCY}', atoms=grouped.atoms[grouped.group_of >= 0],
                      palette=coloring.ranged(chosen, limits), log_info=False)
        if key:
            coloring.show_key(session, grouped.atoms[grouped.group_of >= 0], 'occupancy', chosen,
                              limits, 'occupancy')


def _plot(session, maps, found, grouped, plot):
    from ..figures.bars import bars_figure
    names = [volumes.label(volume) for volume in maps]
    figure = bars_figure(found, names)
    if plot is True:
        from ..figures.window import selecting, show_figure
        show_figure(session, figure, f'Occupancies in {", ".join(names)}',
                    selecting(fitresults.specifiers(grouped)))
        return
    files.save_figure(figure, plot)
    session.logger.info(f'Wrote {plot}.')


def _residual(session, source, found):
    volume = volumes.new_volume(
        session, found.residual, source, f'{source.name} residual', kind='residual', show=True)
    spread = 3 * float(found.residual.std())
    # Capped, all that lies above the lower level would show as one block.
    volume.set_parameters(cap_faces=False, surface_levels=[-spread, spread],
                          surface_colors=[(0.8, 0.2, 0.2, 1), (0.2, 0.6, 0.2, 1)])
    session.logger.info(f'Map minus fit is #{volume.id_string}, at three times its spread: green '
                        'where the map has more than the model gives, red where less.')
    return volume


def register(_command_info, logger):
    """Register `occupy fit` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('atoms', AtomsArg)],
        keyword=[('map', common.VolumesArg), *common.setting_args('by', 'segment'),
                 ('groups', RepeatOf(ObjectsArg)),
                 ('full', common.FullArg),
                 *common.setting_args('b_factor', 'fit_resolution'),
                 ('file', SaveFileNameArg), ('column', EnumOf(tuple(COLUMNS))),
                 ('color', BoolArg), ('key', BoolArg), ('palette', common.PaletteArg),
                 ('range', ColormapRangeArg), ('plot', Or(BoolArg, SaveFileNameArg)),
                 ('output', EnumOf(_OUTPUTS)), ('block', BoolArg)],
        synopsis='Fit the occupancy of parts of a model to maps')
    register_command('occupy fit', description, occupy_fit, logger=logger)
