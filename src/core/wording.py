"""What the core has to say: sentences that name settings and remedies, worded by each face.

A command speaks of lowPass and of a map's number, a batch of --low-pass, the panel of "Low-pass".
The core writes a sentence once, with settings in braces and remedies by their keys; a `Face` puts
its own words in. As a string, every sentence is in the core's own words.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

#: What a remark is about, for those who have to tell one from another.
IMAGES, MASK, INVERTED, TOMOGRAM, ALTERED, SHARPENED = (
    'images', 'mask', 'inverted', 'tomogram', 'altered', 'sharpened')
HALF_MAP, LOCAL_RESOLUTION = 'half map', 'local resolution'
#: Of these, what tells of a map that is no reconstruction: the reason for all else that is odd.
NO_RECONSTRUCTION = (IMAGES, MASK, INVERTED, TOMOGRAM, LOCAL_RESOLUTION)
SUSPECT, FLAT_SOLVENT, OFF_ZERO, FULL_SCALE, NOISE, VOXEL_SIZE = (
    'suspect', 'flat solvent', 'off zero', 'full scale', 'noise', 'voxel size')

#: Remedies that are no setting; those that are stand as (setting, value).
INVERT, SHIFT, RESCALE, REPLACE_VALUES, STATE_VOXEL_SIZE = (
    'invert', 'shift', 'rescale', 'replace values', 'state voxel size')
UNMASKED, SOLVENT_MASK, REGION, UNSHARPENED, FIT_MODEL = (
    'unmasked map', 'solvent mask', 'region', 'unsharpened map', 'fit model')


class Face(NamedTuple):
    """How one face of the program words things.

    `name`: of a setting. `given`: a setting and its value as they are given, such as "baseline
    solvent". `advice`: words for remedies by key; one that is missing or empty is not advised.
    """

    name: Callable[[str], str]
    given: Callable[[str, object], str]
    advice: Mapping[str, str]


CORE = Face(str, lambda setting, value: f'give {setting}={value!r}', {
    INVERT: 'multiply it by -1',
    SHIFT: 'add what brings its solvent to zero',
    RESCALE: 'multiply it by a number',
    REPLACE_VALUES: 'replace them, for instance by zero',
    STATE_VOXEL_SIZE: 'state it in Å',
    UNMASKED: 'use the map as it was before it was masked',
    SOLVENT_MASK: 'give a solvent_mask',
    REGION: 'give a full_scale_region',
    UNSHARPENED: 'use the unsharpened map',
    FIT_MODEL: 'fit it to the map first',
})


class _Names(dict):
    """Names of settings by what stands in braces."""

    def __init__(self, name):
        super().__init__()
        self._name = name

    def __missing__(self, setting):
        return self._name(setting)


class Remark(str):
    """A sentence without its full stop, in the core's words; `worded` has those of a face.

    template: the sentence, settings as {low_pass}. remedies: what to do, the first first: keys, or
    (setting, value). kind: what it is about.
    """

    template: str
    remedies: tuple
    kind: str

    def __new__(cls, template, remedies=(), kind=''):
        remark = super().__new__(cls, _sentence(template, remedies, CORE))
        remark.template, remark.remedies, remark.kind = template, tuple(remedies), kind
        return remark

    def __getnewargs__(self):
        return self.template, self.remedies, self.kind


class _Worded(ValueError):
    """An error whose sentence can be worded by a face: `remark`."""

    def __init__(self, template, remedies=()):
        self.remark = Remark(template, remedies)
        super().__init__(str(self.remark))


class MapError(_Worded):
    """Something is wrong with a map, or with a model or a mask that goes with it."""


class SettingError(_Worded):
    """A setting has a value that will not do; `settings` are those concerned, that one first."""

    def __init__(self, settings, template, remedies=()):
        super().__init__(template, remedies)
        self.settings = (settings,) if isinstance(settings, str) else tuple(settings)


def worded(text, face):
    """A remark or an error in the words of a face; any other text or error as it is."""
    remark = getattr(text, 'remark', text)
    if not isinstance(remark, Remark):
        return str(text)
    return _sentence(remark.template, remark.remedies, face)


def reason_of(text):
    """A remark without what is to be done about it, in the core's words."""
    return _sentence(text.template, (), CORE) if isinstance(text, Remark) else str(text)


def plain(text):
    """A text as a template that says the same: braces in it stand for themselves."""
    return text.replace('{', '{{').replace('}', '}}')


def _sentence(template, remedies, face):
    sentence = template.format_map(_Names(face.name))
    ways = [face.given(*remedy) if isinstance(remedy, tuple) else face.advice.get(remedy, '')
            for remedy in remedies]
    ways = [way for way in ways if way]
    return f'{sentence}; {" or ".join(ways)}' if ways else sentence
