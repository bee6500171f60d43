"""What there is at one place of a map: its scale, and the residue nearby."""

from dataclasses import dataclass

import numpy as np
from chimerax.core.errors import UserError
from chimerax.core.triggerset import TriggerSet
from chimerax.geometry import Place, find_close_points

from . import volumes
from .values import scale_at, values_on

#: How far off, in Å, a residue may be to be called nearby.
NEARBY = 5.0
POINTED = 'pointed'


@dataclass(frozen=True, eq=False)
class Reading:
    """The scale at a place.

    `source`: the map. `mode`: of its scale. `scale`: from 0 to 1. `density`: of the map there.
    `point`: (x, y, z) of the scene. `residue`: the nearest, or None; `distance`: in Å, of its
    nearest atom.
    """

    source: object
    mode: str
    scale: float
    density: float
    point: tuple
    residue: object = None
    distance: float = np.nan

    @property
    def answer(self):
        """What scripts get."""
        residue = self.residue
        return {'map': self.source, 'mode': self.mode, 'scale': self.scale,
                'density': self.density, 'point': self.point,
                'residue': residue and residue_name(residue), 'distance': self.distance}

    @property
    def words(self):
        """In words, for one line."""
        words = (f'{self.mode.capitalize()} scale {self.scale:.2f} of '
                 f'{volumes.label(self.source)}, density {self.density:.3g}')
        if self.residue is not None:
            words += f'; nearest is {residue_name(self.residue)}, {self.distance:.2g} Å off'
        return words


def triggers(session):
    """The triggers that fire `POINTED` with a `Reading`, whoever has pointed."""
    found = getattr(session, '_occupy_pointing', None)
    if found is None:
        found = session._occupy_pointing = TriggerSet()
        found.add_trigger(POINTED)
    return found


def read(session, entry, point):
    """The `Reading` of an `Entry` of the record at a point of the scene, told to whoever listens.

    point: (x, y, z) in Å. `UserError` where it lies outside the map.
    """
    source = entry.source
    check_inside(source, point)
    points = np.array([point], float)
    scale, _ = scale_at(entry.estimate, source, points)
    density, _ = values_on(source, points, Place())
    residue, distance = residue_near(session, point)
    reading = Reading(source, entry.mode, float(scale[0]), float(density[0]),
                      tuple(float(c) for c in point), residue, distance)
    triggers(session).activate_trigger(POINTED, reading)
    return reading


def is_inside(source, point):
    """Whether a point of the scene lies in a map."""
    index = source.data.xyz_to_ijk(source.scene_position.inverse() * np.array(point, float))
    return all(-1 < i < n for i, n in zip(index, source.data.size, strict=True))


def check_inside(source, point):
    """Raise `UserError` where a point of the scene lies outside a map."""
    if not is_inside(source, point):
        place = ','.join(f'{c:.4g}' for c in point)
        raise UserError(f'the place {place} lies outside {volumes.label(source)}')


def residue_near(session, point, within=NEARBY):
    """The residue of the open models that are shown nearest to a point of the scene.

    Returns it and the distance of its nearest atom in Å, or None and not-a-number.
    """
    from chimerax.atomic import AtomicStructure
    nearest, least = None, within
    points = np.array([point], np.float32)
    for model in session.models.list(type=AtomicStructure):
        if not model.visible or not model.num_atoms:
            continue
        coords = model.atoms.scene_coords
        _, close = find_close_points(points, coords.astype(np.float32), least)
        if len(close):
            distances = np.linalg.norm(coords[close] - points[0], axis=1)
            nearest = model.atoms[int(close[distances.argmin()])].residue
            least = float(distances.min())
    return nearest, (least if nearest is not None else np.nan)


def residue_name(residue):
    """A residue as it is named to the user: "#2/A ASP 35"."""
    code = residue.insertion_code.strip()
    return (f'#{residue.structure.id_string}/{residue.chain_id} {residue.name} '
            f'{residue.number}{code}')
