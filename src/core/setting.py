"""What a setting is, and how a value for it is checked; the settings are in parameters.py."""

import math
from dataclasses import dataclass, fields
from numbers import Real

import numpy as np

from .wording import SettingError, plain


@dataclass(frozen=True)
class Setting:
    """What there is to know of one parameter: default, unit, limits (inclusive) and one sentence.
    """

    text: str
    default: object = None
    unit: str = ''
    low: float | None = None
    high: float | None = None
    choices: tuple = ()
    whole: bool = False

    def check(self, name, value):
        """The value as a plain Python one; `SettingError` unless its type and size will do."""
        if value is None and self.default is None:
            return None
        if isinstance(self.default, bool):
            if not isinstance(value, bool | np.bool_):
                raise SettingError(name, f'{{{name}}} must be true or false, not {shown(value)}')
            return bool(value)
        if self.choices and (isinstance(value, str) or not self.is_number):
            if not isinstance(value, str) or value not in self.choices:
                raise SettingError(name, f'{{{name}}} must be one of {", ".join(self.choices)}, '
                                         f'not {shown(value)}')
            return str(value)
        if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
            raise SettingError(name, f'{{{name}}} must be a number, not {shown(value)}')
        if self.whole and value != int(value):
            raise SettingError(name, f'{{{name}}} must be a whole number, not {value:g}')
        unit = f' {self.unit}' if self.unit else ''
        if self.low is not None and value < self.low:
            raise SettingError(
                name, f'{{{name}}} must be at least {self.low:g}{unit}, not {value:g}')
        if self.high is not None and value > self.high:
            raise SettingError(
                name, f'{{{name}}} must be at most {self.high:g}{unit}, not {value:g}')
        return value if type(value) in (int, float) else (int if self.whole else float)(value)

    def takes(self, value):
        """Whether `check` lets a value pass."""
        try:
            self.check('value', value)
        except SettingError:
            return False
        return True

    @property
    def is_number(self):
        """Whether a number will do, besides any choices."""
        return not isinstance(self.default, bool) and (
            not self.choices or self.low is not None or self.high is not None)


def shown(value):
    """A wrong value as it stands in a sentence."""
    return plain(repr(value).replace("'", '"') if isinstance(value, str) else repr(value))


def check_fields(self, settings):
    """Check every field of a dataclass that is one of `settings`, and keep plain Python values."""
    for field in fields(self):
        setting, value = settings.get(field.name), getattr(self, field.name)
        if setting is None:
            continue
        if field.name == 'kernel_size' and isinstance(value, tuple | list):
            value = tuple(setting.check(field.name, one) for one in value)
            if len(value) != 3 or None in value:
                raise SettingError('kernel_size', '{kernel_size} must be one number or three, for '
                                                  'the x, y and z axes')
        else:
            value = setting.check(field.name, value)
        object.__setattr__(self, field.name, value)
