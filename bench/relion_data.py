"""Particles of known states for bench/relion.py: projections by RELION, seeded noise.

Signal/noise is the variance of the projections inside the particle's circle over that of the noise,
pixel by pixel. Images are normalised as RELION asks for: mean 0 and deviation 1 outside the circle.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import gemmi
import mrcfile
import numpy as np
from scipy import fft
from synthetic import frequency_squared, gemmi_density, soft_edge

BOX = 48
B_FACTOR = 80.0
#: Share of its density that the displaced solvent takes from the model, as `Condition.bulk`.
BULK = 0.35
REFERENCE_LOW_PASS = 20.0


@dataclass(frozen=True)
class System:
    """`absent`: for each state, a function of (chain, residue number) that tells which residues it
    lacks, and `shares`: what share of the particles it has; all the same where that is empty.
    `diameter`, `voxel`: Å. `box`: edge in voxels. `ring`: so many copies of the model's chain B
    around the z axis, chains A, B, … , take the place of the model.
    """

    title: str
    model: str
    voxel: float
    diameter: float
    absent: tuple
    shares: tuple = ()
    box: int = BOX
    ring: int = 0


def _none(_chain, _residue):
    return False


SYSTEMS = {
    'chain': System('haemoglobin with and without one chain', '5ni1', 3.6, 95,
                    (_none, lambda chain, _n: chain == 'D')),
    'domain': System('HCN4 with and without one cytoplasmic domain', '6gyn', 3.6, 150,
                     (_none, lambda chain, n: chain == 'A' and n >= 520)),
    'ligand': System('haemoglobin with and without the first 19 residues of one chain', '5ni1',
                     3.6, 95, (_none, lambda chain, n: chain == 'D' and n < 20)),
    'three': System('haemoglobin whole, without one and without two chains', '5ni1', 3.6, 95,
                    (_none, lambda chain, _n: chain == 'D', lambda chain, _n: chain in 'BD')),
    'same': System('haemoglobin in one state (control)', '5ni1', 3.6, 95, (_none,)),
    # Subunits F and G, side by side, are there in 10 % and 15 % of the particles; in the second,
    # both or neither.
    'ring': System('ring of seven subunits, two of them weak', '5ni1', 3.0, 165,
                   (lambda chain, _n: chain in 'FG', lambda chain, _n: chain == 'G',
                    lambda chain, _n: chain == 'F', _none), (0.765, 0.085, 0.135, 0.015), 60, 7),
    'ring-both': System('ring of seven subunits, two of them there in a third of the particles',
                        '5ni1', 3.0, 165, (lambda chain, _n: chain in 'FG', _none),
                        (0.65, 0.35), 60, 7),
}
#: Of a ring, in Å: the middles of its subunits lie so far from its own.
RING_RADIUS = 46.0


@dataclass(frozen=True)
class Particles:
    """`star`: of the particles; `reference`: one average map, low-passed; `states`: the true maps;
    `truth`: the state of each particle, in the order of the star.
    """

    star: Path
    reference: Path
    states: tuple
    truth: np.ndarray


def make_particles(name, models, folder, number, snr, seed, ctf=False):
    """Make the `Particles` of a system, `number` in all, or find them in `folder`.

    models: paths by code. seed: of orientations, defocus and noise.
    """
    system = SYSTEMS[name]
    folder.mkdir(parents=True, exist_ok=True)
    star = folder / 'particles.star'
    reference = folder / 'reference.mrc'
    states = tuple(folder / f'state{i}.mrc' for i in range(len(system.absent)))
    if star.is_file():
        return Particles(star, reference, states, np.load(folder / 'truth.npy'))
    random = np.random.default_rng([seed, round(snr * 10000)])
    shares = system.shares or [1 / len(system.absent)] * len(system.absent)
    each = [int(number * share) for share in shares]
    images, rows, maps = [], [], state_maps(system, models)
    for i, array in enumerate(maps):
        found, turned = _projections(array, system, folder, each[i], random, ctf)
        images.append(found)
        rows += turned
        (folder / f'projections{i}.mrcs').unlink(missing_ok=True)
    images = np.concatenate(images)
    circle = _circle(system)
    scale = np.sqrt(snr / images[:, circle].var())
    images = images * np.float32(scale) + random.standard_normal(images.shape, np.float32)
    around = images[:, ~circle]
    images -= around.mean(axis=1)[:, None, None]
    images /= around.std(axis=1)[:, None, None]
    order = random.permutation(len(images))
    np.save(folder / 'truth.npy', np.repeat(np.arange(len(maps)), each)[order])
    write(folder / 'particles.mrcs', images[order], system.voxel)
    for path, array in zip(states, maps, strict=True):
        write(path, array * scale, system.voxel)
    squares = frequency_squared(system.box, system.voxel)
    average = fft.rfftn(np.average(maps, axis=0, weights=each) * scale)
    average *= soft_edge(np.sqrt(squares) * REFERENCE_LOW_PASS)
    write(reference, fft.irfftn(average, (system.box,) * 3), system.voxel)
    _write_star(star, system, [(f'{i + 1:06d}@{folder / "particles.mrcs"}', *rows[j])
                               for i, j in enumerate(order)], ctf)
    return Particles(star, reference, states, np.load(folder / 'truth.npy'))


def _circle(system):
    y, x = np.indices((system.box,) * 2) - system.box // 2
    return np.hypot(x, y) <= system.diameter / 2 / system.voxel


def atoms_of(system, models):
    """The heavy atoms of a system, a list of (chain, residue number, place in Å, element), and the
    place that lies in the middle of the box.
    """
    structure = gemmi.read_structure(str(models[system.model]))
    structure.remove_alternative_conformations()
    structure.remove_waters()
    structure.remove_hydrogens()
    atoms = [(chain.name, residue.seqid.num, np.array(atom.pos.tolist()), atom.element)
             for chain in structure[0] for residue in chain for atom in residue
             if chain.name == 'B' or not system.ring]
    places = np.array([place for _, _, place, _ in atoms])
    if not system.ring:
        return atoms, (places.min(axis=0) + places.max(axis=0)) / 2
    middle, found = places.mean(axis=0), []
    for i in range(system.ring):
        c, s = np.cos(2 * np.pi * i / system.ring), np.sin(2 * np.pi * i / system.ring)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        found += [(chr(ord('A') + i), n, turn @ (place - middle + [RING_RADIUS, 0, 0]), element)
                  for _, n, place, element in atoms]
    return found, np.zeros(3)


def state_maps(system, models):
    """The true maps, one for each state: float32 (z, y, x)."""
    atoms, centre = atoms_of(system, models)
    squares = frequency_squared(system.box, system.voxel)
    blur = 8 * np.pi ** 2 * (0.7 * system.voxel) ** 2
    weight = np.exp((blur - B_FACTOR) / 4 * squares) * (1 - BULK * np.exp(-200 / 4 * squares))
    weight *= soft_edge(np.sqrt(squares) * 2.2 * system.voxel)
    found = []
    for lacks in system.absent:
        some = [(place, element) for chain, n, place, element in atoms if not lacks(chain, n)]
        half = fft.rfftn(gemmi_density(some, centre, system.box, system.voxel, blur)) * weight
        found.append(fft.irfftn(half, (system.box,) * 3).astype(np.float32))
    return found


def _projections(array, system, folder, number, random, ctf):
    """Projections of a map by relion_project, (number, y, x), and the rows of their star."""
    turns = np.column_stack([random.uniform(-180, 180, number),
                             np.degrees(np.arccos(random.uniform(-1, 1, number))),
                             random.uniform(-180, 180, number)])
    defocus = random.uniform(8000, 20000, number)
    rows = [(*turn, value) for turn, value in zip(turns, defocus, strict=True)]
    write(folder / 'projected.mrc', array, system.voxel)
    _write_star(folder / 'turns.star', system,
                [(f'{i + 1:06d}@none.mrcs', *row) for i, row in enumerate(rows)], ctf)
    subprocess.run(
        ['relion_project', '--i', folder / 'projected.mrc', '--ang', folder / 'turns.star', '--o',
         folder / 'projections', '--angpix', str(system.voxel), *(['--ctf'] if ctf else [])],
        check=True, stdout=subprocess.DEVNULL)
    with mrcfile.open(folder / 'projections.mrcs') as file:
        images = file.data.copy()
    for name in ('projections.mrcs', 'projections.star', 'projected.mrc', 'turns.star'):
        (folder / name).unlink(missing_ok=True)
    return images, rows


def write(path, array, voxel):
    """Write an array as an MRC file of a voxel size in Å."""
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(np.asarray(array, np.float32))
        file.voxel_size = voxel


def _write_star(path, system, rows, ctf):
    """rows: (image, rot, tilt, psi, defocus)."""
    labels = ['rlnImageName', 'rlnAngleRot', 'rlnAngleTilt', 'rlnAnglePsi', 'rlnOriginXAngst',
              'rlnOriginYAngst', 'rlnOpticsGroup']
    labels += ['rlnDefocusU', 'rlnDefocusV', 'rlnDefocusAngle'] if ctf else []
    optics = ['rlnOpticsGroupName', 'rlnOpticsGroup', 'rlnVoltage', 'rlnSphericalAberration',
              'rlnAmplitudeContrast', 'rlnImagePixelSize', 'rlnImageSize', 'rlnImageDimensionality']
    lines = ['data_optics', '', 'loop_', *(f'_{label}' for label in optics),
             f'opticsGroup1 1 300.0 2.7 0.1 {system.voxel} {system.box} 2', '',
             'data_particles', '', 'loop_', *(f'_{label}' for label in labels)]
    for image, rot, tilt, psi, defocus in rows:
        lens = f' {defocus:.1f} {defocus:.1f} 0' if ctf else ''
        lines.append(f'{image} {rot:.4f} {tilt:.4f} {psi:.4f} 0 0 1{lens}')
    path.write_text('\n'.join(lines) + '\n')
