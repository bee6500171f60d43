"""What a residue or an element is, where a file does not say it."""

import numpy as np

from ..core.formfactors import SYMBOLS
from .model import LIGAND, NUCLEIC, PROTEIN, WATER

UNKNOWN = SYMBOLS[0]
_AMINO_ACIDS = (
    'ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL ASX GLX UNK '
    'MSE SEC PYL HID HIE HIP CYX')
AMINO_ACIDS = frozenset(_AMINO_ACIDS.split())
NUCLEOTIDES = frozenset(('A', 'C', 'G', 'U', 'I', 'N', 'DA', 'DC', 'DG', 'DT', 'DU', 'DI', 'DN'))
WATERS = frozenset(('HOH', 'WAT', 'DOD', 'H2O', 'TIP', 'SOL'))
#: Atoms that only residues of a polymer have together.
BACKBONES = {PROTEIN: {'N', 'CA', 'C', 'O'}, NUCLEIC: {"C1'", "C3'", "C4'", "C5'", "O3'", 'P'}}


def element(text):
    """The symbol that a file gives, as it is usually written; "X" where there is no such one."""
    symbol = text.strip().capitalize()
    if symbol in ('D', 'T'):
        return 'H'
    return symbol if symbol in SYMBOLS else UNKNOWN


def element_of_name(name, residue_name):
    """The element of an atom by its name in the four columns of a PDB file."""
    if name[0] in ' 0123456789':
        return element(name.strip(' 0123456789')[:1])
    if len(name.strip()) == 4 and name[0] == 'H':
        return 'H'
    two = element(name[:2])
    # What fills the first column and is no metal or halogen by itself belongs to a longer name.
    if two != UNKNOWN and (name[2:].strip(' 0123456789+-') == '' or residue_name == two.upper()):
        return two
    return element(name[0])


def kinds(model_residues, residue_names, names, in_polymer):
    """What each atom belongs to, by residues: an array of words.

    model_residues: index of the residue, one for each atom, as all the rest. in_polymer: whether
    the file lets an atom be part of a chain: no HETATM after the end of a chain.
    """
    first = np.unique(model_residues, return_index=True)[1]
    found = np.full(len(first), LIGAND, 'U8')
    for number, (begin, end) in enumerate(zip(first, [*first[1:], len(names)], strict=True)):
        name = residue_names[begin]
        if name in WATERS:
            found[number] = WATER
        elif in_polymer[begin] and name in AMINO_ACIDS:
            found[number] = PROTEIN
        elif in_polymer[begin] and name in NUCLEOTIDES:
            found[number] = NUCLEIC
        elif in_polymer[begin]:
            atoms = set(names[begin:end])
            found[number] = next((kind for kind, backbone in BACKBONES.items()
                                  if backbone <= atoms), LIGAND)
    return found[model_residues]
