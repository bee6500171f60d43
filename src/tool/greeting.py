"""What is opened and is no reconstruction is greeted as what it is."""

from pathlib import Path
from weakref import WeakKeyDictionary

from chimerax.core.models import ADD_MODELS
from Qt.QtCore import QTimer

from ..core import wording
from ..core.firstsight import MOST_VOXELS, first_sight
from ..session import volumes
from .latest import Latest

#: Of so many maps that are opened at once, such as a series, only as many are looked at.
_MOST = 4
_WORDS = {
    wording.MASK: 'looks like a mask: choose it as a "Solvent mask" or "Full region", and as the '
                  'map the one that it belongs to',
    wording.IMAGES: 'looks like a stack of images, which has no scale',
    wording.INVERTED: 'looks inverted: density must be positive; turn its sign round with "volume '
                      'scale"',
    wording.TOMOGRAM: 'looks like a tomogram, or a box cut out of a larger map: the scale is made '
                      'for averaged reconstructions',
    wording.HALF_MAP: 'is a half map by its name: the map made of both halves has less noise, and '
                      'its scale is the one to show'}


class Greeter:
    """Looks at maps that are opened while the panel is up, in a thread.

    told: called with a map and the sentence on it, on the main thread, where there is one to tell.
    """

    def __init__(self, session, told):
        self._session, self._told = session, told
        self._waiting = []
        self._latest = Latest(session)
        self._words = WeakKeyDictionary()
        self._handler = session.triggers.add_handler(
            ADD_MODELS, lambda _name, models: self._added(models))

    @property
    def busy(self):
        """Whether a map is yet to be looked at."""
        return bool(self._waiting) or self._latest.busy

    def words(self, volume):
        """The sentence on a map without its full stop, '' where there is none."""
        return self._words.get(volume, '')

    def _added(self, models):
        from chimerax.map import Volume
        opened = [model for model in models if isinstance(model, Volume)]
        if opened and not self._session.restore_options:
            self._waiting += opened[:_MOST]
            # Whoever opened them may yet say that they are of our making.
            QTimer.singleShot(0, self._next)

    def _next(self):
        while self._waiting and not self._latest.busy and self._handler is not None:
            volume = self._waiting.pop(0)
            if volume.deleted or volumes.is_result(volume):
                continue
            small = volumes.voxels_of(volume) <= MOST_VOXELS
            # Of a large map no more is read than ChimeraX shows.
            array = volumes.array_of(volume) if small else volume.matrix()
            axes, path = volumes.axes_of(volume), volume.data.path
            name = Path(path).name if isinstance(path, str) and path else volume.name
            self._latest.ask(
                lambda _progress, seen=(array, axes, name): first_sight(*seen),
                lambda remark, volume=volume: self._seen(volume, remark),
                lambda _error: self._go_on())

    def _seen(self, volume, remark):
        if remark is not None and not volume.deleted:
            self._words[volume] = (f'{volumes.label(volume)} '
                                   + _WORDS.get(remark.kind, f'is no reconstruction: {remark}'))
            self._told(volume, self._words[volume])
        self._go_on()

    def _go_on(self):
        QTimer.singleShot(0, self._next)

    def close(self):
        """Look at no more maps."""
        self._waiting = []
        self._latest.stop()
        self._session.triggers.remove_handler(self._handler)
        self._handler = None
