"""The tables and the plot of docs/refinement.md, from the results of bench/relion.py."""

import statistics
from collections import defaultdict

from relion_data import SYSTEMS
from relion_runs import CASES, TRUTH, read

BEGIN, END = '<!-- results: written by bench/relion.py -->', '<!-- end of results -->'
PICTURE = 'images/refinement.png'
#: What is shown beside plain RELION: title of its table, colour of its lines.
SHOWN = {'solvent': ('Solvent left out', 'C3'),
         'solvent-half': ('Solvent left out at half the strength', None),
         'solvent-early': ('Solvent left out up to iteration 7 of 15', None),
         'solvent-fading': ('Solvent left out, fading from iteration 6 to 11 of 15', None),
         'mask': ('Plain RELION with a solvent mask of the reference', None),
         'sigmoid': ('Sigmoid, power 3, pivot 0.7', 'C1'),
         'half': ('The same sigmoid at half its strength', None),
         'early': ('The same sigmoid up to iteration 7 of 15', None)}
#: A classification has arrived when it is so near to the accuracy at which plain RELION ends.
NEAR = 0.01


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
    tables = [list(_plain(runs, cases)), *(list(_table(runs, cases, name)) for name in SHOWN)]
    tables.append(list(_sizes(runs, cases)))
    tables = '\n\n'.join('\n'.join(lines) for lines in tables if len(lines) > HEAD)
    page.write_text(f'{before}{BEGIN}\n\n{tables}\n\n{END}{after}', encoding='utf-8')
    _plot(runs, [name for name in cases if 'plain' in runs[name] and set(SHOWN) & set(runs[name])
                 and _divided(name)], docs / PICTURE)


#: Lines of a table that has no row.
HEAD = 4


def _plain(runs, cases):
    """Lines of the table of plain RELION alone, over all its seeds."""
    yield '**Plain RELION**'
    yield ''
    yield '| case | classes | seeds | right class | least | most | true maps |'
    yield '|---' * 7 + '|'
    for name in cases:
        ends = [_accuracies(row)[-1] for row in runs[name].get('plain', {}).values()]
        if ends and _divided(name):
            yield (f'| {_title(name)} | {CASES[name].classes} | {len(ends)} | {_mean(ends)} | '
                   f'{min(ends):.3f} | {max(ends):.3f} | {_true_maps(runs[name])} |')


def _table(runs, cases, setting):
    """Lines of the table of a setting: means over the seeds that were run plain and with it."""
    yield f'**{SHOWN[setting][0]}**'
    yield ''
    yield ('| case | classes | seeds | right class | difference: mean, least | iterations | '
           'likeness to the truth | likeness of classes | largest class |')
    yield '|---' * 9 + '|'
    for name in cases:
        settings = runs[name]
        pairs = [(settings['plain'][seed], row) for seed, row in sorted(
            settings.get(setting, {}).items()) if seed in settings.get('plain', {})]
        if not pairs:
            continue
        words = [_title(name), str(CASES[name].classes), str(len(pairs))]
        if _divided(name):
            ends = [tuple(_accuracies(row)[-1] for row in pair) for pair in pairs]
            gains = [new - old for old, new in ends]
            wanted = [old - NEAR for old, _ in ends]
            words += [' → '.join(_mean(values) for values in zip(*ends, strict=True)),
                      f'{statistics.mean(gains):+.3f}, {min(gains):+.3f}',
                      ' → '.join(_iterations(rows, wanted) for rows in zip(*pairs, strict=True))]
        else:
            words += ['–'] * 3
        for column in (lambda row: statistics.mean(map(float, row['truth'].split())),
                       lambda row: float(row['likeness']),
                       lambda row: max(map(float, row['sizes'].split()))):
            words.append(' → '.join(_mean([column(row) for row in rows])
                                    for rows in zip(*pairs, strict=True)))
        yield f'| {" | ".join(words)} |'


def _sizes(runs, cases):
    """Lines of the table of the largest class where there is one state: by seed."""
    yield '**Largest class of particles that are all alike, by seed**'
    yield ''
    names = {'plain': 'plain RELION'} | {name: look[0] for name, look in SHOWN.items()}
    found = {(name, setting): runs[name][setting] for name in cases for setting in names
             if CASES[name].classes > 1 and not _divided(name) and setting in runs[name]}
    seeds = sorted({seed for rows in found.values() for seed in rows})
    yield f'| case | | {" | ".join(map(str, seeds))} |'
    yield '|---' * (len(seeds) + 2) + '|'
    for (name, setting), rows in found.items():
        sizes = (f'{max(map(float, rows[seed]["sizes"].split())):.3f}' if seed in rows else '–'
                 for seed in seeds)
        yield f'| {_title(name)} | {names[setting]} | {" | ".join(sizes)} |'


def _title(name):
    case = CASES[name]
    return f'{SYSTEMS[case.system].title}, {case.snr:g}{", CTF" if case.ctf else ""}'


def _divided(name):
    """Whether there are states, and classes to find them in."""
    return min(len(SYSTEMS[CASES[name].system].absent), CASES[name].classes) > 1


def _true_maps(settings):
    return _mean([_accuracies(row)[-1] for row in settings.get(TRUTH, {}).values()])


def _mean(values):
    if not values:
        return '–'
    spread = f' ± {statistics.stdev(values):.3f}' if len(values) > 1 else ''
    return f'{statistics.mean(values):.3f}{spread}'


def _iterations(rows, wanted):
    """Iterations that the runs took to what is wanted of each: their mean, or that some did not."""
    found = [next((i for i, value in enumerate(_accuracies(row), 1) if value >= least), None)
             for row, least in zip(rows, wanted, strict=True)]
    reached = [number for number in found if number]
    if not reached:
        return 'never'
    missed = len(found) - len(reached)
    return f'{statistics.mean(reached):.1f}{f" ({missed} never)" if missed else ""}'


def _accuracies(row):
    return [float(word) for word in row['accuracy'].split()]


def _plot(runs, cases, path):
    """Accuracy against iteration, a panel for each case, a line for each seed."""
    from matplotlib.figure import Figure
    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.6 * rows + 0.5), layout='constrained')
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    drawn = {'plain': ('plain RELION', '0.45')} | {
        name: look for name, look in SHOWN.items() if look[1]}
    for axes, name in zip(panels, cases, strict=False):
        for setting, (label, colour) in drawn.items():
            for row in runs[name].get(setting, {}).values():
                values = _accuracies(row)
                axes.plot(range(1, len(values) + 1), values, color=colour, lw=1.4, label=label)
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
