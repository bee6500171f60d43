#!/usr/bin/env python3
"""Write docs/api.md, the reference of the core, from its docstrings.

With --check nothing is written; the exit status says whether the file is up to date.
"""

import argparse
import dataclasses
import inspect
import sys

from chimerax_library import REPOSITORY

PAGE = REPOSITORY / 'docs' / 'api.md'
HEAD = '''\
# Python reference of the core

<!-- Made by tools/api_reference.py from the docstrings: change those, not this page. -->

`chimerax.occupy.core` is the method by itself. It needs numpy and scipy, and neither ChimeraX nor
Qt. Where the bundle is installed, in ChimeraX or in a plain Python, it is there to import:

```python
import mrcfile
from chimerax.occupy.core import Modification, estimate, modify

with mrcfile.open('map.mrc') as file:
    array, size = file.data, file.voxel_size        # (z, y, x), Å
found = estimate(array, (size.x, size.y, size.z), mode='occupancy')
print(found.full_scale, found.full_scale_note, found.warnings)
weaker = modify(array, found, Modification('attenuate', power=3))
```

Files whose axes are stored in another order, skewed cells, compressed files and correct headers are
the business of the batch reader: see [batch.md](batch.md). Arrays are (z, y, x); axes are given for
x, y and z. The sections that docstrings mention are those of [method.md](method.md). Errors that a
person can mend are `ValueError`s of one sentence. Results do not depend on the number of threads.
'''


def core():
    """The package `chimerax.occupy.core`, taken from src/ unless it was imported already."""
    if 'chimerax' not in sys.modules:
        import chimerax_library

        chimerax_library.namespace_package()
        chimerax_library.use_source('chimerax.occupy', REPOSITORY / 'src')
    import chimerax.occupy.core

    return chimerax.occupy.core


def _paragraphs(docstring):
    """A docstring with each paragraph on one line, code and lists as they are."""
    found = []
    for paragraph in inspect.cleandoc(docstring).strip().split('\n\n'):
        indented = any(line.startswith(' ') for line in paragraph.splitlines())
        found.append(paragraph if indented else ' '.join(paragraph.split()))
    return '\n\n'.join(found)


def _signature(name, thing):
    try:
        return f'{name}{inspect.signature(thing)}'
    except ValueError:
        return name


def _fields(cls):
    """A table of the fields of a dataclass with their defaults."""
    lines = ['| field | default |', '|---|---|']
    for field in dataclasses.fields(cls):
        default = '' if field.default is dataclasses.MISSING else f'`{field.default!r}`'
        lines.append(f'| `{field.name}` | {default} |')
    return '\n'.join(lines)


def _methods(cls):
    for name, member in vars(cls).items():
        function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        is_method = inspect.isfunction(function) or isinstance(member, property)
        if name.startswith('_') or not is_method:
            continue
        if isinstance(member, property):
            yield f'**`{name}`** – {_paragraphs(member.fget.__doc__ or "")}'
        else:
            yield f'**`{_signature(name, function)}`** – {_paragraphs(function.__doc__ or "")}'


def _entry(name, thing):
    parts = [f'## {name}']
    if not inspect.isclass(thing):
        parts += [f'```python\n{_signature(name, thing)}\n```', _paragraphs(thing.__doc__)]
        return '\n\n'.join(parts)
    is_data = dataclasses.is_dataclass(thing)
    if not is_data and not issubclass(thing, Exception):
        parts.append(f'```python\n{_signature(name, thing)}\n```')
    parts.append(_paragraphs(thing.__doc__))
    if is_data:
        parts.append(_fields(thing))
    parts += _methods(thing)
    return '\n\n'.join(parts)


def _settings(settings):
    """A table of all settings."""
    lines = ['## SETTINGS', '',
             'Every setting of estimates, modifications and masks: a dict of `Setting`s by name. '
             'In commands the names are written in camelCase. Where there is no default it is '
             'derived from the map, or the setting is off.', '',
             '| name | default | unit | limits or choices | |', '|---|---|---|---|---|']
    for name, setting in settings.items():
        limits = ', '.join(setting.choices)
        if setting.low is not None:
            above = f'≥ {setting.low:g}'
            numbers = above if setting.high is None else f'{setting.low:g}…{setting.high:.10g}'
            limits = '; '.join(filter(None, [limits, numbers]))
        default = '' if setting.default is None else f'`{setting.default!r}`'
        lines.append(f'| `{name}` | {default} | {setting.unit} | {limits} | {setting.text} |')
    return '\n'.join(lines)


def _parts_of_results():
    """Classes that nobody has to import, but that results hold."""
    from chimerax.occupy.core.masks import TargetedOccupancy
    from chimerax.occupy.core.solvent import SolventModel
    from chimerax.occupy.core.tiles import Tile, Tiles

    return SolventModel, TargetedOccupancy, Tile, Tiles


def page():
    """The text of the page."""
    module = core()
    names = [name for name in module.__all__ if name != 'SETTINGS']
    order = sorted(names, key=lambda name: (inspect.isclass(getattr(module, name)), name.lower()))
    parts = [HEAD.rstrip(), *(_entry(name, getattr(module, name)) for name in order),
             *(_entry(thing.__name__, thing) for thing in _parts_of_results()),
             _settings(module.SETTINGS)]
    return '\n\n'.join(parts) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='write nothing')
    options = parser.parse_args()
    text = page()
    if options.check:
        sys.exit(not PAGE.exists() or PAGE.read_text(encoding='utf-8') != text)
    PAGE.write_text(text, encoding='utf-8')
    print(PAGE.relative_to(REPOSITORY))


if __name__ == '__main__':
    main()
