"""Models of real assemblies: some from PyPI, for everyone, and those in a folder.

From PyPI come test data of two packages, which are downloaded and never installed: 5ni1 (a
haemoglobin, from ccpem_utils), and 1bd2, 3kpr (T-cell receptors with what they bind) and 6msm
(CFTR) from MDAnalysisTests, which has more, for those that ask. Any PDB entry put into a folder as
a .pdb or .cif file, perhaps with .gz, adds to them.
"""

import bz2
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / '.cache' / 'data'
ARCHIVE = 'MDAnalysisTests==2.11.0'
MEMBERS = {'1bd2.cif.gz': 'mmcif/1BD2.cif.gz', '3kpr.cif.gz': 'mmcif/3KPR.cif.gz',
           '6msm.pdb': '6msm.pdb.bz2'}
#: Of the same archive, for those that ask for more.
MORE = {'3pwp.cif.gz': 'mmcif/3PWP.cif.gz', '19hc.pdb.gz': '19hc.pdb.gz',
        '1a28.pdb.gz': '1a28.pdb.gz'}
ENDINGS = ('.pdb', '.cif', '.pdb.gz', '.cif.gz')


def find_models(folder=None, more=False):
    """Paths by PDB code: those from PyPI, downloaded if need be, then those in the folder.

    more: the models of `MORE`, too.
    """
    members = MEMBERS | MORE if more else MEMBERS
    sys.path.insert(0, str(ROOT / 'tools'))
    import fetch_data
    found = {'5ni1': fetch_data.fetch('5ni1_updated.cif')}
    if not all((FOLDER / name).exists() for name in members):
        _download(members)
    found |= {name[:4]: FOLDER / name for name in members}
    for path in sorted(Path(folder).iterdir()) if folder else ():
        if path.name.endswith(ENDINGS):
            found.setdefault(path.name[:4].lower(), path)
    return found


def _download(members):
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, '-m', 'pip', 'download', '-qq', '--disable-pip-version-check',
             '--no-deps', '--no-binary', ':all:', '--dest', scratch, ARCHIVE],
            stderr=subprocess.PIPE, text=True, encoding='utf-8')
        if done.returncode:
            raise RuntimeError(f'{ARCHIVE} could not be downloaded:\n{done.stderr}')
        (path,) = Path(scratch).iterdir()
        with tarfile.open(path) as archive:
            wanted = {member.split('/')[-1]: name for name, member in members.items()}
            for member in archive:
                name = wanted.get(Path(member.name).name)
                if name:
                    data = archive.extractfile(member).read()
                    if member.name.endswith('.bz2'):
                        data = bz2.decompress(data)
                    (FOLDER / name).write_bytes(data)
