"""`occupy at`: the scale at one place, and the residue nearby; labelled where it is, if asked."""

from chimerax.core.commands import BoolArg, CenterArg, CmdDesc
from chimerax.core.objects import Objects
from chimerax.markers.markers import MarkerSet

from ..session import pointing
from ..session.follow import followers
from . import common, looks

_NAME = 'scale labels'
#: A mark's radius, as a share of the low-pass; the label's height in pixels.
_RADIUS, _SIZE = 1 / 8, 24
_COLOR = (255, 255, 255, 255)
_BEHIND = (0, 0, 0, 180)


def occupy_at(session, position, *, map=None, mode=None, label=False):
    """Tell the scale of a map at a place, and which residue is near.

    position: ChimeraX's `Center`: a point of the scene, or the middle of what is named. map: by
    default the only one with an estimate. mode: of the scale, by default the one by which the map
    is coloured, or else its latest. label: mark the place and write the scale there. Returns the
    `Reading`.
    """
    entry = looks.entry_seen(session, map, mode)
    reading = pointing.read(session, entry, position.scene_coordinates())
    words = f'{reading.words}.'
    if label:
        marks = _mark(session, entry, reading)
        words += f' Labelled in #{marks.id_string}.'
    session.logger.info(words)
    session.logger.status(reading.words)
    return reading


def _mark(session, entry, reading):
    """Add a labelled mark to those of a map, and return all of them, a `MarkerSet`."""
    source = entry.source
    found = followers(session).followers_of(source, 'labels')
    if found:
        marks = found[0]
    else:
        marks = MarkerSet(session, f'{source.name} {_NAME}')
        session.models.add([marks])
        followers(session).add(marks, source, 'labels')
    place = source.scene_position.inverse() * reading.point
    marks.create_marker(place, _COLOR, entry.estimate.parameters.low_pass * _RADIUS)
    if session.main_view.render is not None:        # labels are pictures
        from chimerax.label.label3d import label
        label(session, Objects(atoms=marks.atoms[-1:]), 'atoms', text=f'{reading.scale:.2f}',
              color=_COLOR, bg_color=_BEHIND, size=_SIZE, height='fixed')
    return marks


def register(_command_info, logger):
    """Register `occupy at` with ChimeraX."""
    from .answers import register_command
    description = CmdDesc(
        required=[('position', CenterArg)],
        keyword=[('map', common.VolumeArg), *common.setting_args('mode'), ('label', BoolArg)],
        synopsis='Tell the scale at one place of a map')
    register_command('occupy at', description, occupy_at, logger=logger)
