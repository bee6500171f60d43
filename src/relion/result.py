"""RELION's reconstruction of a class: made by RELION's own program, read, and replaced whole."""

import os
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path

import mrcfile
import numpy as np


class ResultError(ValueError):
    """Why there is no result; the message is one sentence."""


def reconstruct(program, star):
    """Have RELION's program make the map that `star` asks for. Raises `ResultError`."""
    try:
        done = subprocess.run([program, str(star)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, encoding='utf-8',
                              errors='replace')
    except OSError as error:
        raise ResultError(f'{program} cannot be started ({error.strerror}): --reconstruct names '
                          'RELION\'s own program for external reconstruction') from error
    if done.returncode:
        said = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        told = next((line for line in said if 'ERROR' in line and len(line) > len('ERROR:')),
                    said[-1] if said else f'exit status {done.returncode}')
        raise ResultError(f'{program} failed on {star.name}: {told}')


def read_result(path, box):
    """The map in an MRC file: float32 (z, y, x), and the bytes of its header.

    box: the edge it must have in voxels. RELION writes no voxel size there, and none is looked for.
    Raises `ResultError` for a file that is missing, damaged, or of another size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with mrcfile.open(path, permissive=True) as file:
                data, header = file.data, file.header
                if data is None:
                    raise ValueError('truncated')
                array, header = np.array(data, np.float32), header.copy()
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or 'it is no whole MRC file'
        raise ResultError(f'the reconstruction {path.name} cannot be read: {reason}') from error
    if array.shape != (box,) * 3:
        raise ResultError(f'the reconstruction {path.name} has {array.shape[::-1]} voxels, not '
                          f'{box} along each axis')
    return array, header


def replacement(path, array, header):
    """Write the map that is to take the place of the one in `path`, beside it; return its path.

    array: float32 (z, y, x). header: of the map that it replaces. Raises `ResultError` and leaves
    nothing behind where the file cannot be written.
    """
    header = header.copy()
    header.mode, header.nsymbt = 2, 0
    header.dmin, header.dmax = array.min(), array.max()
    header.dmean, header.rms = array.mean(dtype=float), array.std(dtype=float)
    order = header.dtype['nx'].byteorder
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        with open(temporary, 'wb') as file:
            file.write(header.tobytes())
            file.write(np.ascontiguousarray(array, np.dtype('f4').newbyteorder(order)))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        discard(temporary)
        raise ResultError(f'{path.name} cannot be written: {error.strerror}; RELION\'s own map '
                          'was left in place') from error
    return temporary


def put(temporary, path):
    """Put the new map in the place of the old one, at once. Raises `ResultError`."""
    try:
        os.replace(temporary, path)
    except OSError as error:
        discard(temporary)
        raise ResultError(f'{path.name} cannot be replaced: {error.strerror}; RELION\'s own map '
                          'was left in place') from error


def discard(temporary):
    """Remove a file that was not put in place."""
    with suppress(OSError):
        Path(temporary).unlink()
