"""Full scale: the contrast that counts as full occupancy and best resolution."""

from dataclasses import dataclass

import numpy as np

from .fullest import find_fullest
from .noisefloor import MUCH_NOISE, find_noise_floor, without_noise
from .wording import FULL_SCALE, INVERT, NOISE, MapError, Remark, SettingError


@dataclass(frozen=True)
class FullScale:
    """A density in the units of the map, how it was found, and what to beware of.

    `noise_floor`: what noise alone makes of the local maximum, in the same units; 0 where the scale
    is not corrected for it.
    """

    value: float
    note: str
    warnings: tuple = ()
    noise_floor: float = 0.0


def find_full_scale(maximum, tiles, parameters, content, region=None, other=None):
    """Choose full scale by the parameters.

    maximum: local maximum of the map, float32 (z, y, x). tiles: `Tiles`. parameters: derived
    `Parameters`. content: `fullest.Content` of the same map, which "auto" looks at. region: boolean
    (z, y, x) known to be at full occupancy, or None. other: a `ScaleEstimate` whose full scale is
    taken over, or None. Returns `FullScale`; raises `ValueError` where it would not be positive.
    """
    if sum((region is not None, other is not None, parameters.full_scale != 'published')) > 1:
        raise SettingError(
            ('full_scale', 'full_scale_region', 'full_scale_from'),
            'give only one of {full_scale}, {full_scale_region} and {full_scale_from}')
    corrected = False
    if region is not None:
        if not region.any():
            raise SettingError('full_scale_region', '{full_scale_region} holds no voxel of the map')
        found = FullScale(float(np.median(maximum[region])), 'median over a region said to be full')
    elif other is not None:
        found = FullScale(other.full_scale, 'taken from another map')
        # What noise adds differs from map to map; whether it is taken off must not.
        corrected = other.noise_floor > 0
    elif parameters.full_scale == 'published':
        found = FullScale(tiles.full.value, 'largest tile value')
    elif parameters.full_scale == 'naive':
        found = FullScale(parameters.tau * float(maximum.max()),
                          'naive: tau times the largest value')
    elif parameters.full_scale == 'auto':
        found = _automatic(maximum, tiles, content)
        corrected = parameters.mode == 'occupancy'
    else:
        found = FullScale(float(parameters.full_scale), 'given')
    if found.value <= 0:
        raise MapError(f'full scale came out as {found.value:.4g}, but density must be positive: '
                       'the map may be inverted', (INVERT,))
    if corrected and not parameters.recalibrate:
        found = _corrected(found, maximum, content)
    return found


def _automatic(maximum, tiles, content):
    """Full scale from the fullest component, or as published where none is found."""
    fullest = find_fullest(maximum, content)
    if fullest is None:
        return FullScale(tiles.full.value, 'largest tile value', (
            Remark('{full_scale} auto finds too little that stands out from the solvent and took '
                   'the published full scale; give {full_scale} a value or {full_scale_region} a '
                   'region', kind=FULL_SCALE),))
    note = f'auto: mean of the fullest component, {fullest.share:.0%} of the content'
    return FullScale(fullest.value, note, tuple(fullest.warnings))


def _corrected(found, maximum, content):
    """The same full scale with the noise floor that its scale is to be corrected for."""
    if content.solvent.suspect:
        return FullScale(found.value, found.note, (*found.warnings, Remark(
            'the scale is not corrected for noise, because the solvent model is suspect: weak '
            'parts may read too high', kind=NOISE)))
    floor = find_noise_floor(maximum, content)
    if without_noise(found.value, floor) <= 0:
        raise SettingError('full_scale', 'full scale does not rise above the noise; try '
                                         '{full_scale} published or a larger {low_pass}')
    warnings = found.warnings
    if floor > MUCH_NOISE * found.value:
        warnings = (*warnings, Remark(
            f'noise alone reaches {floor / found.value:.0%} of full scale: scales below that say '
            'little; try a larger {low_pass}', kind=NOISE))
    return FullScale(found.value, found.note, warnings, floor)
