"""What is to be made from each map of a batch, checked before any map is touched."""

from dataclasses import asdict, dataclass, fields

from ..core import FitParameters, Mask, Modification, Parameters
from ..core.parameters import default
from ..core.wording import SettingError
from .groups import settled

#: Options that are settings of the estimate, in the order of the core.
ESTIMATE = tuple(field.name for field in fields(Parameters))
#: Options that say how maps are modified, and nothing by themselves.
MODIFYING = ('pivot', 'scale_limit', 'hedge', 'modify_everywhere', 'exclude_solvent',
             'output_low_pass', 'match_histogram', 'seed', 'output')
#: Options that say how a model is fitted, and nothing without one.
FITTING = ('groups', 'full', 'fit_resolution', 'b_factor')
#: Options that take one power or several.
POWERS = ('amplify', 'attenuate', 'sigmoid', 'mask_attenuate', 'mask_sigmoid')
#: Options that ask for masks, and those that say more of them, with what these are about.
MASKS = ('mask_solvent', 'mask_weak', 'mask_strong', 'mask_attenuate', 'mask_sigmoid')
OF_MASKS = {'mask_threshold': ('mask_solvent',), 'below': ('mask_weak',), 'above': ('mask_strong',),
            'covers': ('mask_attenuate', 'mask_sigmoid'), 'extend': MASKS, 'soft_edge': MASKS}


@dataclass(frozen=True)
class Request(Parameters):
    """What is to be made from each map; the options of the command line under their own names.

    The estimate: the fields of `core.Parameters`, where `mode` None becomes occupancy if anything
    asked for needs it, else the default. `solvent_mask`, `full_scale_region`: paths of
    masks, in which {name} and {folder} stand for those of the map. `full_scale_from`: path of a
    report of an earlier batch, or of a map, whose full scale is taken.

    Results: `scale`, `confidence` (maps of them), `amplify`, `attenuate`, `sigmoid` (powers),
    `solvent` (a map with solvent suppressed and nothing else), `plots`, and the masks of
    `core.Mask`: `mask_solvent`, `mask_weak`, `mask_strong`, and for subtraction `mask_attenuate`,
    `mask_sigmoid` (powers), with `mask_threshold`, `below`, `above`, `covers`, `extend` and
    `soft_edge`; and occupancies of the parts of `model` (paths of PDB or mmCIF files, {name} and
    {folder} in them as for masks): `groups`, see `groups.read_groups`; `full`, names of groups
    that are full, or a level; `fit_resolution`, `b_factor`. The rest are the fields of
    `core.Modification`; `modify_everywhere` is its `confidence=False`.

    A wrong or contradictory value raises `ValueError`, one sentence.
    """

    mode: str | None = None
    solvent_mask: str | None = None
    full_scale_region: str | None = None
    full_scale_from: str | None = None

    scale: bool = True
    confidence: bool = False
    amplify: tuple = ()
    attenuate: tuple = ()
    sigmoid: tuple = ()
    solvent: bool = False
    mask_solvent: bool = False
    mask_threshold: float = default('mask_threshold')
    mask_weak: bool = False
    below: float = default('below')
    mask_strong: bool = False
    above: float = default('above')
    mask_attenuate: tuple = ()
    mask_sigmoid: tuple = ()
    covers: str = default('covers')
    extend: float = default('extend')
    soft_edge: float | None = None
    plots: bool = False

    model: tuple = ()
    groups: str = default('by')
    full: tuple | float | None = None
    fit_resolution: float | None = None
    b_factor: str = default('b_factor')

    pivot: float = default('pivot')
    scale_limit: float = default('scale_limit')
    hedge: float = default('hedge')
    modify_everywhere: bool = not default('confidence')
    exclude_solvent: bool = default('exclude_solvent')
    output_low_pass: float | None = None
    match_histogram: bool = default('match_histogram')
    seed: int = default('seed')
    output: str = default('output')

    def __post_init__(self):
        for name in POWERS:
            powers = getattr(self, name)
            powers = tuple(powers) if isinstance(powers, (tuple, list)) else (powers,)
            object.__setattr__(self, name, tuple(float(power) for power in powers))
        if isinstance(self.kernel_size, list):
            object.__setattr__(self, 'kernel_size', tuple(self.kernel_size))
        for name in ('model', 'full'):
            object.__setattr__(self, name, _several(getattr(self, name)))
        object.__setattr__(self, 'groups', settled(self.groups))
        self._check_mode()
        super().__post_init__()
        self._check_fitting()
        self._check_modifying()
        given = [self.full_scale != default('full_scale'), self.full_scale_region is not None,
                 self.full_scale_from is not None]
        if sum(given) > 1:
            raise SettingError(
                ('full_scale', 'full_scale_region', 'full_scale_from'),
                'give only one of {full_scale}, {full_scale_region} and {full_scale_from}')
        _ = self.modifications, self.masks      # made once, so that they are checked

    def _check_mode(self):
        needs_occupancy = any(getattr(self, name) for name in (*POWERS, *MASKS))
        if self.mode is None:
            mode = 'occupancy' if needs_occupancy else default('mode')
            object.__setattr__(self, 'mode', mode)
        elif needs_occupancy and self.mode != 'occupancy':
            raise SettingError('mode', 'modified maps and masks come from a scale of '
                               'occupancy mode: leave out {mode} resolution')

    def _check_modifying(self):
        if self.solvent and self.modify_everywhere:
            raise SettingError(('solvent', 'modify_everywhere'), '{solvent} works by confidence, '
                               'which {modify_everywhere} leaves out; leave one of them away')
        changed = [name for name in MODIFYING
                   if getattr(self, name) != type(self).__dataclass_fields__[name].default]
        curves = self.modifications or self.mask_attenuate or self.mask_sigmoid
        if changed and not curves:
            raise SettingError(changed[0], f'{{{changed[0]}}} has nothing to act on: give '
                               '{amplify}, {attenuate}, {sigmoid} or {solvent} too')
        if 'pivot' in changed and not self.sigmoid and not self.mask_sigmoid:
            raise SettingError('pivot', '{pivot} has nothing to act on: give {sigmoid} or '
                               '{mask_sigmoid} too')
        for name, wanted in OF_MASKS.items():
            if getattr(self, name) != type(self).__dataclass_fields__[name].default and not any(
                    getattr(self, one) for one in wanted):
                ways = ' or '.join(f'{{{one}}}' for one in wanted)
                raise SettingError(name, f'{{{name}}} has nothing to act on: give {ways} too')

    def _check_fitting(self):
        changed = [name for name in FITTING
                   if getattr(self, name) != type(self).__dataclass_fields__[name].default]
        if changed and not self.model:
            raise SettingError(changed[0], f'{{{changed[0]}}} has nothing to act on: give {{model}}'
                                           ' too')
        _ = self.fit_parameters

    @property
    def fit_parameters(self):
        """The `FitParameters` of the fit of a model."""
        return FitParameters(self.fit_resolution, self.b_factor)

    @property
    def parameters(self):
        """The `Parameters` of the estimate."""
        return Parameters(**{name: getattr(self, name) for name in ESTIMATE})

    @property
    def modifications(self):
        """The modified maps to make: `Modification` by the word that names the result."""
        values = {name: getattr(self, name) for name in MODIFYING
                  if name not in ('pivot', 'modify_everywhere')}
        values['confidence'] = not self.modify_everywhere
        end = '' if self.output == default('output') else f'_{self.output}'
        found = {}
        for power in self.amplify:
            found[f'amplified_{power:g}{end}'] = Modification('amplify', power, **values)
        for power in self.attenuate:
            found[f'attenuated_{power:g}{end}'] = Modification('attenuate', power, **values)
        for power in self.sigmoid:
            found[f'sigmoid_{power:g}_{self.pivot:g}{end}'] = Modification(
                'sigmoid', power, pivot=self.pivot, **values)
        if self.solvent:
            found[f'solvent_suppressed{end}'] = Modification('solvent', **values)
        return found

    @property
    def masks(self):
        """The masks to make: `Mask` by the word that names the result."""
        edge = {'extend': self.extend, 'soft_edge': self.soft_edge}
        found = {}
        if self.mask_solvent:
            found['mask_solvent'] = Mask('solvent', threshold=self.mask_threshold, **edge)
        if self.mask_weak:
            found['mask_weak'] = Mask('weak', below=self.below, **edge)
        if self.mask_strong:
            found['mask_strong'] = Mask('strong', above=self.above, **edge)
        curves = [(f'attenuate_{power:g}', Modification('attenuate', power))
                  for power in self.mask_attenuate]
        curves += [(f'sigmoid_{power:g}_{self.pivot:g}',
                    Modification('sigmoid', power, pivot=self.pivot))
                   for power in self.mask_sigmoid]
        for word, curve in curves:
            found[f'mask_{self.covers}_{word}'] = Mask(
                'subtraction', modification=curve, covers=self.covers, **edge)
        return found

    def as_dict(self):
        """As JSON takes it; `Request(**values)` is the reverse."""
        return asdict(self)


def _several(value):
    """One word or several as a tuple; anything else as it is."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value
