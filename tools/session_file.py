#!/usr/bin/env python3
"""Save tests/session/files/VERSION.cxs: a session of this version for later ones to open.

    .venv/bin/python tools/session_file.py

Made once for each version, when it is released, and never again: tests/session/test_files.py opens
the files of all versions. An unreleased version's file may be made again with --overwrite.
"""

import argparse
import sys

import numpy as np
from chimerax_library import REPOSITORY, SetupError, read_bundle_info
from headless import run_commands, start_session

FOLDER = REPOSITORY / 'tests' / 'session' / 'files'
LARGEST = 200_000
#: What every file holds: both modes, a look of its own, a modified map, a moved source.
COMMANDS = """\
volume #1 level 0.3
turn y 20 models #1
occupy #1 mode occupancy palette occupy-classic range 0,0.9 key false
occupy #1 mode resolution key true
occupy attenuate #1 power 3
wait 1
"""


def small_map():
    """A map (z, y, x) of two balls side by side along x, at 1 and 0.4; values are few."""
    rng = np.random.default_rng(3)
    shape = (20, 24, 26)
    z, y, x = np.indices(shape)
    texture = rng.random(shape)
    density = np.zeros(shape)
    for place, occupancy in ((0.3, 1.0), (0.7, 0.4)):
        distance = np.sqrt((z - shape[0] / 2) ** 2 + (y - shape[1] / 2) ** 2
                           + (x - shape[2] * place) ** 2)
        density += occupancy * (0.5 + texture) * (distance < 5)
    return (64 * (density + 0.03 * rng.standard_normal(shape))).round().astype(np.float32) / 64


def save_session(session, path):
    """Open the map, run `COMMANDS` and save the session; RuntimeError if any of it fails."""
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData

    grid = ArrayGridData(small_map(), origin=(3, -4, 5), step=(1.4, 1.5, 1.6), name='two balls')
    volume_from_grid_data(grid, session, show_dialog=False)
    commands = [*COMMANDS.splitlines(), f'save "{path}"']
    if not all(run_commands(session, command) for command in commands):
        raise RuntimeError(session.ui.log.text('error', 'bug'))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--overwrite', action='store_true', help='in place of an earlier file')
    given = parser.parse_args()
    version = read_bundle_info(REPOSITORY / 'bundle_info.xml')[1]
    path = FOLDER / f'{version}.cxs'
    if path.exists() and not given.overwrite:
        sys.exit(f'error: {path.relative_to(REPOSITORY)} is there already: a released version keeps'
                 ' its file')
    FOLDER.mkdir(exist_ok=True)
    try:
        save_session(start_session(printing=False), path)
    except (SetupError, RuntimeError) as error:
        sys.exit(f'error: {error}')
    size = path.stat().st_size
    print(f'{path.relative_to(REPOSITORY)}, {size / 1000:.0f} kB')
    if size > LARGEST:
        sys.exit(f'error: larger than {LARGEST / 1000:.0f} kB')


if __name__ == '__main__':
    main()
