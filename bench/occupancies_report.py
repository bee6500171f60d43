"""The section of docs/accuracy.md on occupancies of parts of a model: from the results kept."""

import json
from pathlib import Path

import numpy as np
from occupancies_speed import CASES

BEGIN, END = '<!-- written by bench/occupancies.py -->', '<!-- end of bench/occupancies.py -->'
TEMPLATE = Path(__file__).with_name('occupancies_template.md')
NOT_RUN = '*not measured in the last run*'
HEAD = ('| case | tried: error | largest | within 1 se | 2 se | held out: error | largest | '
        'within 1 se | 2 se |')


def section(page):
    """The section as it stands in a document; empty where there is none yet."""
    text = page.read_text(encoding='utf-8') if page.exists() else ''
    if BEGIN not in text:
        return f'{BEGIN}\n{END}'
    return f'{BEGIN}{text.split(BEGIN)[1].split(END)[0]}{END}'


def write_report(folder, docs):
    """Put the section of the results in a folder into accuracy.md of `docs`."""
    page = docs / 'accuracy.md'
    results = {path.stem: json.loads(path.read_text(encoding='utf-8'))
               for path in folder.glob('*.json') if path.stem.startswith(('table-', 'speed-'))}
    text = TEMPLATE.read_text(encoding='utf-8').format(**facts(results))
    old = page.read_text(encoding='utf-8')
    page.write_text(old.replace(section(page), f'{BEGIN}\n\n{text}\n{END}'), encoding='utf-8')


def facts(results):
    """What the template names."""
    found = {name: results.get(f'table-{name}') for name in (
        'chains', 'mobility', 'mask', 'parts', 'atoms', 'haem', 'wrong', 'kinds', 'real', 'pypi',
        'maven')}
    both = [row for name in ('chains', 'mobility', 'mask') for row in found[name] or ()]
    return {
        **{name: _table(found[name]) for name in ('chains', 'mobility', 'mask')},
        'parts': _table(found['parts'], held_out=False), 'limits': _limits(found['chains']),
        'calibration': _calibration(both), 'seeds': _seeds(both), 'overall': _overall(both),
        'atoms': _atoms(found['atoms']), 'haem': _haem(found['haem']),
        'wrong': _lines(found['wrong']), 'real': _lines(found['real']),
        'pypi': _lines(found['pypi']), 'kinds': _kinds(found['kinds']),
        'maven': _maven(found['maven']), 'speed': _speed(results)}


def _of(rows):
    """Errors and errors in standard errors of some records, one array each."""
    return tuple(np.concatenate([row[name] for row in rows]) for name in ('off', 'z'))


def _cells(rows):
    """Mean and largest error, shares within one and two standard errors."""
    if not rows:
        return ['–'] * 4
    off, z = map(np.abs, _of(rows))
    return [f'{off.mean():.3f}', f'{off.max():.3f}', f'{np.mean(z < 1):.0%}',
            f'{np.mean(z < 2):.0%}']


def _table(rows, held_out=True):
    if not rows:
        return NOT_RUN
    lines = [HEAD, '|---' * 9 + '|'] if held_out else [
        '| case | groups | mean error | largest | within 1 se | within 2 se |', '|---' * 6 + '|']
    for case in dict.fromkeys(row['case'] for row in rows):
        tried, held = ([row for row in rows if row['case'] == case and row['kind'] == kind]
                       for kind in ('tried', 'held out'))
        cells = [*_cells(tried), *_cells(held)] if held_out else [
            str(sum(len(row['off']) for row in tried)), *_cells(tried)]
        lines.append(f'| {case} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _limits(rows):
    rows = [row for row in rows or () if 'limit' in row]
    if not rows:
        return NOT_RUN
    lines = ['| case | tried: error | limit | held out: error | limit |', '|---' * 5 + '|']
    for case in dict.fromkeys(row['case'] for row in rows):
        cells = []
        for kind in ('tried', 'held out'):
            some = [row for row in rows if row['case'] == case and row['kind'] == kind]
            weights = [len(row['off']) for row in some]
            cells += [_cells(some)[0], '–']
            if some:
                cells[-1] = f'{np.average([row["limit"] for row in some], weights=weights):.3f}'
        lines.append(f'| {case} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _seeds(rows):
    """How many maps there are of each case and assembly."""
    numbers = sorted({1 + max(r['seed'] for r in rows if r['case'] == case)
                      for case in {row['case'] for row in rows}})
    return ' or '.join(map(str, numbers)) or NOT_RUN


def _overall(rows):
    words = []
    for kind in ('tried', 'held out'):
        some = [row for row in rows if row['kind'] == kind]
        if some:
            error, _, one, two = _cells(some)
            words.append(f'{error} ({kind}; {one} within one standard error, {two} within two)')
    return ' and '.join(words) or NOT_RUN


def _calibration(rows):
    """In how many lines of the tables the errors are as honest as they should be."""
    lines = [[row for row in rows if row['case'] == case and row['kind'] == kind]
             for case in dict.fromkeys(row['case'] for row in rows)
             for kind in ('tried', 'held out')]
    shares = [(np.mean(np.abs(_of(some)[1]) < 1), np.mean(np.abs(_of(some)[1]) < 2))
              for some in lines if some]
    if not shares:
        return NOT_RUN
    one, two = np.transpose(shares)
    good = np.sum((one >= 0.55) & (one <= 0.8))
    return (f'Of {len(shares)} lines, {good} have 55 to 80 % within one standard error, '
            f'{np.sum(one > 0.8)} more (errors stated too large) and {np.sum(one < 0.55)} fewer '
            f'(too small); {np.sum(two >= 0.9)} have 90 % or more within two, the least has '
            f'{two.min():.0%}.')


def _atoms(rows):
    if not rows:
        return NOT_RUN
    return '\n'.join([
        '| model | solvent | auto | against the model | 5th–95th percentile in full parts |',
        '|---' * 5 + '|', *(
            f'| {row["model"]} | {row["bulk"]:g} | {row["auto"]:.3f} | {row["against"]:.3f} | '
            f'{row["ends"][0]:.2f}–{row["ends"][1]:.2f} |' for row in rows)])


def _haem(rows):
    if not rows:
        return NOT_RUN
    others = [value for row in rows for value in row['others']]
    return ('| truth | ' + ' | '.join(f'{row["truth"]:g}' for row in rows) + ' |\n'
            + '|---' * (1 + len(rows)) + '|\n| read | '
            + ' | '.join(f'{row["read"]:.2f} ± {row["error"]:.2f}' for row in rows)
            + f' |\n\nThe other three haems, all there, read {min(others):.2f} to '
              f'{max(others):.2f}.')


def _lines(rows):
    return '\n'.join(f'- {label}: {what}' for label, what in rows) if rows else NOT_RUN


def _kinds(found):
    if not found:
        return NOT_RUN
    (proteins, nucleic), (p, n) = found['fit'], found['groups']
    return (f'{p} proteins, {n} RNA helices. By the fit proteins read {min(proteins):.2f} to '
            f'{max(proteins):.2f}, mean {np.mean(proteins):.2f}, helices {min(nucleic):.2f} to '
            f'{max(nucleic):.2f}, mean {np.mean(nucleic):.2f}. Medians of the scale at protein and '
            f'at RNA: {found["auto"][0]:.2f}, {found["auto"][1]:.2f} by `auto`, '
            f'{found["against"][0]:.2f}, {found["against"][1]:.2f} against the model.')


def _maven(found):
    if not found:
        return NOT_RUN
    return (f'{found["volumes"]} volumes, {found["proteins"]} proteins among {found["others"]} '
            f'other groups: r {found["plain"][0]:.3f}, mean difference {found["plain"][1]:.3f} as '
            f'read; divided by each protein\'s own largest, as the table is, '
            f'{found["relative"][0]:.3f} and {found["relative"][1]:.3f}. Within a protein, from '
            f'volume to volume, r is {found["between"][0]:.3f}; between proteins, means over the '
            f'volumes, {found["between"][1]:.3f}. The table\'s numbers before they are divided by '
            f'each protein\'s largest have r {found["raw"][0]:.3f} with what they are afterwards '
            '(so far a reading on one scale can come), and '
            f'{found["raw"][1]:.3f} with what is read. '
            f'The stated error of a protein is '
            f'{found["error"]:.2f} (median).')


def _speed(results):
    lines = ['| case | atoms | seconds | of processors | memory | target | mean error |',
             '|---' * 7 + '|']
    for case, (title, *_, seconds, memory) in CASES.items():
        found = results.get(f'speed-{case}')
        if found:
            target = f'{seconds} s' + (f', {memory / 1e9:g} GB' if memory else '')
            lines.append(
                f'| {title} | {found["atoms"]} | {found["seconds"]:.1f} | '
                f'{found["processor"]:.1f} | {found["bytes"] / 1e9:.2f} GB | {target} | '
                f'{found["error"]:.3f} |')
    return '\n'.join(lines) if len(lines) > 2 else NOT_RUN
