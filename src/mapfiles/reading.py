"""Maps in MRC and CCP4 files, in any of the clothes they are found in, placed as ChimeraX does.

After the MRC2014 format (Cheng et al., J. Struct. Biol. 192, 2015) and mrcfile (Burnley, Palmer and
Winn, Acta Cryst. D73, 2017). The header's layout and the writing are mrcfile's; reading is not, as
mrcfile 1.5 gives no density for maps whose symmetry operators are announced but absent, as those of
early entries of the EMDB are, and tells of what is damaged in warnings, not in sentences.
"""

import bz2
import gzip
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE

from .header import (
    COMPRESSED,
    axes_of,
    axis_order,
    has_stamp,
    is_ccp4,
    rotation,
    triple,
    valid_origin,
    valid_starts,
)
from .rules import (
    MODES,
    PLANE,
    STACK,
    VOXEL_SIZE,
    density_bytes,
    is_unsigned,
    lacks_operators,
    refusal,
    remarks,
    shape_of,
)

#: What a file name may end in, compression apart.
SUFFIXES = ('.mrc', '.map', '.ccp4', '.rec', '.mrcs', '.st')

OTHER_MODES = {3: 'Fourier components', 4: 'Fourier components', 101: 'packed 4-bit numbers'}
#: An axis this long or longer means that the header was read in the wrong byte order.
LONGEST_AXIS = 65536
#: What to do about a `rules.Refusal` where there is only the file.
ADVICE = {VOXEL_SIZE: 'write one into its header first',
          STACK: 'give each as a file of its own',
          PLANE: 'give a map with several sections'}


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

    def to_grid(self, points):
        """Places (n, 3), in Å where ChimeraX shows the map, in the map's own frame: voxel 0 is at
        the origin, and from there `axes` lead.
        """
        return (np.asarray(points, float) - self.position) @ self.rotation


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
    axes = axes_of(header)
    origin = valid_origin(header, path, np.linalg.norm(axes, axis=1))
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


def read_header(path):
    """The header of a file in the byte order of this machine, and whether it is compressed.

    Raises as `read_map` does for what is no header of a map.
    """
    with _open(path) as stream:
        return _header(stream)[0], _is_packed(stream)


def read_grid(path):
    """The box (z, y, x) of a map and its step vectors in Å, from its header alone.

    Raises as `read_map` does for what a header tells.
    """
    header, _ = read_header(path)
    against = refusal(header)
    if against:
        raise MapFileError(f'{against.reason}; {ADVICE[against.rule]}')
    stored = shape_of(header)[::-1]
    order = axis_order(header)
    shape = tuple(stored[order.index(axis)] for axis in (3, 2, 1))
    return shape, tuple(tuple(map(float, axis)) for axis in axes_of(header))


def _header(stream):
    """Header in the byte order of this machine, and the order of the file."""
    raw = stream.read(HEADER_DTYPE.itemsize)
    if len(raw) < HEADER_DTYPE.itemsize:
        raise MapFileError('this is not an MRC or CCP4 map: it is shorter than a header'
                           if raw else 'the file is empty')
    columns = int.from_bytes(raw[:4], 'little', signed=True)
    order = '<' if 0 < columns < LONGEST_AXIS else '>'
    header = np.frombuffer(raw, HEADER_DTYPE.newbyteorder(order))
    header = header.astype(HEADER_DTYPE).view(np.recarray)[0]
    _check_kind(header)
    return header, order


def _read(stream, path):
    """Header, symmetry operators, the data (section, row, column), and notes on oddities."""
    header, order = _header(stream)
    against = refusal(header)
    if against:
        raise MapFileError(f'{against.reason}; {ADVICE[against.rule]}')
    size = None if _is_packed(stream) else os.fstat(stream.fileno()).st_size
    element = np.dtype(MODES[int(header['mode'])]).newbyteorder(order)
    if element.kind == 'i' and element.itemsize == 1 and is_unsigned(header, path):
        element = np.dtype('u1')
    extended = b''
    if size is None or not lacks_operators(header, size):
        extended = _symmetry(header, stream.read(int(header['nsymbt'])))
    expected = density_bytes(header)
    if size is not None and size - stream.tell() < expected:
        raise _truncated(size - stream.tell(), expected)
    stored = np.empty(shape_of(header), element)
    filled = _fill(stream, memoryview(stored.reshape(-1).view('u1')))
    if filled < expected:
        raise _truncated(filled, expected)
    return header, extended, stored, remarks(header, path, size)


def _check_kind(header):
    """Raise `MapFileError` for what is no header, or not that of density."""
    shape, mode = shape_of(header), int(header['mode'])
    stamped = has_stamp(header)
    if stamped and mode in OTHER_MODES:
        raise MapFileError(f'the file holds {OTHER_MODES[mode]} (mode {mode}), not density')
    sound = all(0 < n < LONGEST_AXIS for n in shape) and mode in MODES and header['nsymbt'] >= 0
    if not sound and stamped:
        raise MapFileError(f'the header is damaged: it tells of {shape[2]} × {shape[1]} × '
                           f'{shape[0]} voxels of mode {mode}')
    if not sound:
        raise MapFileError('this is not an MRC or CCP4 map')


def _is_packed(stream):
    return isinstance(stream, (gzip.GzipFile, bz2.BZ2File))


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
