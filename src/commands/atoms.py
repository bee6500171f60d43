"""`occupy atoms`: the scale at the atoms of models, as numbers, attributes, colours and a plot."""

from html import escape

import numpy as np
from chimerax.atomic import AtomsArg
from chimerax.core.commands import BoolArg, CmdDesc, ColormapRangeArg, EnumOf, Or, SaveFileNameArg
from chimerax.core.errors import UserError

from ..core import Parameters
from ..session import coloring, volumes
from ..session.readout import (
    COLUMNS,
    ColumnWritten,
    Layout,
    Readout,
    register_attribute,
    write_residues,
)
from ..session.record import record
from . import common, estimating, files, logtables, looks

_TABLES = ('.csv',)
#: A table of more rows than this is folded away.
_LONG = 40


def occupy_atoms(session, atoms, *, map=None, mode=None, file=None, column=None, color=None,
                 key=True, palette=None, range=None, plot=None, block=None):
    """Read the scale of maps at the atoms of models.

    map: maps with estimates, their scale maps, or maps made from them; for a map without one, it is
    made first. None for the only map. mode: None for a map's latest estimate, or occupancy. file: a
    CSV to write, a row for each residue. column: "occupancy" or "bfactor", to hold the scale.
    color: None for yes where a palette or a range is given. plot: the name of an image, or True for
    a window. Returns a `Readout` for each map (a list); in the background the `Job`.
    """
    color = _check(session, atoms, file, color, range, plot, palette)
    wanted = _wanted(session, map, mode)
    _check_one_map(wanted, column, color)
    names = _attribute_names(wanted)
    for name in names:
        register_attribute(session, name)
    layout = Layout(atoms)
    if plot and not any(part.is_polymer for part in layout.parts):
        raise UserError('there is no sequence to plot: none of these atoms belong to a polymer')
    requests = [estimating.Request(session, source, Parameters(mode=its_mode))
                for source, its_mode in wanted]

    def deliver(requests):
        layout.check()
        readouts = [Readout(layout, request.estimate, request.source, name)
                    for request, name in zip(requests, names, strict=True)]
        if not any(readout.inside.any() for readout in readouts):
            raise UserError(f'none of these atoms lies within '
                            f'{" or ".join(volumes.label(source) for source, _ in wanted)}')
        for readout in readouts:
            readout.set_attributes()
            session.logger.info(_summary(readout))
        session.logger.info(_table(readouts), is_html=True)
        if file is not None:
            with files.opened(file) as stream:
                write_residues(stream, readouts)
            session.logger.info(f'Wrote {file}.')
        if column is not None:
            _write_column(session, readouts[0], column)
        if color or plot:
            chosen, limits = _look(session, readouts[0], palette, range, requests[0].estimate)
            if color:
                _color(session, readouts[0], chosen, limits, key)
            if plot:
                _plot(session, readouts, coloring.ranged(chosen, limits), plot)
        return readouts

    maps_text = ', '.join(volumes.label(source) for source, _ in wanted)
    return estimating.run(session, requests, f'Scale of {maps_text}', deliver,
                          touches=layout.models, block=block)


def _check(session, atoms, file, color, limits, plot, palette):
    """Refuse what cannot be; returns whether to colour."""
    if not len(atoms):
        raise UserError('no atoms are named; name a model or some of its atoms, such as #2/A')
    files.checked_file(file, _TABLES)
    files.checked_plot(session, plot, 'scale.png')
    return common.checked_color(color, palette, limits)


def _wanted(session, maps, mode):
    """The (source, mode) of each estimate that is meant, each once."""
    known = record(session)
    if maps is None:
        if known.entries():
            entry = common.entry_of(session, None, mode)
            return [(entry.source, entry.mode)]
        maps = common.maps_to_estimate(session, None)
        if len(maps) > 1:
            raise UserError('several maps are open; name the one to read, for instance '
                            f'"map #{maps[0].id_string}"')
    found = []
    for volume in maps:
        entry = known.of_scale_map(volume)
        if entry is not None:
            one = entry.source, mode or entry.mode
        else:
            source = volume if known.entries(volume) else volumes.source_of(volume) or volume
            latest = known.latest(source)
            one = source, mode or (latest.mode if latest else 'occupancy')
        if one not in found:
            found.append(one)
    return found


def _check_one_map(wanted, column, color):
    if len(wanted) > 1 and (column is not None or color):
        raise UserError(f'column and color are for one map; {len(wanted)} scales are named')


def _attribute_names(wanted):
    """One scale goes by its mode; several by mode and number of the map."""
    if len(wanted) == 1:
        return [f'{wanted[0][1]}_scale']
    return [f'{mode}_scale_{source.id_string.replace(".", "_")}' for source, mode in wanted]


def _summary(readout):
    """One line on a readout for the log."""
    values = readout.values[readout.inside]
    models = ', '.join(volumes.label(model) for model in readout.layout.atoms.unique_structures)
    text = f'{readout.mode.capitalize()} scale of {volumes.label(readout.source)} in {models}: '
    if len(values):
        text += (f'mean {values.mean():.3f} over {len(values)} atoms, '
                 f'{values.min():.3f} to {values.max():.3f}; attribute {readout.attribute}')
    else:
        text += 'no atom lies in this map'
    if readout.outside:
        text += f'; {readout.outside} atoms outside the map are left out'
    return text + '.'


def _table(readouts):
    """A row for each chain, with links that select, as HTML."""
    layout, one = readouts[0].layout, len(readouts) == 1
    head = ['Chain', '', 'Residues', 'Atoms']
    head += ['Mean scale', 'Least', 'Most'] if one else [
        f'#{readout.source.id_string}' for readout in readouts]
    rows = []
    for index, part in enumerate(layout.parts):
        residues = layout.residues[part.residues]
        cells = [logtables.link(logtables.selecting(residues), part.name),
                 escape(part.description), str(len(residues)),
                 str(max(readout.part_atoms[index] for readout in readouts))]
        cells += [logtables.number(readout.part_values[index]) for readout in readouts]
        if one:
            cells += _extremes(readouts[0], part)
        rows.append(cells)
    html = logtables.table(head, rows)
    return logtables.folded(f'Scale of {len(rows)} parts', html) if len(rows) > _LONG else html


def _extremes(readout, part):
    """Cells on the residues of least and of most scale."""
    values = readout.residue_values[part.residues]
    if np.isnan(values).all():
        return ['', '']
    cells = []
    for which in (np.nanargmin(values), np.nanargmax(values)):
        residue = readout.layout.residues[int(part.residues[which])]
        place = f'{residue.number}{residue.insertion_code.strip()}'
        spec = f'#{part.structure.id_string}/{part.chain_id}:{place}'
        link = logtables.link(spec, f'{residue.name} {place}')
        cells.append(f'{logtables.number(values[which])} {link}')
    return cells


def _write_column(session, readout, column):
    atoms = readout.layout.atoms[readout.inside]
    action = ColumnWritten(atoms, column, readout.values[readout.inside])
    action.redo()
    session.undo.register(action)
    text = f'The {column} column of {len(atoms)} atoms now holds their scale'
    text += ', shared out among alternate locations.' if action.shares_out else '.'
    if readout.outside:
        text += f' The {readout.outside} atoms outside the map keep what they had.'
    session.logger.info(text)


def _look(session, readout, palette, limits, found):
    if limits == 'full':
        values = readout.residue_values[np.isfinite(readout.residue_values)]
        limits = float(values.min()), float(values.max())
        if limits[0] == limits[1]:
            limits = None
    return looks.choose_look(session, readout.source, palette, limits, found)


def _color(session, readout, chosen, limits, key):
    """Colour as ChimeraX's color byattribute does: atoms by their own scale, cartoons by residue.
    """
    from chimerax.std_commands.color import color_by_attr
    with session.undo.aggregate('occupy atoms color'):
        color_by_attr(session, f'a:{readout.attribute}',
                      atoms=readout.layout.atoms[readout.inside],
                      palette=coloring.ranged(chosen, limits), log_info=False)
        if key:
            coloring.show_key(session, readout.layout.atoms[readout.inside], readout.mode, chosen,
                              limits)


def _plot(session, readouts, colormap, plot):
    from ..figures.sequence import sequence_figure
    models = ', '.join(model.name for model in readouts[0].layout.atoms.unique_structures)
    figure = sequence_figure(readouts, colormap, models)
    if plot is True:
        from ..figures.window import selecting, show_figure
        show_figure(session, figure, f'Scale along {models}',
                    selecting(logtables.lasting_residues(readouts[0].layout.residues)))
        return
    files.save_figure(figure, plot)
    session.logger.info(f'Wrote {plot}.')


def register(_command_info, logger):
    """Register `occupy atoms` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('atoms', AtomsArg)],
        keyword=[('map', common.VolumesArg), ('mode', common.setting_arg('mode')),
                 ('file', SaveFileNameArg), ('column', EnumOf(tuple(COLUMNS))),
                 ('color', BoolArg), ('key', BoolArg), ('palette', common.PaletteArg),
                 ('range', ColormapRangeArg), ('plot', Or(BoolArg, SaveFileNameArg)),
                 ('block', BoolArg)],
        synopsis='Read the local scale at the atoms of models')
    register_command('occupy atoms', description, occupy_atoms, logger=logger)
