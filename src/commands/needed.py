"""The estimate that a command needs: the one of the record, or one made on the way."""

from dataclasses import replace

from chimerax.core.errors import UserError

from ..core import Parameters, refit_solvent
from ..core.interpolate import resample
from ..core.memory import estimate_bytes
from ..session import volumes
from ..session.record import record
from . import common, estimate


class Needed:
    """An estimate of a map in occupancy mode (or another one) that a command builds on.

    scale_map: a map whose values take the place of the scale. solvent_mask: a map by which the
    solvent model is fitted, now or again. `number` is the model number of the scale map to be
    opened; None when the estimate is at hand. Raises `UserError` for what cannot work.
    """

    def __init__(self, session, source, mode='occupancy', solvent_mask=None, scale_map=None):
        if volumes.is_derived(source):
            raise UserError(
                f'{volumes.label(source)} was made from '
                f'{volumes.label(volumes.source_of(source))}; name that map instead')
        self.source = source
        self._record = record(session)
        entry = self._record.entry(source, mode)
        self.found = entry.estimate if entry and not entry.stale else None
        self.scale_map = entry.scale_map if self.found is not None else None
        self.number = None
        self._task = None
        self._array = volumes.array_of(source)
        self._mask = self._given_scale = None
        if self.found is None:
            self._task = estimate.prepared(source, Parameters(mode=mode), solvent_mask)
            estimate.assign_numbers(session, [self._task], replace=True, model_id=None)
            if self._task.replaces is None:
                self.number = self._task.number
        elif solvent_mask is not None:
            self._mask = volumes.sampled_on(solvent_mask, source, self.found.grid.shape)
        if scale_map is not None:
            self._given_scale = self._scale_of(scale_map, mode)

    def _scale_of(self, scale_map, mode):
        entry = self._record.of_scale_map(scale_map)
        if entry is not None and entry.mode != mode:
            raise UserError(
                f'{volumes.label(scale_map)} is a scale of {entry.mode} mode, which mixes '
                'resolution with occupancy and cannot drive a modification; type '
                f'"occupy #{self.source.id_string} mode {mode}"')
        return volumes.sampled_on(scale_map, self.source).clip(0, 1)

    @property
    def working_grid(self):
        """The core's `Grid` on which the map is or will be estimated."""
        if self.found is not None:
            return self.found.grid
        return volumes.grid_of(self.source).working(self._task.parameters.max_box)

    @property
    def bytes_needed(self):
        """Memory that `work` takes at its height."""
        if self.found is not None and self._mask is None:
            return 0
        parameters = self.found.parameters if self.found is not None else self._task.parameters
        return estimate_bytes(self._array, self.working_grid, parameters.tile_size)

    @property
    def array(self):
        """The map itself, (z, y, x)."""
        return self._array

    def work(self, progress):
        """In a thread: the estimate, and whether it is new to the record."""
        found, is_new = self.found, False
        if found is None:
            (found,), is_new = estimate.estimates_of([self._task], progress), True
        elif self._mask is not None:
            found, is_new = refit_solvent(self._array, found, self._mask, progress), True
        self.found = found
        return found, is_new

    def with_given_scale(self, found):
        """The estimate with the scale that was given in place of its own, where one was."""
        if self._given_scale is None:
            return found
        return replace(found, scale=resample(self._given_scale, found.grid.shape))

    def keep(self, session, is_new):
        """On the main thread: record what was found, and open its scale as a map if it is new."""
        if self._task is not None:
            self.scale_map = estimate.opened(session, self._task, self.found, None)
            estimate.log_result(session, self.source, self.scale_map, self.found, 'color false')
        elif is_new:
            self._record.set(self.source, self.found, self.scale_map)
        return self.scale_map


def needed_for_all(session, maps, name=None, model_id=None, **options):
    """`Needed` for each map of a command; checks that name and modelId go with one map."""
    sources = common.maps_to_estimate(session, maps)
    if len(sources) > 1 and (name is not None or model_id is not None):
        raise UserError(f'name and modelId are for one map; {len(sources)} maps are named')
    if model_id is not None:
        common.free_number(session, tuple(model_id))
    return [Needed(session, source, **options) for source in sources]


def numbers_for(session, needs, model_id=None):
    """Model numbers of the results, and all that have to be kept free, each map's scale first."""
    if model_id is not None:
        return [tuple(model_id)], [need.number for need in needs if need.number] + [tuple(model_id)]
    scales = sum(need.number is not None for need in needs)
    free = iter(common.next_numbers(session, scales + len(needs)))
    results, kept = [], []
    for need in needs:
        if need.number is not None:
            need.number = need._task.number = next(free)
            kept.append(need.number)
        results.append(next(free))
        kept.append(results[-1])
    return results, kept
