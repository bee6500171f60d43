"""The core's sentences in the words of the panel: settings as they are called on the screen."""

from ..core import wording
from ..core.parameters import keyword

#: What is asked for every day, and what only those ask for who have read the method.
EVERYDAY = {'low_pass': 'Low-pass', 'full_scale': 'Full scale'}
EXPERT = {
    'worst_resolution': 'Worst resolution', 'kernel_size': 'Kernel edge',
    'kernel_radius': 'Kernel radius', 'tau': 'Tau', 'tile_size': 'Tile edge',
    'max_box': 'Largest box', 'smooth': 'Smoothing'}
#: All that stands in the panel under another word than its keyword.
LABELS = {
    **EVERYDAY, **EXPERT, 'full_scale_from': 'Full scale from',
    'full_scale_region': 'Full region', 'baseline': 'Baseline',
    'recalibrate': 'Scale 0 is where noise ends', 'mode': 'Scale by', 'power': 'Power',
    'pivot': 'Pivot', 'hedge': 'Hedge', 'scale_limit': 'Scale limit', 'seed': 'Seed of noise',
    'output_low_pass': 'Output low-pass', 'output': 'Output',
    'exclude_solvent': 'Leave solvent out', 'confidence': 'Modify every voxel',
    'match_histogram': 'Grey levels of the input'}


def label(setting):
    """How a setting is called on the screen."""
    return f'"{LABELS[setting]}"' if setting in LABELS else keyword(setting)


def _given(setting, value):
    if setting == 'confidence' and value is False:
        return 'choose "Modify every voxel" among the options'
    return f'set {label(setting)} to {value}'


FACE = wording.Face(label, _given, {
    wording.INVERT: 'turn its sign round with "volume scale"',
    wording.SHIFT: 'add what brings its solvent to zero with "volume scale"',
    wording.RESCALE: 'multiply it by a number with "volume scale"',
    wording.REPLACE_VALUES: 'replace them in the file',
    wording.STATE_VOXEL_SIZE: 'set it in Å with the command volume',
    wording.UNMASKED: 'use the map as it was before it was masked',
    wording.SOLVENT_MASK: 'choose a solvent mask and estimate again',
    wording.REGION: 'choose a "Full region"',
    wording.UNSHARPENED: 'use the unsharpened map',
    wording.FIT_MODEL: 'fit it first, with Fit in Map'})


def sentence(text):
    """A remark or an error of the core in the words of the panel."""
    return wording.worded(text, FACE)
