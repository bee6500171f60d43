"""Which groups of a series rise and fall together, and which exclude each other.

For each pair the correlation r of their occupancies over the volumes that have both, and how likely
chance alone gives one as large, with three cautions:

*Errors.* Values of one volume share what is wrong with its fit, and neighbouring groups take
density from each other, so errors of a pair may be alike or opposite. At worst their covariance is
the mean product of the two errors, and the correlation that they make where there is none is that
over the spreads of the two. It is tested whether there is more: atanh r less atanh of it, as Fisher
has it. (Measured on fits: errors of 136 parts of a ribosome correlate by −0.2 to 0.2, those of a
chain and its haem by −0.5.)

*Volumes that follow one another.* Two groups that drift along a path correlate whatever they are.
The number of volumes that counts is n / (1 + 2 Σ a_k b_k), from the autocorrelations of the two in
the order of the table (Bartlett 1946; Pyper & Peterman, Can. J. Fish. Aquat. Sci. 55, 2127, 1998).
In a shuffled series that is about n.

*Many pairs.* Pairs are looked at of groups that vary by more than their errors and two hundredths
of what is full (chi squared, 1 %), which says nothing of the correlation yet (Bourgon, Gentleman &
Huber, PNAS 107, 9546, 2010). The adjusted p is the false discovery rate at which a pair would be
called, by Benjamini & Hochberg (J. R. Stat. Soc. B 57, 289, 1995), which holds for two-sided tests
that share groups, too (Reiner-Benaim, Biom. J. 49, 107, 2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import SERIES_RATE
from .table import SeriesTable

#: A pair is looked at in at least so many volumes that have both.
LEAST_VOLUMES = 4
#: Groups vary where errors alone do so as much with this probability, each with so much added (in
#: quadrature): what is wrong with all of a map is not in the errors of its groups.
VARIES, SYSTEMATIC = 0.01, 0.02
#: Autocorrelations are taken up to this share of the volumes.
LAGS = 0.25
#: A row that varies by less has no correlation.
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Pair:
    """Two groups, by name: their `correlation` over so many `volumes`, `p`, the chance of one as
    large, and `adjusted`, the same for the number of pairs looked at. `effective`: as how many
    volumes they count, of which one does not follow from the one before. `kind`: "together",
    "exclude" or "", where chance may do it.
    """

    first: str
    second: str
    correlation: float
    p: float
    adjusted: float
    volumes: int
    effective: float

    @property
    def kind(self) -> str:
        """What a pair does, told with a false discovery rate of `SERIES_RATE`."""
        if not self.adjusted <= SERIES_RATE:
            return ''
        return 'together' if self.correlation > 0 else 'exclude'


def together(table: SeriesTable) -> list[Pair]:
    """All pairs of groups that can be looked at, those with most evidence first.

    Pairs that share fewer than four volumes, and groups that do not vary by more than their errors,
    are left out. See the head of this module for the method.
    """
    values, errors = table.occupancy, np.nan_to_num(table.error)
    varies = np.flatnonzero(_varies(values, errors))
    first, second = np.triu_indices(len(varies), 1)
    first, second = varies[first], varies[second]
    r, beyond, count = _correlations(values, errors)
    effective = np.minimum(count, count / _sharing(values))
    some = (count[first, second] >= LEAST_VOLUMES) & np.isfinite(r[first, second])
    first, second = first[some], second[some]
    p = _chance(beyond[first, second], effective[first, second])
    order = np.lexsort((-np.abs(r[first, second]), p))
    adjusted = _adjusted(p)
    return [Pair(table.groups[first[i]], table.groups[second[i]],
                 float(r[first[i], second[i]]), float(p[i]), float(adjusted[i]),
                 int(count[first[i], second[i]]), float(effective[first[i], second[i]]))
            for i in order]


def _varies(values, errors):
    """Which groups vary by more than errors of this size and `SYSTEMATIC`, boolean (groups,)."""
    from scipy.special import chdtrc
    known = np.isfinite(values)
    weight = known / (errors ** 2 + SYSTEMATIC ** 2)
    filled = np.where(known, values, 0.0)
    mean = (weight * filled).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    squares = (weight * (filled - mean[:, None]) ** 2).sum(axis=1)
    return (known.sum(axis=1) > 1) & (
        chdtrc(np.maximum(known.sum(axis=1) - 1, 1), squares) < VARIES)


def _correlations(values, errors):
    """Correlations (groups, groups), the same less what errors can make, and numbers of volumes."""
    known = np.isfinite(values)
    weight = known.astype(float)
    filled = np.where(known, values, 0.0)
    filled -= weight * (filled.sum(axis=1) / np.maximum(weight.sum(axis=1), 1))[:, None]
    count = weight @ weight.T
    n = np.maximum(count, 1)
    # Means and variances over the volumes that both have, (i, j): of i where j is known.
    mean = (filled @ weight.T) / n
    variance = (filled ** 2 @ weight.T) / n - mean ** 2
    covariance = (filled @ filled.T) / n - mean * mean.T
    filled_errors = np.where(known, errors, 0.0)
    at_worst = (filled_errors @ filled_errors.T) / n
    with np.errstate(divide='ignore', invalid='ignore'):
        spread = np.sqrt(np.maximum(variance, 0) * np.maximum(variance, 0).T)
        varies = np.minimum(variance, variance.T) > LEAST_SPREAD ** 2
        r = np.where(varies, covariance / spread, np.nan)
        of_errors = np.where(varies, np.clip(at_worst / spread, 0, 1), 1.0)
        r = np.clip(r, -1, 1)
        # Where both are 1 nothing is known to be beyond errors.
        beyond = np.nan_to_num(np.arctanh(np.abs(r)) - np.arctanh(of_errors), nan=0.0)
    return r, np.tanh(np.maximum(beyond, 0)), count


def _sharing(values):
    """By how much volumes that follow one another count less, (groups, groups), 1 at least."""
    groups, volumes = values.shape
    lags = np.arange(1, max(1, int(LAGS * volumes)) + 1)
    known = np.isfinite(values)
    middle = np.nansum(values, axis=1) / np.maximum(known.sum(axis=1), 1)
    apart = np.where(known, values - middle[:, None], 0.0)
    variance = (apart ** 2).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    alike = np.zeros((groups, len(lags)))
    for column, lag in enumerate(lags):
        if lag >= volumes:
            break
        pairs = np.maximum((known[:, lag:] & known[:, :-lag]).sum(axis=1), 1)
        alike[:, column] = (apart[:, lag:] * apart[:, :-lag]).sum(axis=1) / pairs
    alike /= np.maximum(variance, LEAST_SPREAD ** 2)[:, None]
    weight = (volumes - lags) / volumes
    return np.maximum(1 + 2 * (alike * weight) @ alike.T, 1)


def _chance(r, n):
    """How likely chance gives a correlation of at least |r| in n volumes, both signs counted."""
    from scipy.special import stdtr
    freedom = np.maximum(n - 2, 1e-3)
    with np.errstate(divide='ignore'):
        t = np.abs(r) * np.sqrt(freedom / np.maximum(1 - r ** 2, 1e-12))
    return np.minimum(2 * stdtr(freedom, -t), 1.0)


def _adjusted(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """p for the number of pairs, after Benjamini & Hochberg."""
    if not len(p):
        return p
    from scipy.stats import false_discovery_control
    return np.asarray(false_discovery_control(p, method='bh'))
