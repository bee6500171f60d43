"""Results that are kept, so that a bench that was interrupted goes on."""

import json
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / '.cache'


def kept(folder, name, make):
    """What `make()` returned when it was first called under this name in .cache/FOLDER."""
    safe = ''.join(c if c.isascii() and (c.isalnum() or c in '.-_') else ' ' for c in name)
    path = CACHE / folder / f'{"_".join(safe.split())}.json'
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        result = json.dumps(make(), indent=1)
        part = path.with_suffix('.part')
        part.write_text(result, encoding='utf-8')
        part.replace(path)
    return json.loads(path.read_text(encoding='utf-8'))
