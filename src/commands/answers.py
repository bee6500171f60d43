"""What commands return, as JSON: for scripts that run them through ChimeraX's REST server."""

import inspect
import json
import math
from dataclasses import fields, is_dataclass
from functools import wraps

import numpy as np
from chimerax.core.commands import JSONResult, register
from chimerax.core.models import Model, Surface

#: Arrays of more numbers than this are maps and the like, which files are for.
_MANY = 10_000


def register_command(name, description, function, logger):
    """Register a command, as ChimeraX's `register` does, that can answer in JSON.

    Where ChimeraX asks for that, the command returns a `JSONResult` of `plain` values, of which the
    Python value is a copy: not every release can write to JSON what Python would get.
    """
    signature = inspect.signature(function)
    asks = inspect.Parameter('return_json', inspect.Parameter.KEYWORD_ONLY, default=False)

    @wraps(function)
    def command(session, *args, return_json=False, **keywords):
        result = function(session, *args, **keywords)
        if not return_json:
            return result
        answer = plain(session, result)
        return JSONResult(json.dumps(answer), answer)

    named = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    others = [one for one in signature.parameters.values() if one.kind is one.VAR_KEYWORD]
    command.__signature__ = signature.replace(parameters=[*named, asks, *others])
    register(name, description, command, logger=logger)


def plain(session, value):
    """A value as JSON has it: numbers, words, lists and dicts; None for what has no such form.

    A model becomes a dict of its number, name and, where it was made by this bundle, of what and as
    what; a scale also tells how it was estimated, a surface what of its scale is seen. A result
    says by itself what it is by `answer`, or is the dict of its fields.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if isinstance(value, np.ndarray):
        return plain(session, value.tolist()) if value.size <= _MANY else None
    if isinstance(value, Model):
        return _model(session, value)
    if isinstance(value, dict):
        return {str(key): plain(session, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(session, one) for one in value]
    if hasattr(value, 'answer'):
        return plain(session, value.answer)
    if is_dataclass(value):
        return {field.name: plain(session, getattr(value, field.name))
                for field in fields(value) if not field.name.startswith('_')}
    return None


def _model(session, model):
    from ..core.describe import described
    from ..session.follow import followers
    from ..session.record import record
    answer = {'id': model.id_string, 'name': model.name}
    kind = followers(session).kind_of(model)
    if kind is not None:
        source = followers(session).source_of(model)
        answer |= {'kind': kind, 'source': source and source.id_string}
    entry = record(session).of_scale_map(model)
    if entry is not None:
        answer['estimate'] = plain(session, described(entry.estimate))
    if isinstance(model, Surface):
        answer |= _surface(model)
    return answer


def _surface(surface):
    from ..session.key import shown_on
    from ..session.showing import mask_of, share_shown
    answer = {}
    shown, mask = shown_on(surface), mask_of(surface)
    if shown is not None:
        answer['colors'] = {'mode': shown.mode, 'palette': shown.colormap.name,
                            'range': list(shown.range)}
    if mask is not None:
        answer['shown'] = {'mode': mask.mode, 'above': mask.above, 'below': mask.below,
                           'share': share_shown([surface])}
    return answer
