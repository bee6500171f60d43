"""The session's record of estimates: which belongs to which map, and whether it still holds.

An estimate belongs to one map and one mode. Closing the map forgets it; a change of the map's
values or voxel size makes it stale, and a stale estimate is never handed out. The record is saved
with the session, so that work goes on after a restore without a new estimate.
"""

from dataclasses import dataclass, field

from chimerax.core.models import REMOVE_MODELS
from chimerax.core.state import StateManager
from chimerax.core.triggerset import TriggerSet

from . import volumes
from .packing import Unreadable, pack, unpack

# 1: for each estimate its source, its scale map, and itself, without the scale if that map holds it
VERSION = 1
CHANGED = 'estimates changed'
_TAG = 'occupy estimates'


def record(session):
    """The session's `EstimateRecord`; made when first asked for."""
    try:
        return session.get_state_manager(_TAG)
    except KeyError:
        manager = EstimateRecord(session)
        session.add_state_manager(_TAG, manager)
        return manager


@dataclass(eq=False)
class Entry:
    """One estimate in the record.

    `source`: the map. `estimate`: the core's `ScaleEstimate`. `scale_map`: the volume that shows
    the scale, None when there is none or it was closed. `stale`: why the estimate no longer holds,
    a sentence's end such as "its values have changed", or ''. `started`: when its making began, by
    `time.monotonic`, so that what was overtaken can be told.
    """

    source: object
    estimate: object
    scale_map: object = None
    stale: str = ''
    started: float = 0.0
    data: object = field(default=None, repr=False)

    @property
    def mode(self):
        """resolution or occupancy."""
        return self.estimate.parameters.mode


class EstimateRecord(StateManager):
    """All estimates of a session.

    `triggers` fires `CHANGED` with the map concerned, or None for all, on the main thread, whenever
    an estimate is made, forgotten or becomes stale.
    """

    def __init__(self, session):
        self._session = session
        self._entries = {}      # (source, mode): Entry; the latest last
        self._looks = {}        # source: what the user chose for its colours
        self.triggers = TriggerSet()
        self.triggers.add_trigger(CHANGED)
        session.triggers.add_handler(REMOVE_MODELS, self._removed)

    def set(self, source, estimate, scale_map=None, started=0.0):
        """Record an estimate of `source`, in place of an earlier one of the same mode.

        A scale map that was closed is none. Raises `ValueError` where the map itself was closed: a
        record of closed models could not be saved.
        """
        if source.deleted:
            raise ValueError('an estimate of a closed map cannot be recorded')
        if scale_map is not None and scale_map.deleted:
            scale_map = None
        entry = Entry(source, estimate, scale_map, started=started, data=source.data)
        key = (source, entry.mode)
        self._entries.pop(key, None)
        self._entries[key] = entry
        self._watch(source)
        self._fire(source)
        return entry

    def entry(self, source, mode):
        """The `Entry` of a map in a mode, stale or not, or None."""
        entry = self._entries.get((source, mode))
        return self._checked(entry) if entry else None

    def estimate_for(self, source, mode):
        """The `ScaleEstimate` of a map in a mode; None when there is none or it is stale."""
        entry = self.entry(source, mode)
        return entry.estimate if entry and not entry.stale else None

    def entries(self, source=None):
        """The entries of a map, or of all maps, the latest last; also stale ones."""
        return [self._checked(entry) for entry in self._entries.values()
                if source is None or entry.source is source]

    def latest(self, source):
        """The entry of a map that was made last, stale or not, or None."""
        entries = self.entries(source)
        return entries[-1] if entries else None

    def of_scale_map(self, scale_map):
        """The entry that a scale map shows, or None."""
        for entry in self.entries():
            if entry.scale_map is scale_map:
                return entry
        return None

    def forget(self, source, mode=None):
        """Forget a map's estimates, or the one of a mode."""
        keys = [key for key in self._entries if key[0] is source and mode in (None, key[1])]
        for key in keys:
            del self._entries[key]
        if keys:
            self._fire(source)

    def look(self, source):
        """A dict in which to keep what the user chose for the colours of a map, across runs."""
        if source.deleted:
            return {}
        return self._looks.setdefault(source, {})

    def _watch(self, source):
        if self._source_changed not in source.change_callbacks:
            source.add_volume_change_callback(self._source_changed)
        # The scale map shares its array with the estimate: editing one would alter the other.
        for entry in self._entries.values():
            shown = entry.scale_map
            if shown is not None and self._scale_changed not in shown.change_callbacks:
                shown.add_volume_change_callback(self._scale_changed)

    def _source_changed(self, source, change):
        if change == 'data values changed':
            self._make_stale(source, 'its values have changed')
        elif change == 'coordinates changed':
            for entry in self.entries(source):
                if volumes.grid_of(source) != entry.estimate.source_grid:
                    self._make_stale(source, 'its voxel size or axes have changed')

    def _scale_changed(self, scale_map, change):
        entry = self.of_scale_map(scale_map)
        if entry and change == 'data values changed' and _shares(scale_map, entry.estimate):
            entry.stale = entry.stale or 'its scale map was edited'
            self._fire(entry.source)

    def _make_stale(self, source, reason):
        entries = [entry for entry in self._entries.values()
                   if entry.source is source and not entry.stale]
        for entry in entries:
            entry.stale = reason
        if entries:
            self._fire(source)

    def _checked(self, entry):
        # Data can be exchanged without any notice being given.
        if entry.source.data is not entry.data and not entry.stale:
            self._make_stale(entry.source, 'its values have changed')
        return entry

    def _removed(self, _name, models):
        gone = set(models)
        changed = set()
        for key, entry in list(self._entries.items()):
            if entry.source in gone:
                del self._entries[key]
                changed.add(entry.source)
            elif entry.scale_map in gone:
                entry.scale_map = None
                changed.add(entry.source)
        for source in gone & self._looks.keys():
            del self._looks[source]
        for source in changed:
            self._fire(source)

    def _fire(self, source):
        self.triggers.activate_trigger(CHANGED, source)

    def include_state(self):
        """Nothing is written into sessions without an estimate."""
        return bool(self._entries)

    def take_snapshot(self, session, flags):
        entries = []
        for entry in self.entries():
            shown = entry.scale_map
            # What the session saves with the scale map need not be saved again.
            without = ('scale',) if shown is not None and _shares(shown, entry.estimate) else ()
            entries.append({
                'source': entry.source, 'scale map': shown, 'stale': entry.stale,
                'estimate': pack(entry.estimate, without)})
        looks = [(source, dict(look)) for source, look in self._looks.items() if look]
        return {'version': VERSION, 'entries': entries, 'looks': looks}

    @classmethod
    def restore_snapshot(cls, session, data):
        manager = record(session)
        for saved in data['entries']:
            source, shown = saved['source'], saved['scale map']
            if source is None:
                continue
            try:
                known = {} if shown is None else {'scale': _values_of(shown)}
                estimate = unpack(saved['estimate'], known)
            except Unreadable as reason:
                session.logger.info(
                    f'The estimate of {source.name} could not be restored ({reason}); '
                    'estimate it again where it is needed.')
                continue
            if shown is not None:
                shown.data.writable = False     # see volumes
            entry = manager.set(source, estimate, shown)
            entry.stale = saved.get('stale', '')
        for source, look in data.get('looks', ()):
            if source is not None:
                manager.look(source).update(look)
        return manager

    def reset_state(self, session):
        self._entries.clear()
        self._looks.clear()
        self._fire(None)


def _values_of(scale_map):
    array = getattr(scale_map.data, 'array', None)
    return scale_map.full_matrix() if array is None else array


def _shares(scale_map, estimate):
    """Whether a scale map holds the very array of an estimate, and will be saved with it."""
    data = scale_map.data
    return not data.path and getattr(data, 'array', None) is estimate.scale
