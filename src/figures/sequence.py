"""Figures of scale along the sequence of chains, drawn with matplotlib alone."""

import numpy as np

from .pointing import Pointed, make_known

#: Colours of several maps, which stay apart for any eye (after Okabe and Ito).
_LINES = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555')
_OUTLINE = '#555555'
#: Chains under one another before there is a second column, and the size of each (inches).
_ROWS = 12
_WIDTH, _HEIGHT, _MARGIN = 8.0, 1.35, 0.9


def sequence_figure(readouts, colormap, title=''):
    """A new matplotlib `Figure` with the scale along each polymer chain, one panel for each.

    readouts: `Readout`s of one `Layout`, a line for each; one alone is filled with the colours of
    `colormap`, a ChimeraX `Colormap` over the range of scale.
    """
    from matplotlib.figure import Figure
    chosen = [index for index, part in enumerate(readouts[0].layout.parts) if part.is_polymer]
    columns = -(-len(chosen) // _ROWS)
    rows = -(-len(chosen) // columns)
    figure = Figure(figsize=(_WIDTH * (1 if columns == 1 else 0.6 * columns),
                             _MARGIN + _HEIGHT * rows), layout='constrained')
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel(order='F')
    for axes, index in zip(panels, chosen, strict=False):
        draw_sequence(axes, readouts, index, colormap)
    for axes in panels[len(chosen):]:
        axes.set_visible(False)
    used = panels[:len(chosen)]
    for axes in {*used[rows - 1::rows], used[-1]}:
        axes.set_xlabel('residue')
    figure.supylabel(f'{readouts[0].mode} scale')
    if len(readouts) > 1:
        figure.legend(*panels[0].get_legend_handles_labels(), loc='outside lower center',
                      ncols=min(4, len(readouts)), frameon=False)
    if title:
        figure.suptitle(title)
    return figure


def draw_sequence(axes, readouts, index, colormap):
    """Draw the scale along one chain on matplotlib axes; gaps are left where no residue is.

    index: of the part in the readouts' `Layout`. What is `Pointed` at is known by the index of its
    residue there.
    """
    layout = readouts[0].layout
    part = layout.parts[index]
    numbers, in_order = _places(layout.residues[part.residues])
    columns = []
    for readout, color in zip(readouts, _cycled(_LINES), strict=False):
        label = f'{readout.source.name} #{readout.source.id_string}'
        values = readout.residue_values[part.residues][in_order]
        columns.append((label, values))
        if len(readouts) == 1:
            _bars(axes, numbers, values, colormap)
            color = _OUTLINE
        axes.plot(*_with_gaps(numbers, values), color=color, linewidth=1, drawstyle='steps-mid',
                  label=label)
    indices = part.residues[in_order]
    names = _names(part, layout.residues[indices])
    make_known(axes, lambda x, _y: _residue_at(numbers, indices, names, columns, x))
    axes.set_ylim(0, 1.04)
    axes.set_xlim(numbers[0] - 1, numbers[-1] + 1)
    axes.margins(x=0)
    axes.spines[['top', 'right']].set_visible(False)
    about = f', {part.description}' if part.description else ''
    axes.set_title(f'{part.name}{about}', fontsize='medium', loc='left')


def _names(part, residues):
    """What the residues of a part are called, kept here: models may be closed before the plot."""
    codes = (code.strip() for code in residues.insertion_codes)
    return [f'{part.name} {name} {number}{code}' for name, number, code in
            zip(residues.names, residues.numbers, codes, strict=True)]


def _residue_at(numbers, indices, names, columns, x):
    """What is `Pointed` at. columns: (name of the map, values of the residues) for each line."""
    place = int(np.abs(numbers - x).argmin())
    if abs(numbers[place] - x) > 0.5:
        return None
    told = (f'{name}: ' + (f'{values[place]:.3f}' if values[place] == values[place]
                           else 'outside the map') for name, values in columns)
    return Pointed('\n'.join([names[place], *told]), int(indices[place]))


def _places(residues):
    """Residue numbers in sequence, and the order that makes them so; else 1, 2, 3 …"""
    numbers = np.asarray(residues.numbers)
    order = np.argsort(numbers, kind='stable')
    ordered = numbers[order]
    if (np.diff(ordered) > 0).all():
        return ordered, order
    # Insertion codes: residues of one number stand side by side.
    return np.arange(1, len(numbers) + 1), np.arange(len(numbers))


def _with_gaps(numbers, values):
    """The same with a not-a-number between residues that do not follow one another."""
    breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
    return (np.insert(numbers.astype(float), breaks, numbers[breaks - 1] + 0.5),
            np.insert(values, breaks, np.nan))


def _bars(axes, numbers, values, colormap):
    from matplotlib.collections import PolyCollection
    shown = np.isfinite(values)
    x, y = numbers[shown].astype(float), values[shown]
    low, high, zero = x - 0.5, x + 0.5, np.zeros(len(x))
    corners = np.stack([np.stack(pair, axis=-1)
                        for pair in ((low, zero), (low, y), (high, y), (high, zero))], axis=1)
    colors = colormap.interpolated_rgba(y.astype(np.float32))
    axes.add_collection(PolyCollection(corners, facecolors=colors, linewidths=0))


def _cycled(colors):
    from itertools import cycle
    return cycle(colors)
