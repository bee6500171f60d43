#!/usr/bin/env python3
"""OccuPy in RELION's classification, beside plain RELION: results for docs/refinement.md.

    python bench/relion.py --models FOLDER [--cases chain-0.02 …] [--seeds 5] [--limit N]

Needs RELION's programs (on Debian: apt-get install relion), and says so if they are missing.
Haemoglobin comes from PyPI, HCN4 (6gyn) from the folder. Every run's outcome is kept in
.cache/relion/results.csv: what is there is not run again, and `--limit` ends after so many runs, so
that a long study can be made in pieces. `--report` only draws the plots and writes the tables.
"""

import argparse
import shutil
import sys
from pathlib import Path

from accuracy import in_own_environment

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ('relion_refine', 'relion_project', 'relion_external_reconstruct')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', type=Path, help='folder of PDB entries, beside those of PyPI')
    parser.add_argument('--work', type=Path, default=ROOT / '.cache' / 'relion')
    parser.add_argument('--cases', nargs='+', help='some of the cases; all of them otherwise')
    parser.add_argument('--settings', nargs='+', help='some of the settings; all otherwise')
    parser.add_argument('--seeds', type=int, default=5)
    parser.add_argument('--limit', type=int, help='end after so many runs')
    parser.add_argument('--docs', type=Path, default=ROOT / 'docs', help='where the report goes')
    parser.add_argument('--report', action='store_true', help='report what there is, run nothing')
    given = parser.parse_args()
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing and not given.report:
        sys.exit(f'{", ".join(missing)} not found: install RELION (on Debian: '
                 'apt-get install relion) and start this again')
    in_own_environment()
    import relion_report
    import relion_runs
    if not given.report:
        made = relion_runs.run_all(given.models, given.work, given.cases, given.settings,
                                   given.seeds, given.limit)
        sys.stdout.write(f'{made} runs made\n')
        if given.limit and made == given.limit:
            return
    relion_report.write_report(given.work / relion_runs.RESULTS, given.docs)


if __name__ == '__main__':
    main()
