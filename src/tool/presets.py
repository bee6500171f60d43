"""What stands in ChimeraX's Presets menu: a view made fit for a figure, in one go.

ChimeraX logs the commands that a preset amounts to. Estimates that are yet to be made go to the
background, logged as commands of their own.
"""

from chimerax.core.commands import run
from chimerax.core.errors import UserError

from ..session import jobs, volumes
from ..session.follow import followers
from ..session.record import record
from ..session.showing import mask_of
from . import toolbar

#: Paper, a window of the shape of figures, outlines, and lighting that leaves the palette alone.
_LOOK = ('set bgColor white', 'windowsize 800 600', 'lighting simple',
         'graphics silhouettes true')
#: Specks smaller than this, in Å, are hidden: the tutorial's choice.
_DUST = 8
#: The map as it was, seen through.
_BEFORE, _SEEN_THROUGH = '#9a9a9a', 75


def press(session, name, manager):
    """Do what a preset says. manager: ChimeraX's, of presets. `UserError` where it cannot."""
    _PRESETS[name](session, manager)


def _figure(mode):
    def figure(session, manager):
        maps = _maps(session)
        known, unknown = [], []
        for volume in maps:
            entry = record(session).entry(volume, mode)
            (unknown if entry is None or entry.stale else known).append(volume)
        commands = [*_LOOK]
        commands += _without_dust(maps)
        commands.append('view')
        if known:
            commands.append(f'occupy color {volumes.spec_of(known)} mode {mode} key true')
        manager.execute('; '.join(commands))
        if unknown:
            with jobs.in_background(session):
                run(session, f'occupy {volumes.spec_of(unknown)} mode {mode}')

    return figure


def _before_and_after(session, manager):
    """The map made last from the one that is shown, and that one seen through around it."""
    made = [(volume, one) for volume in _maps(session)
            for one in followers(session).followers_of(volume, 'map')]
    if not made:
        raise UserError('there is no modified map to show beside the one it was made from; make '
                        'one first, for instance with "occupy attenuate"')
    before, after = made[-1]
    levels = [surface.level for one in (after, before) for surface in one.surfaces]
    number, number_after = before.id_string, after.id_string
    mode = record(session).latest(before).mode if record(session).entries(before) else ''
    commands = [*_LOOK, f'show #{number},{number_after} models']
    if levels:
        commands.append(f'occupy level #{number} {levels[0]:.6g}')
    commands += _without_dust([before, after])
    commands += [f'color #{number} {_BEFORE}', f'transparency #{number} {_SEEN_THROUGH}']
    if mode:
        mode = 'occupancy' if record(session).entry(before, 'occupancy') else mode
        commands.append(f'occupy color #{number_after} mode {mode} key true')
    manager.execute('; '.join([*commands, 'view']))


_PRESETS = {'figure of resolution': _figure('resolution'),
            'figure of occupancy': _figure('occupancy'),
            'before and after': _before_and_after}


def _maps(session):
    """The maps that are meant: those selected or shown, or what their shown maps were made from."""
    found = toolbar.maps_meant(session)
    if not found:
        raise UserError('no map is shown: open one first, for instance "open map.mrc"')
    return found


def _without_dust(maps):
    """The command that hides specks of maps, in a list; none where there are no surfaces."""
    # A surface holds one mask, and that of a scale was asked for.
    dusty = [volume for volume in maps
             if volume.surfaces and not any(map(mask_of, volume.surfaces))]
    return [f'surface dust {volumes.spec_of(dusty)} size {_DUST}'] if dusty else []
