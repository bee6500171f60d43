"""Scale against local resolution, drawn with matplotlib alone."""

import csv

import numpy as np

from .pointing import Pointed, make_known

#: Bins of scale, and of resolution for the picture; a bin of fewer places has no median.
_BINS, _CELLS, _LEAST = 25, 60, 20
_LINE = '#333333'


def binned(scale, resolution):
    """Median and quartiles of local resolution in bins of scale.

    scale: (n,), 0 to 1. resolution: (n,) in Å. Returns rows (low, high, number, median, lower and
    upper quartile), not-a-number where a bin has too few places.
    """
    edges = np.linspace(0, 1, _BINS + 1)
    index = np.clip(np.searchsorted(edges, scale, 'right') - 1, 0, _BINS - 1)
    rows = []
    for i in range(_BINS):
        some = resolution[index == i]
        told = np.percentile(some, (50, 25, 75)) if len(some) >= _LEAST else (np.nan,) * 3
        rows.append((edges[i], edges[i + 1], len(some), *(float(value) for value in told)))
    return rows


def rank_correlation(scale, resolution):
    """Spearman's rank correlation of two arrays (n,)."""
    from scipy.stats import rankdata
    return float(np.corrcoef(rankdata(scale), rankdata(resolution))[0, 1])


def against_figure(scale, resolution, mode, title=''):
    """A new matplotlib `Figure` of how often each pair of scale and Å is met, and the medians.

    scale, resolution: (n,), at the same places; resolution in Å. mode: of the scale.
    """
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    figure = Figure(figsize=(6.4, 4.8), layout='constrained')
    axes = figure.subplots()
    low, high = np.percentile(resolution, (0.1, 99.9))
    margin = 0.05 * (high - low) or 0.5
    counts, x, y, mesh = axes.hist2d(
        scale, resolution, bins=(_CELLS, _CELLS), range=((0, 1), (low - margin, high + margin)),
        cmap='Greys', norm=LogNorm(), cmin=1)
    figure.colorbar(mesh, ax=axes, label='places')
    rows = binned(scale, resolution)
    centres = np.array([(row[0] + row[1]) / 2 for row in rows])
    median, lower, upper = (np.array([row[i] for row in rows]) for i in (3, 4, 5))
    axes.plot(centres, median, color='#d55e00', linewidth=2, label='median')
    axes.fill_between(centres, lower, upper, color='#d55e00', alpha=0.25, linewidth=0,
                      label='half of the places')
    axes.set_xlim(0, 1)
    axes.set_xlabel(f'{mode} scale')
    axes.set_ylabel('local resolution (Å)')
    axes.set_title(f'rank correlation {rank_correlation(scale, resolution):+.2f}, '
                   f'{len(scale)} places', fontsize='medium')
    axes.legend(loc='upper right', frameon=False, fontsize='small')
    make_known(axes, lambda x, _y: _bin_at(rows, x))
    if title:
        figure.suptitle(title)
    return figure


def _bin_at(rows, scale):
    for low, high, number, median, lower, upper in rows:
        if low <= scale < high and number:
            told = f'\n{median:.2f} Å, half of them {lower:.2f} to {upper:.2f} Å' \
                if median == median else ''
            return Pointed(f'scale {low:.2f} to {high:.2f}: {number} places{told}')
    return None


def write_table(file, scale, resolution):
    """Write `binned` as CSV to an open text file."""
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['scale_low', 'scale_high', 'places', 'median', 'lower_quartile',
                     'upper_quartile'])
    for row in binned(scale, resolution):
        writer.writerow([f'{row[0]:.3f}', f'{row[1]:.3f}', row[2],
                         *(f'{value:.4f}' if value == value else '' for value in row[3:])])
