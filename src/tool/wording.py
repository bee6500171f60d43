"""The core's sentences in the words of the panel: what is on the screen."""

from ..core import wording

#: What settings are called on the screen, where it is not their name with a capital.
_LABELS = {'low_pass': 'Low-pass', 'full_scale_from': 'Full scale from',
           'full_scale_region': 'Full region', 'max_box': 'Largest box',
           'exclude_solvent': 'Leave solvent out', 'output_low_pass': 'Output low-pass'}


def label(setting):
    """What a setting is called on the screen."""
    return _LABELS.get(setting, setting.replace('_', ' ').capitalize())


def _given(setting, value):
    if (setting, value) == ('confidence', False):
        return 'choose "Modify every voxel" under Options'
    return f'set {label(setting)} to {value}'


FACE = wording.Face(label, _given, {
    wording.INVERT: 'turn its sign with the command "volume scale"',
    wording.STATE_VOXEL_SIZE: 'state it with the command "volume voxelSize"',
    wording.UNMASKED: 'use the map as it was before it was masked',
    wording.SOLVENT_MASK: 'choose a solvent mask and estimate again',
    wording.UNSHARPENED: 'use the unsharpened map',
})
