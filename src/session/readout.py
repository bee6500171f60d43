"""Scale at the atoms of models: for each atom, residue and chain, as values and as attributes."""

import csv
from dataclasses import dataclass

import numpy as np
from chimerax.core.errors import UserError
from chimerax.core.undo import UndoAction
from chimerax.geometry import Place
from chimerax.map_data import interpolate_volume_data

#: Who registers the attributes, as ChimeraX tells its user.
_REGISTRANT = 'OccuPy'
#: Columns of a model file that can carry the scale, and ChimeraX's name for an atom's value.
COLUMNS = {'occupancy': 'occupancy', 'bfactor': 'bfactor'}


@dataclass(frozen=True, eq=False)
class Part:
    """Residues of one chain identifier in one model: its polymer, or what else bears that name.

    `residues`: indices into those of the `Layout`. `is_polymer`: whether it is a chain of protein
    or nucleic acid.
    """

    structure: object
    chain_id: str
    is_polymer: bool
    residues: np.ndarray
    first: object

    @property
    def chain(self):
        """ChimeraX's `Chain`, None for what is no polymer."""
        # Not kept: ChimeraX 1.7 can crash when Python collects a chain after its model is closed.
        return self.first.chain if self.is_polymer else None

    @property
    def name(self):
        """As it is told to the user: #2/A, or "#2/A, not polymer"."""
        name = f'#{self.structure.id_string}/{self.chain_id}'
        return name if self.is_polymer else f'{name}, not polymer'

    @property
    def description(self):
        """What the model's file says of it, or ''."""
        if not self.is_polymer:
            return 'ligands, ions, solvent'
        return getattr(self.chain, 'description', None) or ''


class Layout:
    """Atoms, sorted into residues and chains.

    atoms: ChimeraX `Atoms`, n of them. `residues`: their `Residues`, k of them, in order of first
    appearance. `parts`: a `Part` for each chain, polymers before the rest of their name.
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

    def _sorted_into_parts(self):
        groups = {}
        other = (self.residues.polymer_types == 0).tolist()
        for index, residue in enumerate(self.residues):
            key = (residue.structure.id, residue.chain_id, other[index])
            groups.setdefault(key, []).append(index)
        parts = []
        for key in sorted(groups):
            first = self.residues[groups[key][0]]
            parts.append(Part(first.structure, key[1], not key[2], np.array(groups[key]), first))
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

    def set_attributes(self):
        """Give atoms, residues and chains their values; those without any lose an older one."""
        name = self.attribute
        _give(self.layout.atoms, name, self.values)
        _give(self.layout.residues, name, self.residue_values)
        for part, value in zip(self.layout.parts, self.part_values, strict=True):
            chain = part.chain
            if chain is not None:
                _give([chain], name, value[None])


def _ratio(sums, counts):
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def _give(owners, name, values):
    for owner, value in zip(owners, values.tolist(), strict=True):
        if value == value:
            setattr(owner, name, value)
        elif hasattr(owner, name):
            delattr(owner, name)


def scale_at(estimate, source, points):
    """The scale of a map at points of the scene, by trilinear interpolation.

    estimate: a `ScaleEstimate` of the map `source`. points: (n, 3) in Å. Returns values, float
    (n,), not-a-number outside the map, and what is inside, boolean (n,). As where surfaces are
    coloured, the values hold on for less than a voxel beyond the first and the last sample.
    """
    shape = estimate.scale.shape
    factors = np.array([m / n for m, n in zip(reversed(shape), source.data.size, strict=True)])
    to_index = source.data.xyz_to_ijk_transform * source.scene_position.inverse()
    index = (to_index * np.asarray(points, float)) * factors
    size = np.array(shape[::-1])
    inside = ((index > -1) & (index < size)).all(axis=1)
    # ChimeraX counts the very last sample as outside.
    last = np.nextafter((size - 1).astype(np.float32), np.float32(0))
    held = np.clip(index.astype(np.float32), 0, last)
    values, _ = interpolate_volume_data(held, Place(), np.ascontiguousarray(estimate.scale))
    return np.where(inside, np.asarray(values, float), np.nan), inside


def register_attribute(session, name):
    """Let atoms, residues and chains carry a number of this name, saved with sessions.

    `UserError` where something else goes by that name.
    """
    from chimerax.atomic import Atom, Chain, Residue
    try:
        for owner in (Atom, Residue, Chain):
            owner.register_attr(session, name, _REGISTRANT, attr_type=float)
    except ValueError:
        raise UserError(f'the attribute {name} is in use for something else in this session') \
            from None


class ColumnWritten(UndoAction):
    """Writes values into a column of the atoms, and undoes that.

    atoms: `Atoms`. column: one of `COLUMNS`. values: (n,). Alternate locations of an atom all get
    its value.
    """

    def __init__(self, atoms, column, values):
        super().__init__(f'occupy atoms column {column}')
        self._attribute = COLUMNS[column]
        self._new = list(zip(atoms, values.tolist(), strict=True))
        self._old = [(atom, location, self._get(atom, location))
                     for atom in atoms for location in atom.alt_locs or [None]]

    def _get(self, atom, location):
        if location is None:
            return getattr(atom, self._attribute)
        with atom.suppress_alt_loc_change_notifications():
            atom.alt_loc = location
            return getattr(atom, self._attribute)

    def _set(self, atom, location, value):
        if atom.deleted:
            return
        if location is None:
            setattr(atom, self._attribute, value)
            return
        with atom.suppress_alt_loc_change_notifications():
            atom.alt_loc = location
            setattr(atom, self._attribute, value)

    def undo(self):
        """Put back what was there."""
        for atom, location, value in self._old:
            self._set(atom, location, value)

    def redo(self):
        """Write the values."""
        for atom, value in self._new:
            for location in [None] if atom.deleted else atom.alt_locs or [None]:
                self._set(atom, location, value)


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
        kind = 'polymer' if part.is_polymer else 'other'
        for index in part.residues:
            if not counts[index]:
                continue
            residue = layout.residues[int(index)]
            writer.writerow([
                part.structure.id_string, part.chain_id, residue.number,
                residue.insertion_code.strip(), residue.name, kind, counts[index],
                *[_number(readout.residue_values[index]) for readout in readouts]])


def _number(value):
    return f'{value:.4f}' if value == value else ''
