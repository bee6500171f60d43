"""Whether a good part of what a map holds lies below the level at which it is contoured."""

from ..core.inview import in_view
from ..core.parameters import HIDDEN_SHARE
from .latest import Latest


class BelowLevel:
    """Follows the level of a map's surface; `words` say how much of the map is not on it, if it is
    much, and `lower` is a level at which nearly all is, or None.

    changed: called on the main thread when what is known of the map is new.
    """

    def __init__(self, session, changed):
        self._latest = Latest(session)
        self._changed = changed
        self._seen = None           # of which estimate and display `_known` is, or will be
        self._known = None
        self.level = None           # of the surface; None where none is followed
        self.words, self.lower = '', None

    @property
    def busy(self):
        """Whether a map is being looked into."""
        return self._latest.busy

    def look(self, volume, entry):
        """Follow a map by an `Entry` of the record, or None; costs next to nothing where both are
        as they were. Returns whether the words have changed.
        """
        before = self.words, self.lower
        self.level = level = None if entry is None or entry.stale else _level_of(volume)
        if level is None:
            self.forget()
        else:
            # Not the matrix: ChimeraX may hand out a new array for the same values.
            seen = (entry.estimate, entry.data, volume.region)
            if self._seen is None or seen[:2] != self._seen[:2] or seen[2] != self._seen[2]:
                self._seen, self._known = seen, None
                shown, estimate = volume.matrix(), entry.estimate
                self._latest.ask(lambda progress: in_view(shown, estimate), self._arrived)
            self._say(level)
        return before != (self.words, self.lower)

    def _arrived(self, known):
        self._known = known
        self._changed()

    def _say(self, level):
        self.words, self.lower = '', None
        if self._known is not None:
            hidden = self._known.hidden(level)
            if hidden >= HIDDEN_SHARE:
                self.lower = self._known.lower(level)
                weak = '' if self.lower is not None else ', as weak as noise'
                self.words = (f'{100 * hidden:.0f} % of what the map holds lies below the level '
                              f'shown{weak}.')

    def forget(self):
        """Let go of the map."""
        self._latest.stop()
        self._seen = self._known = None
        self.words, self.lower = '', None


def _level_of(volume):
    """The lowest level at which the whole of a map is seen as a surface, or None."""
    if volume is None or not volume.visible or not volume.is_full_region(any_step=True):
        return None
    levels = [surface.level for surface in volume.surfaces
              if surface.display and surface.vertices is not None]
    return min(levels, default=None)
