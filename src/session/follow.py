"""Models that follow another one when it is moved, alone or with a parent.

A scale map sits on its source as a model of its own, because ChimeraX colours a surface by where it
is: were the two to part, the next change of level would colour the surface wrongly.
"""

from dataclasses import dataclass

from chimerax.core.models import (
    MODEL_ID_CHANGED,
    MODEL_NAME_CHANGED,
    MODEL_POSITION_CHANGED,
    REMOVE_MODELS,
)
from chimerax.core.state import StateManager

from .masks import tell_next

#: 1: (follower, source, kind) for each follower; no source where that was closed.
#: 2: and the use of a mask, '' for all else.
VERSION = 2
_TAG = 'occupy followers'


def followers(session):
    """The session's `Followers`; made when first asked for."""
    try:
        return session.get_state_manager(_TAG)
    except KeyError:
        manager = Followers(session)
        session.add_state_manager(_TAG, manager)
        return manager


@dataclass
class _Pair:
    source: object
    kind: str
    use: str = ''
    saved: bool = False


class Followers(StateManager):
    """Which models follow which, and as what.

    `kind` is a word such as "scale", "confidence", "map", "mask" or "tiles", and `use` what a mask
    is for, as `core.next_steps` takes it. They stay known when the source is closed.
    """

    def __init__(self, session):
        self._session = session
        self._pairs = {}
        triggers = session.triggers
        triggers.add_handler(MODEL_POSITION_CHANGED, self._moved)
        # A model that gets another parent may jump without its own position being changed.
        triggers.add_handler(MODEL_ID_CHANGED, self._moved)
        triggers.add_handler(REMOVE_MODELS, self._removed)
        triggers.add_handler(MODEL_NAME_CHANGED, self._renamed)

    def add(self, follower, source, kind, use=''):
        """Let `follower` sit where `source` sits from now on."""
        self._pairs[follower] = _Pair(source, kind, use)
        watch = getattr(source, 'add_volume_change_callback', None)
        if watch and self._source_changed not in source.change_callbacks:
            watch(self._source_changed)
        put_at(follower, source.scene_position)

    def source_of(self, follower):
        """The model that `follower` follows, or None."""
        pair = self._pairs.get(follower)
        return pair and pair.source

    def kind_of(self, follower):
        """As what `follower` was made, or None if it follows nothing."""
        pair = self._pairs.get(follower)
        return pair and pair.kind

    def use_of(self, follower):
        """What a mask is for, or '' for anything else, and for masks of older sessions."""
        pair = self._pairs.get(follower)
        return pair.use if pair else ''

    def followers_of(self, source, kind=None):
        """The models that follow `source`, of one kind or of all."""
        return [follower for follower, pair in self._pairs.items()
                if pair.source is source and kind in (None, pair.kind)]

    def _moved(self, _name, model):
        for follower, pair in list(self._pairs.items()):
            if pair.source is None:
                continue
            if model is pair.source or model in _ancestors(pair.source):
                put_at(follower, pair.source.scene_position)

    def _source_changed(self, source, change):
        if change != 'coordinates changed':
            return
        for follower in self.followers_of(source):
            if hasattr(follower, 'data'):
                sit_on(follower.data, source.data)

    def _renamed(self, _name, model):
        """A mask that is saved gets the name of its file: that is when its next step is known."""
        pair = self._pairs.get(model)
        if pair and pair.use and model.data.path and not pair.saved:
            pair.saved = True
            tell_next(model, pair.use)

    def _removed(self, _name, models):
        gone = set(models)
        for follower, pair in list(self._pairs.items()):
            if follower in gone:
                del self._pairs[follower]
            elif pair.source in gone:
                pair.source = None      # what it is, it remains

    def include_state(self):
        """Nothing is written into sessions that hold no follower."""
        return any(self._saved())

    def _saved(self):
        return [(follower, pair.source, pair.kind, pair.use)
                for follower, pair in self._pairs.items()
                if follower.SESSION_SAVE and (pair.source is None or pair.source.SESSION_SAVE)]

    def take_snapshot(self, session, flags):
        return {'version': VERSION, 'pairs': self._saved()}

    @classmethod
    def restore_snapshot(cls, session, data):
        manager = followers(session)
        for follower, source, kind, *use in data['pairs']:
            if follower is None:
                continue
            if source is None:
                manager._pairs[follower] = _Pair(None, kind, *use)
            else:
                manager.add(follower, source, kind, *use)
        return manager

    def reset_state(self, session):
        self._pairs.clear()


def sit_on(data, source_data):
    """Place a derived map's grid so that it fills the box of its source, sample 0 on sample 0."""
    factors = [n / m for n, m in zip(source_data.size, data.size, strict=True)]
    data.set_origin(source_data.origin)
    data.set_step([step * factor for step, factor in zip(source_data.step, factors, strict=True)])
    data.set_cell_angles(source_data.cell_angles)
    data.set_rotation(source_data.rotation)


def put_at(model, scene_position):
    """Move a model to a position in the scene, whatever its parent."""
    parent = model.parent
    if parent is not None:
        scene_position = parent.scene_position.inverse() * scene_position
    model.position = scene_position


def _ancestors(model):
    parent = getattr(model, 'parent', None)
    while parent is not None:
        yield parent
        parent = getattr(parent, 'parent', None)
