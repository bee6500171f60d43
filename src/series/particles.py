"""Back to the particles: those whose volumes are alike, as STAR files or lists of indices.

A volume stands for the particles of its class (RELION: the class number of a particle, and that in
the volume's name), or for those nearest to its place in latent space (cryoDRGN: k-means labels, or
latent coordinates and centres, and the number in the volume's name).
"""

import pickle
import re
from dataclasses import dataclass
from functools import partial

import numpy as np

from .order import by_likeness

#: Clusters where nothing is asked for: at most so many, where the tree has its longest branches.
MOST_CLUSTERS = 10
CLASS = 'rlnClassNumber'
_CLASS = re.compile(r'class_?(\d+)', re.IGNORECASE)
_NUMBER = re.compile(r'(\d+)')
#: All that a pickled array of numbers is made of; anything else in a pickle could run as a program.
_SAFE = {('numpy', 'ndarray'), ('numpy', 'dtype'), ('_codecs', 'encode')} | {
    (f'{core}.{module}', name) for core in ('numpy.core', 'numpy._core') for module, name in
    (('multiarray', '_reconstruct'), ('multiarray', 'scalar'), ('numeric', '_frombuffer'))}


@dataclass(frozen=True, eq=False)
class Selection:
    """Clusters of volumes and their particles.

    `clusters`: names of the volumes of each. `particles`: how many each has. `files`: (word, name
    of the file, function that writes it to a path). `notes`: sentences.
    """

    clusters: list
    particles: list
    files: list
    notes: tuple

    def as_dict(self):
        """As JSON takes it."""
        return [{'volumes': list(names), 'particles': count} for names, count in
                zip(self.clusters, self.particles, strict=True)]


class Particles:
    """The particles of a data set, and which volume stands for each.

    star: path of a RELION STAR file of particles, or None. labels: of a cryoDRGN labels.pkl, one
    class for each particle; or latent and centers: of z.pkl (particles, dimensions) and of the
    k-means centres (centers.txt, one in a line), the nearest of which counts. clusters: how many,
    None for where the tree of volumes has its longest branches.

    With a STAR file particles are written as such, with all its columns and blocks, through the
    package starfile; without one as pickled indices, which cryoDRGN takes as --ind. Raises
    `ValueError`, one sentence, for files that will not do.
    """

    def __init__(self, star=None, labels=None, latent=None, centers=None, clusters=None):
        if labels is not None and (latent is not None or centers is not None):
            raise ValueError('labels tell the classes of particles, and so do z and centres; give '
                             'one of them')
        if (latent is None) != (centers is None):
            raise ValueError('z and centres belong together: the nearest centre of a particle is '
                             'its class')
        if clusters is not None and clusters < 2:
            raise ValueError(f'clusters must be at least 2, not {clusters}')
        self._clusters = clusters
        self._star = None if star is None else _read_star(star)
        if labels is not None:
            self.classes = _integers(_unpickled(labels), labels)
        elif latent is not None:
            self.classes = _nearest(_unpickled(latent), latent, centers)
        elif self._star is not None:
            self.classes = self._star.classes()
        else:
            raise ValueError('particles need a STAR file, or labels, or z and centres')
        self._relion = labels is None and latent is None
        if self._star is not None and len(self._star.table) != len(self.classes):
            raise ValueError(
                f'the STAR file has {len(self._star.table)} particles and the classes are of '
                f'{len(self.classes)}; give the STAR file that these were trained on, filtered as '
                'they were')

    def check(self, names):
        """Raise `ValueError` unless the names of volumes tell classes that particles are of."""
        classes = list(self._classes_of(names).values())
        if not np.isin(self.classes, classes).any():
            raise ValueError('no particle is of the class of any volume: are these the particles '
                             'and the volumes of one run?')

    def _classes_of(self, names):
        found = {}
        for name in names:
            if self._relion:
                matches = _CLASS.findall(name)
                if not matches:
                    raise ValueError(f'the name {name} does not say which class it is of; those of '
                                     'RELION have class001 in them')
            else:
                matches = _NUMBER.findall(name)
                if not matches:
                    raise ValueError(f'the name {name} has no number, which says which class it is '
                                     'of')
            found[name] = int(matches[-1])
        if len(set(found.values())) < len(found):
            raise ValueError('two volumes are of one class by their names; particles belong to '
                             'one each')
        return found if self._relion else self._from_zero(found)

    def _from_zero(self, numbers):
        """The same counted from 0, as labels are; volumes are numbered from 0 or from 1."""
        count = int(self.classes.max(initial=-1)) + 1
        low, high = min(numbers.values()), max(numbers.values())
        if low > 0 and high == count:
            return {name: number - 1 for name, number in numbers.items()}
        if low == 0 and high < count:
            return numbers
        raise ValueError(f'the volumes are numbered {low} to {high}, and there are {count} classes '
                         'of particles: whether they begin with 0 or 1 is not to be told; give '
                         'all volumes of these classes')

    def select(self, table):
        """Cluster the volumes of a `SeriesTable` and sort the particles: a `Selection`.

        Volumes that failed, and particles whose class has no volume, are in none.
        """
        classes = self._classes_of(table.volumes)
        good = [j for j, name in enumerate(table.volumes) if name not in table.failed]
        groups = cut(table.occupancy[:, good], self._clusters)
        clusters = [[table.volumes[good[j]] for j in some] for some in groups]
        files, counts = [], []
        for number, names in enumerate(clusters, 1):
            chosen = np.isin(self.classes, [classes[name] for name in names])
            counts.append(int(chosen.sum()))
            word = f'particles_{number}'
            if self._star is not None:
                files.append((word, f'{word}.star', partial(self._star.write, chosen)))
            else:
                files.append((word, f'{word}.pkl', partial(_pickle, np.flatnonzero(chosen))))
        left = len(self.classes) - sum(counts)
        notes = tuple(f'cluster {number}: {", ".join(names[:4])}{" …" if len(names) > 4 else ""}, '
                      f'{count} particles' for number, (names, count) in
                      enumerate(zip(clusters, counts, strict=True), 1))
        if left:
            notes += (f'{left} particles are of classes without a volume, or whose volume failed, '
                      'and are in no cluster',)
        return Selection(clusters, counts, files, notes)


def cut(occupancy, count=None):
    """Sort volumes into clusters by likeness.

    occupancy: float (groups, volumes). count: how many; None for where the tree has its longest
    branches. Returns lists of indices of volumes, the largest cluster first.
    """
    volumes = occupancy.shape[1]
    if volumes < 2:
        return [list(range(volumes))]
    from scipy.cluster.hierarchy import cut_tree
    _, links = by_likeness(occupancy.T)
    if count is None:
        heights = links[::-1, 2]
        most = min(MOST_CLUSTERS, volumes)
        # Between so many clusters and one more lies the step from one height to the next.
        lower = np.append(heights[1:], 0.0)
        count = 2 + int(np.argmax((heights - lower)[:most - 1]))
    of_volume = cut_tree(links, min(count, volumes)).ravel()
    found = [np.flatnonzero(of_volume == number).tolist() for number in np.unique(of_volume)]
    return sorted(found, key=lambda some: (-len(some), some[0]))


class _Star:
    """A STAR file of particles: its blocks, and which of them is the table of particles."""

    def __init__(self, path):
        import starfile
        self._starfile = starfile
        try:
            with open(path, 'rb'):
                pass    # starfile does not say what is wrong with it
            self._blocks = starfile.read(path, always_dict=True)
        except OSError as error:
            raise ValueError(f'{path} cannot be read: {(error.strerror or str(error)).lower()}'
                             ) from error
        except Exception as error:
            raise ValueError(f'{path} is not a STAR file') from error
        tables = [name for name, block in self._blocks.items() if hasattr(block, 'columns')
                  and any(word in block.columns for word in ('rlnImageName', CLASS))]
        if not tables:
            raise ValueError(f'{path} holds no table of particles')
        self._path, self._name = path, tables[-1]

    @property
    def table(self):
        return self._blocks[self._name]

    def classes(self):
        if CLASS not in self.table.columns:
            raise ValueError(f'{self._path} does not say the classes of particles ({CLASS}); for '
                             'cryoDRGN give labels, or z and centres, too')
        try:
            return self.table[CLASS].to_numpy(int)
        except (TypeError, ValueError) as error:
            raise ValueError(f'{CLASS} of {self._path} holds other things than numbers') from error

    def write(self, chosen, path):
        blocks = {**self._blocks, self._name: self.table[chosen]}
        self._starfile.write(blocks, path)


def _read_star(path):
    try:
        return _Star(path)
    except ImportError as error:
        raise ValueError('particles in STAR files need the package starfile: pip install starfile'
                         ) from error


class _Unpickler(pickle.Unpickler):
    """Reads arrays and nothing else."""

    def find_class(self, module, name):
        if (module, name) not in _SAFE:
            raise pickle.UnpicklingError(f'{module}.{name}')
        return super().find_class(module, name)


def _unpickled(path):
    try:
        with open(path, 'rb') as file:
            return np.asarray(_Unpickler(file).load())
    except OSError as error:
        raise ValueError(f'{path} cannot be read: {(error.strerror or str(error)).lower()}'
                         ) from error
    except Exception as error:
        raise ValueError(f'{path} is no pickled array of numbers') from error


def _integers(array, path):
    if array.ndim != 1 or not len(array) or array.dtype.kind not in 'iu':
        raise ValueError(f'{path} holds no class for each particle')
    return array.astype(int)


def _nearest(latent, path, centers):
    """The nearest centre of each particle."""
    try:
        middles = np.loadtxt(centers, ndmin=2)
    except (OSError, ValueError) as error:
        why = (getattr(error, 'strerror', None) or 'it holds other things than numbers').lower()
        raise ValueError(f'the centres {centers} cannot be read: {why}') from error
    if latent.ndim != 2 or latent.dtype.kind not in 'fiu' or latent.shape[1] != middles.shape[1]:
        raise ValueError(f'{path} and {centers} do not belong together: coordinates of shape '
                         f'{latent.shape}, centres of {middles.shape}')
    if not (np.isfinite(latent).all() and np.isfinite(middles).all()):
        raise ValueError(f'{path if np.isfinite(middles).all() else centers} holds values that are '
                         'not numbers')
    found = np.empty(len(latent), int)
    for start in range(0, len(latent), 10_000):
        part = latent[start:start + 10_000, None].astype(float)
        found[start:start + 10_000] = ((part - middles) ** 2).sum(axis=2).argmin(axis=1)
    return found


def _pickle(array, path):
    with open(path, 'wb') as file:
        pickle.dump(array, file)
