"""The level that counts as full: what the fullest groups of a model have in common."""

from dataclasses import dataclass

import numpy as np

from .wording import MapError, Remark, SettingError, plain

#: Groups cannot be told apart within so many standard errors of their difference, or within this
#: share of their level.
ALIKE_ERRORS = 2.0
ALIKE_SHARE = 0.015
#: The fullest groups hold at least this share of the model's scattering; what lies above them and
#: holds less is taken as an outlier.
LEAST_SHARE = 0.05
#: Nothing rests on a group whose error is more than this share of the level, or less of whose
#: atoms lie inside the map.
MOST_ERROR = 0.15
LEAST_INSIDE = 0.9
#: Or that is smaller than this share of the largest group.
LEAST_SIZE = 0.2


@dataclass(frozen=True, eq=False)
class FullLevel:
    """`value`: the amplitude that counts as full. `groups`: names that it rests on. `note`: how it
    was found. `covariance`: of the occupancies of the groups used. `warnings`: sentences.
    `by_definition`: index, among the groups used, of the only one that it rests on, or None.
    """

    value: float
    groups: tuple
    note: str
    covariance: np.ndarray
    warnings: tuple = ()
    by_definition: int | None = None


def find_full(design, fit, full=None, like=None):
    """Find the full level of a `Fit`.

    full: names of groups, an amplitude, or None for the fullest groups' common level. like: an
    `Occupancies` whose level is taken over. Returns `FullLevel`; raises `ValueError` where the
    level would not be positive.
    """
    names = [design.atoms.names[g] for g in design.used]
    if like is not None:
        return FullLevel(like.full_level, like.full_groups, 'taken from another map',
                         fit.covariance / like.full_level ** 2)
    if isinstance(full, (int, float)):
        return FullLevel(float(full), (), 'given', fit.covariance / full ** 2)
    warnings = ()
    if full is not None:
        wanted = [full] if isinstance(full, str) else list(full)
        chosen = [i for i, name in enumerate(names) if name in wanted]
        if not chosen:
            raise SettingError('full', 'the groups that {full} names have no atom inside the map')
        note = 'groups said to be full'
    else:
        chosen, outliers = _fullest(design, fit)
        note = 'common level of the fullest groups that cannot be told apart'
        if outliers:
            warnings = (Remark('left out of the full level, being small and above it: '
                               + plain(', '.join(names[i] for i in outliers))),)
    weights = _weights(design, fit, chosen)
    value = float(weights @ fit.amplitudes)
    if value <= 0:
        raise MapError('the groups said to be full have no density in this map')
    covariance = _relative(fit, weights, value)
    return FullLevel(value, tuple(names[i] for i in chosen), note, covariance, warnings,
                     chosen[0] if len(chosen) == 1 else None)


def _relative(fit, weights, value):
    """The covariance of amplitudes over the level that weights (groups) make of them."""
    jacobian = (np.eye(len(weights)) - np.outer(fit.amplitudes / value, weights)) / value
    return jacobian @ fit.covariance @ jacobian.T


def _weights(design, fit, chosen):
    """Weights of groups in the level: none but the chosen, those by their precision."""
    sizes = design.sizes / design.sizes[chosen].sum()
    weights = np.zeros(len(fit.amplitudes))
    weights[chosen] = sizes[chosen]
    value = weights @ fit.amplitudes
    if value > 0 and len(chosen) > 1:
        # What is common to all says nothing of their precision.
        variance = np.diag(_relative(fit, weights, value))[chosen]
        precise = 1 / (variance + ALIKE_SHARE ** 2 / 4)
        weights[chosen] = precise / precise.sum()
    return weights


def _variance(fit, weights, value):
    """The diagonal of `_relative`."""
    relative = fit.amplitudes / value
    common = fit.covariance @ weights
    return (np.diag(fit.covariance) - 2 * relative * common
            + relative ** 2 * (weights @ common)) / value ** 2


def _told(fit, reference):
    """Weights without groups that cannot be told themselves, if the others are half of them all."""
    weights = reference.copy()
    while weights.sum() >= 0.5:
        some = weights / weights.sum()
        level = some @ fit.amplitudes
        error = np.sqrt(np.maximum(_variance(fit, some, level), 0))
        unsure = np.where(some > 0, error * level / np.maximum(fit.amplitudes, 1e-3 * level), 0)
        worst = int(unsure.argmax())
        if unsure[worst] <= MOST_ERROR:
            return some
        weights[worst] = 0
    return reference


def _fullest(design, fit):
    """Indices of the fullest groups, and of those above them that are too small to count."""
    everything = np.arange(len(fit.amplitudes))
    share = design.sizes / design.sizes.sum()
    reference = share * np.maximum(fit.amplitudes, 0)
    if reference.sum() <= 0:
        raise MapError('no group has density in this map; the model does not lie on it')
    reference = _told(fit, reference / reference.sum())
    level = reference @ fit.amplitudes
    values = fit.amplitudes / level
    variance = _variance(fit, reference, level)
    fit_to_count = [i for i in everything if design.inside[design.used[i]] >= LEAST_INSIDE
                    and share[i] >= LEAST_SIZE * share.max()
                    and variance[i] < (MOST_ERROR * max(values[i], 1e-3)) ** 2]
    order = sorted(fit_to_count or everything, key=lambda i: -values[i])
    least = LEAST_SHARE * share[order].sum()
    for start in range(len(order)):
        chosen = [order[start]]
        for i in order[start + 1:]:
            mean = np.average(values[chosen], weights=1 / (variance[chosen] + 1e-6))
            apart = ALIKE_ERRORS * np.sqrt(variance[i] + 1 / (1 / (variance[chosen] + 1e-9)).sum())
            if mean - values[i] > max(apart, ALIKE_SHARE * mean):
                break
            chosen.append(i)
        if share[chosen].sum() >= least:
            return chosen, order[:start]
    return [max(order, key=lambda i: share[i])], []
