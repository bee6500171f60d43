"""Atoms of a model as arrays, an entry for each atom."""

from dataclasses import dataclass, field, fields, replace

import numpy as np

PROTEIN, NUCLEIC, LIGAND, WATER, OTHER = 'protein', 'nucleic', 'ligand', 'water', 'other'


class ModelFileError(ValueError):
    """A file that cannot serve as a model; one sentence, without the file's name."""


@dataclass(frozen=True, eq=False)
class Model:
    """The atoms of a model in the order of the file.

    `positions`: (n, 3), x y z in Å. Of n entries each: `elements` (symbols, "Fe"; "X" where the
    file gives none that is known; deuterium is "H"), `names` of atoms, `chains`, `numbers` and
    `insertions` (residue numbers and insertion codes) and `residue_names` as authors and ChimeraX
    name them, `altlocs` (empty where there is one conformer), `occupancies`, `b_factors` (Å²),
    `kinds`: "protein", "nucleic", "ligand" (also ions and glycans), "water" or "other" (polymers),
    by the file's entities where it has them, else by the residues. `notes`: sentences on what is
    odd.
    """

    positions: np.ndarray
    elements: np.ndarray
    names: np.ndarray
    chains: np.ndarray
    numbers: np.ndarray
    insertions: np.ndarray
    residue_names: np.ndarray
    altlocs: np.ndarray
    occupancies: np.ndarray
    b_factors: np.ndarray
    kinds: np.ndarray
    notes: tuple = field(default=())

    def __len__(self):
        return len(self.positions)

    @property
    def residues(self):
        """For each atom the index of its residue, counted from 0 in the order of the file."""
        return residue_indices(self.chains, self.numbers, self.insertions, self.residue_names,
                               self.altlocs)

    @property
    def hydrogens(self):
        """Which atoms are hydrogens: boolean."""
        return self.elements == 'H'

    @property
    def shares(self):
        """For each atom the share of its conformer in its residue, 1 where there is no other.

        Shares are of what the conformers of a residue have in all, each counting by its largest
        occupancy; where all are zero, they are equal. So the session does, too.
        """
        found = np.ones(len(self))
        alternate = np.flatnonzero(self.altlocs != '')
        residues, conformers = self.residues, {}
        for i in alternate:
            known = conformers.setdefault(residues[i], {})
            name = self.altlocs[i]
            known[name] = max(self.occupancies[i], known.get(name, 0.0))
        for i in alternate:
            known = conformers[residues[i]]
            total = sum(known.values())
            found[i] = known[self.altlocs[i]] / total if total > 0 else 1 / len(known)
        return found

    def where(self, chosen):
        """The `Model` of some atoms: a boolean array, or indices."""
        return replace(self, **{one.name: getattr(self, one.name)[chosen]
                                for one in fields(self) if one.name != 'notes'})


def residue_indices(chains, numbers, insertions, residue_names, altlocs):
    """For each atom the index of its residue.

    A residue is a run of atoms with one chain, number and insertion code, and with one name, too,
    unless the atoms are alternate: at a place with two kinds of residue they belong to one.
    """
    n = len(numbers)
    if not n:
        return np.zeros(0, int)
    moved = ((chains[1:] != chains[:-1]) | (numbers[1:] != numbers[:-1])
             | (insertions[1:] != insertions[:-1]))
    other = (residue_names[1:] != residue_names[:-1]) & (
        (altlocs[1:] == '') | (altlocs[:-1] == ''))
    return np.concatenate([[0], np.cumsum(moved | other)])
