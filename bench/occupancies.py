#!/usr/bin/env python3
"""Occupancies of a model's groups against known truth: writes that section of docs/accuracy.md.

    python bench/occupancies.py --models FOLDER --maps FOLDER --maven FOLDER [--only NAME …]

All folders are optional. Models: PDB entries, beside those of PyPI. Maps: a folder with
emd_3488.mrc and emd_0093_segmented_220.mrc.gz, whose models, 5ni1 and 6gyn, are looked for among
the models. Maven: volumes, models and occupancies_expected.csv of that name's example. Maps of
known occupancy are gemmi's; the fit does not use its densities. "Tried" are the assemblies that
were looked at while the fit was written, "held out" are others.

Results are kept in .cache/occupancies, map by map: a run that was interrupted goes on, and
`--again` drops them, as is needed when the fit has changed. `--report` only writes the section
again.
"""

import argparse
import shutil
from pathlib import Path

from accuracy import ROOT, in_own_environment

CASES = ('chains', 'mobility', 'mask', 'parts', 'atoms')
STUDIES = (*CASES, 'haem', 'wrong', 'kinds', 'real', 'pypi', 'maven', 'speed')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', type=Path)
    parser.add_argument('--maps', type=Path)
    parser.add_argument('--maven', type=Path)
    parser.add_argument('--only', nargs='*', choices=STUDIES, default=STUDIES)
    parser.add_argument('--docs', type=Path, default=ROOT / 'docs', help='where the report goes')
    parser.add_argument('--seeds', type=int, default=2, help='maps of each case and assembly')
    parser.add_argument('--again', action='store_true', help='drop what is kept')
    parser.add_argument('--report', action='store_true', help='write the report of what there is')
    given = parser.parse_args()
    in_own_environment()
    from kept import CACHE
    from occupancies_report import write_report
    folder = CACHE / 'occupancies'
    if given.again:
        shutil.rmtree(folder, ignore_errors=True)
    if not given.report:
        for name in given.only:
            run(name, given)
            print(name, flush=True)
    write_report(folder, given.docs)


def run(name, given):
    """Make what is not kept of a study."""
    import occupancies_cases
    import occupancies_models as studies
    import occupancies_speed
    from kept import kept
    from models import find_models
    models = find_models(given.models, more=True)
    if name in CASES:
        found = list(getattr(occupancies_cases, name)(models, given.seeds))
        keep = f'table-{name}'
    elif name == 'real':
        found, keep = list(studies.real(models, given.maps)), f'table-{name}'
    elif name in ('kinds', 'maven'):
        if given.maven:
            kept('occupancies', f'table-{name}', lambda: getattr(studies, name)(given.maven))
        return
    elif name == 'speed':
        for case in occupancies_speed.CASES:
            kept('occupancies', f'speed-{case}', lambda c=case: occupancies_speed.run(c, models))
        return
    else:
        kept('occupancies', f'table-{name}', lambda: list(
            studies.from_pypi() if name == 'pypi' else getattr(studies, name)(models)))
        return
    again(keep, found)


def again(name, found):
    """Keep a table of what is kept one by one, anew."""
    from kept import CACHE, kept
    (CACHE / 'occupancies' / f'{name}.json').unlink(missing_ok=True)
    kept('occupancies', name, lambda: found)


if __name__ == '__main__':
    main()
