"""Bars of occupancies with their errors, drawn with matplotlib alone."""

import math

import numpy as np

from ..core.describe import value_text
from .pointing import Pointed, make_known

#: Colours of several maps, which stay apart for any eye (after Okabe and Ito).
_COLORS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555')
#: Bars in a row, and inches for one; a row's height, and its least width.
_ROW, _BAR = 60, 0.26
_HEIGHT, _LEAST = 2.9, 4.0


def bars_figure(found, names):
    """A new matplotlib `Figure`: a bar for each group, in rows, those of several maps side by side.

    found: `Occupancies` of one model, for each map. names: of the maps. What is `Pointed` at is
    known by the index of its group.
    """
    from matplotlib.figure import Figure
    number = len(found[0].groups)
    count = -(-number // _ROW)
    length = -(-number // count)
    width = max(_LEAST, 1.2 + _BAR * length * max(1, 0.6 * len(found)))
    figure = Figure(figsize=(width, 0.5 + _HEIGHT * count), layout='constrained')
    rows = figure.subplots(count, 1, squeeze=False, sharey=True)[:, 0]
    for row, axes in enumerate(rows):
        _draw_row(axes, found, names, range(row * length, min(number, (row + 1) * length)))
        axes.set_xlim(-0.6, length - 0.4)
    highest = max((group.occupancy + group.error for one in found for group in one.groups
                   if np.isfinite(group.occupancy + group.error)), default=1.0)
    rows[0].set_ylim(0, max(1.1, min(1.6, 1.05 * highest)))
    if len(found) > 1:
        figure.legend(*rows[0].get_legend_handles_labels(), loc='outside upper left', ncols=4,
                      fontsize=8, frameon=False)
    else:
        figure.suptitle(names[0], fontsize='medium')
    return figure


def _draw_row(axes, found, names, indices):
    share = 0.8 / len(found)
    groups = [found[0].groups[i].name for i in indices]
    for index, (one, name) in enumerate(zip(found, names, strict=True)):
        values = np.array([one.groups[i].occupancy for i in indices])
        errors = np.array([one.groups[i].error for i in indices])
        places = np.arange(len(groups)) + (index - (len(found) - 1) / 2) * share
        told = np.isfinite(values)
        axes.bar(places[told], values[told], share, color=_COLORS[index % len(_COLORS)],
                 label=name, yerr=np.nan_to_num(errors[told]),
                 error_kw={'elinewidth': 1, 'capsize': 1.5, 'ecolor': '#333333'})
    make_known(axes, lambda x, _y: _bar_at(found, names, indices, share, x))
    axes.axhline(1, color='#888888', linewidth=0.8, linestyle=':')
    axes.set_xticks(range(len(groups)), groups, rotation=90 if len(groups) > 4 else 0, fontsize=7)
    axes.set_ylabel('occupancy')
    axes.spines[['top', 'right']].set_visible(False)


def _bar_at(found, names, indices, share, x):
    """What is `Pointed` at: of several maps the bar, else the group."""
    place = round(x)
    which = math.floor((x - place) / share + len(found) / 2)
    if not 0 <= place < len(indices) or not 0 <= which < len(found):
        return None
    group = found[which].groups[indices[place]]
    words = [f'{group.name} in {names[which]}']
    if math.isfinite(group.occupancy):
        words.append(f'occupancy {value_text(group.occupancy, group.error)}')
    if group.note:
        words.append(group.note)
    return Pointed('\n'.join(words), indices[place])
