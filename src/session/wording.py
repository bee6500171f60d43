"""The core's sentences in the words of commands: keywords, and remedies that can be typed."""

from chimerax.core.errors import UserError

from ..core import wording
from ..core.parameters import keyword
from . import volumes


def face(volume=None):
    """The `Face` of commands about a map, whose number stands in what is to be typed."""
    number = f'#{volume.id_string}' if volume is not None and volume.id is not None else '#1'
    return wording.Face(keyword, _given, {
        wording.INVERT: f'type "volume scale {number} factor -1"',
        wording.SHIFT: f'add what brings its solvent to zero with "volume scale {number} shift …"',
        wording.RESCALE: f'multiply it by a number with "volume scale {number} factor …"',
        wording.REPLACE_VALUES: 'replace them in the file, for instance with RELION: '
                                'relion_image_handler --i map.mrc --o new.mrc --remove_nan',
        wording.STATE_VOXEL_SIZE: f'type "volume {number} voxelSize 1.1", with the size in Å',
        wording.UNMASKED: 'use the map as it was before it was masked',
        wording.SOLVENT_MASK: 'give a solventMask',
        wording.REGION: 'give a fullScaleRegion',
        wording.UNSHARPENED: 'use the unsharpened map',
        wording.FIT_MODEL: f'fit it first, with "fitmap" in map {number}',
    })


def _given(setting, value):
    return f'give "{keyword(setting)} {str(value).lower() if isinstance(value, bool) else value}"'


def sentence(text, volume=None):
    """A remark or an error of the core in the words of commands."""
    return wording.worded(text, face(volume))


def user_error(error, volume=None):
    """The core's error as one that the user can mend, about a map where there is one."""
    about = f'{volumes.label(volume)}: ' if volume is not None else ''
    return UserError(about + sentence(error, volume))
