"""Scale at the atoms of models: for each atom, residue and chain, as values and as attributes."""

import csv
from dataclasses import dataclass

import numpy as np
from chimerax.atomic import Atoms, Residue
from chimerax.core.errors import UserError
from chimerax.core.undo import UndoAction

from .altlocs import get_at, locations_of, set_at, shares_of
from .values import scale_at

#: Who registers the attributes, as ChimeraX tells its user.
_REGISTRANT = 'OccuPy'
#: Columns of a model file that can carry the scale, and ChimeraX's name for an atom's value.
COLUMNS = {'occupancy': 'occupancy', 'bfactor': 'bfactor'}
_KINDS = ('polymer', 'ligand', 'water')


@dataclass(frozen=True, eq=False)
class Part:
    """Residues that are told of together: a polymer, one ligand or ion, or the waters of a chain.

    `residues`: indices into those of the `Layout`. `kind`: "polymer" (of protein or nucleic acid),
    "ligand" (ions too) or "water".
    """

    structure: object
    chain_id: str
    kind: str
    residues: np.ndarray
    first: object

    @property
    def is_polymer(self):
        """Whether it is a chain of protein or nucleic acid."""
        return self.kind == 'polymer'

    @property
    def chain(self):
        """ChimeraX's `Chain`, None for what is no polymer."""
        # Not kept: ChimeraX 1.7 can crash when Python collects a chain after its model is closed.
        return self.first.chain if self.is_polymer else None

    @property
    def name(self):
        """As it is told to the user: #2/A, "#2/A HEM 142", or "#2/A water"."""
        name = f'#{self.structure.id_string}/{self.chain_id}'
        if self.kind == 'ligand':
            residue = self.first
            return f'{name} {residue.name} {residue.number}{residue.insertion_code.strip()}'
        return name if self.is_polymer else f'{name} water'

    @property
    def description(self):
        """What the model's file says of a chain, or ''."""
        return (getattr(self.chain, 'description', None) or '') if self.is_polymer else ''


class Layout:
    """Atoms, sorted into residues and chains.

    atoms: ChimeraX `Atoms`, n of them. `residues`: their `Residues`, k of them, in order of first
    appearance. `parts`: a `Part` for each chain, each ligand, and the waters of each chain, in this
    order for each identifier.
    """

    def __init__(self, atoms):
        self.atoms = atoms
        of_atoms = atoms.residues
        _, first, inverse = np.unique(of_atoms.pointers, return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(len(order), int)
        place[order] = np.arange(len(order))
        self.residues = of_atoms[first[order]]
        self._residue_of = place[inverse.ravel()]
        self.parts = self._sorted_into_parts()

    @property
    def models(self):
        """The models that the atoms are of."""
        return list(self.atoms.unique_structures)

    def check(self):
        """Raise `UserError` where some of the atoms are gone."""
        # What is deleted leaves ChimeraX's collections.
        if len(self.atoms) != len(self._residue_of):
            raise UserError('atoms were deleted while the work went on; try again')

    def _sorted_into_parts(self):
        groups = {}
        kinds = np.where(self.residues.polymer_types != 0, 'polymer', 'ligand')
        kinds[np.isin(self.residues.names, list(Residue.water_res_names))] = 'water'
        for index, (residue, kind) in enumerate(zip(self.residues, kinds.tolist(), strict=True)):
            place = (residue.number, residue.insertion_code, index) if kind == 'ligand' else ()
            key = (residue.structure.id, residue.chain_id, _KINDS.index(kind), place)
            groups.setdefault(key, []).append(index)
        parts = []
        for key in sorted(groups):
            first = self.residues[groups[key][0]]
            parts.append(Part(first.structure, key[1], _KINDS[key[2]], np.array(groups[key]),
                              first))
        return parts

    def sums(self, values, inside):
        """Sum of values (n,) and number of atoms over each residue's atoms inside: two (k,)."""
        kept = self._residue_of[inside]
        return (np.bincount(kept, values[inside], minlength=len(self.residues)),
                np.bincount(kept, minlength=len(self.residues)))


class Readout:
    """The scale of one map at the atoms of a `Layout`.

    `values`: float (n,), not-a-number outside the map. `inside`: boolean (n,). `residue_values`:
    mean over each residue's atoms inside, float (k,), not-a-number where there are none.
    `residue_atoms`: how many those are, (k,). `part_values`: mean over the atoms of each part.
    `attribute`: the name under which atoms, residues and chains get their values.
    """

    def __init__(self, layout, estimate, source, attribute):
        self.layout, self.source, self.attribute = layout, source, attribute
        self.mode = estimate.parameters.mode
        self.values, self.inside = scale_at(estimate, source, layout.atoms.scene_coords)
        sums, self.residue_atoms = layout.sums(self.values, self.inside)
        self.residue_values = _ratio(sums, self.residue_atoms)
        self.part_atoms = np.array([self.residue_atoms[part.residues].sum()
                                    for part in layout.parts])
        self.part_values = _ratio(
            np.array([sums[part.residues].sum() for part in layout.parts]), self.part_atoms)

    @property
    def outside(self):
        """The number of atoms outside the map."""
        return int((~self.inside).sum())

    @property
    def answer(self):
        """What scripts get: the mean scale of each part and of each residue inside the map."""
        layout = self.layout
        parts = zip(layout.parts, self.part_values, self.part_atoms, strict=True)
        residues = [{'residue': f'#{residue.structure.id_string}/{residue.chain_id}:'
                                f'{residue.number}{residue.insertion_code.strip()}',
                     'name': residue.name, 'scale': value, 'atoms': atoms}
                    for residue, value, atoms in zip(layout.residues, self.residue_values,
                                                     self.residue_atoms, strict=True) if atoms]
        return {'map': self.source, 'mode': self.mode, 'attribute': self.attribute,
                'parts': [{'part': part.name, 'kind': part.kind, 'scale': value, 'atoms': atoms}
                          for part, value, atoms in parts],
                'residues': residues, 'atoms_outside': self.outside}

    def set_attributes(self):
        """Give atoms, residues and chains their values; those without any lose an older one."""
        name = self.attribute
        give(self.layout.atoms, name, self.values)
        give(self.layout.residues, name, self.residue_values)
        for part, value in zip(self.layout.parts, self.part_values, strict=True):
            chain = part.chain
            if chain is not None:
                give([chain], name, value[None])


def _ratio(sums, counts):
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def give(owners, name, values):
    """Give residues, atoms or chains values (n,) as an attribute; not-a-number takes it away."""
    for owner, value in zip(owners, values.tolist(), strict=True):
        if value == value:
            setattr(owner, name, value)
        elif hasattr(owner, name):
            delattr(owner, name)


def register_attribute(session, name):
    """Let atoms, residues and chains carry a number of this name, saved with sessions.

    `UserError` where something else goes by that name.
    """
    from chimerax.atomic import Atom, Chain
    try:
        for owner in (Atom, Residue, Chain):
            owner.register_attr(session, name, _REGISTRANT, attr_type=float)
    except ValueError:
        raise UserError(f'the attribute {name} is in use for something else in this session') \
            from None


class ColumnWritten(UndoAction):
    """Writes values into a column of the atoms, and undoes that.

    atoms: `Atoms`. column: one of `COLUMNS`. values: (n,). Alternate locations all get the B-factor
    of their atom; of an occupancy each keeps its share.
    """

    def __init__(self, atoms, column, values):
        super().__init__(f'occupy atoms column {column}')
        self._attribute = COLUMNS[column]
        self._old = [(atom, location, get_at(atom, location, self._attribute))
                     for atom, location in locations_of(atoms)]
        shares = shares_of(self._old) if column == 'occupancy' else {}
        #: Whether any value is shared out among alternate locations.
        self.shares_out = bool(shares)
        of_atoms = dict(zip(atoms, values.tolist(), strict=True))
        self._new = [(atom, location, of_atoms[atom] * shares.get((atom, location), 1.0))
                     for atom, location, _ in self._old]

    def undo(self):
        """Put back what was there."""
        self._write(self._old)

    def redo(self):
        """Write the values."""
        self._write(self._new)

    def _write(self, values):
        for atom, location, value in values:
            set_at(atom, location, self._attribute, value)


def with_hydrogens(atoms, values):
    """Atoms and their values (n,), and so the hydrogens on them, which a fit leaves out."""
    value_of = dict(zip(atoms, values.tolist(), strict=True))
    of_models = atoms.unique_structures.atoms
    for hydrogen in of_models[of_models.elements.numbers == 1]:
        for parent in hydrogen.neighbors:
            if parent in value_of:
                value_of.setdefault(hydrogen, value_of[parent])
    return Atoms(list(value_of)), np.array(list(value_of.values()))


def write_residues(file, readouts):
    """Write a row for each residue as CSV to an open text file, a column for each readout.

    readouts: of one `Layout`. A residue outside a map has no value there; one outside all of them
    has no row.
    """
    layout = readouts[0].layout
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['model', 'chain', 'number', 'insertion_code', 'residue', 'kind', 'atoms',
                     *[readout.attribute for readout in readouts]])
    counts = np.max([readout.residue_atoms for readout in readouts], axis=0)
    for part in layout.parts:
        for index in part.residues:
            if not counts[index]:
                continue
            residue = layout.residues[int(index)]
            writer.writerow([
                part.structure.id_string, part.chain_id, residue.number,
                residue.insertion_code.strip(), residue.name, part.kind, counts[index],
                *[_number(readout.residue_values[index]) for readout in readouts]])


def _number(value):
    return f'{value:.4f}' if value == value else ''
