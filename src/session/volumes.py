"""Between ChimeraX volumes and the arrays and axes of the core.

Arrays are (z, y, x); axes are three step vectors in Å, for x, y and z in this order.
"""

import math
from pathlib import Path

import numpy as np
from chimerax.map_data import ArrayGridData, interpolate_volume_data

from ..core import Grid
from ..mapfiles import MapFileError, read_header, rules
from .follow import followers, sit_on

#: Kinds of derived maps that get a row in Volume Viewer.
_LOOKED_AT = ('map', 'difference')


def label(model):
    """A model as it is named to the user: name and number."""
    return f'{model.name} #{model.id_string}' if model.id is not None else model.name


def spec_of(models):
    """One specifier of some models, in the order of their numbers: "#1,3", "#2#1.1#1.4"."""
    numbers = [model.id_string for model in sorted(models, key=lambda model: model.id)]
    # A comma goes on within one number, so that "#1.1,1.2" would name nothing.
    whole = ','.join(number for number in numbers if '.' not in number)
    return ''.join(f'#{number}' for number in (
        *([whole] if whole else ()), *(number for number in numbers if '.' in number)))


def array_of(volume):
    """The whole map as an array (z, y, x), whatever region and step are shown.

    It may be ChimeraX's own copy: read it, do not change it. Where the axes of a file are stored in
    another order it is a transposed view, which the core copies first, in the thread of the work.
    """
    return volume.full_matrix()


def voxels_of(volume):
    """The number of voxels of the whole map."""
    return math.prod(volume.data.size)


def read_alone(volume):
    """The same, read from its file where ChimeraX does not hold it, without it being held then.

    So that many maps take no more memory than one; may be called in a thread. `ValueError` where
    the file cannot be read any more.
    """
    data = volume.data
    array = data.matrix(from_cache_only=True)
    if array is not None:
        return array
    try:
        return data.read_matrix((0, 0, 0), data.size, (1, 1, 1), None)
    except OSError as error:
        raise ValueError(f'its file cannot be read: {error.strerror or error}') from error


def axes_of(volume):
    """The step vectors (x, y, z) of the whole map in Å, as an array (3, 3), one in each row."""
    return np.array(volume.data.ijk_to_xyz_transform.matrix)[:, :3].T


def grid_of(volume):
    """The core's `Grid` of the whole map; `ValueError` where it has no voxel size."""
    return Grid.of(tuple(reversed(volume.data.size)), axes_of(volume))


def refusal_of(volume):
    """The `mapfiles.rules.Refusal` of a map because of its file; None where nothing is wrong."""
    header, _ = _file_header(volume)
    if header is None:
        return None
    # ChimeraX takes 1 Å where the file states none. Whoever sets another one knows it.
    data = volume.data
    return rules.refusal(header, tuple(data.step) != tuple(data.original_step))


def lacks_voxel_size(volume):
    """Whether the file of a map states no voxel size, and nobody has set it since."""
    found = refusal_of(volume)
    return found is not None and found.rule == rules.VOXEL_SIZE


def remarks_on(volume):
    """Sentences on what is odd about the file of a map."""
    header, size = _file_header(volume)
    return [] if header is None else rules.remarks(header, Path(volume.data.path), size)


def _file_header(volume):
    """The header of the MRC or CCP4 file of a map, and the file's size in bytes.

    The header is None where there is no such file, the size where it is compressed.
    """
    data = volume.data
    if data.file_type not in ('mrc', 'ccp4', 'imod') or not isinstance(data.path, str):
        return None, None
    try:
        header, packed = read_header(data.path)
        return header, None if packed else Path(data.path).stat().st_size
    except (OSError, EOFError, MapFileError):
        return None, None


def new_volume(session, array, source, name, *, kind, use='', model_id=None, show=False):
    """Open an array as a map that sits exactly on its source and follows it.

    array: (z, y, x) over the box of `source`, on its own grid or on a working grid that fills the
    same box. kind: what it is to its source, "scale", "confidence", "map" or "mask". use: what a
    mask is for, as `core.next_steps` takes it. model_id: a tuple, or None for the next free number.
    Returns the new `Volume`, a top-level model.
    """
    from chimerax.map import volume_from_grid_data
    grid = _grid_data(array, source, name)
    volume = volume_from_grid_data(
        grid, session, style='surface', open_model=False, model_id=model_id, show_dialog=False)
    volume.display = show
    # Data, not what is looked at: Volume Viewer would grow by a row for each.
    volume.show_in_volume_viewer = kind in _LOOKED_AT
    volume.position = source.scene_position
    session.models.add([volume])
    followers(session).add(volume, source, kind, use)
    return volume


def replace_array(volume, array, source, name=None):
    """Give an open derived map other values, perhaps on another working grid.

    The model stays, with its number and looks, so that whatever is coloured by it stays so.
    """
    was_saved = bool(volume.data.path)
    volume.replace_data(_grid_data(array, source, name or volume.name))
    if name or was_saved:
        volume.name = volume.data.name
    volume.new_region((0, 0, 0), [n - 1 for n in volume.data.size], (1, 1, 1))


def _grid_data(array, source, name):
    data = source.data
    grid = ArrayGridData(array, symmetries=data.symmetries, name=name)
    sit_on(grid, data)
    # A derived map must not use up the colours that ChimeraX gives to maps in turn.
    grid.rgba = source.default_rgba
    # Tools that edit maps then edit a copy: the array is also that of the estimate.
    grid.writable = False
    return grid


def is_derived(volume):
    """Whether the map was made from another one by this bundle and still sits on it."""
    return followers(volume.session).source_of(volume) is not None


def is_result(volume):
    """Whether the map was made by this bundle and is nothing to estimate.

    That is what `is_derived` says, and scales, masks and the like whose source was closed.
    """
    kind = followers(volume.session).kind_of(volume)
    return kind is not None and (kind not in _LOOKED_AT or is_derived(volume))


def is_envelope(volume):
    """Whether the map is a mask or confidence made by this bundle, which encloses another map."""
    return followers(volume.session).kind_of(volume) in ('confidence', 'mask')


def source_of(volume):
    """The map from which a derived map was made, or None."""
    return followers(volume.session).source_of(volume)


def sampler(volume, source):
    """A function that takes another map's values on a grid of `source`, wherever the two are.

    It takes the shape (z, y, x) of a working grid over the box of `source`, None for its own grid,
    and returns float32 (z, y, x), 0 outside `volume`; the array may be ChimeraX's own: read it, do
    not change it. The models are looked at now, so that it can be called in a thread.
    """
    size = tuple(reversed(source.data.size))
    same = _same_place(volume, source)
    matrix = volume.full_matrix()
    to_volume = (volume.data.xyz_to_ijk_transform * volume.scene_position.inverse()
                 * source.scene_position * source.data.ijk_to_xyz_transform)

    def sampled(shape=None):
        shape = size if shape is None else tuple(shape)
        if shape == size and same:
            return np.asarray(matrix, np.float32)
        return _interpolated(matrix, to_volume, shape, size)

    return sampled


def _interpolated(matrix, to_volume, shape, size):
    """Values of a matrix on `shape` samples of a box of `size`, plane by plane."""
    factors = [n / m for n, m in zip(size, shape, strict=True)]
    result = np.zeros(shape, np.float32)
    y, x = np.meshgrid(np.arange(shape[1]) * factors[1], np.arange(shape[2]) * factors[2],
                       indexing='ij')
    points = np.empty((shape[1] * shape[2], 3), np.float32)
    for plane in range(shape[0]):
        points[:, 0], points[:, 1], points[:, 2] = x.ravel(), y.ravel(), plane * factors[0]
        values, outside = interpolate_volume_data(points, to_volume, matrix)
        if len(outside):
            values[outside] = 0
        result[plane] = values.reshape(shape[1:])
    return result


def _same_place(one, other):
    a, b = one.data, other.data
    return (tuple(a.size) == tuple(b.size)
            and a.ijk_to_xyz_transform.same(b.ijk_to_xyz_transform)
            and one.scene_position.same(other.scene_position))


def centre_of_voxels(source, shape, index):
    """Where voxel `index` (z, y, x) of a working grid lies, in the source's own coordinates (Å)."""
    factors = [n / m for n, m in zip(reversed(source.data.size), shape, strict=True)]
    ijk = [i * f for i, f in zip(index, factors, strict=True)]
    return source.data.ijk_to_xyz(tuple(reversed(ijk)))


def scene_points(source, shape, indices):
    """Points of the scene, (n, 3), of voxels `indices`, (n, 3) as (z, y, x), of a working grid."""
    factors = np.array(source.data.size, float) / np.array(shape[::-1], float)
    place = source.scene_position * source.data.ijk_to_xyz_transform
    return place * (np.asarray(indices, float)[:, ::-1] * factors)


def voxel_text(grid):
    """Box and voxel size of a core `Grid` in words: "240 × 240 × 240 voxels of 1.05 Å"."""
    size = ' × '.join(str(n) for n in reversed(grid.shape))
    steps = grid.steps
    same = math.isclose(min(steps), max(steps), rel_tol=1e-4)
    step = f'{steps[0]:.4g}' if same else ' × '.join(f'{s:.4g}' for s in steps)
    return f'{size} voxels of {step} Å'
