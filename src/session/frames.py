"""Frames of a map series: which one is shown, and colours that come back when one is shown again.

ChimeraX shows one frame of a series at a time, and while it plays one, drops the surfaces of those
that are not shown, and with them their colours. Nor has a frame that was never shown a surface to
be coloured; to give it one would take memory for hundreds.
"""

from dataclasses import dataclass

from chimerax.core.models import MODEL_DISPLAY_CHANGED, REMOVE_MODELS


def series_of(volume):
    """ChimeraX's `MapSeries` that a map is a frame of, or None."""
    series = getattr(volume, 'series', None)
    return None if series is None or series.deleted else series


def shown_frame(series):
    """The frame of a series that is shown, the first of several; None where none is."""
    return next((one for one in series.maps if one is not None and one.display), None)


@dataclass(frozen=True, eq=False)
class _Colors:
    """How a frame is to be coloured: `paint()` does it, by `scale_map`, and gives the surfaces;
    those it had.
    """

    paint: object
    scale_map: object
    surfaces: tuple = ()

    @property
    def are_gone(self):
        return all(surface.deleted for surface in self.surfaces)


class FrameColors:
    """Colours frames anew when they are shown, where ChimeraX has dropped their surfaces.

    Whoever colours a frame otherwise is left alone: then its series is forgotten.
    """

    def __init__(self, session, is_painted):
        self._is_painted = is_painted
        self._known = {}        # frame: `_Colors`
        triggers = session.triggers
        triggers.add_handler(MODEL_DISPLAY_CHANGED, lambda _name, model: self._shown(model))
        triggers.add_handler('command finished', lambda *_: self._look())
        triggers.add_handler(REMOVE_MODELS, lambda _name, models: self._removed(models))

    @property
    def known(self):
        """What is known of frames; may be set to what it was."""
        return dict(self._known)

    @known.setter
    def known(self, known):
        self._known = {frame: colors for frame, colors in known.items() if not frame.deleted}

    def keep(self, frame, paint, scale_map, surfaces=()):
        """Have a frame coloured by `paint()`, which gives the surfaces, once it has new ones."""
        self._known[frame] = _Colors(paint, scale_map, tuple(surfaces))

    def waits_for(self, frame):
        """The scale map by which a frame will be coloured when it is shown next, or None."""
        colors = self._known.get(frame)
        if colors is None or not colors.are_gone or colors.scale_map.deleted:
            return None
        return colors.scale_map

    def _shown(self, model):
        colors = self._known.get(model)
        if colors is not None and model.display and colors.are_gone:
            self.keep(model, colors.paint, colors.scale_map, colors.paint())

    def _look(self):
        for frame, colors in list(self._known.items()):
            left = [surface for surface in colors.surfaces if not surface.deleted]
            if left and not any(self._is_painted(surface) for surface in left):
                series = series_of(frame)
                self._known = {one: known for one, known in self._known.items()
                               if one is not frame and series_of(one) is not series}
                return

    def _removed(self, models):
        for model in models:
            self._known.pop(model, None)
