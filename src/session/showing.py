"""Surfaces of which only what has a certain scale is shown, by ChimeraX's own masks of triangles.

Map and level are untouched. As with ChimeraX's zones and hidden dust, a mask belongs to a surface,
which applies it again whenever its geometry changes and holds one at a time; so what another tool
hid before stays hidden by being kept inside ours. Sessions keep it; undo gives back the one before.
"""

import numpy as np
from chimerax.core.models import Surface
from chimerax.core.state import State
from chimerax.core.undo import UndoAction
from chimerax.surface import surface_area
from chimerax.surface.updaters import add_updater_for_session_saving

from ..core.parameters import default
from .record import CHANGED, record
from .values import scale_at, values_on

VERSION = 1     # 1: surface, source, mode, scale map, limits, and what masked the surface before
LEAST, MOST = default('show_above'), default('show_below')


class ScaleMask(State):
    """Shows of a surface what has a scale from `above` to `below`, and hides the rest.

    surface: ChimeraX's. entry: the `Entry` of the record by whose scale. Calling it masks the
    surface, which ChimeraX does itself when its geometry changes. A triangle is shown where all of
    its corners are.
    """

    def __init__(self, surface, source, mode, scale_map, above=LEAST, below=MOST, inner=None):
        self.surface = surface
        self.source, self.mode, self.scale_map = source, mode, scale_map
        self.above, self.below = above, below
        self.inner = inner
        self._known = (None, None)      # vertices, and whether each is to be shown

    @classmethod
    def of(cls, surface, entry, above=LEAST, below=MOST):
        """The mask of a surface by an `Entry`, keeping hidden what another tool has hidden."""
        before = surface.auto_remask_triangles
        inner = before.inner if isinstance(before, ScaleMask) else before
        return cls(surface, entry.source, entry.mode, entry.scale_map, above, below, inner)

    @property
    def limits(self):
        """(above, below)."""
        return self.above, self.below

    def triangles(self):
        """Which triangles have the scale, boolean (n,); None where there is no scale any more."""
        surface = self.surface
        values = self._values()
        if values is None:
            return None
        shown = (values >= self.above) & (values <= self.below)
        return shown[surface.triangles].all(axis=1)

    def _values(self):
        """Scale at the vertices, not-a-number where there is none; None if it is gone."""
        surface, vertices = self.surface, self.surface.vertices
        if self._known[0] is vertices:
            return self._known[1]
        entry = None if self.source is None or self.source.deleted else record(
            surface.session).entry(self.source, self.mode)
        scale_map = self.scale_map if entry is None else entry.scale_map
        if scale_map is not None and not scale_map.deleted:
            # As the colours are sampled, so that both agree to the last vertex.
            values, inside = values_on(scale_map, vertices, surface.scene_position)
            values = np.where(inside, values, np.nan)
        elif entry is not None:
            values, _ = scale_at(entry.estimate, entry.source, surface.scene_position * vertices)
        else:
            return None
        self._known = vertices, values
        return values

    def knows_as(self, other):
        """Take over the values that another mask of the same surface and mode has taken."""
        self._known = other._known

    def forget(self):
        """Take the scale anew the next time: it may have changed."""
        self._known = (None, None)

    def __call__(self):
        surface = self.surface
        if self.inner is not None:
            self.inner()
        if surface.triangles is None:
            surface.auto_remask_triangles = self
            return
        kept = self.triangles()
        if kept is None:        # nothing tells any more what to hide
            if self.inner is None:
                surface.triangle_mask = None
            return
        if self.inner is not None and surface.triangle_mask is not None:
            kept &= np.asarray(surface.triangle_mask, bool)
        surface.triangle_mask = kept
        surface.auto_remask_triangles = self    # setting a mask ends the remasking

    def active(self):
        """Whether the surface is masked by this; ChimeraX asks before it saves a session."""
        return self.surface.auto_remask_triangles is self

    def take_snapshot(self, session, flags):
        gone = self.source is None or self.source.deleted
        scale_map = self.scale_map
        return {'version': VERSION, 'surface': self.surface,
                'source': None if gone else self.source, 'mode': self.mode,
                'scale map': None if scale_map is None or scale_map.deleted else scale_map,
                'limits': self.limits,
                'inner': self.inner if isinstance(self.inner, State) else None}

    @classmethod
    def restore_snapshot(cls, session, data):
        surface = data['surface']
        if surface is None:
            return None
        mask = cls(surface, data['source'], data['mode'], data['scale map'], *data['limits'],
                   data['inner'])
        surface.auto_remask_triangles = mask
        _watch(session)     # which applies it once the record is there
        return mask


def mask_of(surface):
    """The `ScaleMask` by which a surface is masked, or None."""
    mask = surface.auto_remask_triangles
    return mask if isinstance(mask, ScaleMask) else None


def mask_on(volumes):
    """The `ScaleMask` of the first surface of some maps that has one, those seen first, or None."""
    surfaces = [surface for volume in volumes for surface in volume.surfaces]
    for surface in sorted(surfaces, key=lambda surface: not surface.visible):
        mask = mask_of(surface)
        if mask is not None:
            return mask
    return None


def put(session, surfaces, masks):
    """Mask surfaces, each by its `ScaleMask`, or give it, for None, what was there before ours."""
    _watch(session)
    for surface, mask in zip(surfaces, masks, strict=True):
        if mask is not None:
            add_updater_for_session_saving(session, mask)
            mask()
        elif mask_of(surface) is not None:
            inner = mask_of(surface).inner
            surface.triangle_mask = None
            surface.auto_remask_triangles = inner
            if inner is not None:
                inner()


def carry(session, source, volume):
    """Show of a map what is shown of another one that it takes the place of."""
    mask = mask_on([source])
    if mask is not None:
        masks = [ScaleMask(surface, mask.source, mask.mode, mask.scale_map, *mask.limits)
                 for surface in volume.surfaces]
        put(session, volume.surfaces, masks)


def share_shown(surfaces):
    """The share of the area of surfaces that is not hidden, 0 to 1."""
    whole = shown = 0.0
    for surface in surfaces:
        if surface.triangles is not None and len(surface.triangles):
            whole += surface_area(surface.vertices, surface.triangles)
            if surface.num_masked_triangles:
                shown += surface_area(surface.vertices, surface.masked_triangles)
    return shown / whole if whole else 0.0


class Seen:
    """What is hidden of surfaces at present, to be given back."""

    def __init__(self, surfaces):
        self._states = [(surface, surface.vertices, surface.triangle_mask,
                         surface.auto_remask_triangles) for surface in surfaces]

    def give_back(self):
        """Hide again what was hidden."""
        for surface, vertices, mask, remask in self._states:
            if surface.deleted:
                continue
            surface.triangle_mask = mask if surface.vertices is vertices else None
            surface.auto_remask_triangles = remask
            if remask is not None:
                # Its level, or the scale, may have changed since.
                remask()


class Shown(UndoAction):
    """An undoable step between what was hidden of surfaces before and what is hidden now."""

    def __init__(self, name, before, after):
        super().__init__(name)
        self._before, self._after = before, after

    def undo(self):
        """Hide what was hidden before."""
        self._before.give_back()

    def redo(self):
        """Hide what was hidden after."""
        self._after.give_back()


def _watch(session):
    """Let masks follow a scale that is estimated anew; once for a session."""
    if getattr(session, '_occupy_masks_watched', False):
        return
    session._occupy_masks_watched = True
    record(session).triggers.add_handler(CHANGED, lambda _name, source: _anew(session, source))
    session.triggers.add_handler('end restore session', lambda *_: _apply(session))


def _anew(session, source):
    if not session.restore_options:     # else not everything is there yet
        _apply(session, source)


def _apply(session, source=None):
    for surface in session.models.list(type=Surface):
        mask = mask_of(surface)
        if mask is not None and source in (None, mask.source):
            mask.forget()
            mask()
