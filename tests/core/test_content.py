"""What of a mask is connected with a place."""

import numpy as np
import pytest
from chimerax.occupy.core import Grid
from chimerax.occupy.core.content import connected_at


class TestConnectedAt:
    """The part of a mask at a place, also on skewed axes and beyond the edge of the part."""

    GRID = Grid.of((20, 20, 20), [(2, 0, 0), (1, 2, 0), (0, 0, 3)])

    def mask(self):
        mask = np.zeros(self.GRID.shape, bool)
        mask[2:5, 2:5, 2:5] = mask[5, 5, 5] = True      # held together over a corner
        mask[12:15, 12:15, 12:15] = True
        return mask

    def test_within_a_part(self):
        part = connected_at(self.mask(), (3.4, 3, 3), self.GRID, 1.5)
        assert part[5, 5, 5]
        assert part.sum() == 28

    def test_nearest_part_counts_by_angstroms(self):
        at = np.array((9.0, 9, 9))
        places = np.argwhere(self.mask())
        axes = np.array(self.GRID.axes)[::-1]
        distances = np.linalg.norm((places - at) @ axes, axis=1)
        nearest = places[distances.argmin()]
        part = connected_at(self.mask(), tuple(at), self.GRID, distances.min() + 0.01)
        assert part[tuple(nearest)]
        with pytest.raises(ValueError, match='of the place'):
            connected_at(self.mask(), tuple(at), self.GRID, distances.min() - 0.01)

    def test_near_the_face_of_the_box(self):
        assert connected_at(self.mask(), (0, 0, 0), self.GRID, 20).sum() == 28

    def test_shares_are_kept(self):
        values = np.where(self.mask(), 0.4, 0).astype(np.float32)
        part = connected_at(values, (13, 13, 13), self.GRID, 1)
        assert part.dtype == np.float32
        assert part[13, 13, 13] == np.float32(0.4)
        assert np.count_nonzero(part) == 27
