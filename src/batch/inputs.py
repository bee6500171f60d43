"""What goes into the work on one map: the map, and the masks that belong to it."""

from ..core import Grid, check_map
from ..core.masks import MASK_LEVEL, mask_level
from ..mapfiles import MapFileError, read_map
from ..mapfiles.sampling import sampled_on

#: Masks are named in sentences by these words.
WORDS = {'solvent_mask': 'the solvent mask', 'full_scale_region': 'the mask of the region'}


class Inputs:
    """A map and its masks, read and checked.

    `source`: the `MapFile`. `solvent_mask`: float32, `region`: boolean, both (z, y, x) on the
    working grid, or None. `levels`: by role, above which value a mask counts. `notes`: sentences.
    Raises `ValueError` where one of them will not do, `OSError` where it cannot be read.
    """

    def __init__(self, path, masks, max_box):
        self.source = read_map(path)
        check_map(self.source.array, self.source.axes)
        self.levels = {}
        self.notes = list(self.source.notes)
        self._shape = Grid.of(self.source.array.shape, self.source.axes).working(max_box).shape
        self.solvent_mask = self._mask(masks, 'solvent_mask')
        self.region = self._region(masks)

    def _region(self, masks):
        role = 'full_scale_region'
        values = self._mask(masks, role)
        if values is None:
            return None
        level = self.levels[role]
        region = values > level
        if not region.any():
            raise ValueError(f'{WORDS[role]} holds no voxel of the map above {level:.4g}')
        return region

    def _mask(self, masks, role):
        """A mask on the working grid; None if there is none."""
        if role not in masks:
            return None
        try:
            mask = read_map(masks[role])
        except MapFileError as error:
            raise ValueError(f'{WORDS[role]}, {masks[role]}: {error}') from error
        try:
            level = mask_level(mask.array)
        except ValueError as error:
            raise ValueError(f'{WORDS[role]}, {masks[role]}: {error}') from error
        values = sampled_on(mask, self.source, self._shape)
        if not values.any():
            raise ValueError(f'{WORDS[role]} is zero all over the map: does it lie elsewhere?')
        if role == 'full_scale_region':
            self.levels[role] = level
            if level != MASK_LEVEL:
                self.notes.append(f'{WORDS[role]} counts above {level:.4g}, half of its maximum, '
                                  'as its values are not those of a mask of 0 to 1')
        return values
