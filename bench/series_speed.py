"""Time, memory and errors of a series of many volumes.

Thirty copies of a chain of 5ni1 (fetched from PyPI), turned at random, in a box of 128³ voxels of
1.5 Å, each with an occupancy of its own in each volume, in noise of 5 % of the peak. Densities are
Gaussians of one width around every atom, not those that are fitted. Memory is that of all processes
together. Needs 4 GB of disk for 500 volumes; Linux.
"""

import os
import string
import tempfile
import time
from pathlib import Path

import mrcfile
import numpy as np
from scipy.ndimage import gaussian_filter
from series_run import cells, start

CHAINS, BOX, STEP, WIDTH, NOISE, APART = 30, 128, 1.5, 1.6, 0.05, 40
NAMES = string.ascii_uppercase + string.ascii_lowercase


def read_chain(path):
    """Names, residue names, numbers, elements and places (n, 3) of the atoms of chain A."""
    from chimerax.occupy.modelfiles import read_model
    model = read_model(path)
    model = model.where((model.chains == 'A') & (model.kinds == 'protein') & ~model.hydrogens)
    return list(zip(model.names, model.residue_names, model.numbers, model.elements,
                    strict=True)), model.positions


def make(folder, rows, places, count):
    """Write model and volumes; returns the occupancies (volumes, chains)."""
    rng = np.random.default_rng(0)
    lines, densities = [], []
    for chain in range(CHAINS):
        turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        turn *= np.linalg.det(turn)
        middle = np.array([chain % 3 - 1, chain // 3 % 3 - 1, chain // 9 - 1.5]) * APART
        there = (places - places.mean(axis=0)) @ turn.T + middle + BOX * STEP / 2
        density = np.zeros((BOX,) * 3, np.float32)
        np.add.at(density, tuple(np.rint(there / STEP).astype(int)[:, ::-1].T), 1)
        densities.append(gaussian_filter(density, WIDTH / STEP))
        lines += [f'ATOM  {i % 100000:5d}  {name:<3} {residue:>3} {NAMES[chain]}{number:4d}    '
                  f'{x:8.3f}{y:8.3f}{z:8.3f}  1.00 60.00          {element:>2}'
                  for i, ((name, residue, number, element), (x, y, z)) in
                  enumerate(zip(rows, there, strict=True))]
    (folder / 'model.pdb').write_text('\n'.join([*lines, 'END', '']), encoding='utf-8')
    truth = np.clip(rng.uniform(-0.3, 1.5, (count, CHAINS)), 0, 1)
    noise = rng.standard_normal((BOX,) * 3).astype(np.float32)
    peak = sum(densities).max()
    (folder / 'volumes').mkdir()
    for number, occupancies in enumerate(truth):
        volume = np.tensordot(occupancies.astype(np.float32), densities, 1)
        # The same noise elsewhere is other noise, and drawn in no time.
        volume += NOISE * peak * np.roll(noise, rng.integers(0, BOX, 3), (0, 1, 2))
        with mrcfile.new(folder / 'volumes' / f'vol_{number}.mrc', volume) as file:
            file.voxel_size = STEP
    return truth


def run(folder):
    """Run the series: seconds, seconds of all processors, and the most bytes held at a time."""
    began, cpu = time.monotonic(), os.times()
    process = start(folder / 'volumes', '--model', folder / 'model.pdb', '-o', folder / 'out',
                    '--quiet')
    most = 0
    while process.poll() is None:
        most = max(most, held(process.pid))
        time.sleep(0.2)
    after = os.times()
    used = (after.children_user + after.children_system
            - cpu.children_user - cpu.children_system)
    return time.monotonic() - began, used, most


def held(process):
    """Bytes in memory of a process and its children, what they share counted for each."""
    total = 0
    try:
        for line in Path(f'/proc/{process}/smaps_rollup').read_text('utf-8').splitlines():
            if line.startswith('Pss:'):
                total += 1024 * int(line.split()[1])
        # Each thread has the children that it started.
        for children in Path(f'/proc/{process}/task').glob('*/children'):
            total += sum(held(int(child)) for child in children.read_text('utf-8').split())
    except OSError:
        pass
    return total


def errors(folder, truth):
    """Mean and largest error of a cell, and how many lie within one standard error, and two."""
    rows = cells(folder / 'out')
    off = np.array([abs(value - truth[int(volume[4:]), NAMES.index(group[1:])])
                    for volume, group, value, _ in rows])
    spread = np.array([error for *_, error in rows])
    return off.mean(), off.max(), (off < spread).mean(), (off < 2 * spread).mean()


def study(counts):
    """Time series of so many volumes, and print a table."""
    import fetch_data
    rows, places = read_chain(fetch_data.fetch('5ni1_updated.cif'))
    print('volumes  seconds  of processors    GB  mean error  largest  within 1 and 2 errors')
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            truth = make(folder, rows, places, count)
            seconds, used, most = run(folder)
            mean, largest, one, two = errors(folder, truth)
            print(f'{count:7d}  {seconds:7.0f}  {used:13.0f}  {most / 1e9:4.2f}  {mean:10.4f}  '
                  f'{largest:7.3f}  {one:.0%} and {two:.0%}', flush=True)
