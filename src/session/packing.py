"""The core's dataclasses as plain values that a session can hold, and back.

Fields are kept by name, so that a session of another version of this bundle opens: unknown fields
are left out, and missing ones take their defaults.
"""

from dataclasses import MISSING, fields, is_dataclass

from ..core import grid, parameters, scale, solvent, tiles
from ..core.wording import Remark

_CLASSES = {
    cls.__name__: cls
    for module in (grid, parameters, scale, solvent, tiles)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
}


class Unreadable(Exception):
    """What was saved lacks something that cannot be made up."""


def pack(value, without=()):
    """A dataclass as nested dicts of plain values and arrays, without the fields in `without`."""
    if is_dataclass(value):
        return {'class': type(value).__name__,
                'fields': {f.name: pack(getattr(value, f.name)) for f in fields(value)
                           if f.name not in without}}
    if isinstance(value, Remark):
        return {'class': 'Remark', 'fields': {
            'template': value.template, 'remedies': value.remedies, 'kind': value.kind}}
    if isinstance(value, tuple):
        return tuple(pack(one) for one in value)
    return value


def unpack(value, known=None):
    """The dataclass that `pack` made `value` from; `known` gives fields that were left out.

    Raises `Unreadable` for a class that is unknown or lacks a field without default.
    """
    if isinstance(value, dict) and value.get('class') == 'Remark':
        return Remark(**value['fields'])
    if isinstance(value, dict) and 'class' in value:
        cls = _CLASSES.get(value['class'])
        if cls is None:
            raise Unreadable(f'{value["class"]} is unknown to this version')
        saved = _as_today(value['class'], {**value['fields'], **(known or {})})
        given = {f.name: unpack(saved[f.name]) for f in fields(cls) if f.name in saved}
        for f in fields(cls):
            if f.name not in given and f.default is MISSING and f.default_factory is MISSING:
                raise Unreadable(f'{f.name} of {cls.__name__} was not saved')
        try:
            return cls(**given)
        except ValueError as error:
            raise Unreadable(str(error)) from error
    if isinstance(value, tuple):
        return tuple(unpack(one) for one in value)
    return value


def _as_today(name, saved):
    """The fields of a class as sessions of 0.1.0 hold them, by the names they have today."""
    if name == 'ScaleEstimate' and 'low_passed' not in saved and 'confidence' in saved:
        return {**saved, 'low_passed': None, 'saved_confidence': saved['confidence']}
    return saved
