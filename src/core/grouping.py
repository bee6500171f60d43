"""Groups of atoms whose occupancy is asked for: chains, ligands, residues, stretches of a chain.

Residues come as plain arrays, from an open model or from a file, so that both are grouped alike.
"""

from dataclasses import dataclass

import numpy as np

from .parameters import LEAST_LIGAND
from .wording import SettingError

POLYMERS = ('protein', 'nucleic')


@dataclass(frozen=True, eq=False)
class ResidueTable:
    """Residues in the order of their model, k of them.

    `models`: what stands before the chain in a name, such as "#2", or ''. `chains`, `numbers`,
    `insertions` (codes, '' for none), `names`. `kinds`: protein, nucleic, ligand (ions too), water
    or other. `atoms`: how many atoms but hydrogens each has.
    """

    models: list
    chains: list
    numbers: list
    insertions: list
    names: list
    kinds: list
    atoms: list

    def __len__(self):
        return len(self.numbers)

    def chain(self, index):
        """The chain of a residue as it is named: #2/A."""
        return f'{self.models[index]}/{self.chains[index]}'

    def place(self, index):
        """Number and insertion code."""
        return f'{self.numbers[index]}{self.insertions[index].strip()}'


@dataclass(frozen=True, eq=False)
class Group:
    """`name` as users know it, `kind` (protein, nucleic or ligand), `residues`: their indices."""

    name: str
    kind: str
    residues: np.ndarray


def group_residues(table, by='chain', segment=None):
    """Sort residues into groups.

    table: `ResidueTable`. by: "chain", "residue" or "segment", stretches of `segment` residues each
    of a chain. Nucleic acid of a chain stands apart from its protein; ligands of at least
    `LEAST_LIGAND` atoms by themselves. Smaller ones, and waters, belong to no group. Returns a list
    of `Group`, polymers of a chain before its ligands, in the order of the model.
    """
    polymers, ligands = {}, {}
    for index, kind in enumerate(table.kinds):
        if kind in POLYMERS:
            polymers.setdefault((table.chain(index), kind), []).append(index)
        elif kind in ('ligand', 'other') and table.atoms[index] >= LEAST_LIGAND:
            ligands.setdefault(table.chain(index), []).append(index)
    found = []
    chains = dict.fromkeys([*(chain for chain, _ in polymers), *ligands])
    for chain in sorted(chains, key=[table.chain(i) for i in range(len(table))].index):
        kinds = [kind for kind in POLYMERS if (chain, kind) in polymers]
        for kind in kinds:
            members = polymers[chain, kind]
            whole = f'{chain} {kind}' if len(kinds) > 1 else chain
            found += _parts(table, chain, whole, kind, members, by, segment)
        found += [Group(f'{chain} {table.names[i]} {table.place(i)}', 'ligand', np.array([i]))
                  for i in ligands.get(chain, ())]
    return found


def _parts(table, chain, whole, kind, members, by, segment):
    if by == 'chain':
        return [Group(whole, kind, np.array(members))]
    if by == 'residue':
        return [Group(f'{chain}:{table.place(i)}', kind, np.array([i])) for i in members]
    if segment is None:
        raise SettingError('segment', '{segment} is needed: how many residues make a stretch')
    starts = list(range(0, len(members), segment))
    if len(starts) > 1 and len(members) - starts[-1] < segment / 2:
        starts.pop()        # a short rest goes with the stretch before
    ends = [*starts[1:], len(members)]
    return [Group(f'{chain}:{table.place(members[a])}-{table.place(members[b - 1])}', kind,
                  np.array(members[a:b])) for a, b in zip(starts, ends, strict=True)]
