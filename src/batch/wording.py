"""The core's sentences in the words of the command line: options, and remedies for files."""

from ..core import wording

#: Settings whose option has another name, and the value that it stands for.
MODIFY_EVERYWHERE = ('confidence', False)
#: Settings that stand after options, and are none themselves: --mask-sigmoid 5.
VALUES = ('power',)


def option(name):
    """The name of an option as it is typed: --low-pass of low_pass."""
    return name if name in VALUES else '--' + name.replace('_', '-')


def _given(setting, value):
    if (setting, value) == MODIFY_EVERYWHERE:
        return 'give --modify-everywhere'
    return f'give {option(setting)}' + ('' if value is True else f' {value}')


FACE = wording.Face(option, _given, {
    wording.INVERT: 'multiply it by -1 (in ChimeraX: volume scale #1 factor -1)',
    wording.SHIFT: 'add what brings its solvent to zero (in ChimeraX: volume scale #1 shift and a '
                   'number)',
    wording.RESCALE: 'multiply it by a number (in ChimeraX: volume scale #1 factor and a number)',
    wording.REPLACE_VALUES: 'replace them in the file, for instance with RELION: '
                            'relion_image_handler --i map.mrc --o new.mrc --remove_nan',
    wording.STATE_VOXEL_SIZE: 'write the size in Å into its header',
    wording.UNMASKED: 'use the map as it was before it was masked',
    wording.SOLVENT_MASK: 'give a --solvent-mask',
    wording.REGION: 'give a --full-scale-region',
    wording.UNSHARPENED: 'use the unsharpened map',
    wording.FIT_MODEL: 'fit it to the map first (in ChimeraX: fitmap)',
})


def sentence(text):
    """A remark or an error of the core as the command line says it."""
    return wording.worded(text, FACE)
