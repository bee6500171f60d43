"""Models in PDB and mmCIF files, also compressed, told apart by their contents."""

import bz2
import gzip
import re
import zlib

import numpy as np

from . import mmcif, pdb
from .model import ModelFileError

_BLOCK = re.compile(r'^data_', re.M | re.I)


def read_model(path):
    """Read the atoms of a PDB or mmCIF file, also compressed by gzip or bzip2: a `Model`.

    Chains and residues are named as in ChimeraX, by the authors. Of several models in a file the
    first is taken, and `Model.notes` says so. Raises `ModelFileError` for what is no model, holds
    no atoms, or is damaged; `OSError` where a file cannot be read at all. Time: one or two
    seconds for 100,000 atoms, most of it for the splitting of lines.
    """
    text = _text(path)
    if not text.strip():
        raise ModelFileError('the file is empty')
    if '\0' in text[:4096]:
        raise ModelFileError('this is not a PDB or mmCIF file; other formats are not read')
    begins_as_pdb = re.match(r'HEADER|ATOM  |HETATM|REMARK|CRYST1', text)
    if _BLOCK.search(text[:100_000]) and not begins_as_pdb:
        model = mmcif.read(text)
    elif re.search(r'^(ATOM  |HETATM)', text, re.M):
        model = pdb.read(text)
    elif re.search(r'^(HEADER|REMARK|CRYST1|MODEL )', text, re.M):
        raise ModelFileError('the file holds no atoms')
    else:
        raise ModelFileError('this is not a PDB or mmCIF file; other formats are not read')
    if not np.isfinite(model.positions).all():
        raise ModelFileError('the file holds atoms whose place is not given by numbers')
    return model


def _text(path):
    with open(path, 'rb') as file:
        content = file.read()
    try:
        if content[:2] == b'\x1f\x8b':
            content = gzip.decompress(content)
        elif content[:3] == b'BZh':
            content = bz2.decompress(content)
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise ModelFileError('the compressed file is truncated or damaged') from error
    return content.decode('utf-8', errors='replace').removeprefix('\ufeff')
