#!/usr/bin/env python3
"""Colour a real map by its local scale in both modes; pictures and scale maps go to demo/.

The map is EMD-11007, the polymerase of SARS-CoV-2 with RNA, 2.9 Å. The commands are those of
demo/demo.cxc, which this writes: it can be opened in ChimeraX as well.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import mrcfile
import numpy as np
from chimerax_library import REPOSITORY, SetupError
from fetch_data import FetchError, fetch
from headless import run_commands, start_session

FOLDER = REPOSITORY / 'demo'
LEVEL = 4
COMMANDS = f"""\
# The local scale of EMD-11007 in both modes. Run by `make demo`; in ChimeraX: open demo.cxc
open ../.cache/data/emd_11007.map
set bgColor white
graphics silhouettes true
windowsize 1200 900
volume #1 level {LEVEL}
surface dust #1 size 8
view

# Resolution mode: the scale falls where detail or occupancy is lost.
occupy #1 mode resolution modelId #11
save resolution.png width 1200 height 900 supersample 2
save emd_11007_resolution_scale.mrc models #11

# Occupancy mode: differences in resolution are filtered away first.
occupy #1 mode occupancy modelId #12
save occupancy.png width 1200 height 900 supersample 2
save emd_11007_occupancy_scale.mrc models #12
"""
MEANING = """\
The scale is 1 where the map is as strong as its best part, and falls towards 0 as it fades into
solvent. Mean scale where the density is above the level {level} that the pictures show:

                     core of the polymerase   its rim   RNA arm
  resolution mode    {resolution[0]:22.2f} {resolution[1]:9.2f} {resolution[2]:9.2f}
  occupancy mode     {occupancy[0]:22.2f} {occupancy[1]:9.2f} {occupancy[2]:9.2f}

Resolution mode sees the detail that the arm and the rim have lost by moving. Occupancy mode
compares the density at 8 Å, where that matters little; there the arm reads high, as RNA is denser
than protein.
"""


def run_in_library(script):
    """Run the script in a headless session; return whether it went well."""
    session = start_session(printing=False)
    if session.ui.no_pictures:
        print(session.ui.no_pictures, 'The scale maps are made without.')
        lines = script.read_text(encoding='utf-8').splitlines()
        script.write_text('\n'.join(line for line in lines if '.png' not in line), encoding='utf-8')
    if run_commands(session, f'open {script.relative_to(REPOSITORY)}'):
        return True
    print(session.ui.log.text('error', 'bug'), file=sys.stderr)
    return False


def run_in_application(chimerax, script):
    """Run the script in a ChimeraX application; return whether it went well."""
    # Only on Linux does ChimeraX draw without a window.
    windowless = ['--nogui', '--offscreen'] if sys.platform.startswith('linux') else []
    command = f'open {script.relative_to(REPOSITORY)}'
    done = subprocess.run(
        [chimerax, *windowless, '--exit', '--cmd', command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True, encoding='utf-8',
    )
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        print('Is the bundle installed there? make install CHIMERAX=…', file=sys.stderr)
    return done.returncode == 0


def mean_scales(map_path):
    """Return {mode: (core, rim, arm)}, the mean scale of each part above the level."""
    with mrcfile.open(map_path) as mrc:
        # The file's fastest axis is z; ChimeraX, and the maps it saves, have x there.
        density = mrc.data.transpose(2, 1, 0)
        size = float(mrc.voxel_size.x)
    z, y, x = np.nonzero(density > LEVEL)
    # The arm leaves the polymerase towards low x.
    arm = x < 84
    points = size * np.stack((x, y, z), axis=1)
    distance = np.linalg.norm(points - points[~arm].mean(axis=0), axis=1)
    parts = ((~arm & (distance < 20)), (~arm & (distance > 45)), arm)
    scales = {}
    for mode in ('resolution', 'occupancy'):
        with mrcfile.open(FOLDER / f'emd_11007_{mode}_scale.mrc') as mrc:
            values = mrc.data[z, y, x]
        scales[mode] = tuple(values[part].mean() for part in parts)
    return scales


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--chimerax', default='', help='a ChimeraX application to use')
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    script = FOLDER / 'demo.cxc'
    try:
        map_path = fetch('emd_11007.map')
        script.write_text(COMMANDS, encoding='utf-8')
        if options.chimerax:
            fine = run_in_application(options.chimerax, script)
        else:
            fine = run_in_library(script)
    except (FetchError, SetupError, OSError) as error:
        sys.exit(f'error: {error}')
    if not fine:
        sys.exit(1)
    print(MEANING.format(level=LEVEL, **mean_scales(map_path)))
    for path in sorted(FOLDER.iterdir()):
        print(Path(path).relative_to(REPOSITORY))


if __name__ == '__main__':
    main()
