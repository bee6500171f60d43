#!/usr/bin/env python3
"""Occupancies of a model's groups against known truth: prints the tables of docs/accuracy.md.

    python bench/occupancies.py --models FOLDER [--maps FOLDER] [--only NAME …]

Models: PDB entries, beside those of PyPI. Maps: a folder with emd_3488.mrc and
emd_0093_segmented_220.mrc.gz, whose models, 5ni1 and 6gyn, are looked for among the models. The
maps are gemmi's; the fit does not use its densities. Where a table has two kinds of lines, "tried"
are the assemblies that were looked at while the fit was written, "held out" are others. Some ten
minutes.
"""

import argparse
import time
from pathlib import Path

from accuracy import in_own_environment

STUDIES = ('chains', 'mobility', 'mask', 'parts', 'atoms', 'kinds', 'wrong', 'real')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', type=Path)
    parser.add_argument('--maps', type=Path)
    parser.add_argument('--only', nargs='*', choices=STUDIES, default=STUDIES)
    given = parser.parse_args()
    in_own_environment()
    import occupancies_studies as studies
    from models import find_models
    models = find_models(given.models, more=True)
    for name in given.only:
        begin = time.time()
        print(f'\n### {name}\n')
        for line in getattr(studies, name)(models, given.maps):
            print(line, flush=True)
        print(f'\n({time.time() - begin:.0f} s)')


if __name__ == '__main__':
    main()
