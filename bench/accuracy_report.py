"""The document of bench/accuracy.py: tables, pictures and what they say."""

from pathlib import Path

import matplotlib

matplotlib.use('Agg')

import matplotlib.pyplot as plt
import numpy as np
from bare import core
from occupancies_report import section

#: What the document says, with {names} of `facts`.
TEMPLATE = Path(__file__).with_name('accuracy_template.md')
#: Name of a column, how it is called, and its colour.
PROGRAMS = {'OccuPy': ('OccuPy 0.1.13', '#999999'), 'published': ('published', '#0072B2'),
            'auto': ('auto', '#D55E00')}
#: Targets of the mean absolute error, absolute and relative to the fullest component.
TARGETS = (0.02, 0.015)


def write_report(results, folder):
    """Write accuracy.md and images/accuracy_*.png into the folder of documents."""
    images = folder / 'images'
    images.mkdir(parents=True, exist_ok=True)
    records = results['records']
    for record in records:
        record['error'] = {name: errors(record, name) for name in PROGRAMS}
    for name, draw, data in (
            ('scatter', draw_scatter, records), ('conditions', draw_conditions, records),
            ('models', draw_models, records), ('small', draw_small, results['small_component']),
            ('noise', draw_noise, results['noise']), ('spread', draw_spread, results['spread'])):
        figure = draw(data)
        figure.savefig(images / f'accuracy_{name}.png', dpi=110, bbox_inches='tight')
        plt.close(figure)
    page = folder / 'accuracy.md'
    text = TEMPLATE.read_text(encoding='utf-8').format(
        **facts(results), occupancies=section(page))
    page.write_text(text, encoding='utf-8')


def errors(record, program, statistic='median'):
    """Errors of a map's components: (absolute, relative to the fullest ones), two arrays."""
    names = list(record['truth'])
    truth = np.array([record['truth'][name] for name in names])
    read = np.array([record[statistic][program][name] for name in names])
    return read - truth, read / read[truth == truth.max()].mean() - truth


def mean_error(records, program, relative=False):
    """Mean absolute error per component of each map: one number per map."""
    return np.array([np.abs(record['error'][program][int(relative)]).mean() for record in records])


def per_component(records, program, relative=False):
    """Absolute errors of all components of all maps."""
    return np.abs(np.concatenate([record['error'][program][int(relative)] for record in records]))


# Pictures.

def draw_scatter(records):
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True)
    for ax, (name, (title, _)) in zip(axes, PROGRAMS.items(), strict=True):
        for noise, colour in ((0.02, '#56B4E9'), (0.06, '#E69F00')):
            truth, error = (np.concatenate(values) for values in zip(*(
                (list(r['truth'].values()), r['error'][name][0])
                for r in records if r['noise'] == noise), strict=True))
            ax.plot(truth, truth + error, '.', ms=4, alpha=0.6, color=colour,
                    label=f'noise {noise:.0%}')
        ax.plot([0, 1], [0, 1], color='black', lw=0.8)
        ax.set(title=title, xlabel='true occupancy', xlim=(0.1, 1.03), ylim=(0.1, 1.03))
        ax.set_aspect('equal')
    axes[0].set_ylabel('median scale at the atoms')
    axes[0].legend(frameon=False)
    return figure


def draw_conditions(records):
    conditions = list(dict.fromkeys(record['condition'] for record in records))
    figure, axes = plt.subplots(1, 2, figsize=(12, 5.5), sharey=True)
    place = np.arange(2 * len(conditions))
    labels = [f'{condition}, noise {noise:.0%}' for condition in conditions
              for noise in (0.02, 0.06)]
    for relative, ax in enumerate(axes):
        for i, (name, (title, colour)) in enumerate(PROGRAMS.items()):
            means = [mean_error([r for r in records if r['condition'] == condition
                                 and r['noise'] == noise], name, relative).mean()
                     for condition in conditions for noise in (0.02, 0.06)]
            ax.barh(place + 0.27 * (i - 1), means, 0.27, color=colour, label=title)
        ax.axvline(TARGETS[relative], color='black', lw=0.8, ls=':')
        ax.set(xlabel='mean absolute error per component',
               title='relative to the fullest component' if relative else 'absolute')
    axes[0].set_yticks(place, labels)
    axes[0].invert_yaxis()
    axes[1].legend(frameon=False)
    return figure


def draw_models(records):
    models = list(dict.fromkeys(record['model'] for record in records))
    figure, axes = plt.subplots(1, 2, figsize=(12, 4))
    place = np.arange(len(models))
    for i, (name, (title, colour)) in enumerate(PROGRAMS.items()):
        means = [mean_error([r for r in records if r['model'] == model], name).mean()
                 for model in models]
        axes[0].bar(place + 0.27 * (i - 1), means, 0.27, color=colour, label=title)
    axes[0].axhline(TARGETS[0], color='black', lw=0.8, ls=':')
    axes[0].set_xticks(place, models, rotation=45)
    axes[0].set(ylabel='mean absolute error per component')
    axes[0].legend(frameon=False)
    for i, name in enumerate(('published', 'auto')):
        values = [[r['full_scale'][name] for r in records if r['model'] == model]
                  for model in models]
        for x, some in zip(place, values, strict=True):
            axes[1].plot(x + 0.3 * (i - 0.5) + np.linspace(-0.08, 0.08, len(some)), some, '.',
                         ms=4, color=PROGRAMS[name][1], label=name if not x else None)
    axes[1].axhline(1, color='black', lw=0.8)
    axes[1].set_xticks(place, models, rotation=45)
    axes[1].set(ylabel='full scale / median over the full component')
    axes[1].legend(frameon=False)
    return figure


def draw_small(study):
    figure, ax = plt.subplots(figsize=(6, 4))
    for name in ('published', 'auto'):
        for rest, style in ((0.4, '-'), (0.8, '--')):
            some = [s for s in study if s['rest'] == rest]
            ax.plot([s['full'] for s in some], [s['full_scale'][name] for s in some], style,
                    marker='.', color=PROGRAMS[name][1], label=f'{name}, the rest at {rest}')
            if name == 'auto':
                told = [s for s in some if s['warnings']]
                ax.plot([s['full'] for s in told], [s['full_scale'][name] for s in told], 'o',
                        ms=10, mfc='none', color='black', label='warned' if rest < 0.5 else None)
    ax.axhline(1, color='black', lw=0.8)
    ax.set(xscale='log', xlabel='share of the content that is full',
           ylabel='full scale / median over the full part')
    ax.set_xticks([0.025, 0.05, 0.1, 0.2, 0.5], ['2.5 %', '5 %', '10 %', '20 %', '50 %'])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=8)
    return figure


def draw_noise(study):
    figure, ax = plt.subplots(figsize=(6, 4))
    for colour, shade in (('red', '#D55E00'), ('limited', '#009E73'), ('white', '#56B4E9')):
        some = [s for s in study if s['colour'] == colour]
        ax.plot([s['without'] for s in some], [s['with'] - s['without'] for s in some], 'o', ms=4,
                color=shade, label=f'{colour} noise')
    level = np.linspace(0, 20, 200)
    ax.plot(level, 1 / (1 + level / 2), color='black', lw=1, label='1 / (1 + a / 2N)')
    ax.axhline(0, color='black', lw=0.5)
    ax.set(xlim=(0, 20), ylim=(-0.5, 1.1), xlabel='local maximum without noise, a / N',
           ylabel='what noise adds, (M − a) / N')
    ax.legend(frameon=False)
    return figure


def spread_rows(study):
    """(name, low, high, error near, error far, bias of weak parts near a boundary) per variant."""
    for name, values in study.items():
        yield (name, *(np.mean([v[key] for v in values])
                       for key in ('low', 'high', 'near', 'far', 'weak near')))


def draw_spread(study):
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    families = {'as published': '#000000', 'low-pass': '#56B4E9', 'kernel': '#009E73',
                'mean over': '#999999', 'smooth': '#D55E00'}
    for name, low, high, near, _, _ in spread_rows(study):
        colour = next(shade for start, shade in families.items() if name.startswith(start))
        ax.plot(high - low, near, 'o', color=colour)
        smooth = name.startswith('smooth')
        ax.annotate(name, (high - low, near), xytext=(-4, -7) if smooth else (5, 3),
                    textcoords='offset points', fontsize=7, rotation=-35 if smooth else 0,
                    va='top' if smooth else 'baseline')
    ax.set(xlabel='spread within a component of one occupancy (5th to 95th percentile)',
           ylabel='mean error within 6 Å of a boundary')
    ax.margins(x=0.15, y=0.15)
    return figure


# Text.

def table(header, rows):
    """A Markdown table."""
    lines = ['| ' + ' | '.join(header) + ' |', '|---' * len(header) + '|']
    return '\n'.join(lines + ['| ' + ' | '.join(map(str, row)) + ' |' for row in rows])


def summary_rows(records):
    for noise in (0.02, 0.06):
        some = [r for r in records if r['noise'] == noise]
        for name, (title, _) in PROGRAMS.items():
            absolute, relative = (mean_error(some, name, r) for r in (False, True))
            mean = np.mean([np.abs(errors(r, name, 'mean')[0]).mean() for r in some])
            every = per_component(some, name)
            yield (f'{noise:.0%}', title, f'{absolute.mean():.3f}', f'{relative.mean():.3f}',
                   f'{np.percentile(every, 90):.3f}', f'{every.max():.3f}',
                   f'{np.mean(absolute <= TARGETS[0]):.0%}', f'{mean:.3f}')


def kind_rows(records, key):
    for value in dict.fromkeys(record[key] for record in records):
        some = [r for r in records if r[key] == value]
        yield (value, len(some), *(
            f'{mean_error(some, name, relative).mean():.3f}'
            for relative in (False, True) for name in PROGRAMS))


def low_rows(records):
    """Bias of weak and of full components."""
    for low, high in ((0.15, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.999), (0.999, 1.001)):
        for noise in (0.02, 0.06):
            cells = []
            for name in PROGRAMS:
                values = [e for r in records if r['noise'] == noise for t, e in zip(
                    r['truth'].values(), r['error'][name][0], strict=True) if low <= t < high]
                cells.append(f'{np.mean(values):+.3f}')
            label = '1' if low > 0.9 else f'{low:g} to {min(high, 1):g}'.replace('0.999', '1')
            yield (label, f'{noise:.0%}', len(values), *cells)


def facts(results):
    records = results['records']
    ratio = {name: np.array([r['full_scale'][name] for r in records])
             for name in ('published', 'auto')}
    other = [r for r in records if r['model'] not in results['chosen by']]
    own = [r for r in records if r['model'] in results['chosen by']]
    difference = mean_error(records, 'published') - mean_error(records, 'OccuPy')
    relative = mean_error(records, 'published', True) - mean_error(records, 'OccuPy', True)
    per_map = mean_error(records, 'auto')
    worst = sorted(records, key=lambda r: -np.abs(r['error']['auto'][0]).mean())[:6]
    warned = [r for r in records if any('ullScaleRegion' in w for w in r['warnings'])]
    resolution = results['resolution']
    names = ('OccuPy', 'published', 'auto', 'smooth 6', 'occupancy mode')
    head = ('OccuPy', 'published', 'auto', 'smooth 6', 'ours, occupancy mode')
    return {
        'neighbourhood': core.fullest.NEIGHBOURHOOD, 'spread_limit': core.fullest.SPREAD,
        'small_share': f'{core.fullest.SMALL_SHARE:.0%}',
        'above_share': f'{core.fullest.ABOVE_SHARE:.0%}', 'above': f'{core.fullest.ABOVE - 1:.0%}',
        'maps': len(records), 'components': sum(len(r['truth']) for r in records),
        'models': len({r['model'] for r in records}),
        'chosen': ', '.join(sorted({r['model'] for r in own})),
        'others': ', '.join(sorted({r['model'] for r in other})),
        'summary': table(('noise', 'full scale', 'error', 'relative error', '90 % of components',
                          'worst', 'maps within 0.02', 'error of the mean'),
                         summary_rows(records)),
        'low': table(('occupancy', 'noise', 'components',
                      *(title for title, _ in PROGRAMS.values())), low_rows(records)),
        'conditions': table(
            ('condition', 'maps', *('OccuPy', 'published', 'auto') * 2),
            kind_rows(records, 'condition')),
        'kinds': table(('arrangement', 'maps', *('OccuPy', 'published', 'auto') * 2),
                       kind_rows(records, 'kind')),
        'own': f'{mean_error(own, "auto").mean():.3f}',
        'own_relative': f'{mean_error(own, "auto", True).mean():.3f}',
        'held': f'{mean_error(other, "auto").mean():.3f}',
        'held_relative': f'{mean_error(other, "auto", True).mean():.3f}',
        'error': f'{per_map.mean():.3f}', 'within': f'{np.mean(per_map <= TARGETS[0]):.0%}',
        'occupy_error': f'{mean_error(records, "OccuPy").mean():.3f}',
        'better': f'{np.mean(per_map < mean_error(records, "OccuPy")):.0%}',
        'much_worse': sum(per_map > mean_error(records, 'OccuPy') + 0.01),
        'parity': f'{difference.max():.3f}', 'parity_mean': f'{difference.mean():+.4f}',
        'parity_worse': sum(difference > 0.005), 'parity_better': sum(difference < -0.005),
        'parity_relative': f'{relative.max():.3f}',
        'published_full': f'{ratio["published"].mean():.3f}',
        'published_range': _range(ratio['published']),
        'auto_full': f'{ratio["auto"].mean():.3f}', 'auto_range': _range(ratio['auto']),
        'auto_extremes': f'{ratio["auto"].min():.2f} to {ratio["auto"].max():.2f}',
        'worst': table(('map', 'error', 'full scale / truth', 'warned'), [
            (r['label'], f'{np.abs(r["error"]["auto"][0]).mean():.3f}',
             f'{r["full_scale"]["auto"]:.2f}', 'yes' if r in warned else 'no') for r in worst]),
        'warned': len(warned),
        'small': table(('full part', 'the rest', 'published', 'auto', 'warned'), [
            (f'{s["full"]:.1%}', s['rest'], f'{s["full_scale"]["published"]:.2f}',
             f'{s["full_scale"]["auto"]:.2f}', 'yes' if s['warnings'] else 'no')
            for s in results['small_component']]),
        'noise_bias': _noise_bias(results['noise']),
        'spread': table(
            ('estimate', '5th', '95th', 'error near', 'error far', 'weak, near'),
            [(name, *(f'{v:.3f}' for v in values))
             for name, *values in spread_rows(results['spread'])]),
        'nucleic': table(('model', 'resolution', 'share of protein', 'full scale', 'protein',
                          'nucleic acid', 'warned'), _nucleic_rows(results['nucleic_acid'])),
        'resolution': table(('model', 'noise', *head), [
            (r['model'], f'{r["noise"]:.0%}', *(f'{r[name]:.3f}' for name in names))
            for r in resolution['synthetic']]),
        'betagal': table(('averaged over', *head), [
            (f'{r["averaged"]} Å', *(f'{r[name]:.3f}' for name in names))
            for r in resolution['real']]) if resolution['real'] else 'The map was not at hand.',
        'betagal_range': ' / '.join(f'{v:.1f}' for v in resolution['real'][0]['known'])
        if resolution['real'] else '',
    }


def _range(values):
    low, high = np.percentile(values, [5, 95])
    return f'{low:.2f} to {high:.2f}'


def _noise_bias(study):
    left = [s['with'] - s['without'] - 1 / (1 + s['without'] / 2) for s in study]
    return f'{np.mean(left):+.2f} N on average, {np.std(left):.2f} N standard deviation'


def _nucleic_rows(study):
    for s in study:
        for name in ('published', 'auto'):
            yield (s['model'], f'{s["resolution"]:g} Å', f'{s["share"]["protein"]:.0%}', name,
                   f'{s["median"][name]["protein"]:.2f}',
                   f'{s["median"][name]["nucleic acid"]:.2f}',
                   'yes' if name == 'auto' and s['warnings'] else 'no')
