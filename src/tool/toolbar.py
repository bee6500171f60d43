"""What the buttons in ChimeraX's Map tab do: each runs a command, so that the log is the record."""

from chimerax.core.commands import concise_model_spec, run

from ..session import jobs, volumes
from .look import look_words

#: The command of each button, named as in bundle_info.xml.
_COMMANDS = {
    'estimate by resolution': 'occupy{maps} mode resolution{look}',
    'estimate by occupancy': 'occupy{maps} mode occupancy{look}',
    'open panel': 'ui tool show OccuPy',
}


def press(session, button):
    """Do what a button says; estimates go to the background. Returns what the command returns."""
    found = maps_meant(session)
    maps = f' {concise_model_spec(session, found)}' if found else ''
    words = look_words(session, found) if found else ''
    with jobs.in_background(session):
        return run(session, _COMMANDS[button].format(maps=maps, look=f' {words}' if words else ''))


def maps_meant(session):
    """The maps that a button or a preset works on: those selected, or else those shown.

    Where neither is there, []: `occupy` then takes all maps, or says what to do first.
    """
    from chimerax.map import Volume
    found = []
    for volume in session.models.list(type=Volume):
        source = volumes.source_of(volume) or volume
        if volume.display and volume.visible and source not in found:
            found.append(source)
    selected = [source for source in found if source.get_selected(include_children=True)]
    return selected or found
