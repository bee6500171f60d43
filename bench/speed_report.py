"""Writes docs/performance.md and its plot from the figures of bench/speed.py.

    python bench/speed_report.py        once more from the last run, without measuring
"""

import json
import os
import platform
from pathlib import Path
from statistics import median

from environments import CACHE, ROOT

PLOT = ROOT / 'docs/images/performance.png'
PAGE = ROOT / 'docs/performance.md'
MODES = ('resolution', 'occupancy')
#: What bench/compiled.py and bench/start.py found; carried here by hand.
COMPILED = Path(__file__).with_name('compiled.md')
START = Path(__file__).with_name('start.md')
#: What bench/preview.py and bench/responsive.py found; carried here by hand.
WINDOW = Path(__file__).with_name('window.md')


def write(found):
    """Write page and plot from what bench/speed.py measured."""
    found = dict(found)
    again = found.pop('again', [])
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    _plot(found)
    PAGE.write_text('\n'.join(_page(found, again)) + '\n', encoding='utf-8')
    print(f'wrote {PAGE.relative_to(ROOT)} and {PLOT.relative_to(ROOT)}')


def _spread(values, digits=2):
    """A median with the smallest and the largest value."""
    return f'{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})'


def _ratios(one, other):
    """The ratios of figures taken one after the other."""
    return [a / b for a, b in zip(one, other, strict=False)]


def _page(found, again):
    yield from _head(again)
    if '512' not in found:
        yield ('**This run was cut short**: the larger boxes and ChimeraX are missing, and other '
               'work went on beside it. Run `make bench` on a quiet machine.')
        yield ''
    yield from _estimates(found)
    yield from _stages(found)
    yield from _sizes(found)
    yield from _modifications(found)
    yield COMPILED.read_text(encoding='utf-8')
    if 'chimerax' in found:
        yield from _chimerax(found['chimerax'])
        yield ''
        yield START.read_text(encoding='utf-8').rstrip()


def _head(again):
    yield '# Performance'
    yield ''
    yield ('Written by `make bench` (bench/speed.py), which measures this program and '
           'OccuPy 0.1.13 in turn on the same maps with the same parameters: EMD-11007 cut, or '
           'padded with its '
           'own solvent, to each box. Figures are medians with the smallest and the largest value; '
           'ratios are of runs that followed one another. OccuPy runs in one process and reads and '
           'writes files; "with files" does the same here. The absolute seconds are those of one '
           f'machine ({os.cpu_count()} processors, {platform.machine()}, Python '
           f'{platform.python_version()}): only the ratios tell.')
    if again:
        yield ''
        boxes = ' and '.join(f'{box}³' for box in again)
        yield (f'Measured again by themselves: {boxes}. The machine may have been faster or slower '
               'then: compare seconds within a box only.')
    yield ''


def _estimates(found):
    yield '## An estimate with its solvent model'
    yield ''
    yield ('| box | mode | OccuPy (s) | here (s) | confidence, asked for (s) '
           '| here with files (s) | OccuPy / here with files '
           '| OccuPy / here | here / one FFT pair | here / floor '
           '| with files, without plain reading and writing / here with confidence '
           '| memory, copies of the box |')
    yield '|---|---|---|---|---|---|---|---|---|---|---|---|'
    for box, one in found.items():
        for mode in MODES if box != 'chimerax' else ():
            ours, theirs = one['ours'][mode], one['occupy'].get(mode)
            cells = [f'{box}³', mode]
            cells.append(_spread(theirs['seconds']) if theirs else '–')
            cells += [_spread(ours['seconds']),
                      # Earlier runs, where it was part of the estimate, lack it.
                      _spread(ours['confidence'], 3) if ours.get('confidence') else '–',
                      _spread(ours['with_files'])]
            for name in ('with_files', 'seconds'):
                cells.append(_spread(_ratios(theirs['seconds'], ours[name]), 1)
                             if theirs else '–')
            cells += [_spread(_ratios(ours['seconds'], ours['pair']), 1),
                      *_beside_the_machine(ours), f'{ours["copies"]:.1f}']
            yield '| ' + ' | '.join(cells) + ' |'
    yield ''
    yield ('The floor is what this machine takes for the low-pass alone, in resolution mode to the '
           'samples that the solvent model needs, which is work of the FFT library, and for '
           'copying the box once. Plain reading and writing is that of the bytes of the map, once, '
           'and of scale and confidence.')
    yield ''
    yield ('Memory is what the process grows by beyond the input, in float32 arrays of the box, at '
           'its height, results included. OccuPy at 256³: '
           f'{_occupy_copies(found, "256"):.1f} such arrays.')
    yield ''


def _beside_the_machine(ours):
    """Ratios to the floor, and of what files cost beyond their bytes; earlier runs lack them."""
    if not ours.get('floor'):
        return '–', '–'
    beyond = [with_files - plain for with_files, plain in zip(
        ours['with_files'], ours['plain'], strict=True)]
    made = [a + b for a, b in zip(ours['seconds'], ours['confidence'], strict=True)]
    return (_spread(_ratios(ours['seconds'], ours['floor']), 1), _spread(_ratios(beyond, made), 1))


def _occupy_copies(found, box):
    figures = found[box]['occupy']['occupancy']
    return (figures['peak_bytes'] - figures['start_bytes']) / (4 * int(box) ** 3)


def _stages(found):
    figures = found['256']['ours']['occupancy']
    yield '## Stage by stage, 256³, occupancy mode'
    yield ''
    yield (f'On this machine one FFT pair takes {median(figures["pair"]):.3f} s, reading the array '
           f'once {median(figures["read"]):.4f} s, copying it {median(figures["copy"]):.4f} s.')
    yield ''
    yield '| stage | seconds | in FFT pairs | in copies of the array |'
    yield '|---|---|---|---|'
    for stage in figures['stages'][0]:
        seconds = [one[stage] for one in figures['stages']]
        yield (f'| {stage} | {_spread(seconds, 3)} | '
               f'{median(_ratios(seconds, figures["pair"])):.2f} | '
               f'{median(_ratios(seconds, figures["copy"])):.0f} |')
    yield ''
    shares = [one['Local maximum'] / sum(one.values()) for one in figures['stages']]
    yield ('Low-passing is FFTs, which are compiled already. The local maximum is numpy; if a '
           'compiled one took no time at all, the whole estimate would be '
           f'{1 / (1 - median(shares)):.1f} times as fast.')
    yield ''


def _sizes(found):
    yield '## Time against size'
    yield ''
    yield '![Time against voxels](images/performance.png)'
    yield ''
    # A run that was cut short has not reached the larger boxes.
    if '512' not in found:
        return
    for start, box in (('192', '384'), ('384', '512')):
        voxels = (int(box) / int(start)) ** 3
        small, large = (found[size]['ours']['occupancy'] for size in (start, box))
        times = median(large['seconds']) / median(small['seconds'])
        pairs = median(large['pair']) / median(small['pair'])
        yield (f'From {start}³ to {box}³ there are {voxels:.1f} times as many voxels; an estimate '
               f'takes {times:.1f} times as long, an FFT pair {pairs:.1f} times.')
        yield ''


def _modifications(found):
    yield '## Modifications, the estimate in hand'
    yield ''
    yield '| box | modification | seconds | in FFT pairs |'
    yield '|---|---|---|---|'
    for box, one in found.items():
        figures = one['ours']['occupancy'] if box != 'chimerax' else {}
        for name, seconds in figures.get('modify', {}).items():
            yield (f'| {box}³ | {name} | {_spread(seconds, 3)} | '
                   f'{_spread(_ratios(seconds, figures["pair"]), 1)} |')
    yield ''
    figures = found['256']['ours']['occupancy']
    theirs = found['256']['occupy']['all three']['seconds']
    modified = figures['all three']
    whole = [a + b for a, b in zip(figures['seconds'], modified, strict=True)]
    yield ('Amplification, attenuation and sigmoid, these with fill, share their noise when made '
           'together, as a batch does. With the estimate, at 256³: OccuPy '
           f'{_spread(theirs, 1)} s, here {_spread(whole)} s, a ratio of '
           f'{_spread(_ratios(theirs, whole), 1)}; the three modifications alone take '
           f'{_spread(modified)} s, a ratio of {_spread(_ratios(theirs, modified), 1)}.')
    yield ''
    yield (f'Memory beyond input and output at its height: {figures["modify_copies"]:.1f} arrays '
           'of the box.')
    yield ''


def _chimerax(figures):
    yield '## In ChimeraX'
    yield ''
    yield ('`occupy #1` on EMD-11007 as it is, and with 512³ samples of the same box, from typed '
           'to coloured, in the ChimeraX library without a window; beside it what core, contouring '
           'at full resolution and colouring take alone, in seconds.')
    yield ''
    yield '| box | typed to coloured | core | contouring | colouring | triangles |'
    yield '|---|---|---|---|---|---|'
    for box, one in figures.items():
        cells = [f'{one[name]:.2f}' for name in ('command', 'core', 'contour', 'colour')]
        yield f'| {box}³ | ' + ' | '.join(cells) + f' | {one["triangles"]:,} |'
    yield ''
    imports = sorted({name for one in figures.values() for name in one['imports']})
    yield ('Importing the bundle, which ChimeraX does when it starts, loads '
           + (', '.join(imports) or 'no numpy, scipy, matplotlib, Qt or core') + '.')
    yield ''
    yield WINDOW.read_text(encoding='utf-8').rstrip()


def _plot(found):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(7, 4.6), layout='constrained')
    axes = figure.subplots()
    for program, key, marker in (('OccuPy 0.1.13', 'occupy', 's'), ('here', 'ours', 'o')):
        for mode, colour in zip(MODES, ('#0072b2', '#d55e00'), strict=True):
            points = [(int(box) ** 3, median(one[key][mode]['seconds']))
                      for box, one in found.items() if box != 'chimerax' and mode in one[key]]
            axes.loglog(*zip(*points, strict=True), marker=marker, color=colour,
                        linestyle='--' if key == 'occupy' else '-', label=f'{program}, {mode}')
    pairs = [(int(box) ** 3, median(one['ours']['occupancy']['pair']))
             for box, one in found.items() if box != 'chimerax']
    axes.loglog(*zip(*pairs, strict=True), color='#555555', linestyle=':', label='one FFT pair')
    # No label for 240³, which would run into that of 256³.
    boxes = [int(box) for box in found if box not in ('chimerax', '240')]
    axes.set_xticks([box ** 3 for box in boxes], [f'{box}³' for box in boxes])
    axes.minorticks_off()
    axes.set_xlabel('voxels')
    axes.set_ylabel('seconds')
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(PLOT, dpi=120)


if __name__ == '__main__':
    write(json.loads((CACHE / 'speed.json').read_text(encoding='utf-8')))
