"""What is asked of a series of volumes, checked before any volume is touched."""

import glob
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ..core import FitParameters, Parameters
from ..core.parameters import default
from ..core.wording import SettingError
from ..series.gather import METHODS, SCALE
from ..series.order import ORDERS
from .groups import settled

#: Settings of either method.
FIT = ('fit_resolution', 'b_factor')
OF_SCALE = ('low_pass', 'full_scale')


@dataclass(frozen=True)
class SeriesRequest:
    """What is asked of a series; the options of the command line under their own names.

    `model`: paths of PDB or mmCIF files; `groups`: see `groups.read_groups`. `masks`: paths of maps
    instead of a model, each a group, for the scale. `method`: "fit" or "scale" (of occupancy mode);
    None for "scale" with masks, else "fit". `full`: names of groups that are full in every volume,
    or a level; see `series.gather`. `fit_resolution`, `b_factor`: of a fit; `low_pass`,
    `full_scale`: of the scale. `order`: of the heat map, one of `series.order.ORDERS`.

    A wrong or contradictory value raises `ValueError`, one sentence.
    """

    model: tuple = ()
    groups: str = default('by')
    masks: tuple = ()
    method: str | None = None
    full: tuple | float | None = None
    fit_resolution: float | None = None
    b_factor: str = default('b_factor')
    low_pass: float | None = None
    full_scale: str | float = default('full_scale')
    order: str = ORDERS[0]

    def __post_init__(self):
        for name in ('model', 'masks'):
            object.__setattr__(self, name, _paths(getattr(self, name)))
        if isinstance(self.full, (str, list)):
            full = (self.full,) if isinstance(self.full, str) else tuple(self.full)
            object.__setattr__(self, 'full', full)
        object.__setattr__(self, 'groups', settled(self.groups))
        if self.method is None:
            object.__setattr__(self, 'method', SCALE if self.masks else METHODS[0])
        self._check()
        _ = self.parameters

    def _check(self):
        for name, value, known in (('method', self.method, METHODS), ('order', self.order, ORDERS)):
            if value not in known:
                raise SettingError(name, f'{{{name}}} must be one of {", ".join(known)}')
        if bool(self.model) == bool(self.masks):
            raise SettingError(('model', 'masks'), 'give either {model} or {masks}, which say what '
                               'the parts are')
        if self.masks and self.method != SCALE:
            raise SettingError('method', '{method} fit needs {model}; masks are for {method} scale')
        if self.masks and self.groups != default('by'):
            raise SettingError('groups', '{groups} are parts of a {model}; each of {masks} is a '
                                         'group')
        strange = FIT if self.method == SCALE else OF_SCALE
        for name in strange:
            if getattr(self, name) != type(self).__dataclass_fields__[name].default:
                raise SettingError(name, f'{{{name}}} is not for {{method}} {self.method}')

    @property
    def parameters(self):
        """The `FitParameters`, or the `Parameters` of the scale."""
        if self.method == SCALE:
            return Parameters(mode='occupancy', low_pass=self.low_pass, full_scale=self.full_scale)
        return FitParameters(self.fit_resolution, self.b_factor)

    @property
    def of_volumes(self):
        """What single volumes depend on, as JSON takes it."""
        names = OF_SCALE if self.method == SCALE else FIT
        return {'method': self.method, 'groups': self.groups,
                'parameters': {name: getattr(self, name) for name in names}}

    def as_dict(self):
        """As JSON takes it."""
        return asdict(self)


NAMES = tuple(field.name for field in fields(SeriesRequest))


def _paths(given):
    """Paths as given, wildcards resolved, as a tuple."""
    found = []
    for path in (given,) if isinstance(given, (str, Path)) else given:
        path = str(path)
        found += [path] if Path(path).exists() else sorted(glob.glob(path)) or [path]
    return tuple(dict.fromkeys(found))
