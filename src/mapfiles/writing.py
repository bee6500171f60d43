"""Results in MRC files that lie on the map they were made from when ChimeraX opens them.

The header's layout is mrcfile's. What it says of the values is worked out here, in slabs, and the
array goes to the file as it stands: mrcfile copies it first, and takes four times as long.
"""

import sys

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE

from ..core.threads import in_threads, slabs
from .header import ROTATION_LABEL, cell_angles, has_stamp
from .rules import VOLUME_STACKS

LABELS = 10
#: Mode of float32, and the version of the format, MRC2014.
FLOATS, VERSION = 2, 20141
#: Machine stamp of this machine's byte order.
STAMP = (0x44, 0x44, 0, 0) if sys.byteorder == 'little' else (0x11, 0x11, 0, 0)
SLAB = 8


def write_map(path, array, source, labels=(), suffix='.mrc'):
    """Write an array as an MRC file that lies on the map it was made from.

    array: (z, y, x), of the shape of `source.array` or another number of samples of the same box;
    written as float32 in the axis order of the source's file. source: a `MapFile`. labels: lines
    of plain text to add to those of the source. suffix: what the file will be called in the end,
    which decides how ChimeraX places it; see `result_suffix`.
    """
    array = np.asarray(array, np.float32)
    to_cell = [axis - 1 for axis in source.axis_order]
    stored = np.ascontiguousarray(array.transpose([2 - to_cell[2 - d] for d in range(3)]))
    header = np.zeros((), HEADER_DTYPE).view(np.recarray)
    header.nz, header.ny, header.nx = stored.shape
    header.mode, header.nversion = FLOATS, VERSION
    header.map, header.machst = b'MAP ', STAMP
    header.dmin, header.dmax, header.dmean, header.rms = _statistics(stored)
    header.mapc, header.mapr, header.maps = source.axis_order
    header.cellb = cell_angles(source.header)
    header.ispg = 1
    extended = b''
    counts = _resampled(source, array.shape, source.cell_counts)
    if counts is not None:
        header.mx, header.my, header.mz = counts
        header.cella = source.header['cella']
        # A volume, though many programs write the number that stands for images.
        group = int(source.header['ispg'])
        header.ispg = group if 0 < group < VOLUME_STACKS.start else 1
        extended = source.extended
        header.nsymbt = len(extended)
        header.exttyp = b'CCP4' if extended else b''
    else:
        # No whole number of the new voxels fits the cell: the box serves as one.
        header.mx, header.my, header.mz = array.shape[::-1]
        header.cella = tuple(np.array(source.steps) * source.array.shape[::-1])
    if array.shape == source.array.shape:
        for name in ('nxstart', 'nystart', 'nzstart'):
            header[name] = source.header[name]
        if has_stamp(source.header):
            header.origin = source.header['origin']
    else:
        _place_resampled(header, array.shape, source, suffix)
    _set_labels(header, source, labels)
    with open(path, 'wb') as file:
        file.write(header.tobytes() + extended)
        file.write(memoryview(stored.reshape(-1).view(np.uint8)))


def _statistics(array):
    """Smallest and largest value of an array, mean, and deviation from it (root mean square)."""
    def one_slab(planes, step):
        part = array[planes]
        # numpy adds up in pairs, and a slab is small: float32 is exact enough for a header.
        mean = part.mean()
        off = part - mean
        step()
        return part.min(), part.max(), part.size, mean, np.square(off, out=off).sum()

    low, high, sizes, means, squares = np.array(
        in_threads(one_slab, slabs(array.shape[0], SLAB)), float).T
    mean = np.average(means, weights=sizes)
    variance = (squares.sum() + (sizes * (means - mean) ** 2).sum()) / array.size
    return low.min(), high.max(), mean, np.sqrt(variance)


def result_suffix(source, shape):
    """The suffix of a file in which an array of `shape` (z, y, x) is placed as its source is."""
    exact = shape == source.array.shape or _resampled_starts(source, shape) is not None
    return source.suffix if exact else '.mrc'


def _place_resampled(header, shape, source, suffix):
    """Put the corner of another grid of the same box where the corner of the source is.

    Start indices are kept wherever they come out whole, because some programs know nothing else.
    """
    starts = _resampled_starts(source, shape)
    stored = [0, 0, 0] if starts is None else [starts[axis - 1] for axis in source.axis_order]
    header.nxstart, header.nystart, header.nzstart = stored
    if source.origin_counts or (suffix == '.map' and starts is not None):
        header.origin = source.header['origin']
    elif starts is None:
        header.origin = source.position


def _resampled_starts(source, shape):
    """The start indices (x, y, z) on a grid of another shape; None where they are not whole."""
    return _resampled(source, shape, source.starts) if any(source.position) else (0, 0, 0)


def _resampled(source, shape, numbers):
    """Numbers of voxels along (x, y, z) on a grid of another shape; None where not all are whole.
    """
    found = [number * m / n for number, m, n in
             zip(numbers, shape[::-1], source.array.shape[::-1], strict=True)]
    if not all(number.is_integer() for number in found):
        return None
    return tuple(int(number) for number in found)


def _set_labels(header, source, labels):
    """The source's labels, as many as there is room for, and ours; none that states a time."""
    old = [bytes(label) for label in source.header['label'] if bytes(label).strip(b' \0')]
    room = LABELS - len(labels)
    # The rotation that Chimera keeps in a label places the map: it is not given up.
    turned = [label for label in old[room:] if label.startswith(ROTATION_LABEL)][:room]
    lines = old[:room - len(turned)] + turned
    lines += [label.encode('ascii', 'replace')[:80] for label in labels]
    header.label = lines + [b''] * (LABELS - len(lines))
    header.nlabl = len(lines)
