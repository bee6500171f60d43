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

    Numbers of models and endings of files go, and a beginning and an end that all have, up to a
    break between words or digits: vol_003_map.mrc, vol_012_map.mrc … are 003, 012 … of "vol_…_map".
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
    stems = [stem[len(begin):] for stem in stems]
    end = os.path.commonprefix([stem[::-1] for stem in stems])[::-1] if len(set(stems)) > 1 else ''
    end = re.search(r'([^0-9A-Za-z].*|)$', end).group(0)
    if len(end) < 3 or any(len(stem) == len(end) for stem in stems):
        end = ''
    stems = [stem[:len(stem) - len(end)] for stem in stems]
    return cut(stems), f'{begin}…{end}' if begin or end else ''


def cut(names):
    """Names, long ones without their middle, or as much of it as they may lose to stay apart."""
    names = list(names)
    for longest in (LONGEST, 2 * LONGEST):
        found = [_cut(name, longest) for name in names]
        if len(set(found)) == len(set(names)):
            return found
    return names


def _cut(name, longest):
    if len(name) <= longest:
        return name
    half = (longest - 1) // 2
    return f'{name[:longest - 1 - half]}…{name[-half:]}'


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
