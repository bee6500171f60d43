"""`occupy plot` and `occupy report`: what an estimate used and found, drawn and listed."""

import json
from html import escape

from chimerax.core.commands import CmdDesc, SaveFileNameArg
from chimerax.core.errors import UserError

from ..core.describe import described
from ..figures import solvent as figures
from ..session import volumes
from ..session.record import record
from ..session.wording import sentence
from . import common, files, logtables

_TABLES = ('.csv',)
_REPORTS = ('.json', '.txt')


def occupy_plot(session, map=None, *, mode=None, file=None):
    """Plot the solvent model of a map's estimate and the curves of modification in use.

    file: an image (.png, .pdf, .svg) or a table (.csv) to write instead of showing a window.
    Returns the matplotlib figure, or None for a table.
    """
    entry = common.entry_of(session, map, mode)
    files.checked_file(file, files.IMAGES + _TABLES)
    used = figures.modifications_in_use(record(session).look(entry.source))
    if file is not None and file.lower().endswith(_TABLES):
        with files.opened(file) as stream:
            figures.write_table(stream, entry.estimate, used)
        session.logger.info(f'Wrote {file}.')
        return None
    figure = figures.solvent_figure(
        entry.estimate, used, f'{volumes.label(entry.source)}, {entry.mode} mode')
    if file is not None:
        files.save_figure(figure, file)
        session.logger.info(f'Wrote {file}.')
    elif session.ui.is_gui:
        from ..figures.window import show_figure
        show_figure(session, figure, f'OccuPy plot of {volumes.label(entry.source)}')
    else:
        raise UserError('there is no window to plot in; name an image or a table: '
                        f'"occupy plot #{entry.source.id_string} file plot.png"')
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
    for name, function, synopsis in (
            ('plot', occupy_plot, 'Plot the solvent model and the curves of modification'),
            ('report', occupy_report, 'List what an estimate used and found')):
        description = CmdDesc(
            optional=[('map', common.VolumeArg)],
            keyword=[*common.setting_args('mode'), ('file', SaveFileNameArg)],
            synopsis=synopsis)
        register_command(f'occupy {name}', description, function, logger=logger)
