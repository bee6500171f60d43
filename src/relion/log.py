"""`occupy_relion.log`: one line for each map of each iteration, read by people and by `report`.

A line is words `name=value`, with quotes where a value has blanks. Processes that run at the same
time append to one file: each line goes in by a single write, under a lock where there are locks.
"""

import os
import shlex
from contextlib import suppress
from datetime import datetime

NAME = 'occupy_relion.log'


class LogError(ValueError):
    """Why the log cannot be written or read; the message is one sentence."""


def line_of(facts):
    """A line of the log from facts by name; what is None is left out."""
    words = [datetime.now().strftime('%Y-%m-%dT%H:%M:%S')]
    for name, value in facts.items():
        if value is not None:
            text = f'{value:.6g}' if isinstance(value, float) else str(value)
            words.append(f'{name}={shlex.quote(text)}')
    return ' '.join(words) + '\n'


def append(folder, facts):
    """Add a line to the log in a folder. Raises `LogError`."""
    data = line_of(facts).encode()
    path = folder / NAME
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            # Appending is not atomic on every network file system; where there are no locks the
            # single write has to do.
            with suppress(ImportError, OSError):
                import fcntl
                fcntl.lockf(file, fcntl.LOCK_EX)
            before = os.fstat(file).st_size
            if os.write(file, data) < len(data):
                os.ftruncate(file, before)
                raise OSError(28, 'no space left on device')
        finally:
            os.close(file)
    except OSError as error:
        raise LogError(f'{path} cannot be written: {error.strerror}') from error


def read(folder):
    """The lines of the log in a folder as dicts of texts by name. Raises `LogError`."""
    path = folder / NAME
    try:
        text = path.read_text(encoding='utf-8', errors='replace')
    except OSError as error:
        raise LogError(f'there is no {NAME} to read in {folder}: {error.strerror}') from error
    found = []
    for line in text.splitlines():
        try:
            words = shlex.split(line)
        except ValueError:      # a line cut short
            continue
        facts = dict(word.split('=', 1) for word in words[1:] if '=' in word)
        if 'name' in facts and 'iteration' in facts:
            found.append(facts | {'time': words[0]})
    return found
