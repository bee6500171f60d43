"""A modification seen in the map's place before it is made.

Nothing of the map is touched: its surfaces are given the geometry of the modified density, worked
out and contoured in a thread, and later their own geometry and colours again, the very same arrays.
So the model list, the array, the record of estimates and saved sessions know nothing of a preview.
"""

import copy
from dataclasses import dataclass
from types import SimpleNamespace

from chimerax.core.models import REMOVE_MODELS
from chimerax.surface.colorvol import VolumeColor

from ..core import Modifier
from ..session import privates
from .latest import Latest


class Preview:
    """Shows modifications of one map on its surfaces.

    volume: the map. estimate: its estimate of occupancy mode, or a function that returns one, which
    is called in the thread. changed: called on the main thread
    whenever a preview was asked for, has been shown, or failed; `busy` and `failure` then say more.
    """

    def __init__(self, session, volume, estimate, changed=lambda: None):
        self._session = session
        self._volume, self._estimate = volume, estimate
        self._changed = changed
        self._latest = Latest(session)
        self._wanted = None
        self._paused = False
        self._modifier = (None, None)
        self._own = {}          # surface: its own `_Look`
        self._given = {}        # surface: the `_Look` it was given
        self.failure = ''
        triggers = session.triggers
        self._handlers = [
            triggers.add_handler('frame drawn', self._frame_drawn),
            triggers.add_handler('begin save session', self._saving),
            triggers.add_handler('end save session', self._saved),
            triggers.add_handler(REMOVE_MODELS, self._removed)]

    @property
    def busy(self):
        """Whether a modification is yet to be shown."""
        return self._latest.busy

    @property
    def active(self):
        """Whether the preview has not been ended."""
        return bool(self._handlers)

    def show(self, modification):
        """Show a modification as soon as it is worked out, unless another is asked for by then."""
        if not self.active:
            return
        self._wanted = modification
        if self._paused:
            return
        volume = self._volume
        region = tuple(slice(start, start + size, step) for start, size, step in reversed(
            list(zip(*volume.step_aligned_region(volume.region), strict=True))))
        matrix = volume.matrix()
        options = volume.rendering_options.copy()
        surfaces = [(surface, surface.level, surface.scene_position)
                    for surface in volume.surfaces if surface.display]

        def work(progress):
            modifier = self._modifier_of(matrix, region)
            array = modifier.apply(modification, progress)
            return [(surface, _contoured(surface, array, level, options, position))
                    for surface, level, position in surfaces]

        self._latest.ask(work, self._apply, self._fail)
        self._changed()

    def pause(self):
        """Show the surfaces as they are without the preview, until `go_on`."""
        self._latest.stop()
        self._paused = True
        self._put_back()

    def go_on(self):
        """Show what was asked for last again."""
        self._paused = False
        if self._wanted is not None:
            self.show(self._wanted)

    def stop(self):
        """End the preview and give the surfaces their own geometry and colours back."""
        if not self.active:
            return
        for handler in self._handlers:
            self._session.triggers.remove_handler(handler)
        self._handlers = []
        self._latest.stop()
        self._put_back()
        self._modifier = (None, None)
        self._changed()

    def _modifier_of(self, matrix, region):
        """In the thread: the modifier of what is displayed, kept while that is the same."""
        key, modifier = self._modifier
        # ChimeraX may hand out a new array for the same values: compare what they are a view of.
        place = (self._volume.data, repr(region), matrix.__array_interface__['data'], matrix.shape)
        if callable(self._estimate):
            self._estimate = self._estimate()
        if key != place:
            modifier = Modifier(matrix, self._estimate, region, keep=True)
            self._modifier = (place, modifier)
        return modifier

    def _apply(self, contoured):
        for surface, look in contoured:
            if surface.deleted:
                continue
            if not self._has_given(surface):
                self._own[surface] = _Look.of(surface)
            look.give(surface)
            self._given[surface] = _Look.of(surface)
        self.failure = ''
        self._changed()

    def _fail(self, error):
        self.failure = str(error)
        self._changed()

    def _has_given(self, surface):
        """Whether a surface shows what it was given; ChimeraX may have made it anew since."""
        given = self._given.get(surface)
        return given is not None and surface.vertices is given.vertices

    def _put_back(self):
        for surface, own in self._own.items():
            if not surface.deleted and self._has_given(surface):
                own.give_back(surface, self._given[surface])
        self._own, self._given = {}, {}

    def _frame_drawn(self, *_):
        # A change of level, region or step has made ChimeraX contour the map itself.
        if self._given and not self._latest.busy and not all(
                self._has_given(surface) for surface in self._volume.surfaces if surface.display):
            self.show(self._wanted)

    def _saving(self, *_):
        self._latest.stop()
        self._put_back()

    def _saved(self, *_):
        if self._wanted is not None:
            self.show(self._wanted)

    def _removed(self, _name, models):
        if self._volume in models:
            self._own, self._given = {}, {}
            self.stop()


@dataclass(eq=False)
class _Look:
    """Geometry and colours of a surface."""

    vertices: object
    normals: object
    triangles: object
    edge_mask: object
    triangle_mask: object = None
    colors: object = None
    recolor: object = None
    remask: object = None

    @classmethod
    def of(cls, surface):
        return cls(surface.vertices, surface.normals, surface.triangles, surface.edge_mask,
                   surface.triangle_mask, surface.vertex_colors, surface.auto_recolor_vertices,
                   surface.auto_remask_triangles)

    def give(self, surface):
        """Give a surface this geometry; colours that were worked out with it, or else its own."""
        recolor = surface.auto_recolor_vertices
        colored = self.colors is not None and recolor is self.recolor
        if colored:
            surface.auto_recolor_vertices = None
        surface.set_geometry(
            self.vertices, self.normals, self.triangles, edge_mask=self.edge_mask)
        if colored:
            surface.vertex_colors = self.colors
            surface.auto_recolor_vertices = recolor

    def give_back(self, surface, given):
        """Give a surface all of this again. `given`: what it was given in the meantime."""
        recolor, remask = surface.auto_recolor_vertices, surface.auto_remask_triangles
        same = recolor is self.recolor and surface.vertex_colors is given.colors
        if same:
            surface.auto_recolor_vertices = None
        surface.auto_remask_triangles = None
        surface.set_geometry(self.vertices, self.normals, self.triangles,
                             edge_mask=self.edge_mask, triangle_mask=self.triangle_mask)
        # Otherwise the user has coloured it anew, which ChimeraX just did again, if at all.
        if same:
            if self.colors is not None:
                surface.vertex_colors = self.colors
            surface.auto_recolor_vertices = recolor
        if remask is not self.remask:       # what is hidden was chosen anew
            surface.triangle_mask = None
        surface.auto_remask_triangles = remask
        if remask is not None and remask is not self.remask:
            remask()


def _contoured(surface, array, level, options, position):
    """In the thread: the `_Look` of an array (z, y, x) in the place of a surface's map."""
    vertices, normals, triangles, edges = privates.contour(surface, array, level, options)
    look = _Look(vertices, normals, triangles, edges)
    recolor = privates.recoloring_of(surface)
    if isinstance(recolor, VolumeColor) and not recolor.closed():
        stand_in = copy.copy(recolor)
        stand_in.surface = SimpleNamespace(
            vertices=vertices, normals=normals, scene_position=position, name=surface.name)
        look.colors = stand_in.vertex_colors(report_stats=False)
        look.recolor = surface.auto_recolor_vertices
    return look
