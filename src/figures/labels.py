"""Names in figures: as wide as they are, shortened by what they share, apart from one another."""

import os
import re

import numpy as np

#: Names longer than this lose their middle.
LONGEST = 28


def width(texts, size):
    """The width in inches of the widest of some texts at a size in points, in the usual font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    properties = FontProperties()
    # The widest by characters are the widest by inches, but for a few.
    some = sorted(set(texts), key=len)[-5:]
    return max((TextPath((0, 0), text, size=size, prop=properties).vertices[:, 0].max() / 72
                for text in some if text.strip()), default=0.0)


def short(names):
    """Names of volumes without what all share: (names, what they share with "…", '' for nothing).

    Numbers of models and endings of files go, and a beginning that all have, up to a break between
    words or digits: vol_003.mrc, vol_012.mrc … are 003, 012 … of "vol_…".
    """
    stems = list(names)
    # Numbers of models, and endings of files, unless they tell names apart.
    for needless in (r' #[\d.]+$', r'\.(mrc|map|ccp4|rec)(\.gz|\.bz2)?(?= |$)'):
        shorter = [re.sub(needless, '', name) for name in stems]
        if len(set(shorter)) == len(set(names)):
            stems = shorter
    begin = os.path.commonprefix(stems) if len(set(stems)) > 1 else ''
    begin = re.match(r'(.*[^0-9A-Za-z]|.*[A-Za-z](?=\d*$)|)', begin).group(0)
    if len(begin) < 3 or any(len(stem) == len(begin) for stem in stems):
        begin = ''
    return [_cut(stem[len(begin):]) for stem in stems], f'{begin}…' if begin else ''


def _cut(name):
    if len(name) <= LONGEST:
        return name
    half = (LONGEST - 1) // 2
    return f'{name[:LONGEST - 1 - half]}…{name[-half:]}'


def cut(names):
    """Names, long ones without their middle."""
    return [_cut(name) for name in names]


def apart(places, least, low, high):
    """Places moved as little as may be so that neighbours are `least` apart, within low … high.

    places: (n,), any order. Where there is not room for all they stand evenly from low to high.
    """
    places = np.asarray(places, float)
    number = len(places)
    if number * least > high - low + least:
        least = (high - low) / max(1, number - 1)
    order = np.argsort(places, kind='stable')
    # Isotonic regression: pools of neighbours that push one another share their mean.
    wanted = np.clip(places[order], low, high) - least * np.arange(number)
    pools = []
    for value in wanted:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, count = pools.pop()
            before = pools[-1]
            before[0] = (before[0] * before[1] + value * count) / (before[1] + count)
            before[1] += count
    fitted = np.concatenate([np.full(count, value) for value, count in pools] or [[]])
    fitted = np.clip(fitted, low, max(low, high - least * (number - 1)))
    found = np.empty(number)
    found[order] = fitted + least * np.arange(number)
    return found
