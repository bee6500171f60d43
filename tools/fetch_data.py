#!/usr/bin/env python3
"""Fetch real maps and a model for the demo, tests and benches, from a wheel on PyPI.

The wheel is that of CCP-EM's ccpem_utils, whose test data hold EMDB entries at full size (public
domain). It is downloaded, never installed; what is wanted of it is kept in .cache/data.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / '.cache' / 'data'
WHEEL = 'ccpem_utils==0.0.1.dev35'
INSIDE = 'ccpem_utils_tests/test_data/'
# File: SHA-256.
FILES = {
    # SARS-CoV-2 polymerase with RNA, 2.9 Å, 240³ voxels.
    'emd_11007.map': 'ac48eaf6bf890db2bace7f2cc943e174f092c324c6be56bfbd1fbade43c35dec',
    # Haemoglobin, 3.2 Å, 100³ voxels, masked; two models placed on it, and a mask.
    'emd_3488.mrc': '2fdf1909cbfbc21d3af4230e8a8ff57bf4d4b6ccc72b480992df4dfe39e30209',
    '5ni1_updated.cif': '6afcf62c2e734038d953bef03409ead60d327bbf8bf5fa78553b97341ef0a923',
    'modelangelo_5ni1.cif': 'c1dccc37cf537999d5acf770dd053887ce984965e3c7d172d6cedb26d0712148',
    'emd_3488_contour_mask.mrc': '806a077ad6580e6f9af051e86181c1d1367ac254b8bf91fe24dfef9ba1c524e7',
}


class FetchError(Exception):
    """The data could not be had; the message is one sentence for a person."""


def fetch(name):
    """Return the path of a file of `FILES`, downloading all of them if it is not there yet."""
    path = FOLDER / name
    if not path.exists():
        _download()
    return path


def _download():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix='download-') as folder:
        command = [sys.executable, '-m', 'pip', 'download', '-qq', '--disable-pip-version-check']
        done = subprocess.run(
            [*command, '--no-deps', '--dest', folder, WHEEL], capture_output=True,
            text=True, encoding='utf-8'
        )
        if done.returncode:
            last = (done.stderr.strip() or 'pip said nothing').splitlines()[-1]
            raise FetchError(f'{WHEEL} could not be downloaded from PyPI: {last}')
        (wheel,) = Path(folder).glob('*.whl')
        with zipfile.ZipFile(wheel) as archive:
            for name, checksum in FILES.items():
                data = archive.read(INSIDE + name)
                if hashlib.sha256(data).hexdigest() != checksum:
                    raise FetchError(f'{name} in {WHEEL} is not the file it was.')
                part = Path(folder) / name
                part.write_bytes(data)
                # A file that is there is whole: no later check is needed.
                os.replace(part, FOLDER / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    try:
        for name in FILES:
            print(fetch(name))
    except FetchError as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    main()
