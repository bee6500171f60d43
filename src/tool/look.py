"""What is seen of a map's scale, in one place for panel and toolbar.

Read from its surfaces; where they show no scale, from what was chosen for the map before, and else
from what the panel remembers from day to day.
"""

from dataclasses import dataclass

from ..commands import common
from ..session import coloring, volumes
from ..session.key import family, scale_key, shown_of
from ..session.record import record
from .settings import settings


@dataclass(frozen=True)
class Look:
    """Mode, palette (by name), range (low, high) and key of a map's colours.

    `shown`: whether they are on a surface, or only what the next colours will be.
    """

    mode: str
    palette: str
    range: tuple
    key: bool
    shown: bool


def look_of(session, volume, mode=None):
    """The `Look` of a map (or of the next one, for None). mode: for where none is shown."""
    kept = settings(session)
    chosen = {} if volume is None else record(session).look(volume)
    palette = chosen.get('palette', kept.palette)
    limits = tuple(chosen.get('range', kept.color_range))
    shown = None if volume is None else shown_of(volume)
    if shown is None:
        return Look(mode or kept.mode, palette, limits, kept.key, False)
    low, high = shown.range
    return Look(shown.mode, shown.colormap.name or palette, (round(low, 6), round(high, 6)),
                any(owner in scale_key(session).wanted for owner in (volume, shown.owner)), True)


def look_words(session, maps, look=None):
    """Palette, range and key as keywords of `occupy`, where it would not use them by itself.

    look: what is wanted; None for what `look_of` says, where all of the maps agree on it.
    """
    words = []
    wanted = [look or look_of(session, volume) for volume in maps]
    known = [record(session).look(volume) for volume in maps]
    for name, default in (('palette', coloring.DEFAULT_PALETTE),
                          ('range', coloring.DEFAULT_RANGE)):
        values = {getattr(one, name) for one in wanted}
        used = {_as_key(one.get(name, default)) for one in known}
        if len(values) == 1 and values != used:
            words.append(f'{name} {value_text(*values)}')
    if not all(one.key for one in wanted):
        words.append('key false')
    return ' '.join(words)


def value_text(value):
    """A palette or a range as a word of a command."""
    return value if isinstance(value, str) else ','.join(f'{part:g}' for part in value)


def color_command(session, maps, look):
    """The command that gives maps, and what is seen of them in their place, a `Look`."""
    seen = {one: None for volume in maps for one in family(volume)
            if one is volume or one.visible}
    return (f'occupy color {volumes.spec_of(seen)} mode {look.mode} palette {look.palette} '
            f'range {value_text(look.range)} key {common.value_text(look.key)}')


def _as_key(value):
    return value if isinstance(value, str) else tuple(value)
