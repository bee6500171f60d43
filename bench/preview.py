"""How long a slider takes to be seen: a preview of a modification, from slider to surface.

    python bench/preview.py MAP.mrc ... [--repeats 7]

For each map: the modified array (ours), the contour and the colours of its vertices (ChimeraX's,
run in our thread), and what is left for the window's thread (handing over geometry and colours).
The redraw itself depends on the graphics card and is not counted. Writes a table to standard
output. EMD-11007 comes with `make demo`; any other map does as well.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tools'))


def measure(session, path, kind, repeats):
    """Median seconds of each part, after one round of warming up: a dict by name of the part."""
    from chimerax.core.commands import run
    from chimerax.occupy.core import Modification
    from chimerax.occupy.session.record import record
    from chimerax.occupy.tool import preview as previews

    run(session, 'close', log=False)
    volume = run(session, f'open "{path}"', log=False)[0]
    run(session, f'volume #{volume.id_string} step 1 region all style surface', log=False)
    run(session, f'occupy #{volume.id_string} mode occupancy', log=False)
    found = record(session).estimate_for(volume, 'occupancy')
    shown = previews.Preview(session, volume, found)
    parts = {'modify': [], 'contour and colour': [], 'hand over': [], 'slider to surface': []}
    contoured, applied = previews._contoured, shown._apply
    modifier_of = shown._modifier_of

    def timed(name, function):
        def call(*args, **options):
            began = time.perf_counter()
            result = function(*args, **options)
            parts[name].append(time.perf_counter() - began)
            return result
        return call

    def timed_modifier(*args):
        modifier = modifier_of(*args)
        if not hasattr(modifier, 'timed'):
            modifier.apply, modifier.timed = timed('modify', modifier.apply), True
        return modifier

    previews._contoured = timed('contour and colour', contoured)
    shown._apply, shown._modifier_of = timed('hand over', applied), timed_modifier
    try:
        for i in range(repeats + 1):
            began = time.perf_counter()
            shown.show(Modification(kind, power=2 + 0.37 * i))
            while shown.busy:
                session.ui.process_events(wait=0.001)
            parts['slider to surface'].append(time.perf_counter() - began)
        triangles = sum(len(surface.triangles) for surface in volume.surfaces)
    finally:
        previews._contoured = contoured
        shown.stop()
    medians = {name: statistics.median(times[1:]) for name, times in parts.items()}
    medians['first'] = parts['slider to surface'][0]
    return volume.data.size, triangles, medians


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('maps', nargs='+', type=Path)
    parser.add_argument('--repeats', type=int, default=7)
    options = parser.parse_args()
    from headless import start_session
    session = start_session(printing=False)
    print('| map | modification | triangles | modify (ours) | contour and colour (ChimeraX, in our '
          'thread) | window\'s thread | slider to surface | the first |')
    print('|---|---|---|---|---|---|---|---|')
    for path in options.maps:
        for kind in ('amplify', 'attenuate', 'sigmoid'):
            size, triangles, parts = measure(session, path.resolve(), kind, options.repeats)
            times = ' | '.join(f'{1000 * parts[name]:.0f} ms' for name in (
                'modify', 'contour and colour', 'hand over', 'slider to surface', 'first'))
            print(f'| {"×".join(map(str, size))} | {kind} | {triangles} | {times} |', flush=True)


if __name__ == '__main__':
    main()
