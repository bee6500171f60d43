"""Groups of atoms of open models, as the core's fit of occupancies takes them."""

from dataclasses import dataclass

import numpy as np
from chimerax.atomic import Residue
from chimerax.core.errors import UserError

from ..core import Atoms
from ..core.grouping import Group, ResidueTable, group_residues
from .altlocs import conformers_of


@dataclass(eq=False)
class GroupedAtoms:
    """Atoms of open models, sorted into groups.

    `atoms`: ChimeraX `Atoms`, n, no hydrogens or waters. `groups`: `Group`s. `group_of`: for each
    atom the index of its group, -1 for none. `given`: whether the user named the groups.
    """

    atoms: object
    groups: list
    group_of: np.ndarray
    given: bool = False

    @property
    def models(self):
        """The models that the atoms are of."""
        return list(self.atoms.unique_structures)

    def check(self):
        """Raise `UserError` where some of the atoms are gone."""
        if len(self.atoms) != len(self.group_of):
            raise UserError('atoms were deleted while the work went on; try again')

    def members(self, index):
        """The `Atoms` of a group."""
        return self.atoms[self.group_of == index]

    def full_groups(self, atoms):
        """The names of the groups all of whose atoms are among some; `UserError` for none."""
        among = np.isin(self.atoms.pointers, atoms.pointers)
        names = [group.name for i, group in enumerate(self.groups)
                 if among[self.group_of == i].all() and (self.group_of == i).any()]
        if not names:
            raise UserError('full names no whole group; name a chain, or what "groups" names')
        return names

    def on(self, volume):
        """The core's `Atoms` in the frame of a map, every alternate location with its share."""
        index, places, weights = conformers_of(self.atoms)
        to_map = volume.scene_position.inverse()
        origin = np.array(volume.data.ijk_to_xyz((0, 0, 0)))
        return Atoms(to_map * places - origin, self.atoms.elements.numbers[index],
                     self.group_of[index], tuple(group.name for group in self.groups), weights,
                     tuple(group.kind for group in self.groups))


def group_atoms(atoms, by='chain', segment=None, named=None):
    """Sort atoms into groups.

    atoms: ChimeraX `Atoms`. by, segment: as for `core.grouping.group_residues`. named: `Objects`,
    one for each group, instead; atoms in none of them are left out. Returns `GroupedAtoms`. Raises
    `UserError` for no atoms, hydrogens only, and groups that share atoms.
    """
    if not len(atoms):
        raise UserError('no atoms are named; name a model or some of its atoms, such as #2')
    heavy = atoms[atoms.elements.numbers > 1]
    if not len(heavy):
        raise UserError('these atoms are hydrogens only, whose occupancy a map does not tell')
    heavy = heavy[~np.isin(heavy.residues.names, list(Residue.water_res_names))]
    if named:
        return _named_groups(heavy, named)
    residues = heavy.unique_residues
    number = {pointer: i for i, pointer in enumerate(residues.pointers.tolist())}
    of_residue = np.array([number[p] for p in heavy.residues.pointers.tolist()], int)
    groups = group_residues(_table(residues, of_residue), by, segment)
    group_of_residue = np.full(len(residues), -1)
    for i, group in enumerate(groups):
        group_of_residue[group.residues] = i
    if not groups:
        raise UserError('these atoms belong to no chain and no ligand; name the groups with '
                        '"groups"')
    return GroupedAtoms(heavy, groups, group_of_residue[of_residue])


def _table(residues, of_residue):
    polymer = residues.polymer_types
    kinds = np.select([polymer == Residue.PT_AMINO, polymer == Residue.PT_NUCLEIC],
                      ['protein', 'nucleic'], 'ligand')
    return ResidueTable(
        [f'#{structure.id_string}' for structure in residues.structures],
        residues.chain_ids.tolist(), residues.numbers.tolist(), list(residues.insertion_codes),
        residues.names.tolist(), kinds.tolist(),
        np.bincount(of_residue, minlength=len(residues)).tolist())


def _named_groups(heavy, named):
    group_of = np.full(len(heavy), -1)
    groups = []
    for i, objects in enumerate(named):
        mine = np.isin(heavy.pointers, objects.atoms.pointers)
        name = objects.spec
        if not mine.any():
            raise UserError(f'the group {name} holds none of the atoms to be fitted')
        if (group_of[mine] >= 0).any():
            other = groups[int(group_of[mine].max())].name
            raise UserError(f'the groups {other} and {name} share atoms; each atom belongs to one '
                            'group')
        group_of[mine] = i
        groups.append(Group(name, '', np.zeros(0, int)))
    return GroupedAtoms(heavy, groups, group_of, given=True)
