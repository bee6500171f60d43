"""`occupy plot` and `occupy report`: what an estimate used and found, drawn and listed."""

import json
from html import escape

import numpy as np
from chimerax.core.commands import CmdDesc, SaveFileNameArg
from chimerax.core.errors import UserError

from ..core.describe import described
from ..core.parameters import default
from ..figures import solvent as figures
from ..session import localres, volumes
from ..session.record import record
from ..session.wording import sentence
from . import common, files, logtables

_TABLES = ('.csv',)
#: About so many places are plotted; fewer than the second tell nothing.
_PLACES, _LEAST_PLACES = 200_000, 100
_REPORTS = ('.json', '.txt')


def occupy_plot(session, map=None, *, mode=None, against=None, file=None):
    """Plot the solvent model of a map's estimate and the curves of modification in use.

    against: a map of local resolution, for a plot of scale against Å instead. file: an image (.png,
    .pdf, .svg) or a table (.csv) to write instead of showing a window. Returns the matplotlib
    figure, or None for a table.
    """
    entry = common.entry_of(session, map, mode)
    files.checked_file(file, files.IMAGES + _TABLES)
    if against is not None:
        return _plot_against(session, entry, against, file)
    used = figures.modifications_in_use(record(session).look(entry.source))
    if file is not None and file.lower().endswith(_TABLES):
        with files.opened(file) as stream:
            figures.write_table(stream, entry.estimate, used)
        session.logger.info(f'Wrote {file}.')
        return None
    figure = figures.solvent_figure(
        entry.estimate, used, f'{volumes.label(entry.source)}, {entry.mode} mode')
    _put(session, figure, file, f'OccuPy plot of {volumes.label(entry.source)}',
         f'#{entry.source.id_string}')
    return figure


def _put(session, figure, file, title, words):
    """Save a figure, or show it in a window."""
    if file is not None:
        files.save_figure(figure, file)
        session.logger.info(f'Wrote {file}.')
    elif session.ui.is_gui:
        from ..figures.window import show_figure
        show_figure(session, figure, title)
    else:
        raise UserError('there is no window to plot in; name an image or a table: '
                        f'"occupy plot {words} file plot.png"')


def _plot_against(session, entry, local, file):
    """Plot scale against local resolution, and tell how their ranks correlate."""
    source, found = entry.source, entry.estimate
    if not localres.is_local_resolution_map(local):
        raise UserError(f'{volumes.label(local)} does not look like a map of local resolution, '
                        'which has values in Å throughout the particle, and elsewhere one or zero')
    localres.check_place(local, source)
    index = np.argwhere((found.confidence > 0.5) & (found.scale > default('scale_limit')))
    index = index[::max(1, len(index) // _PLACES)]
    resolution, told = localres.resolutions_at(
        local, volumes.scene_points(source, found.scale.shape, index))
    scale, resolution = found.scale[tuple(index[told].T)], resolution[told]
    if len(scale) < _LEAST_PLACES:
        raise UserError(f'{volumes.label(local)} tells of next to no place where '
                        f'{volumes.label(source)} has content; place it there')
    from ..figures import against
    ranks = against.rank_correlation(scale, resolution)
    session.logger.info(
        f'{entry.mode.capitalize()} scale of {volumes.label(source)} and local resolution of '
        f'{volumes.label(local)} at {len(scale)} places of content: rank correlation {ranks:+.3f}. '
        'No resolution is derived from a scale.')
    if file is not None and file.lower().endswith(_TABLES):
        with files.opened(file) as stream:
            against.write_table(stream, scale, resolution)
        session.logger.info(f'Wrote {file}.')
        return None
    figure = against.against_figure(scale, resolution, entry.mode,
                                    f'{volumes.label(source)} against {volumes.label(local)}')
    words = f'#{source.id_string} against #{local.id_string}'
    _put(session, figure, file, f'OccuPy plot of {words}', words)
    return figure


def occupy_report(session, map=None, *, mode=None, file=None):
    """List everything the estimate of a map used and found, as a table in the log.

    file: a .json or .txt file to write as well. Returns the report as a dict.
    """
    entry = common.entry_of(session, map, mode)
    files.checked_file(file, _REPORTS)
    rows = logtables.parameter_rows(entry.estimate)
    title = f'{entry.mode.capitalize()} scale of {volumes.label(entry.source)}'
    report = {'map': entry.source.name, **described(entry.estimate)}
    session.logger.info(f'<b>{escape(title)}</b>{logtables.named_rows(rows)}', is_html=True)
    for reason in entry.estimate.solvent.suspect:
        session.logger.warning(
            f'The solvent model is suspect: {sentence(reason, entry.source)}.')
    if file is not None:
        with files.opened(file) as stream:
            if file.lower().endswith('.json'):
                json.dump(report, stream, indent=1)
                stream.write('\n')
            else:
                stream.write(f'{title}\n')
                stream.writelines('  '.join(str(cell) for cell in row).rstrip() + '\n'
                                  for row in rows)
        session.logger.info(f'Wrote {file}.')
    return report


def register(_command_info, logger):
    """Register `occupy plot` and `occupy report` with ChimeraX."""
    from .answers import register_command
    for name, function, others, synopsis in (
            ('plot', occupy_plot, [('against', common.VolumeArg)],
             'Plot the solvent model and the curves, or scale against local resolution'),
            ('report', occupy_report, [], 'List what an estimate used and found')):
        description = CmdDesc(
            optional=[('map', common.VolumeArg)],
            keyword=[*common.setting_args('mode'), *others, ('file', SaveFileNameArg)],
            synopsis=synopsis)
        register_command(f'occupy {name}', description, function, logger=logger)
