#!/usr/bin/env python3
"""Accuracy against known truth, beside OccuPy 0.1.13: writes docs/accuracy.md and its pictures.

    python bench/accuracy.py --models FOLDER --maps FOLDER

Both folders are optional: four models come from PyPI, any PDB entry in the first folder adds to
them, and the second is where beta-galactosidase's map and its local resolution are looked for.
Results are kept in .cache/accuracy, map by map: a run that was interrupted goes on, and
`--report` only writes the document again. Python 3.11.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).with_name('requirements-accuracy.txt')


def in_own_environment():
    """Start again in an environment that has what is needed, made in .cache/ if absent."""
    folder = ROOT / '.cache' / 'accuracy-environment'
    python = folder / ('Scripts/python.exe' if sys.platform == 'win32' else 'bin/python')
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    made = folder / '.made'
    wanted = REQUIREMENTS.read_text(encoding='utf-8')
    if not made.is_file() or made.read_text(encoding='utf-8') != wanted:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check',
                        '-r', REQUIREMENTS], check=True)
        made.write_text(REQUIREMENTS.read_text(encoding='utf-8'), encoding='utf-8')
    os.execv(python, [str(python), *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', type=Path, help='folder of PDB entries, beside those of PyPI')
    parser.add_argument('--maps', type=Path, help='folder with betagal_relion_100.mrc and '
                        'betagal_relion_100_localres.mrc')
    parser.add_argument('--occupy', type=Path, help='environment of OccuPy 0.1.13, made if absent')
    parser.add_argument('--docs', type=Path, default=ROOT / 'docs', help='where the report goes')
    parser.add_argument('--report', action='store_true', help='write the report of what there is')
    given = parser.parse_args()
    in_own_environment()
    from accuracy_measure import CACHE, CHOSEN_BY, Scales, kept, run_cases
    from accuracy_report import write_report
    from accuracy_studies import STUDIES
    from environments import reference_python
    from models import find_models

    everything = CACHE / 'everything.json'
    if not given.report:
        models = find_models(given.models)
        scales = Scales(reference_python(given.occupy))
        results = {'chosen by': CHOSEN_BY, 'records': run_cases(models, scales)}
        for name, study in STUDIES.items():
            results[name] = kept(f'study-{name}', lambda s=study: s(models, scales, given.maps))
            print(name, flush=True)
        everything.write_text(json.dumps(results), encoding='utf-8')
    write_report(json.loads(everything.read_text(encoding='utf-8')), given.docs)


if __name__ == '__main__':
    main()
