#!/usr/bin/env python3
"""Every map of a folder: is it estimated, in the right place, and what is said of it?

    python bench/anymap.py FOLDER [MAP …]

Each map file is read by the batch reader and, unless it is compressed, opened in a headless
ChimeraX, `occupy` in both modes; the two scales must be the same numbers, and the scale map must
fill the box of its map. Then the same density in other clothes (files hdr_*.mrc of the folder, if
they are there) is compared with the plain file. Last, what recognising the kind of a map costs at
256³. The tables are markdown, as in docs/robustness.md.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'tools'))

CLOTHES = {
    'hdr_float16.mrc': 'emd_6824.mrc', 'hdr_int16.mrc': 'emd_6824.mrc',
    'hdr_int8.mrc': 'emd_6824.mrc', 'hdr_bigendian_i16.mrc': 'emd_6824.mrc',
    'hdr_gzip.mrc.gz': 'emd_6824.mrc', 'emd_3001.map.gz': 'EMD-3001.map',
    'hdr_axis312.mrc': 'hdr_noncubic_odd_origin.mrc',
    'emd_21457_seg_origin.mrc': 'emd_21457_seg_nstart.mrc',
}


def corners_agree(source, scale):
    """Whether the corners of the box of a scale lie where those of its map do, in the scene."""
    for corner in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)):
        one, two = (volume.scene_position * volume.data.ijk_to_xyz(
            [c * n for c, n in zip(corner, volume.data.size, strict=True)])
            for volume in (source, scale))
        if not np.allclose(one, two, atol=1e-3):
            return False
    return True


def one_map(session, path, read_map, estimate):
    """A line of the table on a map."""
    from chimerax.core.commands import run
    from chimerax.core.errors import UserError
    file = read_map(path)
    found = {mode: estimate(file.array, file.axes, mode=mode)
             for mode in ('resolution', 'occupancy')}
    place = 'by the reader'
    if path.suffix not in ('.gz', '.bz2'):
        run(session, 'close')
        source = run(session, f'open "{path}"')[0]
        right = np.allclose(source.data.ijk_to_xyz((0, 0, 0)), file.position, atol=1e-3)
        for mode, expected in found.items():
            try:
                scale = run(session, f'occupy #1 mode {mode} key false')[0]
            except UserError as error:
                return f'| {path.name} | refused: {error} | | |'
            right &= corners_agree(source, scale)
            right &= np.array_equal(scale.full_matrix(), expected.scale)
        place = 'yes' if right else 'NO'
    warnings = found['occupancy'].warnings
    box = ' × '.join(map(str, file.array.shape[::-1]))
    return (f'| {path.name} | {box} | {place} | '
            f'{"; ".join(text.split(":")[0].split(",")[0] for text in warnings) or "nothing"} |')


def clothes(folder, read_map, estimate):
    """Lines on the same density in other clothes: largest and mean difference of the scale."""
    for other, plain in CLOTHES.items():
        if not (folder / other).exists() or not (folder / plain).exists():
            continue
        one, two = read_map(folder / plain), read_map(folder / other)
        cells = []
        for mode in ('resolution', 'occupancy'):
            scales = [estimate(file.array, file.axes, mode=mode).scale for file in (one, two)]
            difference = np.abs(scales[0] - scales[1])
            cells.append(f'{difference.max():.2g}, {difference.mean():.1g}')
        yield f'| {other} | {plain} | {cells[0]} | {cells[1]} |'


def cost(array, axes, estimate):
    """Share of an estimate's time that recognising takes: medians, processor time in brackets."""
    from chimerax.occupy.core import Grid, Parameters, derive
    from chimerax.occupy.core.fourier import low_pass
    from chimerax.occupy.core.recognise import recognise
    grid = Grid.of(array.shape, axes)
    parameters, working, _ = derive(Parameters(), grid)
    low_passed = low_pass(array, grid, parameters.low_pass, working.shape)

    def median(function):
        times = []
        for _ in range(7):
            began = time.perf_counter(), time.process_time()
            function()
            times.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        return np.median(times, axis=0)

    return median(lambda: recognise(array, grid, low_passed)), median(lambda: estimate(array, axes))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('more', type=Path, nargs='*')
    options = parser.parse_args()
    from headless import start_session
    session = start_session(printing=False)
    from chimerax.occupy.core import estimate
    from chimerax.occupy.mapfiles import read_map

    print('| map | box | in its place | said of it |\n|---|---|---|---|')
    paths = [path for path in sorted(options.folder.iterdir()) if path.is_file()]
    for path in paths + options.more:
        try:
            print(one_map(session, path, read_map, estimate), flush=True)
        except ValueError as error:
            print(f'| {path.name} | refused: {error} | | |')
    print('\n| file | the same as | resolution: largest, mean difference | occupancy |'
          '\n|---|---|---|---|')
    for line in clothes(options.folder, read_map, estimate):
        print(line, flush=True)
    cube = np.random.default_rng(0).standard_normal((256,) * 3, np.float32)
    cube[64:192, 64:192, 64:192] += np.random.default_rng(1).random((128,) * 3, np.float32) * 9
    ours, whole = cost(cube, 1.0, estimate)
    print(f'\nRecognising: {ours[0] * 1e3:.0f} ms of {whole[0] * 1e3:.0f} ms at 256³, '
          f'{ours[0] / whole[0]:.1%} ({ours[1] / whole[1]:.1%} of the processor time).')


if __name__ == '__main__':
    main()
