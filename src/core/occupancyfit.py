"""The fit itself: occupancies, B-factors and what is common to all, by damped Gauss–Newton steps.

W(x) ≈ Σ o_g (ρ_g(x; B_g) ∗ T − k φ_g(x)) + c over the voxels near the model. φ are flat bodies of
displaced solvent, T(s) = 1 − Σ k_j exp(−β_j s²/4) what else a map has lost or gained at low
frequency; both are common to all groups. Each unknown but the common scale and c is held by a wide
prior, so that nothing runs away where the map does not tell.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import distance_transform_edt

from .autocorrelation import Autocorrelation
from .displaced import HIGH, LOW, MEANS, SMOOTH, WIDTHS, model_map, transfer
from .modeldensity import blur_of
from .occupancychecks import content_of, end_of_map, misplaced, outside
from .occupancyerrors import Found, covariance_of, noise_beyond, products
from .threads import in_threads, slabs
from .wording import INVERT, MapError

#: B-factor at the start, and how far those of groups are expected to lie from their mean, at 8 Å.
B_START = 60.0
B_WIDTH = 80.0
B_REACH = (-150.0, 600.0)
#: A finer band lets B-factors fall below zero less far, down to this share of that.
B_LEAST = 0.4
B_STEP = 60.0
#: What is thought of their spread before there is a fit: counts as one group. Ligands may differ
#: from chains by as much as the second at least, however alike chains are.
B_SPREAD = 30.0
LIGAND_SPREAD = 20.0
#: Variance of occupancies about the mean of their kind that the pull to it leaves open at least:
#: for proteins and nucleic acids, and for what may be anything.
LEAST_SPREAD = 0.05
OPEN_SPREAD = 0.25
ALIKE_KINDS = ('protein', 'nucleic')
STEPS = 12
#: Steps before which it is measured how far the residual is alike from place to place.
MEASURED = (2, 5)
#: The step before which it is looked where the map ends; the band then ends at so many times that.
ENDED = 1
BEYOND_END = 1.25
MOST_ALIKE = 2
DONE = 2e-3
#: No limit to a step.
ANY = 1e30
#: A group is where its squared density exceeds this share of the largest.
CORE = 0.05
#: Content outside the model reaches so far into it, in units of the band's resolution, and what it
#: reaches is left out of the fit where at least this share of the voxels stays.
REACHED = 0.75
LEAST_KEPT = 0.5
#: Groups whose densities are worked out by one thread at a time.
SLAB = 4


@dataclass(eq=False)
class Fit:
    """What a fit found, in the map's units.

    `amplitudes`: occupancy times the map's scale, of each group used. `covariance`: of these. `b`,
    `b_error`: Å². `k`: strength of each body. `constant`: density of the solvent. `correlation`,
    `outside`, `residual`: as in `Occupancies`. `shift`: by how much (x, y, z in Å) the model should
    move, and `stretch`: by what share it should grow about its middle, to first order.
    `correlations`: of the amplitudes, all else held. `resolution`: of the band, coarser than the
    design's where the map ends earlier. `matches`: correlation of map and fit where each group is.
    """

    amplitudes: np.ndarray
    covariance: np.ndarray
    b: np.ndarray
    b_error: np.ndarray
    k: np.ndarray
    constant: float
    correlation: float
    outside: float
    shift: np.ndarray
    stretch: float
    correlations: np.ndarray
    matches: np.ndarray
    resolution: float
    residual: np.ndarray = field(repr=False)


def fit_design(design, array, progress=None, solvent=None):
    """Fit a map (z, y, x) of the design's grid. Returns a `Fit`; raises `ValueError`.

    solvent: strengths of displaced solvent to be held; None to fit them.
    """
    report = progress or (lambda share: None)
    blurred = design.blurred(array)
    report(0.1)
    state = _State(design, design.even(blurred)[design.support], solvent)
    for step in range(STEPS):
        if step == ENDED:
            state.end_with_map(blurred)
        if step == MEASURED[0]:
            state.leave_out(blurred)
        change = state.step(step)
        report(0.1 + 0.7 * (step + 1) / STEPS)
        if change < DONE and step > 1:
            break
    return state.finish(blurred)


class _State:
    """The unknowns on their way, and what is known of the map."""

    def __init__(self, design, values, solvent=None):
        self.design, self.values = design, values
        self.held = solvent is not None
        self._factors = {}
        #: Of a further blur, beside the design's.
        self.blur = 0.0
        self.keep = None
        self.same = design.parameters.b_factor == 'same'
        n = self.n = len(design.used)
        self.b = np.full(n, B_START)
        self._set_resolution(design.resolution)
        self.k = np.array(solvent if self.held else MEANS, float)
        self.weights = design.sizes / design.sizes.sum()
        self.rho = np.zeros((n, len(values)), np.float32)
        self.slope = np.zeros((n, len(values)), np.float32)
        self.o = np.ones(n)
        self._find_flat()
        self._evaluate()
        total = self.rho.sum(axis=0, dtype=np.float64)
        self.unit, self.c = np.polyfit(total, values.astype(float), 1)
        if self.unit <= 0:
            raise MapError('the map falls where the model has atoms: the model does not lie on '
                           'this map, or the map is inverted', (INVERT,))
        self.o *= self.unit
        self.bodies *= np.float32(self.unit)

    def _set_resolution(self, resolution):
        """Take a resolution of the band (Å), and what is expected at it."""
        self.resolution = resolution
        scale = (resolution / 8) ** 2
        self.b_width, self.b_step = B_WIDTH * max(1, scale), B_STEP * max(1, scale)
        self.b_reach = B_REACH[0] * max(scale, B_LEAST), B_REACH[1] * max(1, scale)
        # Until there is a residual to measure it by.
        self.inflation = 2 * 4 * np.pi / 3 * (resolution / 2) ** 3 / abs(
            np.linalg.det(self.design.grid.axes))
        self.most_inflation = MOST_ALIKE * self.inflation

    def _evening(self, shape):
        """Factor on the half transform of a box: noise made even, and the further blur; kept."""
        if shape not in self._factors:
            self._factors[shape] = self.design.evening(shape, self.blur)
        return self._factors[shape]

    def _find_flat(self):
        """The flat bodies of each group at its rows: (bodies, rows) each."""
        self.flat = [d.flat_at_rows(self._evening(d.shape)) for d in self.design.densities]

    def end_with_map(self, blurred):
        """Let the band end where the map ends, if that is earlier."""
        d = self.design
        end = end_of_map(blurred - np.float32(self.c), model_map(d, self.o, self.b, self.k), d)
        if end is None or BEYOND_END * end <= self.resolution:
            return
        self._set_resolution(BEYOND_END * end)
        self.blur = blur_of(self.resolution) - d.frame.blur
        self._factors.clear()
        self._find_flat()
        self.values = d.even(blurred, self.blur)[d.support]

    def _evaluate(self):
        """Densities of the groups, their slopes with B, and those of the bodies, on the rows."""
        d = self.design
        self.bodies = np.zeros((len(self.k), len(self.values)), np.float32)
        smooth = len(SMOOTH)
        strengths = self.k[smooth:].astype(np.float32)

        def some_groups(part, step):
            bodies = np.zeros_like(self.bodies)
            for i in range(*part.indices(self.n)):
                density = d.densities[i]
                q = d.frame.squares(density.shape)
                fall = np.exp(-np.float32(self.b[i]) * q) * self._evening(density.shape)
                t = fall * transfer(q, self.k)
                self.rho[i, density.rows] = density.at_rows(t) - strengths @ self.flat[i]
                self.slope[i, density.rows] = density.at_rows(-q * t)
                if self.held:
                    continue
                for body, beta in zip(bodies, SMOOTH, strict=False):
                    body[density.rows] -= np.float32(self.o[i]) * density.at_rows(
                        fall * np.exp(-np.float32(beta) * q))
                bodies[smooth:, density.rows] -= np.float32(self.o[i]) * self.flat[i]
            step()
            return bodies

        for bodies in in_threads(some_groups, slabs(self.n, max(SLAB, -(-self.n // 8)))):
            self.bodies += bodies
        if self.keep is not None:
            for columns in (self.rho, self.slope, self.bodies):
                columns *= self.keep

    def leave_out(self, blurred):
        """Look no more at voxels that content without a model reaches, unless that is most of them.
        """
        d = self.design
        self._evaluate()
        left = blurred - np.float32(self.c)
        beyond = content_of(left, model_map(d, self.o, self.b, self.k), d) & ~d.support
        if beyond.any():
            far = distance_transform_edt(~beyond, d.grid.steps[::-1]) > REACHED * d.resolution
            keep = far[d.support]
            if keep.mean() > LEAST_KEPT:
                self.keep = keep

    def _columns(self):
        """All derivatives (unknowns, rows): of o in units of the scale, B, k, c likewise."""
        return np.concatenate([
            self.rho * np.float32(self.unit), self.slope * self.o[:, None].astype(np.float32),
            self.bodies, np.float32(self.unit) * self._ones()])

    def _ones(self):
        return np.ones((1, len(self.values)), np.float32) if self.keep is None else (
            self.keep[None].astype(np.float32))

    def _residual(self):
        """Map minus model, 0 where it is not looked at."""
        residual = self.values - self._model()
        return residual if self.keep is None else residual * self.keep

    def _model(self):
        return self.o.astype(np.float32) @ self.rho + np.float32(self.c)

    def _prior(self, first):
        """Diagonal weights and pulls of what is expected of the unknowns."""
        n = self.n
        weight, pull = np.zeros(2 * n + len(self.k) + 1), np.zeros(2 * n + len(self.k) + 1)
        share = np.maximum(self.o / self.unit, 1e-3) * self.weights
        mean = B_START if first else np.average(self.b, weights=share)
        spread = self.b_width if first else self._spread_of_b(mean, share)
        weight[n:2 * n] = spread ** -2
        ligands = n + self.design.kinds.get('ligand', np.zeros(0, int))
        weight[ligands] = max(spread, LIGAND_SPREAD * self.b_width / B_WIDTH) ** -2
        pull[n:2 * n] = (mean - self.b) * weight[n:2 * n]
        weight[2 * n:-1] = WIDTHS ** -2.
        pull[2 * n:-1] = (MEANS - self.k) * weight[2 * n:-1]
        if not first:
            relative = self.o / self.unit
            for kind, some in self.design.kinds.items():
                least = LEAST_SPREAD if kind in ALIKE_KINDS else OPEN_SPREAD
                mean = np.average(relative[some], weights=self.weights[some])
                spread = np.average((relative[some] - mean) ** 2, weights=self.weights[some])
                weight[some] = 1 / max(spread, least)
                pull[some] = (mean - relative[some]) * weight[some]
        return weight, pull

    def _spread_of_b(self, mean, share):
        """The spread of B-factors about their mean, from what is known of each."""
        own = np.diag(np.linalg.inv(self.hessian))[self.n:2 * self.n]
        share = share / share.sum() * self.n
        known = B_SPREAD ** 2 * (self.b_width / B_WIDTH) ** 2
        return np.sqrt((known + share @ ((self.b - mean) ** 2 + own)) / (1 + self.n))

    def step(self, number):
        """One step; returns the largest change of an occupancy as a share of the largest."""
        if number:
            self._evaluate()
        n = self.n
        residual = self._residual()
        if number in MEASURED:
            alike = Autocorrelation(residual, self.design.support, self.design.grid)
            self.inflation = min(alike.inflation, self.most_inflation)
        columns = self._columns()
        noise = float(np.mean(residual.astype(float) ** 2)) / (
            1 if self.keep is None else self.keep.mean())
        noise = max(noise, 1e-10 * self.values.var())
        self.variance = noise * self.inflation
        weight, pull = self._prior(number == 0)
        hessian = (columns @ columns.T).astype(float) / self.variance
        gradient = (columns @ residual).astype(float) / self.variance + pull
        hessian[np.diag_indices_from(hessian)] += weight
        self.hessian = hessian
        damped = hessian.copy()
        index = np.diag_indices_from(hessian)
        damped[index] *= 1 + 1e-6
        if number < 2:
            damped[n:2 * n, n:2 * n][np.diag_indices(n)] *= 2
        low, high = self._limits()
        tie = self._tie()
        change = _solve_within(tie.T @ damped @ tie, tie.T @ gradient, tie.T @ low, tie.T @ high)
        change = tie @ change
        self.o = self.o + change[:n] * self.unit
        self.b = self.b + change[n:2 * n]
        self.k = self.k + change[2 * n:-1]
        self.c = self.c + change[-1] * self.unit
        return float(np.abs(change[:n]).max() * self.unit / max(np.abs(self.o).max(), 1e-30))

    def _tie(self):
        """The unknowns as they follow from those that are free: one B, solvent held, or all."""
        number = 2 * self.n + len(self.k) + 1
        tie = np.eye(number)
        if self.held:
            tie = np.delete(tie, slice(2 * self.n, -1), axis=1)
        if self.same:
            tie[:, self.n] = 0
            tie[self.n:2 * self.n, self.n] = 1
            tie = np.delete(tie, slice(self.n + 1, 2 * self.n), axis=1)
        return tie

    def _limits(self):
        """How far each unknown may change, downwards and upwards."""
        n = self.n
        high = np.full(2 * n + len(self.k) + 1, ANY)
        low = -high
        # Limits of groups that share a B are alike, and are summed to one by the tie.
        low[n:2 * n] = np.maximum(self.b_reach[0] - self.b, -self.b_step)
        high[n:2 * n] = np.minimum(self.b_reach[1] - self.b, self.b_step)
        if self.same:
            low[n:2 * n] /= n
            high[n:2 * n] /= n
        low[2 * n:-1], high[2 * n:-1] = LOW - self.k, HIGH - self.k
        return low, high

    def finish(self, blurred):
        """The `Fit`, with the errors of what was found."""
        d, n = self.design, self.n
        self._evaluate()
        columns = self._columns()
        residual = self._residual()
        full_model = model_map(d, self.o, self.b, self.k)
        left = blurred - np.float32(self.c)
        weight, _ = self._prior(False)
        inner = products(columns)
        found = Found(residual, columns, inner, self.variance, weight, self._tie(),
                      noise_beyond(d, left - full_model, self.blur))
        covariance, b_error = covariance_of(d, found, self._spread_columns)
        values, model = left[d.support], full_model[d.support]
        matches = np.empty(n)
        for i, density in enumerate(d.densities):
            part = self.rho[i, density.rows] ** 2
            core = density.rows[part > CORE * part.max()]
            matches[i] = _correlation(values[core], model[core])
        own = np.linalg.inv(inner[:n, :n] + 1e-9 * np.diag(np.diag(inner)[:n]))
        own /= np.sqrt(np.outer(np.diag(own), np.diag(own)))
        shift, stretch = misplaced(full_model, left - full_model, d, self.keep)
        return Fit(
            self.o, covariance[:n, :n] * self.unit ** 2, self.b, b_error, self.k, float(self.c),
            _correlation(values, model), outside(left, full_model, d), shift, stretch, own,
            matches, self.resolution, left - full_model)

    def _spread_columns(self, alike):
        """The derivatives (unknowns, rows), each spread as an `Autocorrelation` says."""
        d, n = self.design, self.n
        spread = np.zeros((2 * n + len(self.k) + 1, len(self.values)), np.float32)
        for i, density in enumerate(d.densities):
            q = d.frame.squares(density.shape)
            even = self._evening(density.shape) * alike.root_spectrum(density.shape)
            fall = np.exp(-np.float32(self.b[i]) * q) * even
            t = fall * transfer(q, self.k)
            flat = density.flat_at_rows(even)
            spread[i, density.rows] = np.float32(self.unit) * (
                density.at_rows(t) - self.k[len(SMOOTH):].astype(np.float32) @ flat)
            spread[n + i, density.rows] = density.at_rows(-q * t) * np.float32(self.o[i])
            if self.held:
                continue
            for j, beta in enumerate(SMOOTH):
                spread[2 * n + j, density.rows] -= np.float32(self.o[i]) * density.at_rows(
                    fall * np.exp(-np.float32(beta) * q))
            spread[2 * n + len(SMOOTH):-1, density.rows] -= np.float32(self.o[i]) * flat
        spread[-1] = np.float32(self.unit * alike.inflation ** 0.5)
        return spread if self.keep is None else spread * self.keep


def _solve_within(matrix, gradient, low, high):
    """The solution of a linear system, what would leave its limits held at them."""
    held = np.zeros(len(gradient), bool)
    change = np.zeros(len(gradient))
    for _ in range(6):
        free = ~held
        rest = gradient[free] - matrix[np.ix_(free, held)] @ change[held]
        change[free] = np.linalg.solve(matrix[np.ix_(free, free)], rest)
        beyond = (change < low) | (change > high)
        if not (beyond & free).any():
            break
        held |= beyond
        change[held] = np.clip(change[held], low[held], high[held])
    return np.clip(change, low, high)


def _correlation(a, b):
    if len(a) < 3 or not a.std() or not b.std():
        return 1.0
    return float(np.corrcoef(a, b)[0, 1])
