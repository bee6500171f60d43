"""The scale of a map in groups of atoms and in masks, as a column of a series."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core import Atoms, ScaleEstimate
from .gather import SCALE, Column

#: Less than this share of a group inside the map is told.
INSIDE = 0.95


def at_atoms(found: ScaleEstimate, atoms: Atoms) -> Column:
    """The mean scale at the atoms of each group, times full scale.

    found: the map's estimate. atoms: in its frame. A scale has no standard error.
    """
    from scipy.ndimage import map_coordinates
    places = atoms.positions @ np.linalg.inv(np.array(found.grid.axes))
    within = ((places > -1) & (places < np.array(found.grid.shape[::-1]))).all(axis=1)
    scale = map_coordinates(found.scale, places[:, ::-1].T, order=1, mode='nearest')
    weights = np.where(atoms.groups >= 0, 1.0 if atoms.weights is None else atoms.weights, 0.0)
    index = np.maximum(atoms.groups, 0)
    count = len(atoms.names)
    every = np.bincount(index, weights, count)
    inside = np.bincount(index, weights * within, count)
    sums = np.bincount(index, weights * within * scale, count)
    with np.errstate(invalid='ignore', divide='ignore'):
        return _column(found, atoms.names, np.where(inside > 0, sums / inside, np.nan),
                       np.where(every > 0, inside / every, 0.0))


def in_regions(found: ScaleEstimate, names: Sequence[str], regions: Sequence[NDArray[np.bool_]]
               ) -> Column:
    """The mean scale in regions, boolean (z, y, x) on the estimate's grid, times full scale."""
    values = [float(found.scale[region].mean(dtype=float)) for region in regions]
    return _column(found, tuple(names), np.array(values), np.ones(len(values)))


def _column(found, names, values, inside):
    notes = tuple('outside the map' if not share else '' if share >= INSIDE else
                  f'{1 - share:.0%} of it lies outside the map' for share in inside)
    return Column(tuple(names), values * found.full_scale, np.full(len(names), np.nan),
                  found.full_scale, found.full_scale_note, notes, SCALE)
