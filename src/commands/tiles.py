"""`occupy tiles`: mark where a map has full and least contrast."""

import numpy as np
from chimerax.core.commands import BoolArg, CmdDesc
from chimerax.core.errors import UserError
from chimerax.core.models import Model
from chimerax.core.objects import Objects
from chimerax.markers.markers import MarkerSet, create_link

from ..session import volumes
from ..session.follow import followers
from ..session.record import record
from . import common

#: Blue and orange, which every eye tells apart.
_COLORS = {'full scale': (46, 134, 255, 255), 'least scale': (255, 122, 26, 255)}
#: Edges are links of this share of the tile's shortest edge, as radius; the mark in the middle, at
#: which the label stands, is as large.
_RADIUS = 0.02
_LABEL_SIZE = 24


def occupy_tiles(session, maps=None, *, mode=None, label=True):
    """Mark the tiles in which full scale and the least scale of maps were found.

    mode: which of a map's estimates, the latest by default. Returns a list of models, one for each
    map, which follow it; each takes the place of the one before.
    """
    sources = maps if maps is not None else [
        source for source in common.maps_to_estimate(session, None)
        if record(session).entries(source)]
    if not sources:
        raise UserError('no map has an estimate; type "occupy" first')
    entries = [common.entry_of(session, source, mode) for source in sources]
    return [_show(session, entry, label) for entry in entries]


def _show(session, entry, label):
    source, tiles = entry.source, entry.estimate.tiles
    old = followers(session).followers_of(source, 'tiles')
    number = old[0].id if old else None
    session.models.close(old)
    group = Model(f'{source.name} tiles', session)
    frames = [_frame(session, source, entry.estimate.grid.shape, tile, name)
              for name, tile in (('full scale', tiles.full), ('least scale', tiles.least))]
    group.add(frames)
    if number is not None:
        group.id = number
    session.models.add([group])
    followers(session).add(group, source, 'tiles')
    if label and session.main_view.render is not None:    # labels are pictures
        for frame in frames:
            _label(session, frame)
    session.logger.info(
        f'Tiles of {volumes.label(source)}, {entry.mode} mode, are #{group.id_string}: full scale '
        f'from a contrast of {tiles.full.value:.4g} (blue), the least {tiles.least.value:.4g} '
        '(orange).')
    return group


def _frame(session, source, shape, tile, name):
    """A tile as ChimeraX's markers at its corners, linked along its edges, and one in its middle.

    They are in the source's coordinates. Returns the `MarkerSet`, the middle one last.
    """
    low = np.array(tile.start) - 0.5
    size = np.array(tile.size)
    steps = [(z, y, x) for z in (0, 1) for y in (0, 1) for x in (0, 1)]
    places = [np.array(volumes.centre_of_voxels(source, shape, low + step * size))
              for step in np.array(steps)]
    # Corners 1, 2 and 4 lie one step along x, y and z from the first.
    radius = _RADIUS * min(np.linalg.norm(places[one] - places[0]) for one in (1, 2, 4))
    markers = MarkerSet(session, name)
    corners = [markers.create_marker(place, _COLORS[name], radius) for place in places]
    for first, one in enumerate(steps):
        for second, other in enumerate(steps):
            if first < second and np.abs(np.subtract(one, other)).sum() == 1:
                create_link(corners[first], corners[second], rgba=_COLORS[name], radius=radius)
    markers.create_marker(np.mean(places, axis=0), _COLORS[name], radius)
    return markers


def _label(session, markers):
    """Label the middle of a frame with its name; ChimeraX 1.7 labels nothing but atoms."""
    from chimerax.label.label3d import label
    color = _COLORS[markers.name]
    label(session, Objects(atoms=markers.atoms[-1:]), 'atoms', text=markers.name,
          color=(255, 255, 255, 255), bg_color=color, size=_LABEL_SIZE, height='fixed')


def register(_command_info, logger):
    """Register `occupy tiles` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        optional=[('maps', common.VolumesArg)],
        keyword=[('mode', common.setting_arg('mode')), ('label', BoolArg)],
        synopsis='Mark where full and least scale of maps were found')
    register_command('occupy tiles', description, occupy_tiles, logger=logger)
