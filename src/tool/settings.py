"""What the panel remembers from day to day."""

from chimerax.core.settings import Settings

from ..core.parameters import default
from ..session.coloring import DEFAULT_PALETTE, DEFAULT_RANGE


class PanelSettings(Settings):
    """Each is saved as soon as it is set. Paths, maps and parameters of one map are not kept."""

    AUTO_SAVE = {
        'mode': default('mode'),
        'palette': DEFAULT_PALETTE,
        'color_range': DEFAULT_RANGE,
        'key': True,
        'kind': 'amplify',
        # Seconds that an estimate takes for a million voxels here, learned from each run.
        'seconds_per_megavoxel': 0.15,
    }


def settings(session):
    """The session's `PanelSettings`."""
    found = getattr(session, '_occupy_panel_settings', None)
    if found is None:
        found = session._occupy_panel_settings = PanelSettings(session, 'OccuPy')
    return found
