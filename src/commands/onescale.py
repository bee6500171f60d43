"""Several maps brought to one full scale: that of the largest, of a map that is named, or of a
region in each.
"""

import math
from dataclasses import astuple

from ..core import Parameters, derive
from ..session import alike, volumes
from ..session.record import record
from ..session.regions import Region
from . import estimating


class OneScale:
    """The estimates that a comparison needs, all on one full scale.

    sources: the maps. given: the map that gives full scale and all parameters, or None for that of
    the largest full scale. region: ChimeraX `Objects` known to be at full occupancy in every map,
    each of which then has its own full scale from there; or None.

    `requests`: those to hand to `estimating.run` with `settle` as what to do together.
    `reference`: the map that gives full scale, None where a region does; `own`: each map's own full
    scale; `spreads`: that of each map's solvent; all are known once `settle` has run. `is_settled`:
    whether nothing has to be estimated.
    """

    def __init__(self, session, sources, given, mode, low_pass, region=None):
        known = record(session)
        self.reference = given
        self._region = region
        parameters = Parameters(mode=mode, low_pass=low_pass)
        before = given and known.estimate_for(given, mode)
        if before is not None:
            parameters = before.parameters.with_values(full_scale='published')
        self.requests = []
        for source in [*sources, *([given] if given not in (None, *sources) else ())]:
            request = estimating.Request(
                session, source, parameters,
                accept=estimating.anew if region else self._accepts(source, given, parameters),
                region=Region(region, source) if region else None)
            if region:
                request.words = f'fullScaleRegion {region.spec}'
            self.requests.append(request)
        if not self.is_settled:
            for request in self.requests:
                request.may_be_made = True
        self.own, self.spreads = {}, {}

    @staticmethod
    def _accepts(source, given, parameters):
        """Whether an estimate at hand was made with the same parameters, full scale apart."""
        if source is given:
            return None
        try:
            resolved, _, _ = derive(parameters, volumes.grid_of(source))
        except ValueError:
            return estimating.anew      # which is refused with the reason
        return lambda found: _alike(
            found.parameters.with_values(full_scale='published'), resolved)

    @property
    def is_settled(self):
        """Whether all estimates are at hand and on one full scale."""
        found = [request.found for request in self.requests]
        if self._region is not None or None in found:
            return False
        if self.reference is not None:
            return len({one.full_scale for one in found}) == 1
        largest = max(one.tiles.full.value for one in found)
        return all(one.full_scale == largest for one in found)

    def settle(self, progress=lambda *_: None):
        """In a thread, once all have estimates: bring them to one full scale."""
        for request in self.requests:
            self.own[request.source] = request.found.tiles.full.value
            self.spreads[request.source] = alike.solvent_spread(request.array, request.found)
        if self._region is not None:
            return
        by_source = {request.source: request for request in self.requests}
        if self.reference is None:
            self.reference = max(by_source, key=self.own.get)
            reference = by_source[self.reference]
            if reference.found.full_scale != self.own[self.reference]:
                # It was put on another map's full scale before.
                reference.make(progress)
        full = by_source[self.reference].found
        others = [one for one in self.requests if one.found.full_scale != full.full_scale]
        for index, request in enumerate(others):
            request.make(lambda share, stage='', i=index: progress((i + share) / len(others),
                                                                   stage), full)
            request.words = f'fullScaleFrom #{self.reference.id_string}'

    def estimates_of(self, sources):
        """The estimates of some maps, in their order."""
        found = {request.source: request.estimate for request in self.requests}
        return [found[source] for source in sources]

    def scale_map_of(self, source):
        """The open scale map of a map, or None."""
        return next(one.scale_map for one in self.requests if one.source is source)


def _alike(one, other):
    """Whether parameters are the same, but for what rounded voxel sizes make of derived ones."""
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isclose(a, b,
                                                                                  rel_tol=1e-4))
        for a, b in zip(astuple(one), astuple(other), strict=True))
