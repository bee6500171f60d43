"""Tables for the log: of results, with links that select, and of parameters; and how numbers stand.

Cells are HTML: whatever comes from a file goes through `escape`.
"""

from html import escape

import numpy as np

from ..core.parameters import SETTINGS, keyword
from ..session import volumes
from . import common

#: Settings of an estimate in the order in which they are told and repeated.
ESTIMATE_SETTINGS = ('mode', 'low_pass', 'kernel_size', 'kernel_radius', 'tau', 'tile_size',
                     'max_box', 'full_scale', 'recalibrate', 'baseline', 'smooth')


def named_rows(rows):
    """Rows of (name, value, remark), plain text, as an HTML table without a head."""
    lines = (''.join(f'<td>{escape(str(cell))}&nbsp;&nbsp;</td>' for cell in row) for row in rows)
    return '<table>' + ''.join(f'<tr>{line}</tr>' for line in lines) + '</table>'


def table(head, rows):
    """A table with a head; head and cells are HTML."""
    lines = ['<table border="1" cellpadding="4" cellspacing="0"><thead><tr>',
             *[f'<th>{cell}</th>' for cell in head], '</tr></thead><tbody>']
    for row in rows:
        lines += ['<tr>', *[f'<td>{cell}</td>' for cell in row], '</tr>']
    return ''.join(lines) + '</tbody></table>'


def folded(title, html):
    """HTML under a title (plain text) that unfolds it, where the log can do that."""
    return f'<details><summary>{escape(title)}</summary>{html}</details>'


def number(value):
    """A scale as it stands in tables, or a dash where there is none."""
    return f'{value:.3f}' if value == value else '&ndash;'


def breakable(name):
    """A name (plain text) as HTML that may be broken, or a long one would widen the table."""
    return escape(name).replace('_', '_<wbr>')


def link(spec, text):
    """A link of the log that selects; the text is plain."""
    return (f'<a title="Select {escape(text)}" href="cxcmd:select {escape(spec)}">'
            f'{escape(text)}</a>')


def repeated(command):
    """A command (plain text) as a link that runs it again, in lines as wide as the log."""
    text = escape(command)
    return f'<p><a title="Run this command again" href="cxcmd:{text}">{text}</a></p>'


def selecting(residues):
    """A specifier of residues of one chain identifier, also for when other models are opened."""
    # ChimeraX's concise_residue_spec leaves out the model where it is the only one.
    structure, chain_id = residues[0].structure, residues[0].chain_id
    spec = f'#{structure.id_string}/{chain_id}'
    of_chain = structure.residues
    of_chain = of_chain[of_chain.chain_ids == chain_id]
    if len(of_chain) == len(residues):
        return spec
    others = np.sort(of_chain.subtract(residues).numbers)
    codes = residues.insertion_codes
    words = [f'{number}{code}' for number, code in zip(residues.numbers, codes, strict=True)
             if code.strip()]
    plain = np.sort(residues.numbers[[not code.strip() for code in codes]])
    # A range may span numbers that are missing, but none of a residue that is not meant.
    apart = np.searchsorted(others, plain[1:], 'right') > np.searchsorted(others, plain[:-1])
    for run in np.split(plain, np.flatnonzero(apart) + 1):
        if len(run):
            words.append(f'{run[0]}' if run[0] == run[-1] else f'{run[0]}-{run[-1]}')
    return f'{spec}:{",".join(words)}'


def lasting(spec, models):
    """A function that gives a specifier later on: models may get other numbers, or be closed.

    models: those that it is of. '' where any of them is closed.
    """
    number = f'#{models[0].id_string}' if len(models) == 1 else None

    def spec_now():
        if any(model.deleted for model in models):
            return ''
        if number is not None and spec.startswith(f'{number}/'):
            return f'#{models[0].id_string}{spec.removeprefix(number)}'
        return spec

    return spec_now


def lasting_residues(residues):
    """For each of some ChimeraX `Residues` its specifier as a function; see `lasting`."""
    return [lasting(f'#{structure.id_string}/{chain}:{number}{code.strip()}', [structure])
            for structure, chain, number, code in zip(
                residues.structures, residues.chain_ids, residues.numbers,
                residues.insertion_codes, strict=True)]


def parameter_rows(found):
    """(name, value, remark) of everything an estimate used and found, plain text."""
    rows = []
    for name in ESTIMATE_SETTINGS:
        value = getattr(found.parameters, name)
        if value is not None:
            # Rounded, to be read; the command that repeats it has it in full.
            shown = f'{value:.5g}' if isinstance(value, float) else common.value_text(value)
            rows.append((keyword(name), shown, SETTINGS[name].unit))
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
