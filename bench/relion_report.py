"""The tables and the plot of docs/refinement.md, from the results of bench/relion.py."""

import statistics
from collections import defaultdict

from relion_data import SYSTEMS
from relion_runs import CASES, TRUTH, read

BEGIN, END = '<!-- results: written by bench/relion.py -->', '<!-- end of results -->'
PICTURE = 'images/refinement.png'


def write_report(results, docs):
    """Put the tables of the results into refinement.md in `docs`, and draw its plot."""
    runs = defaultdict(dict)
    for row in read(results):
        runs[row['case']].setdefault(row['setting'], {})[int(row['seed'])] = row
    cases = [name for name in CASES if name in runs]
    page = docs / 'refinement.md'
    text = page.read_text(encoding='utf-8')
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = '\n'.join(_table(runs, cases))
    page.write_text(f'{before}{BEGIN}\n\n{table}\n\n{END}{after}', encoding='utf-8')
    _plot(runs, [name for name in cases if {'plain', 'occupy'} <= set(runs[name])
                 and len(SYSTEMS[CASES[name].system].absent) > 1], docs / PICTURE)


def _table(runs, cases):
    yield ('| case | classes | seeds | right class, plain | with OccuPy | true maps | '
           'likeness of classes, plain | with OccuPy | likeness to the truth, plain | with OccuPy |'
           ' largest class, plain | with OccuPy |')
    yield '|---|---|---|---|---|---|---|---|---|---|---|---|'
    for name in cases:
        case, settings = CASES[name], runs[name]
        seeds = sorted(set(settings.get('plain', {})) & set(settings.get('occupy', {})))
        if not seeds:
            continue
        system = SYSTEMS[case.system]
        words = [f'{system.title}, {case.snr:g}{", CTF" if case.ctf else ""}', str(case.classes),
                 str(len(seeds))]
        for setting in ('plain', 'occupy', TRUTH):
            rows = settings.get(setting, {})
            some = [_accuracies(rows[seed])[-1] for seed in seeds if seed in rows]
            words.append(_mean(some) if len(system.absent) > 1 else '–')
        for column in (lambda row: float(row['likeness']),
                       lambda row: statistics.mean(map(float, row['truth'].split())),
                       lambda row: max(map(float, row['sizes'].split()))):
            for setting in ('plain', 'occupy'):
                words.append(_mean([column(settings[setting][seed]) for seed in seeds]))
        yield f'| {" | ".join(words)} |'


def _mean(values):
    if not values:
        return '–'
    spread = f' ± {statistics.stdev(values):.3f}' if len(values) > 1 else ''
    return f'{statistics.mean(values):.3f}{spread}'


def _accuracies(row):
    return [float(word) for word in row['accuracy'].split()]


def _plot(runs, cases, path):
    """Accuracy against iteration, a panel for each case, a line for each seed."""
    from matplotlib.figure import Figure
    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.6 * rows + 0.5), layout='constrained')
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, cases, strict=False):
        for setting, colour in (('plain', '0.45'), ('occupy', 'C3')):
            label = {'plain': 'plain RELION', 'occupy': 'with OccuPy'}[setting]
            for row in runs[name].get(setting, {}).values():
                values = _accuracies(row)
                axes.plot(range(1, len(values) + 1), values, color=colour, lw=1.4, label=label)
                label = None
        truth = [_accuracies(row)[-1] for row in runs[name].get(TRUTH, {}).values()]
        if truth:
            axes.axhline(statistics.mean(truth), color='C0', ls=':', label='true maps')
        case = CASES[name]
        axes.set_title(f'{case.system}, {case.snr:g}{", CTF" if case.ctf else ""}, '
                       f'K = {case.classes}', fontsize=10)
        axes.grid(alpha=0.3)
    for axes in panels[len(cases):]:
        axes.set_visible(False)
    for axes in panels[max(0, len(cases) - columns):len(cases)]:
        axes.set_xlabel('iteration', fontsize=10)
    figure.supylabel('share of particles in the right class', fontsize=10)
    handles = {label: line for axes in panels
               for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc='outside lower center', ncols=3,
                  fontsize=9)
    figure.savefig(path, dpi=110)
