"""`occupy #1` in ChimeraX from typed to coloured, beside what ChimeraX and the core take alone.

    python bench/in_chimerax.py MAP [LEVEL]

Prints JSON: seconds (medians of five) of the command, of the core's estimate, of contouring the
surface at full resolution and of colouring it, the number of triangles, and what importing the
bundle loads.
"""

import json
import statistics
import subprocess
import sys
import time

from environments import use_tools

use_tools()

from headless import start_session  # noqa: E402


def main(path, level=5):
    session = start_session(printing=False)
    from chimerax.core.commands import run
    from chimerax.occupy.core import estimate
    from chimerax.occupy.session.volumes import array_of, axes_of
    (volume,) = run(session, f'open {path}')
    run(session, f'volume #1 level {level} step 1')
    volume.update_drawings()
    found = {'command': [], 'core': [], 'contour': [], 'colour': []}
    for i in range(5):
        # A new level each time, so that the surface is made anew, as for a map just opened.
        run(session, f'volume #1 level {float(level) * (1 + 0.002 * i)}')
        found['contour'].append(_seconds(volume.update_drawings))
        found['core'].append(_seconds(lambda: estimate(array_of(volume), axes_of(volume))))
        found['command'].append(_seconds(lambda: run(session, 'occupy #1')))
        found['colour'].append(_seconds(lambda: run(session, 'occupy color #1')))
    medians = {name: statistics.median(values) for name, values in found.items()}
    medians['triangles'] = sum(len(surface.triangles) for surface in volume.surfaces)
    medians['imports'] = _imports()
    print(json.dumps(medians))


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _imports():
    """Heavy modules that importing the bundle loads: there must be none."""
    done = subprocess.run(
        [sys.executable, '-c',
         'import sys; sys.path.insert(0, "bench"); from environments import use_tools; use_tools();'
         'import chimerax_library; chimerax_library.prepare(); before = set(sys.modules);'
         'import chimerax.occupy; print(*sorted(set(sys.modules) - before))'],
        stdout=subprocess.PIPE, text=True, encoding='utf-8', check=True)
    heavy = ('numpy', 'scipy', 'matplotlib', 'Qt', 'PyQt6', 'chimerax.occupy.core')
    return [name for name in done.stdout.split() if name.startswith(heavy)]


if __name__ == '__main__':
    main(*sys.argv[1:])
