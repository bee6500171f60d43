"""Alternate locations of atoms: what an atom has at each of them, and its share in the residue."""

import numpy as np


def locations_of(atoms):
    """(atom, location) of all alternate locations of some atoms; location None for the only one."""
    return [(atom, location) for atom in atoms for location in atom.alt_locs or [None]]


def get_at(atom, location, name):
    """An attribute that an atom has at an alternate location (None for the only one)."""
    if location is None:
        return getattr(atom, name)
    # ChimeraX puts the location back that was shown.
    with atom.suppress_alt_loc_change_notifications():
        atom.alt_loc = location
        return getattr(atom, name)


def set_at(atom, location, name, value):
    """Give an atom an attribute at an alternate location, if both are still there."""
    if atom.deleted:
        return
    if location is None:
        setattr(atom, name, value)
    elif location in atom.alt_locs:
        with atom.suppress_alt_loc_change_notifications():
            atom.alt_loc = location
            setattr(atom, name, value)


def shares_of(occupancies):
    """The share of each alternate location in its residue, by (atom, location).

    occupancies: (atom, location, occupancy), location None where there is no other. Shares are of
    what the conformers of a residue have in all, so that an atom that only one of them has keeps
    that one's share. Where all are zero, they are equal.
    """
    conformers = {}     # residue: {location: its largest occupancy}
    for atom, location, occupancy in occupancies:
        if location is not None:
            known = conformers.setdefault(atom.residue, {})
            known[location] = max(occupancy, known.get(location, 0.0))
    found = {}
    for atom, location, occupancy in occupancies:
        if location is not None:
            known = conformers[atom.residue]
            total = sum(known.values())
            found[atom, location] = occupancy / total if total > 0 else 1 / len(known)
    return found


def conformers_of(atoms):
    """All conformers of some atoms.

    atoms: ChimeraX `Atoms`, n. Returns for each place of an atom: the index of the atom, int (m,),
    the place in the scene in Å, (m, 3), and its share, 1 where there is no other, (m,).
    """
    alternate = np.flatnonzero(atoms.num_alt_locs > 0)
    index = np.flatnonzero(atoms.num_alt_locs == 0)
    places, weights = [atoms.scene_coords[index]], [np.ones(len(index))]
    number = {atom: i for i, atom in zip(alternate.tolist(), atoms[alternate], strict=True)}
    at = locations_of(number)
    shares = shares_of([(atom, location, get_at(atom, location, 'occupancy'))
                        for atom, location in at])
    index = np.append(index, [number[atom] for atom, _ in at]).astype(int)
    # In the application the place of one atom is a tinyarray, which numpy's ways of indexing fail.
    places.append(np.array([get_at(atom, location, 'scene_coord') for atom, location in at],
                           float).reshape(-1, 3))
    weights.append([shares[one] for one in at])
    return index, np.concatenate(places), np.concatenate(weights)
