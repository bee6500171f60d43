"""The scale over the visible surfaces of a map: for the histogram, and for colours while dragging.
"""

import numpy as np

from ..session import coloring
from ..session.values import values_on
from .latest import Latest

BINS = 100


class SurfaceValues:
    """Keeps the scale at the vertices of a map's surfaces, worked out in a thread.

    changed: called on the main thread when `counts` are new: numbers of vertices in `BINS` equal
    bins from 0 to 1, or None.
    """

    def __init__(self, session, changed):
        self._latest = Latest(session)
        self._changed = changed
        self._seen = None
        self._values = {}       # surface: (its vertices, the scale there, which lie outside)
        self._before = {}       # surface: its colours before a range was dragged
        self.counts = None

    @property
    def busy(self):
        """Whether values are being worked out."""
        return self._latest.busy

    def look(self, volumes, scale_map):
        """Follow the surfaces of maps; costs next to nothing where they are as they were."""
        surfaces = []
        if scale_map is not None:
            surfaces = [surface for volume in volumes for surface in volume.surfaces
                        if surface.display and surface.vertices is not None]
        seen = [scale_map, scale_map and scale_map.data]
        for surface in surfaces:
            seen += [surface, surface.vertices, surface.triangle_mask]
        if self._seen is not None and len(seen) == len(self._seen) and all(
                one is other for one, other in zip(seen, self._seen, strict=True)):
            return
        self._seen = seen
        if not surfaces:
            self.forget()
            return
        parts = [(surface, surface.vertices, surface.triangles, surface.triangle_mask,
                  surface.scene_position) for surface in surfaces]
        self._latest.ask(lambda progress: _values(scale_map, parts), self._arrived)

    def forget(self):
        """Let go of all surfaces and their values."""
        self._latest.stop()
        self._values, self._before = {}, {}
        if self.counts is not None:
            self.counts = None
            self._changed()

    def _arrived(self, found):
        self._values, self.counts = found
        self._changed()

    def recolor(self, colormap, scale_map):
        """Colour the surfaces that are coloured by the scale map, for the moment, by a `Colormap`.
        """
        for surface, (vertices, values, outside) in self._values.items():
            if surface.deleted or surface.vertices is not vertices or not (
                    coloring.is_colored_by(surface, scale_map)):
                continue
            self._before.setdefault(surface, (vertices, surface.vertex_colors))
            rgba = colormap.interpolated_rgba(values)
            if len(outside):
                rgba[outside] = colormap.color_no_value
            _set_colors(surface, (255 * rgba).astype(np.uint8))

    def undo_recolor(self):
        """Put back the colours from before `recolor`, so that a command can be undone to them."""
        for surface, (vertices, colors) in self._before.items():
            if not surface.deleted and surface.vertices is vertices:
                _set_colors(surface, colors)
        self._before = {}


def _set_colors(surface, colors):
    # Setting colours ends the colouring by a map, which is to go on.
    recolor = surface.auto_recolor_vertices
    surface.vertex_colors = colors
    surface.auto_recolor_vertices = recolor


def _values(scale_map, parts):
    """In the thread: values by surface, and counts over what is not masked."""
    found, counts = {}, np.zeros(BINS, int)
    for surface, vertices, triangles, mask, position in parts:
        values, inside = values_on(scale_map, vertices, position)
        outside = np.flatnonzero(~inside)
        found[surface] = (vertices, values, outside)
        seen = np.ones(len(vertices), bool)
        if mask is not None:
            seen[:] = False
            seen[triangles[np.asarray(mask, bool)].ravel()] = True
        seen[outside] = False
        bins = np.clip((values[seen] * BINS).astype(int), 0, BINS - 1)
        counts += np.bincount(bins, minlength=BINS)
    return found, counts
