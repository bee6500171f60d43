"""`occupy tiles`: mark where a map has full and least contrast."""

from chimerax.core.commands import BoolArg, CmdDesc
from chimerax.core.errors import UserError

from ..session import volumes
from ..session.follow import followers
from ..session.record import record
from . import common

#: Blue and orange, which every eye tells apart.
_COLORS = {'full scale': (46, 134, 255, 255), 'least scale': (255, 122, 26, 255)}
#: Edges are drawn as bars of this share of the tile's edge.
_BAR = 0.04
#: Labels stand at a marker of this share of the tile's width.
_MARKER = 0.02
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
    from chimerax.core.models import Model
    source, tiles = entry.source, entry.estimate.tiles
    old = followers(session).followers_of(source, 'tiles')
    number = old[0].id if old else None
    session.models.close(old)
    group = Model(f'{source.name} tiles', session)
    boxes = [_box(session, source, entry.estimate.grid.shape, tile, name)
             for name, tile in (('full scale', tiles.full), ('least scale', tiles.least))]
    group.add(boxes)
    if number is not None:
        group.id = number
    session.models.add([group])
    followers(session).add(group, source, 'tiles')
    if label and session.main_view.render is not None:    # labels are pictures
        _label(session, group, _COLORS)
    session.logger.info(
        f'Tiles of {volumes.label(source)}, {entry.mode} mode, are #{group.id_string}: full scale '
        f'from a contrast of {tiles.full.value:.4g} (blue), the least {tiles.least.value:.4g} '
        '(orange).')
    return group


def _box(session, source, shape, tile, name):
    """A tile as a frame of bars, in the source's coordinates."""
    import numpy as np
    from chimerax.core.models import Surface
    from chimerax.surface import calculate_vertex_normals
    low = [start - 0.5 for start in tile.start]
    high = [start + size - 0.5 for start, size in zip(tile.start, tile.size, strict=True)]
    corner = np.array(volumes.centre_of_voxels(source, shape, low))
    edges = []
    for axis in (2, 1, 0):      # x, y, z
        end = list(low)
        end[axis] = high[axis]
        edges.append(np.array(volumes.centre_of_voxels(source, shape, end)) - corner)
    bar = _BAR * min(np.linalg.norm(edge) for edge in edges)
    vertices, triangles = [], []
    for along in range(3):
        one, two = (edges[axis] for axis in range(3) if axis != along)
        for at_one in (0, 1):
            for at_two in (0, 1):
                block = _bar(corner + at_one * one + at_two * two, edges, along, bar)
                triangles.append(_BOX_TRIANGLES + 8 * len(vertices))
                vertices.append(block)
    surface = Surface(name, session)
    va = np.concatenate(vertices).astype(np.float32)
    # Each corner serves three faces; its own copy for each keeps the faces flat.
    ta = np.concatenate(triangles).astype(np.int32)
    va = va[ta.ravel()]
    ta = np.arange(len(va), dtype=np.int32).reshape(-1, 3)
    surface.set_geometry(va, calculate_vertex_normals(va, ta), ta)
    surface.SESSION_SAVE_DRAWING = True
    surface.color = np.array(_COLORS[name], np.uint8)
    return surface


def _bar(start, edges, along, width):
    """The eight corners of a bar along one edge, (8, 3)."""
    import numpy as np
    unit = [edge / np.linalg.norm(edge) for edge in edges]
    half = [width / 2 * u for u in unit]
    corners = []
    for i in (0, 1):
        for j in (-1, 1):
            for k in (-1, 1):
                one, two = (half[axis] for axis in range(3) if axis != along)
                end = i * edges[along] + (half[along] if i else -half[along])
                corners.append(start + end + j * one + k * two)
    return np.array(corners)


def _box_triangles():
    import numpy as np
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return np.array([t for a, b, c, d in faces for t in ((a, b, c), (a, c, d))])


_BOX_TRIANGLES = _box_triangles()


def _label(session, group, names):
    """Put a labelled marker in the middle of each frame; ChimeraX 1.7 labels nothing but atoms."""
    from chimerax.label.label3d import label
    from chimerax.markers import MarkerSet
    frames = group.child_models()
    markers = MarkerSet(session, 'labels')
    group.add([markers])
    for frame, name in zip(frames, names, strict=True):
        bounds = frame.geometry_bounds()
        marker = markers.create_marker(
            bounds.center(), _COLORS[name], radius=_MARKER * bounds.width())
        label(session, _objects(marker), 'atoms', text=name, color=(255, 255, 255, 255),
              bg_color=_COLORS[name], size=_LABEL_SIZE, height='fixed')


def _objects(marker):
    from chimerax.atomic import Atoms
    from chimerax.core.objects import Objects
    return Objects(atoms=Atoms([marker]))


def register(_command_info, logger):
    """Register `occupy tiles` with ChimeraX."""
    from chimerax.core.commands import register as register_command
    description = CmdDesc(
        optional=[('maps', common.VolumesArg)],
        keyword=[('mode', common.setting_arg('mode')), ('label', BoolArg)],
        synopsis='Mark where full and least scale of maps were found')
    register_command('occupy tiles', description, occupy_tiles, logger=logger)
