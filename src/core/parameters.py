"""Every default, limit and check of a value, stated once.

Commands, panel and help read `SETTINGS` for defaults, ranges, units and wording. `Parameters` holds
what an estimate needs and `Modification` what a modified map needs; both are checked when they are
made, so that a wrong value is refused before any work starts.
"""

from dataclasses import dataclass, replace
from typing import Any

from .grid import Grid
from .setting import Setting, check_fields, shown
from .wording import STATE_VOXEL_SIZE, MapError, SettingError

MODES = ('resolution', 'occupancy')
FULL_SCALES = ('published', 'naive', 'auto')
BASELINES = ('zero', 'solvent')
KINDS = ('amplify', 'attenuate', 'sigmoid', 'solvent')
#: Those that take something away, by a curve.
WEAKENING = ('attenuate', 'sigmoid')
OUTPUTS = ('map', 'difference', 'gain')
B_FACTORS = ('own', 'same')
GROUPINGS = ('chain', 'residue', 'segment')
COVERS = ('kept', 'subtracted')
MASKS = ('solvent', 'subtraction', 'weak', 'strong', 'region')

#: Densities between these can be squared and summed; what lies beyond is damage or a wrong unit.
VALUES = (1e-15, 1e10)
#: Low-pass when nothing is asked for: at least this many Å, and at least this many voxels.
LEAST_LOW_PASS = 8.0
LOW_PASS_VOXELS = 3
LARGEST_LOW_PASS = 1000.0
#: The least `max_box` that is not "off".
LEAST_MAX_BOX = 16
#: Voxel sizes in Å beyond which a header may be wrong: between those of the finest and of the most
#: binned maps that are made.
PLAUSIBLE_VOXELS = (0.2, 60.0)
#: No low-pass finer than this many voxels: that is the Nyquist limit.
NYQUIST_VOXELS = 2
#: Occupancies of groups are fitted to this resolution (Å), or this many voxels where that is more.
#: The coarser one is for models so large that the finer takes too long.
FIT_RESOLUTION = 5.0
COARSE_FIT_RESOLUTION = 8.0
FIT_VOXELS = 3.0
#: A ligand of so many atoms is a group of its own.
LEAST_LIGAND = 4
#: Maps share a grey level where their full levels differ by no more than this share of the median.
SAME_GREY = 0.1
#: Grey levels of two maps differ where what is full and the width of the solvent do so by the same
#: factor: by more than the first, as a ratio, and alike to within the second.
GREY_RATIO, GREY_ALIKE = 1.15, 1.1
#: Places with less than this share of content in common hardly overlap.
OVERLAP = 0.25
#: A change between two maps is marked where it is more than so many standard errors.
MARKED_ERRORS = 3.0
#: Groups do not change where their ratios of two maps agree within so many standard errors, to
#: which this share is added: models fit no better. Nothing rests on a group with a larger error.
UNCHANGED_ERRORS, UNCHANGED_SHARE, UNCHANGED_MOST_ERROR = 2.0, 0.02, 0.2
#: Surfaces have the change of the nearest group within this distance (Å).
CHANGE_DISTANCE = 6.0
#: Solvent is what lies farther than this from all atoms (Å), in the sphere that the box holds.
SOLVENT_DISTANCE = 10.0
#: Solvent that several maps have in common is taken from so many of them.
SOLVENT_MAPS = 5
#: False discovery rate at which groups of a series are said to go together or exclude each other.
SERIES_RATE = 0.05
#: Resolution of plots that are saved (dots per inch).
PLOT_DPI = 150
#: Range within which the edge of the kernel's box is derived (voxels).
KERNEL_SIZES = (3, 9)
#: At most so many tiles along an axis; an axis with fewer than the second number is not rounded
#: off.
TILES_PER_AXIS = 20
TILES_TO_ROUND = 6
#: Bins of the solvent histogram, and its floor against empty bins as a share of the Gaussian's
#: height.
HISTOGRAM_BINS = 1000
#: Samples along an axis from which the histogram is taken: per shortest wave, and at least.
HISTOGRAM_SAMPLES, HISTOGRAM_EDGE = 2.5, 128
HISTOGRAM_FLOOR = 1e-4
#: The solvent is said to lie away from zero beyond both so many widths and this share of full
#: scale.
BASELINE_WIDTHS = 3
BASELINE_SHARE = 0.05
#: A solvent fit is suspect when confidence passes one half only above this share of the way from
#: the solvent's mean to the largest value, when the Gaussian explains less than this share of the
#: peak, or when more than this share of the voxels have one value.
SUSPECT_RANGE_SHARE = 0.5
SUSPECT_EXPLAINED = 0.9
SUSPECT_FLAT_SHARE = 0.2
#: What a refinement's loop does unless told otherwise, and when: from the first of these iterations
#: on, growing weaker over so many, and leaving so many at the end alone. docs/refinement.md has the
#: runs that chose them.
#: Off: of particles that are all alike, one class may draw more than in plain RELION with any of
#: them. To leave out solvent and nothing else helped everywhere else it was tried. Power and pivot
#: are those of a sigmoid, which helped with two states and harmed with three.
LOOP_STRENGTH = 0.0
LOOP_KIND = 'solvent'
LOOP_POWER = 3.0
LOOP_PIVOT = 0.7
LOOP_EXCLUDE_SOLVENT = True
#: Unlike that of tiles, this full scale does not change with the box to which a map is cropped.
LOOP_FULL_SCALE = 'auto'
LOOP_SCHEDULE = (2, 3, 1)
#: Masks. Content is where the density, averaged by a Gaussian of this σ in units of the low-pass,
#: lies so many widths of solvent, and this share of full scale, above solvent. A weak part is
#: nowhere thinner than twice that σ; what is thinner is the foot of strong density.
FOOT = 3 / 8
CONTENT_WIDTHS = 4
CONTENT_SHARE = 0.02
#: The least volume of a body in a mask, in units of the cubed low-pass.
LEAST_PART = 0.5
#: The share of the content that a contour level must hide for that to be said; what a lower level
#: may still hide; and the share of solvent in which a level with noise in view shows none.
HIDDEN_SHARE = 0.02
LEFT_HIDDEN = 0.015
NOISE_IN_VIEW = 0.99
#: Width of a mask's soft edge when nothing is asked for: this share of the low-pass, and at least
#: so many voxels. Between two voxels and three a raised cosine falls by more than half from one
#: voxel to the next, and so it does at two where axes differ or are not at right angles.
SOFT_EDGE = 0.5
SOFT_EDGE_VOXELS, NEXT_SOFT_EDGE_VOXELS = 2, 3


SETTINGS = {
    'mode': Setting(
        'What the scale follows: "resolution" uses the map as it is and falls with local '
        'resolution and with occupancy; "occupancy" low-passes it first, which evens out '
        'differences in resolution.',
        default='resolution', choices=MODES),
    'low_pass': Setting(
        'Resolution to which the map is low-passed, and the width of the kernel. '
        'Derived: 8 Å, or three voxels where that is more.',
        unit='Å', low=0.01, high=LARGEST_LOW_PASS),
    'worst_resolution': Setting(
        'Resolution of the worst-resolved part that still matters; the low-pass is at least this.',
        unit='Å', low=0.01, high=LARGEST_LOW_PASS),
    'kernel_size': Setting(
        'Edge of the box that holds the kernel, an odd number. '
        'Derived from the low-pass for each axis.',
        unit='voxels', low=3, high=51, whole=True),
    'kernel_radius': Setting(
        'Radius of the kernel, within which the largest value is looked for. '
        'Derived: half of the low-pass.', unit='voxels', low=1, high=5000),
    'tau': Setting(
        'Share of a tile\'s voxels that lie below its value. Derived from the number of voxels n '
        'in the kernel: the root of tau^n + tau = 1.', low=0.01, high=0.9999999),
    'tile_size': Setting(
        'Edge of the tiles that are searched for full scale.',
        default=12, unit='voxels', low=2, high=200, whole=True),
    'max_box': Setting(
        'A map of more voxels than a cube of this edge is Fourier-cropped to about that many for '
        'the estimate (never for a modification); 0 estimates at full size.',
        default=256, unit='voxels', low=0, high=10000, whole=True),
    'full_scale': Setting(
        'The contrast that counts as full: "published" takes the largest tile value, "naive" the '
        'largest voxels of the map, "auto" looks for the fullest component; or a density value.',
        default='published', low=0, choices=FULL_SCALES),
    'smooth': Setting(
        'Average the scale over surroundings of this width (sigma), each place over what is like '
        'it in scale, which evens a component out and keeps its boundary; 0 leaves it as it is.',
        default=0.0, unit='Å', low=0, high=100),
    'recalibrate': Setting(
        'Put zero scale at the edge of the noise instead of at zero density.', default=False),
    'baseline': Setting(
        'Density that counts as nothing: "zero", or "solvent" to subtract the mean of the solvent.',
        default='zero', choices=BASELINES),
    'power': Setting(
        'How strongly the scale is changed; 1 changes nothing.', default=3.0, low=1, high=1000),
    'pivot': Setting(
        'The scale that a sigmoid leaves as it is: below it is weakened, above strengthened.',
        default=0.3, low=0.01, high=0.99),
    'scale_limit': Setting(
        'Amplification and attenuation leave scales up to this limit as they are.',
        default=0.05, low=0, high=1),
    'hedge': Setting(
        'Power of the confidence; larger values confine a modification to what is surely '
        'not solvent.',
        default=1.0, low=1, high=100),
    'confidence': Setting(
        'Modify in proportion to the confidence that a voxel is not solvent; '
        'false modifies every voxel.', default=True),
    'exclude_solvent': Setting('Leave solvent out of the modified map.', default=False),
    'output_low_pass': Setting(
        'Resolution to which the modified map is low-passed.',
        unit='Å', low=0.01, high=LARGEST_LOW_PASS),
    'match_histogram': Setting(
        'Give the modified map the grey levels of the input.', default=False),
    'seed': Setting(
        'Seed of the noise that takes the place of removed density.',
        default=0, low=0, high=2**32 - 1, whole=True),
    'strength': Setting(
        'How much of a modification is applied: 0 leaves the map as it is, 1 modifies it wholly.',
        default=1.0, low=0, high=1),
    'output': Setting(
        'What to make: the modified "map", its "difference" from the input, or the "gain".',
        default='map', choices=OUTPUTS),
    'mask_threshold': Setting('Scale above which a mask is 1.', default=0.3, low=0, high=1),
    'solvent_mask_threshold': Setting('Value above which a solvent mask counts as 1.', default=0.9),
    'region_distance': Setting(
        'Voxels within this distance of an atom belong to its region.',
        default=2.0, unit='Å', low=0.1, high=20),
    'covers': Setting(
        'What a subtraction mask covers: what is "kept" (RELION) or "subtracted" (cryoSPARC).',
        default='kept', choices=COVERS),
    'fit_resolution': Setting(
        'Resolution to which occupancies of groups of atoms are fitted. Derived: 5 Å, 8 Å '
        'for many atoms in many groups, or three voxels where that is more.',
        unit='Å', low=2, high=100),
    'b_factor': Setting(
        'Whether each group gets a B-factor of its "own", or all get the "same".',
        default='own', choices=B_FACTORS),
    'by': Setting(
        'What is fitted each by itself: every "chain", every "residue", or every "segment" of a '
        'chain; ligands are by themselves in any case.', default='chain', choices=GROUPINGS),
    'segment': Setting(
        'Residues in a segment.', default=20, unit='residues', low=2, high=1000, whole=True),
    'below': Setting(
        'A mask of weak parts covers content whose scale is below this.',
        default=0.5, low=0.01, high=1),
    'above': Setting(
        'A mask of strong parts covers content whose scale is above this.',
        default=0.5, low=0, high=0.99),
    'extend': Setting(
        'How far a mask is extended before its edge begins.',
        default=0.0, unit='Å', low=0, high=100),
    'soft_edge': Setting(
        'Width of the soft edge of a mask, outside what it covers: a raised cosine; 0 for none. '
        'Derived: half of the low-pass, or two voxels where that is more, but three rather than '
        'between two and three.',
        unit='Å', low=0, high=100),
    'show_above': Setting(
        'Of a surface only what has at least this scale is shown.', default=0.0, low=0, high=1),
    'show_below': Setting(
        'Of a surface only what has at most this scale is shown.', default=1.0, low=0, high=1),
    'color_low': Setting('Scale shown in the lowest colour.', default=0.2, low=0, high=1),
    'color_high': Setting('Scale shown in the highest colour.', default=1.0, low=0, high=1),
}


def default(name):
    """The default of the setting `name`; None where it is derived from the map."""
    return SETTINGS[name].default


def keyword(name):
    """The camelCase word by which the setting `name` is known in commands."""
    first, *others = name.split('_')
    return first + ''.join(other.capitalize() for other in others)


@dataclass(frozen=True)
class Parameters:
    """Parameters of an estimate; None stands for "derive it from the map".

    `low_pass` and `worst_resolution` are in Å, `kernel_radius` in voxels of the coarsest axis,
    `kernel_size`, `tile_size` and `max_box` in voxels. `kernel_size` is one odd number or three
    (x, y, z). A wrong or contradictory value raises `SettingError`.
    """

    mode: str = default('mode')
    low_pass: float | None = None
    worst_resolution: float | None = None
    kernel_size: int | tuple | None = None
    kernel_radius: float | None = None
    tau: float | None = None
    tile_size: int = default('tile_size')
    max_box: int = default('max_box')
    full_scale: str | float = default('full_scale')
    smooth: float = default('smooth')
    recalibrate: bool = default('recalibrate')
    baseline: str = default('baseline')

    def __post_init__(self):
        check_fields(self, SETTINGS)
        if not isinstance(self.full_scale, str) and self.full_scale <= 0:
            raise SettingError(
                'full_scale', f'{{full_scale}} must be above zero, not {self.full_scale:g}')
        sizes = self.kernel_size if isinstance(self.kernel_size, tuple) else (self.kernel_size,)
        if any(size is not None and size % 2 == 0 for size in sizes):
            raise SettingError('kernel_size', '{kernel_size} must be odd, so that the kernel has a '
                                              'central voxel')
        if 0 < self.max_box < LEAST_MAX_BOX:
            raise SettingError('max_box', f'{{max_box}} must be at least {LEAST_MAX_BOX} voxels, '
                                          'or 0 to estimate at full size')
        if self.low_pass and self.worst_resolution and self.low_pass < self.worst_resolution:
            raise SettingError(
                ('low_pass', 'worst_resolution'),
                f'{{low_pass}} {self.low_pass:g} Å contradicts {{worst_resolution}} '
                f'{self.worst_resolution:g} Å, which asks for at least that much; give one of them')

    def derive_low_pass(self, grid: Grid) -> float:
        """The low-pass in Å on a working `Grid`.

        Raises `SettingError`, about what was given, where it would be finer than two voxels or
        longer than the box, and `MapError` where the voxel size allows of none.
        """
        step, shortest = grid.step, min(grid.lengths)
        low_pass = self.low_pass or max(LEAST_LOW_PASS, LOW_PASS_VOXELS * step)
        given = 'low_pass' if self.low_pass else None
        worst = self.worst_resolution or 0.0
        if worst > low_pass:
            low_pass, given = worst, 'worst_resolution'
        finest = NYQUIST_VOXELS * step
        if given is None:
            if low_pass > LARGEST_LOW_PASS:
                raise MapError(f'the voxel size, {step:g} Å, is not that of a map of molecules',
                               (STATE_VOXEL_SIZE,))
        elif low_pass < finest * (1 - 1e-6):
            raise SettingError(
                given, f'{{{given}}} {low_pass:g} Å is finer than two voxels of the estimation '
                       f'grid; give at least {finest:.4g} Å')
        elif low_pass > max(shortest, finest):
            raise SettingError(
                given, f'{{{given}}} {low_pass:g} Å is longer than the box, which is {shortest:.4g}'
                       ' Å across; give less')
        return low_pass

    def with_values(self, **values: Any) -> 'Parameters':
        """These parameters with some values replaced."""
        return replace(self, **values)


@dataclass(frozen=True)
class Modification:
    """How a map is modified by its scale; see METHOD in docs/method.md.

    `kind` is amplify, attenuate, sigmoid, or solvent (suppress solvent and nothing else).
    `output_low_pass` is in Å. A wrong or contradictory value raises `SettingError`.
    """

    kind: str
    power: float = default('power')
    pivot: float = default('pivot')
    scale_limit: float = default('scale_limit')
    hedge: float = default('hedge')
    confidence: bool = default('confidence')
    exclude_solvent: bool = default('exclude_solvent')
    output_low_pass: float | None = None
    match_histogram: bool = default('match_histogram')
    seed: int = default('seed')
    output: str = default('output')

    def __post_init__(self):
        check_fields(self, SETTINGS)
        if self.kind not in KINDS:
            raise SettingError('kind', f'{{kind}} must be one of {", ".join(KINDS)}, '
                                       f'not {shown(self.kind)}')
        if self.kind == 'solvent' and not self.confidence:
            raise SettingError('confidence', 'solvent is suppressed by its confidence, which '
                                             '{confidence} false leaves out; leave that away')
        if self.output != 'map' and (self.output_low_pass or self.match_histogram):
            raise SettingError(('output', 'output_low_pass', 'match_histogram'),
                               '{output_low_pass} and {match_histogram} apply to {output} map only')

    @property
    def keeps_solvent(self) -> bool:
        """Whether solvent is left in the result."""
        return not (self.exclude_solvent or self.kind == 'solvent')

    @property
    def is_identity(self) -> bool:
        """Whether the result is the input whatever its scale."""
        return (self.kind == 'solvent' or self.power == 1) and self.keeps_solvent


@dataclass(frozen=True)
class FitParameters:
    """Parameters of a fit of occupancies; None stands for "derive it from the map".

    `fit_resolution`: in Å, the upper limit of the band. `b_factor`: "own" or "same". A wrong value
    raises `ValueError`.
    """

    fit_resolution: float | None = None
    b_factor: str = default('b_factor')

    def __post_init__(self):
        check_fields(self, SETTINGS)

    def derive_resolution(self, step: float, fine: bool = True) -> float:
        """The resolution in Å for a map whose coarsest axis has the given step (Å).

        fine: whether the finer one can be afforded.
        """
        finest = NYQUIST_VOXELS * step
        if self.fit_resolution is None:
            return max(FIT_RESOLUTION if fine else COARSE_FIT_RESOLUTION, FIT_VOXELS * step)
        if self.fit_resolution < finest * (1 - 1e-6):
            raise SettingError(
                'fit_resolution', f'{{fit_resolution}} {self.fit_resolution:g} Å is finer than two '
                                  f'voxels; give at least {finest:.4g} Å')
        return self.fit_resolution


def check_weakens(modification: Modification) -> None:
    """Raise `SettingError` unless a modification takes something away, as subtraction does."""
    if modification is None or modification.kind not in WEAKENING:
        raise SettingError('kind', 'a subtraction mask needs a modification that weakens: '
                                   + ' or '.join(WEAKENING))


@dataclass(frozen=True)
class Mask:
    """What a mask is to cover, and how it ends; section 8 of docs/method.md.

    `kind`: "solvent", where the scale exceeds `threshold`; "weak" and "strong", content whose scale
    is below `below` or above `above`; "subtraction", the share that `modification` (attenuate or
    sigmoid) leaves, if `covers` is "kept", or takes away; "region", a region that is given.
    `extend` and `soft_edge` are in Å; None derives the edge from the low-pass. A wrong or
    contradictory value raises `ValueError`.
    """

    kind: str
    threshold: float = default('mask_threshold')
    below: float = default('below')
    above: float = default('above')
    modification: Modification | None = None
    covers: str = default('covers')
    extend: float = default('extend')
    soft_edge: float | None = None

    def __post_init__(self):
        if self.kind not in MASKS:
            raise SettingError('kind', f'{{kind}} must be one of {", ".join(MASKS)}, not '
                                       f'{shown(self.kind)}')
        SETTINGS['mask_threshold'].check('threshold', self.threshold)
        check_fields(self, SETTINGS)
        if self.kind == 'subtraction':
            check_weakens(self.modification)

    @property
    def use(self) -> str:
        """What it is for, as `next_steps` takes it: its kind, or what a subtraction mask covers."""
        return self.covers if self.kind == 'subtraction' else self.kind

    def derive_soft_edge(self, low_pass: float, grid: Grid) -> float:
        """The width of the edge in Å, for a low-pass (Å) and the `Grid` of a map."""
        if self.soft_edge is not None:
            return self.soft_edge
        least, more = SOFT_EDGE_VOXELS * grid.step, NEXT_SOFT_EDGE_VOXELS * grid.step
        width, rounding = max(SOFT_EDGE * low_pass, least), 1 + 1e-5
        is_even = grid.is_orthogonal and grid.step <= min(grid.steps) * rounding
        return width if is_even and width <= least * rounding else max(width, more)
