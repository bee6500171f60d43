"""What the header of an MRC or CCP4 map says of the place and shape of the map.

Where headers leave room for doubt, these functions decide as ChimeraX does, so that a result lies
on its source when both are opened there. `header` is a record of mrcfile's `HEADER_DTYPE`.
"""

import math
from pathlib import Path

import numpy as np

#: What compressed files end in.
COMPRESSED = ('.gz', '.bz2')
#: ChimeraX reads these as CCP4 maps, which know no ORIGIN.
CCP4_SUFFIXES = ('.map', '.ccp4')
STACK_SUFFIXES = ('.mrcs', '.st')
ROTATION_LABEL = b'Chimera rotation: '


def triple(record):
    """Three numbers of a header (x, y, z, or alpha, beta, gamma) as floats."""
    return tuple(float(value) for value in record.tolist())


def has_stamp(header):
    """Whether the header says MAP, as all do since 2000; older ones know no z of ORIGIN."""
    return bytes(header['map'])[:3] == b'MAP'


def bare_suffix(path):
    """The suffix of a path in small letters, compression apart."""
    name = path.name.lower()
    for suffix in COMPRESSED:
        name = name.removesuffix(suffix)
    return Path(name).suffix


def is_ccp4(path):
    """Whether ChimeraX reads a file of this name as a CCP4 map."""
    return bare_suffix(path) in CCP4_SUFFIXES


def is_image_stack(header, path):
    """Whether the header, or the name of a file that leaves it open, says that it holds images.

    Many programs write space group 0, which stands for images, into the headers of maps.
    """
    says_images = int(header['ispg']) == 0 and int(header['nz']) > 1
    return says_images and (int(header['mz']) == 1 or bare_suffix(path) in STACK_SUFFIXES)


def axis_order(header):
    """Which axes (1 x, 2 y, 3 z) columns, rows and sections run along."""
    order = tuple(int(header[name]) for name in ('mapc', 'mapr', 'maps'))
    return order if sorted(order) == [1, 2, 3] else (1, 2, 3)


def cell_angles(header):
    """Cell angles in degrees; right ones if those of the header make no cell."""
    angles = triple(header['cellb'])
    possible = (all(0 < angle < 180 for angle in angles) and sum(angles) < 360
                and max(angles) < sum(angles) / 2)
    return angles if possible else (90.0, 90.0, 90.0)


def unit_axes(angles):
    """Unit vectors of a cell's axes as rows: the first along x, the second in the xy plane."""
    ca, cb, cg = (0.0 if angle == 90 else math.cos(math.radians(angle)) for angle in angles)
    sg = math.sqrt(1 - cg * cg)
    cy = (ca - cb * cg) / sg
    return np.array([(1, 0, 0), (cg, sg, 0), (cb, cy, math.sqrt(1 - cb * cb - cy * cy))])


def axes_of(header):
    """The step vectors along x, y and z in Å as rows, in the frame of the cell."""
    counts = np.array([int(header[name]) for name in ('mx', 'my', 'mz')])
    steps = np.array(triple(header['cella'])) / counts
    return steps[:, None] * unit_axes(cell_angles(header))


def valid_origin(header, path, steps):
    """ORIGIN in Å where it places the map; None where the start indices do."""
    if not has_stamp(header) or is_ccp4(path):
        return None
    origin = triple(header['origin'])
    # Far-off values are what some programs leave where they set nothing.
    sound = all(math.isfinite(o) and np.float32(o) + np.float32(step) != np.float32(o)
                for o, step in zip(origin, steps, strict=True))
    return origin if sound and any(origin) else None


def valid_starts(header, to_stored, longest):
    """Start indices (x, y, z); zero where they can only be what somebody forgot to set."""
    stored = [int(header[name]) for name in ('nxstart', 'nystart', 'nzstart')]
    if any(abs(start) > 10 * longest for start in stored):
        stored = [0, 0, 0]
    return np.array([stored[a] for a in to_stored], float)


def rotation(header):
    """The rotation that Chimera writes into a label, as a 3×3 matrix."""
    for label in reversed(header['label']):     # of several the last one counts
        if bytes(label).startswith(ROTATION_LABEL):
            try:
                words = bytes(label).rstrip(b'\0').split()[2:]
                x, y, z, degrees = (float(word) for word in words)
            except ValueError:
                continue
            return _about((x, y, z), math.radians(degrees))
    return np.eye(3)


def _about(axis, angle):
    """The matrix that turns by an angle (radians) about an axis."""
    length = np.linalg.norm(axis)
    if not length > 0:
        return np.eye(3)
    x, y, z = np.array(axis) / length
    cross = np.array([(0, -z, y), (z, 0, -x), (-y, x, 0)])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
