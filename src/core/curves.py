"""Curves that turn a scale into the scale wanted, and the gain that takes a map there."""

import numpy as np

#: Amplification leaves smaller scales alone whatever its limit: they are rounding, and a gain from
#: them would leave the range of numbers.
LEAST_SCALE = 1e-6


def curve(scale, modification):
    """f(S): the scale that a modification aims at.

    scale: float array, 0 to 1. Returns an array of the same shape and type. The scale limit, which
    belongs to the gain, is not applied.
    """
    scale = np.asarray(scale)
    power = modification.power
    if modification.kind == 'solvent' or power == 1:
        return scale.copy()
    if modification.kind == 'amplify':
        return scale ** scale.dtype.type(1 / power)
    if modification.kind == 'attenuate':
        return scale ** scale.dtype.type(power)
    return scale * _sigmoid_gain(scale, power, modification.pivot)


def gain(scale, modification, limit=None):
    """G = f(S)/S, the factor that density of scale S is multiplied by.

    scale: float array, 0 to 1. limit: scale up to which amplification and attenuation do nothing;
    None for that of the modification. Returns an array of the same shape and type: at least 1 for
    amplification, at most 1 for attenuation. A sigmoid knows no limit: to remove the lowest scales
    is what it is for.
    """
    scale = np.asarray(scale)
    power = modification.power
    if modification.kind == 'solvent' or power == 1:
        return np.ones_like(scale)
    if modification.kind == 'sigmoid':
        return _sigmoid_gain(scale, power, modification.pivot)
    limit = modification.scale_limit if limit is None else limit
    exponent = scale.dtype.type((1 / power if modification.kind == 'amplify' else power) - 1)
    with np.errstate(divide='ignore', over='ignore'):
        found = np.minimum(scale ** exponent, np.finfo(scale.dtype).max)
    found[scale <= limit] = 1
    if modification.kind == 'attenuate' and limit == 0:
        found[scale == 0] = 0
    return found


def _sigmoid_gain(scale, power, pivot):
    """The gain of the sigmoid through (0, 0), (pivot, pivot) and (1, 1).

    With u = (1 − S)/S and u₀ that of the pivot, f = 1/(1 + u₀ (u/u₀)^p): the form of METHOD section
    7 with its constant m worked out, in which f(pivot) = pivot is plain.
    """
    kind = scale.dtype.type
    rest = kind((1 - pivot) / pivot)
    with np.errstate(divide='ignore', over='ignore', invalid='ignore'):
        ratio = (1 - scale) / (scale * rest)
        found = 1 / (scale * (1 + rest * ratio ** kind(power)))
    found[scale <= 0] = 0
    return np.nan_to_num(found, copy=False, nan=0.0, posinf=0.0)
