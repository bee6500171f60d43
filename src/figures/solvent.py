"""Figures of an estimate: the solvent model and the curves of modification.

They are drawn with matplotlib alone, on figures that need no window.
"""

import csv

import numpy as np

from ..core import Modification
from ..core.curves import curve
from .pointing import Pointed, make_known

#: Colours that stay apart for any eye (after Okabe and Ito).
_HISTOGRAM, _GAUSSIAN, _CONFIDENCE, _MARK = '#555555', '#0072b2', '#d55e00', '#009e73'
_CURVES = {'amplify': '#0072b2', 'attenuate': '#d55e00', 'sigmoid': '#009e73'}
#: Histogram values this far below the peak (as a share of it) are not drawn.
_FLOOR = 1e-6


def solvent_figure(estimate, modifications=(), title=''):
    """A new matplotlib `Figure` of a solvent model and of curves of modification, side by side.

    estimate: a `ScaleEstimate`. modifications: `Modification`s; the default ones if there are none.
    """
    from matplotlib.figure import Figure
    figure = Figure(figsize=(11, 4.6), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    draw_solvent(left, estimate)
    draw_curves(right, modifications)
    if title:
        figure.suptitle(title)
    return figure


def draw_solvent(axes, estimate):
    """Draw histogram, Gaussian, confidence and full scale on matplotlib axes, which get a twin."""
    model = estimate.solvent
    centres = model.centres
    floor = _FLOOR * model.density.max()
    axes.step(centres, np.maximum(model.density, floor), where='mid', color=_HISTOGRAM,
              linewidth=1, label='low-passed map')
    fitted = model.gaussian
    axes.plot(centres[fitted > floor], fitted[fitted > floor], color=_GAUSSIAN, linewidth=1.5,
              label=f'solvent, {model.mean:.3g} ± {model.width:.3g}')
    axes.set_yscale('log')
    axes.set_ylim(floor, 3 * max(model.density.max(), model.height))
    axes.set_xlabel('density of the low-passed map')
    axes.set_ylabel('share of voxels per unit of density')
    twin = axes.twinx()
    twin.plot(centres, model.confidence, color=_CONFIDENCE, linewidth=1.5, label='confidence')
    twin.set_ylim(0, 1.05)
    twin.set_ylabel('confidence', color=_CONFIDENCE)
    twin.tick_params(axis='y', colors=_CONFIDENCE)
    if estimate.parameters.mode == 'occupancy':
        # In resolution mode full scale is a density of the map itself, not of the low-passed one.
        full = estimate.full_scale + estimate.baseline
        axes.axvline(full, color=_MARK, linewidth=1.5, linestyle='--',
                     label=f'full scale, {estimate.full_scale:.3g}')
    for one in (axes, twin):
        make_known(one, lambda x, _y: _solvent_at(model, x))
    lines, labels = axes.get_legend_handles_labels()
    more, more_labels = twin.get_legend_handles_labels()
    _legend(axes, lines + more, labels + more_labels)
    verdict = 'suspect' if model.suspect else 'good'
    axes.set_title(f'solvent model: {verdict}', fontsize='medium')
    return twin


def _solvent_at(model, density):
    number = int(np.abs(model.centres - density).argmin())
    step = abs(model.centres[1] - model.centres[0])
    if abs(model.centres[number] - density) > step:
        return None
    return Pointed(f'density {model.centres[number]:.4g}\n'
                   f'confidence that it is not solvent {model.confidence[number]:.3f}')


def draw_curves(axes, modifications=()):
    """Draw f(S) of modifications (the default ones if there are none) on matplotlib axes."""
    modifications = modifications or default_modifications()
    scale = np.linspace(0, 1, 501)
    axes.plot(scale, scale, color=_HISTOGRAM, linewidth=1, linestyle=':', label='unchanged')
    for modification in modifications:
        label = f'{modification.kind}, power {modification.power:g}'
        if modification.kind == 'sigmoid':
            label += f', pivot {modification.pivot:g}'
        axes.plot(scale, curve(scale, modification), color=_CURVES[modification.kind],
                  linewidth=1.5, label=label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_aspect('equal')
    axes.set_xlabel('scale')
    axes.set_ylabel('scale aimed at')
    axes.set_title('modification', fontsize='medium')
    make_known(axes, lambda x, _y: _aimed_at(modifications, x))
    _legend(axes, *axes.get_legend_handles_labels())


def _aimed_at(modifications, scale):
    if not 0 <= scale <= 1:
        return None
    aims = (f'{modification.kind}: {curve(np.array([scale]), modification)[0]:.3f}'
            for modification in modifications)
    return Pointed('\n'.join([f'scale {scale:.3f}', *aims]))


def _legend(axes, lines, labels):
    """A legend below the axes, where it hides nothing."""
    axes.legend(lines, labels, loc='upper center', bbox_to_anchor=(0.5, -0.16), ncols=2,
                fontsize='small', frameon=False)


def default_modifications():
    """One `Modification` of each kind, with default power and pivot."""
    return [Modification(kind) for kind in _CURVES]


def write_table(file, estimate, modifications=()):
    """Write what `solvent_figure` draws as CSV to an open text file, a row for each bin.

    Curves stand in the same rows, at as many scales from 0 to 1 as there are bins.
    """
    model = estimate.solvent
    modifications = modifications or default_modifications()
    scale = np.linspace(0, 1, len(model.density))
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['density', 'histogram', 'gaussian', 'confidence', 'scale',
                     *[modification.kind for modification in modifications]])
    columns = [model.centres, model.density, model.gaussian, model.confidence, scale,
               *[curve(scale, modification) for modification in modifications]]
    for row in zip(*columns, strict=True):
        writer.writerow([f'{value:.7g}' for value in row])


def modifications_in_use(look):
    """The `Modification`s last made from a map, from what the session's record keeps for it."""
    used = look.get('modifications', {})
    return [Modification(kind, power=used[kind][0], pivot=used[kind][1])
            for kind in _CURVES if kind in used]
