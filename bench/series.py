#!/usr/bin/env python3
"""The figures of docs/series.md: errors, agreement, time and memory of series of volumes.

    python bench/series.py [known] [maven] [speed] [--maven FOLDER] [--given FOLDER]
                           [--volumes 20 100 500]

known: chain D rises while chain C falls, in volumes made of 5ni1 (PyPI), or in --given, a folder
with twenty such volumes, vol_000.mrc and so on, and their model.cif. maven: MAVEn's example, in
--maven. speed: time and memory, for so many volumes. All, where none is named. Runs `python -m
chimerax.occupy series` of this repository, in an environment of its own.
"""

import argparse
import tempfile
from pathlib import Path

from accuracy import in_own_environment

STUDIES = ('known', 'maven', 'speed')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('studies', nargs='*', metavar='STUDY', choices=(*STUDIES, []),
                        help=', '.join(STUDIES))
    parser.add_argument('--maven', type=Path)
    parser.add_argument('--given', type=Path)
    parser.add_argument('--volumes', type=int, nargs='+', default=[20, 100, 500])
    given = parser.parse_args()
    in_own_environment()
    from environments import prepare_core
    prepare_core()
    for name in given.studies or STUDIES:
        with tempfile.TemporaryDirectory() as folder:
            if name == 'known':
                from series_known import study
                study(Path(folder), given.given)
            elif name == 'maven' and given.maven is not None:
                from series_maven import study
                study(Path(folder), given.maven)
            elif name == 'speed':
                from series_speed import study
                study(given.volumes)


if __name__ == '__main__':
    main()
