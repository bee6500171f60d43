"""Random damage to headers of map files: python bench/fuzz_headers.py [CASES]

Every file must be read or refused with one sentence, and what is written from a file that could be
read must lie where it does, on the same and on a coarser grid. Prints what became of the cases, and
ends with status 1 after a traceback or a misplaced map. Needs the bundle installed in this Python.
"""

import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import mrcfile
import numpy as np
from chimerax.occupy.batch import run_batch
from chimerax.occupy.mapfiles import MapFileError, read_map, result_suffix, write_map

#: Words that mean something, or nothing, in a header: counts, axes, limits, infinity, angles.
WORDS = (0, 1, -1, 2, 3, 255, 65535, 65536, 2**31 - 1, -2**31, 0x7fc00000, 0x7f800000, 0x43480000,
         0x42b40000, 100, 180)
SUFFIXES = ('.mrc', '.map', '.rec', '.mrcs')
#: One in so many files is also estimated.
ESTIMATED = 10


def sound_file(path):
    """The bytes of a small map with start indices, an origin and symmetry operators."""
    rng = np.random.default_rng(0)
    array = rng.normal(0, 0.05, (24, 25, 26)).astype(np.float32)
    array[8:16, 8:16, 8:16] += rng.random((8, 8, 8), np.float32)
    with mrcfile.new(path, array, overwrite=True) as file:
        file.voxel_size = 1.5
        file.set_extended_header(np.frombuffer(b'X,Y,Z'.ljust(80), 'V1'))
        file.nstart = (1, 2, 3)
        file.header.origin = (1, 2, 3)
    return path.read_bytes()


def damaged(content, rng):
    """The bytes of a file with a few words or bytes of its header changed, perhaps cut short."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place = 4 * int(rng.integers(0, 60))
        if rng.random() < 0.6:
            word = WORDS[rng.integers(len(WORDS))] & 0xffffffff
            content[place:place + 4] = word.to_bytes(4, 'little')
        else:
            content[place + rng.integers(4)] = rng.integers(256)
    return content[:rng.integers(len(content))] if rng.random() < 0.1 else content


def is_kept_in_place(source, folder):
    """Whether results on the grid of a map and on a coarser one lie where the map does."""
    for divisor in (1, 2):
        shape = tuple(max(2, n // divisor) for n in source.array.shape)
        path = folder / f'result{result_suffix(source, shape)}'
        write_map(path, np.zeros(shape), source, ['fuzz'], path.suffix)
        found = read_map(path)
        factors = np.array(source.array.shape[::-1]) / shape[::-1]
        if not (np.allclose(found.position, source.position, rtol=1e-5, atol=1e-4)
                and np.allclose(found.axes, np.array(source.axes) * factors[:, None], rtol=1e-5)):
            return False
    return True


def one_case(content, path, number):
    """What became of a file, in a few words."""
    path.write_bytes(content)
    try:
        source = read_map(path)
    except MapFileError as refusal:
        return f'refused: {str(refusal).split(":")[0]}'
    if not is_kept_in_place(source, path.parent):
        return 'MISPLACED'
    if number % ESTIMATED == 0:
        outcome, = run_batch(path, output_dir=path.parent / 'out', overwrite=True)
        if outcome.details:
            print(outcome.details)
            return 'TRACEBACK'
    return 'read'


def main():
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = np.random.default_rng(1)
    found = Counter()
    with tempfile.TemporaryDirectory() as folder:
        content = sound_file(Path(folder) / 'sound.mrc')
        for number in range(cases):
            path = Path(folder) / f'damaged{SUFFIXES[rng.integers(len(SUFFIXES))]}'
            try:
                found[one_case(damaged(content, rng), path, number)] += 1
            except Exception:
                traceback.print_exc()
                found['TRACEBACK'] += 1
    for what, count in found.most_common():
        print(f'{count:6} {what}')
    return 1 if found['TRACEBACK'] or found['MISPLACED'] else 0


if __name__ == '__main__':
    sys.exit(main())
