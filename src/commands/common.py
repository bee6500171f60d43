"""What the commands share: types of arguments, made from the core's settings, and checks."""

import math

from chimerax.core.commands import (
    Annotation,
    AnnotationError,
    BoolArg,
    Bounded,
    ColormapArg,
    EnumOf,
    FloatArg,
    IntArg,
    ModelsArg,
    ObjectsArg,
    Or,
    TupleOf,
    next_token,
)
from chimerax.core.errors import UserError

from ..core import Parameters
from ..core.parameters import SETTINGS, keyword
from ..core.scale import derive
from ..session import coloring, volumes
from ..session.record import record
from ..session.wording import user_error


class NumberArg(FloatArg):
    """A number; "nan" and "inf", which pass ChimeraX's limits, are none."""

    @staticmethod
    def parse(text, session):
        value, used, rest = FloatArg.parse(text, session)
        if not math.isfinite(value):
            raise AnnotationError(f'Expected {NumberArg.name}')
        return value, used, rest


#: A number and, where a setting has words for some, these words.
_NUMBER = {True: IntArg, False: NumberArg}


def setting_arg(name):
    """The type of argument for a setting of the core: its choices, and its limits."""
    setting = SETTINGS[name]
    if isinstance(setting.default, bool):
        return BoolArg
    if setting.low is None and setting.high is None:
        return EnumOf(setting.choices) if setting.choices else NumberArg
    number = Bounded(_NUMBER[setting.whole], min=setting.low, max=setting.high,
                     name=_words_for(setting))
    return Or(EnumOf(setting.choices), number) if setting.choices else number


def _words_for(setting):
    number = 'a whole number' if setting.whole else 'a number'
    if setting.low is not None and setting.high is not None:
        number += f' from {setting.low:g} to {setting.high:g}'
    elif setting.low is not None:
        number += f' of at least {setting.low:g}'
    return f'{number} ({setting.unit})' if setting.unit else number


def setting_args(*names):
    """(name, type) of keywords for settings of the core, as `CmdDesc` takes them."""
    return [(name, setting_arg(name)) for name in names]


#: One odd number, or three for the x, y and z axes.
KernelSizeArg = Or(setting_arg('kernel_size'), TupleOf(IntArg, 3),
                   name='one odd number of voxels, or three (x,y,z)')

#: What counts as full in a fit: a density, or atoms.
FullArg = Or(Bounded(NumberArg, min=1e-30), ObjectsArg)


class VolumesArg(ModelsArg):
    """Maps; a specifier without any is an error, not an empty list."""

    name = 'maps'

    @classmethod
    def parse(cls, text, session):
        models, used, rest = super().parse(text, session)
        maps = only_maps(models)
        if not maps:
            raise UserError(_no_map_in(models, used))
        return maps, used, rest


class VolumeArg(VolumesArg):
    """One map."""

    name = 'a map'

    @classmethod
    def parse(cls, text, session):
        maps, used, rest = super().parse(text, session)
        if len(maps) > 1:
            shown = [volume for volume in maps if volume.display]
            advice = f'; "{used}##display" is the one that is shown' if len(shown) == 1 else ''
            raise UserError(f'one map is needed, but {used} names {len(maps)}{advice}')
        return maps[0], used, rest


class PaletteArg(Annotation):
    """One of this bundle's palettes, or any that ChimeraX knows."""

    name = 'a palette: ' + ', '.join(coloring.PALETTES) + " or one of ChimeraX's"

    @classmethod
    def parse(cls, text, session):
        token, used, rest = next_token(text)
        if coloring.is_own(token.lower()):
            return coloring.palette(token.lower()), used, rest
        try:
            colormap, used, rest = ColormapArg.parse(text, session)
        # It may have looked for it on the internet, in vain, and stumbles over an empty name.
        except (UserError, ValueError, IndexError):
            raise UserError(f'no palette is called "{token}"; the palettes made for scale are '
                            + ' and '.join(coloring.PALETTES)) from None
        return coloring.Palette(used, colormap), used, rest


def only_maps(models):
    """The maps among some models."""
    from chimerax.map import Volume
    return [model for model in models if isinstance(model, Volume)]


def _no_map_in(models, used):
    if not models:
        return f'no model is open that {used} names'
    return (f'{volumes.label(next(iter(models)))} is not a map; '
            'name a map, such as one opened from an MRC file')


def maps_to_estimate(session, maps):
    """The maps that were named, or else all that are open but for those made by this bundle."""
    if maps is not None:
        return maps
    found = [volume for volume in only_maps(session.models.list())
             if not volumes.is_result(volume)]
    if not found:
        raise UserError('no map is open: open one first, for instance "open map.mrc" or '
                        '"open 11007 from emdb", and then type "occupy"')
    return found


def entry_of(session, model, mode=None):
    """The entry of the record that is meant by a map, its scale map, or a map made from it.

    model: None for the only map that has one. mode: None for the latest. `UserError` where there is
    none or it no longer holds.
    """
    known = record(session)
    if model is None:
        sources = {entry.source for entry in known.entries()}
        if not sources:
            raise UserError('no map has an estimate; type "occupy" first')
        if len(sources) > 1:
            raise UserError('several maps have estimates; name one of them')
        model = sources.pop()
    entry = known.of_scale_map(model)
    if entry is None or mode not in (None, entry.mode):
        source = model if known.entries(model) else volumes.source_of(model) or model
        entry = known.entry(source, mode) if mode else known.latest(source)
    if entry is None:
        what = f'{mode}-mode estimate' if mode else 'estimate'
        raise UserError(f'{volumes.label(model)} has no {what}; type '
                        f'"occupy #{model.id_string}{f" mode {mode}" if mode else ""}" first')
    if entry.stale:
        raise UserError(f'the estimate of {volumes.label(entry.source)} no longer holds, because '
                        f'{entry.stale}; type "occupy #{entry.source.id_string} mode {entry.mode}"')
    return entry


def from_settings(cls, **values):
    """A `Parameters` or `Modification` of the values given; `UserError` for a wrong one."""
    try:
        return cls(**{name: value for name, value in values.items() if value is not None})
    except ValueError as error:
        raise user_error(error) from None


def checked_color(color, palette, limits):
    """Whether to colour: what is said, None for where a palette or a range is given; `UserError`
    for what contradicts itself.
    """
    checked_range(limits)
    given = palette is not None or limits is not None
    if color is False and given:
        raise UserError('color false contradicts palette and range')
    return given if color is None else color


def checked_range(limits):
    """A range of colours that rises; `UserError` if it does not."""
    if limits is not None and limits != 'full' and not (
            limits[0] < limits[1] and all(map(math.isfinite, limits))):
        raise UserError(f'range must rise, but {limits[0]:g},{limits[1]:g} does not')
    return limits


def free_number(session, number):
    """A model number that was asked for; `UserError` if a model has it."""
    if number is not None and session.models.have_id(tuple(number)):
        taken = session.models.list(model_id=tuple(number))[0]
        raise UserError(f'modelId #{".".join(map(str, number))} is taken by {taken.name}')
    return number


def next_numbers(session, count, taken=()):
    """The next free model numbers; taken: top-level ones that are spoken for."""
    found = []
    number = 1
    while len(found) < count:
        if number not in taken and not session.models.have_id((number,)):
            found.append((number,))
        number += 1
    return found


def point_text(point):
    """A point (x, y, z) as a command takes it, to a hundredth of an Å."""
    return ','.join(f'{round(float(c), 2) + 0.0:g}' for c in point)


def value_text(value):
    """A value as a command takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        if len(set(value)) == 1:
            return value_text(value[0])
        return ','.join(value_text(one) for one in value)
    if isinstance(value, float):
        # In full, so that a kernel made from it has the same voxels.
        return str(int(value)) if value == int(value) and abs(value) < 1e9 else repr(value)
    return str(value)


def changed_settings(found):
    """What of an estimate's settings, but for mode and full scale, is not as it would be by itself.

    found: a `ScaleEstimate`. As keywords of a command.
    """
    usual, _, _ = derive(Parameters(mode=found.parameters.mode), found.source_grid)
    given = found.parameters
    names = [name for name in ('low_pass', 'tile_size', 'max_box', 'recalibrate', 'baseline',
                               'smooth') if getattr(given, name) != getattr(usual, name)]
    # These follow from the low-pass and the grid.
    own, _, _ = derive(Parameters(mode=given.mode, low_pass=given.low_pass,
                                  max_box=given.max_box), found.source_grid)
    names += [name for name in ('kernel_size', 'kernel_radius', 'tau')
              if getattr(given, name) != getattr(own, name)]
    return settings_text(given, names)


def settings_text(parameters, names):
    """Settings as keywords of a command, those that are None left out."""
    words = []
    for name in names:
        value = getattr(parameters, name)
        if value is not None:
            words.append(f'{keyword(name)} {value_text(value)}')
    return ' '.join(words)
