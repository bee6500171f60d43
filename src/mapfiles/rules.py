"""What is refused or remarked because of a header: the same in the window and in batches.

A header is a record of mrcfile's `HEADER_DTYPE`. The reasons are those of both; what to do about
them each says in its own way.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core.wording import IMAGES, Remark
from .header import bare_suffix, has_stamp, is_ccp4, is_image_stack, triple

MODES = {0: 'i1', 1: 'i2', 2: 'f4', 6: 'u2', 12: 'f2'}
#: Voxel sizes in Å outside of which a header tells none.
VOXEL_SIZES = (1e-3, 1e5)
#: Space groups that stand for stacks of volumes, and those of crystals.
VOLUME_STACKS = range(401, 631)
CRYSTALS = range(2, 231)
IMOD_STAMP = 1146047817

VOXEL_SIZE, STACK, PLANE = 'voxel size', 'stack of volumes', 'plane'


class Refusal(NamedTuple):
    """Why a file cannot serve as a map: which rule, the reason as a clause, and how many volumes.
    """

    rule: str
    reason: str
    volumes: int = 1


def refusal(header, knows_voxel_size=False):
    """The `Refusal` of a map because of its header; None where there is nothing against it.

    knows_voxel_size: whether somebody stated the voxel size since the file was read.
    """
    shape = shape_of(header)
    if min(shape) < 2:
        return Refusal(PLANE, 'a single plane is not a map')
    depth = int(header['mz'])
    if int(header['ispg']) in VOLUME_STACKS and depth not in (0, shape[0]):
        count = shape[0] // max(1, depth)
        return Refusal(STACK, f'the file holds a stack of {count} volumes, not one map', count)
    if not knows_voxel_size and not states_voxel_size(header):
        return Refusal(VOXEL_SIZE, 'the file states no voxel size')
    return None


def remarks(header, path, size=None):
    """Sentences on what is odd about a map, by its header.

    path: of the file. size: of the file in bytes; None if it is compressed.
    """
    found = []
    if not has_stamp(header):
        found.append('the header lacks the word MAP: read as an old MRC file')
    if is_image_stack(header, path):
        found.append(Remark(
            f'the file says that it holds a stack of images, {int(header["nz"])} of them, and not '
            'a map: the scale means nothing then', kind=IMAGES))
    if int(header['ispg']) in CRYSTALS:
        found.append(f'the header states the space group {int(header["ispg"])} of a crystal: the '
                     'method is for a particle in solvent, and its solvent model is not to be '
                     'trusted where neighbours fill the box')
    if int(header['mode']) == 0 and is_unsigned(header, path):
        found.append('8-bit values were read as unsigned')
    if size is not None and lacks_operators(header, size):
        found.append('the header announces symmetry operators that are not there')
    elif size is not None:
        after = size - _header_bytes(header) - int(header['nsymbt']) - density_bytes(header)
        if after > 0:
            found.append(f'{after} bytes follow the density and were not read')
    return found


def told(found, warnings):
    """Remarks on a file and the warnings of its estimate, what both say once."""
    said = any(_is_of_images(warning) for warning in warnings)
    return [text for text in found if not (said and _is_of_images(text))] + list(warnings)


def _is_of_images(text):
    return getattr(text, 'kind', '') == IMAGES


def shape_of(header):
    """Sections, rows and columns."""
    return tuple(int(header[name]) for name in ('nz', 'ny', 'nx'))


def states_voxel_size(header):
    """Whether cell and counts of voxels give a voxel size."""
    counts = [int(header[name]) for name in ('mx', 'my', 'mz')]
    return all(m > 0 and VOXEL_SIZES[0] <= a / m <= VOXEL_SIZES[1]
               for m, a in zip(counts, triple(header['cella']), strict=True))


def is_unsigned(header, path):
    """Whether 8-bit values have no sign; in doubt as ChimeraX decides."""
    stamp, flags = np.frombuffer(header['extra2'].tobytes()[40:48], header['nx'].dtype)
    if has_stamp(header) and stamp == IMOD_STAMP:
        return not flags & 1
    return bare_suffix(path) == '.rec' or not (has_stamp(header) or is_ccp4(path))


def density_bytes(header):
    """How many bytes the density takes; 0 for a mode that holds none."""
    kind = MODES.get(int(header['mode']))
    return math.prod(shape_of(header)) * np.dtype(kind).itemsize if kind else 0


def lacks_operators(header, size):
    """Whether symmetry operators are announced and the file, of `size` bytes, ends without them."""
    return int(header['nsymbt']) > 0 and size == _header_bytes(header) + density_bytes(header)


def _header_bytes(header):
    return header.dtype.itemsize
