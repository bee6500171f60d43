"""Maps in files, in all the clothes a file can wear, sound or not."""

import numpy as np

MODES = {'i1': 0, 'i2': 1, 'f4': 2, 'u2': 6, 'f2': 12}


def two_blobs(shape=(40, 42, 44), noise=0.02, seed=3):
    """A float32 map (z, y, x): blurred atoms in two balls, full at low x and half at high x."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    z, y, x = (index / n for index, n in zip(np.indices(shape), shape, strict=True))
    density = np.zeros(shape)
    for place, occupancy in ((0.32, 1.0), (0.68, 0.5)):
        near = (z - 0.5) ** 2 + (y - 0.5) ** 2 + (x - place) ** 2 < 0.16 ** 2
        atoms = gaussian_filter(near * rng.random(shape) ** 8, 1)
        density += occupancy * atoms
    return (density / density.max() + noise * rng.standard_normal(shape)).astype(np.float32)


def write_file(path, array, *, kind='f4', order='<', axes=(1, 2, 3), voxel=(1.5, 1.5, 1.5),
               cell=None, counts=None, angles=(90, 90, 90), starts=(0, 0, 0), origin=(0, 0, 0),
               group=1, extended=b'', announced=None, stamp=b'MAP ', labels=(), machine=None,
               mode=None):
    """Write an array (z, y, x) byte by byte as an MRC file, sound or not; return the path.

    Lengths and places are (x, y, z); `axes` are those of columns, rows and sections.
    """
    from mrcfile.dtypes import HEADER_DTYPE

    to_cell = [axis - 1 for axis in axes]
    stored = np.asarray(array).transpose([2 - to_cell[2 - d] for d in range(3)])
    header = np.zeros(1, HEADER_DTYPE.newbyteorder(order))
    counts = counts or array.shape[::-1]
    header['nz'], header['ny'], header['nx'] = stored.shape
    header['mode'] = MODES[kind] if mode is None else mode
    header['nxstart'], header['nystart'], header['nzstart'] = (starts[a] for a in to_cell)
    header['mx'], header['my'], header['mz'] = counts
    cell = cell or [s * n for s, n in zip(voxel, counts, strict=True)]
    header['cella'], header['cellb'] = tuple(cell), tuple(angles)
    header['mapc'], header['mapr'], header['maps'] = axes
    header['ispg'] = group
    header['nsymbt'] = len(extended) if announced is None else announced
    header['origin'] = tuple(origin)
    header['map'] = stamp
    header['machst'] = machine or ((0x44, 0x44, 0, 0) if order == '<' else (0x11, 0x11, 0, 0))
    header['nlabl'] = len(labels)
    for i, label in enumerate(labels):
        header['label'][0][i] = label
    data = np.ascontiguousarray(stored, np.dtype(kind).newbyteorder(order))
    path.write_bytes(header.tobytes() + extended + data.tobytes())
    return path
