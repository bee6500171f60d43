"""Maps in MRC and CCP4 files, in any of the clothes they are found in, placed as ChimeraX does.

After the MRC2014 format (Cheng et al., J. Struct. Biol. 192, 2015) and mrcfile (Burnley, Palmer and
Winn, Acta Cryst. D73, 2017).
"""

import bz2
import gzip
import math
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE

from .header import (
    COMPRESSED,
    axis_order,
    bare_suffix,
    cell_angles,
    has_stamp,
    is_ccp4,
    is_image_stack,
    rotation,
    triple,
    unit_axes,
    valid_origin,
    valid_starts,
)

#: What a file name may end in, compression apart.
SUFFIXES = ('.mrc', '.map', '.ccp4', '.rec', '.mrcs', '.st')

MODES = {0: 'i1', 1: 'i2', 2: 'f4', 6: 'u2', 12: 'f2'}
OTHER_MODES = {3: 'Fourier components', 4: 'Fourier components', 101: 'packed 4-bit numbers'}
#: An axis this long or longer means that the header was read in the wrong byte order.
LONGEST_AXIS = 65536
#: Voxel sizes in Å outside of which a header tells none.
VOXEL_SIZES = (1e-3, 1e5)
IMOD_STAMP = 1146047817
VOLUME_STACKS = range(401, 631)


class MapFileError(ValueError):
    """A file that cannot serve as a map; the message is one sentence, without the file's name."""


@dataclass(frozen=True, eq=False)
class MapFile:
    """A map read from a file.

    `array`: float32 (z, y, x), whatever the axis order in the file. `axes`: the step vectors along
    x, y and z in Å, in the frame of the cell. `position`: where ChimeraX puts the first voxel,
    (x, y, z) in Å, and `rotation` the 3×3 matrix it applies to the axes. `axis_order`: which axes
    (1 x, 2 y, 3 z) the file's columns, rows and sections run along. `header`: as in the file, in
    the byte order of this machine. `extended`: the extended header if it holds symmetry operators,
    else empty. `origin_counts`: whether ORIGIN places the map, not the start indices. `notes`:
    sentences on what is odd.
    """

    path: Path
    array: np.ndarray = field(repr=False)
    header: np.recarray = field(repr=False)
    extended: bytes
    axes: tuple
    position: tuple
    rotation: np.ndarray
    axis_order: tuple
    origin_counts: bool
    notes: tuple = ()

    @property
    def steps(self):
        """The voxel size (x, y, z) in Å."""
        return tuple(float(np.linalg.norm(axis)) for axis in self.axes)

    @property
    def cell_counts(self):
        """The number of voxels (x, y, z) that fill the unit cell."""
        return tuple(int(self.header[name]) for name in ('mx', 'my', 'mz'))

    @property
    def starts(self):
        """The start indices along (x, y, z)."""
        stored = [int(self.header[name]) for name in ('nxstart', 'nystart', 'nzstart')]
        return tuple(stored[self.axis_order.index(axis)] for axis in (1, 2, 3))

    @property
    def suffix(self):
        """The suffix with which a result is placed as the map is.

        .mrc, unless the map is a .map file with an ORIGIN, which ChimeraX does not heed there.
        """
        has_origin = any(triple(self.header['origin']))
        return '.map' if is_ccp4(self.path) and has_origin and not self.origin_counts else '.mrc'

    def place(self, indices):
        """Where the voxel of indices (x, y, z), perhaps not whole, lies: (x, y, z) in Å."""
        offset = self.rotation @ (np.array(self.axes).T @ np.asarray(indices, float))
        return tuple(float(c) for c in np.array(self.position) + offset)


def map_name(path):
    """The name of a map without suffix and compression: emd_1234 of data/emd_1234.map.gz."""
    name = Path(path).name
    for suffixes in (COMPRESSED, SUFFIXES):
        for suffix in suffixes:
            if name.lower().endswith(suffix) and len(name) > len(suffix):
                name = name[:-len(suffix)]
                break
    return name


def read_map(path):
    """Read a map of any mode, byte order and axis order, also compressed by gzip or bzip2.

    Returns a `MapFile`. Raises `MapFileError` for what is not a map, is damaged or truncated, has
    no voxel size, is a stack of volumes or a single plane; `OSError` where a file cannot
    be read at all.
    """
    path = Path(path)
    with _open(path) as stream:
        try:
            header, extended, stored, notes = _read(stream, path)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise MapFileError('the compressed file is truncated or damaged') from error
        except OSError as error:
            if error.errno is None:     # what bzip2 raises for damaged data
                raise MapFileError('the compressed file is truncated or damaged') from error
            raise
    order = axis_order(header)
    to_stored = [order.index(axis) for axis in (1, 2, 3)]
    array = stored.transpose([2 - to_stored[2 - d] for d in range(3)])
    array = np.ascontiguousarray(array, np.float32)

    counts = np.array([int(header[name]) for name in ('mx', 'my', 'mz')])
    steps = np.array(triple(header['cella'])) / counts
    axes = steps[:, None] * unit_axes(cell_angles(header))
    origin = valid_origin(header, path, steps)
    if origin is not None:
        position = origin
    else:
        starts = valid_starts(header, to_stored, max(*counts, *array.shape))
        position = tuple(float(c) for c in axes.T @ starts)
    return MapFile(path, array, header, extended, tuple(tuple(map(float, axis)) for axis in axes),
                   position, rotation(header), order, origin is not None, tuple(notes))


def _open(path):
    """A stream of the file's contents, unpacked if the file begins as a compressed one does."""
    with open(path, 'rb') as file:
        start = file.read(3)
    if start[:2] == b'\x1f\x8b':
        return gzip.open(path)
    if start == b'BZh':
        return bz2.open(path)
    return open(path, 'rb')


def _read(stream, path):
    """Header, symmetry operators, the data (section, row, column), and notes on oddities."""
    raw = stream.read(HEADER_DTYPE.itemsize)
    if len(raw) < HEADER_DTYPE.itemsize:
        raise MapFileError('this is not an MRC or CCP4 map: it is shorter than a header'
                           if raw else 'the file is empty')
    columns = int.from_bytes(raw[:4], 'little', signed=True)
    order = '<' if 0 < columns < LONGEST_AXIS else '>'
    header = np.frombuffer(raw, HEADER_DTYPE.newbyteorder(order))
    header = header.astype(HEADER_DTYPE).view(np.recarray)[0]
    notes = []
    shape = tuple(int(header[name]) for name in ('nz', 'ny', 'nx'))
    mode, extra = int(header['mode']), int(header['nsymbt'])
    stamped = has_stamp(header)
    _check_kind(shape, mode, extra, stamped)
    if not stamped:
        notes.append('the header lacks the word MAP: read as an old MRC file')
    _check_stack(header, shape)
    _check_cell(header)
    if is_image_stack(header, path):
        notes.append(f'the file says that it holds a stack of {shape[0]} images, not a map: '
                     'the scale means nothing then')

    element = np.dtype(MODES[mode]).newbyteorder(order)
    if mode == 0 and _is_unsigned(header, path, stamped):
        element = np.dtype('u1')
        notes.append('8-bit values were read as unsigned')
    expected = math.prod(shape) * element.itemsize
    extended = b''
    available = _bytes_left(stream)
    if extra and available is not None and expected + extra > available == expected:
        notes.append('the header announces symmetry operators that are not there')
    else:
        extended = _symmetry(header, stream.read(extra))
        available = _bytes_left(stream)
    if available is not None and available < expected:
        raise _truncated(available, expected)
    if available is not None and available > expected:
        notes.append(f'{available - expected} bytes follow the density and were not read')
    stored = np.empty(shape, element)
    filled = _fill(stream, memoryview(stored.reshape(-1).view('u1')))
    if filled < expected:
        raise _truncated(filled, expected)
    return header, extended, stored, notes


def _check_kind(shape, mode, extra, stamped):
    if stamped and mode in OTHER_MODES:
        raise MapFileError(f'the file holds {OTHER_MODES[mode]} (mode {mode}), not density')
    sound = all(0 < n < LONGEST_AXIS for n in shape) and mode in MODES and extra >= 0
    if not sound and stamped:
        raise MapFileError(f'the header is damaged: it tells of {shape[2]} × {shape[1]} × '
                           f'{shape[0]} voxels of mode {mode}')
    if not sound:
        raise MapFileError('this is not an MRC or CCP4 map')
    if min(shape) < 2:
        raise MapFileError('a single plane is not a map; give a map with several sections')


def _check_stack(header, shape):
    group, depth = int(header['ispg']), int(header['mz'])
    sections = shape[0]
    if group in VOLUME_STACKS and depth not in (0, sections):
        raise MapFileError(f'the file holds a stack of {sections // max(1, depth)} volumes; '
                           'give them one by one')


def _check_cell(header):
    counts = [int(header[name]) for name in ('mx', 'my', 'mz')]
    lengths = triple(header['cella'])
    if not all(m > 0 and VOXEL_SIZES[0] <= a / m <= VOXEL_SIZES[1]
               for m, a in zip(counts, lengths, strict=True)):
        raise MapFileError('the map has no voxel size; write one into its header first')


def _is_unsigned(header, path, stamped):
    """Whether 8-bit values have no sign; in doubt as ChimeraX decides."""
    stamp, flags = np.frombuffer(header['extra2'].tobytes()[40:48], 'i4')
    if stamped and stamp == IMOD_STAMP:
        return not flags & 1
    return bare_suffix(path) == '.rec' or not (stamped or is_ccp4(path))


def _bytes_left(stream):
    """How much is left of a file; None if it is compressed."""
    if isinstance(stream, (gzip.GzipFile, bz2.BZ2File)):
        return None
    return os.fstat(stream.fileno()).st_size - stream.tell()


def _symmetry(header, extended):
    """The extended header if it holds lines of text, as symmetry operators are."""
    named = bytes(header['exttyp']).strip(b' \0')
    if len(extended) % 80 or named not in (b'', b'CCP4', b'MRCO'):
        return b''
    is_text = all(byte in b'\t\n\r' or 32 <= byte < 127 for byte in extended)
    return extended if is_text else b''


def _fill(stream, memory):
    filled = 0
    while filled < len(memory):
        count = stream.readinto(memory[filled:])
        if not count:
            break
        filled += count
    return filled


def _truncated(available, expected):
    return MapFileError(f'the file is truncated: {max(0, available):,} of {expected:,} bytes '
                        'of density are there')
