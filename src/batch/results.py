"""Result files that appear whole or not at all.

Everything is first written under a temporary name in the folder where it belongs. When all of a
map's results are there, a report that lists them and calls itself incomplete is put in place, the
results are renamed, and the complete report takes the place of the other. Whenever this is
interrupted, each file is either whole or absent, and the next batch knows which of them it may
finish.
"""

import os
import socket
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

TEMPORARY = '.part'
#: A temporary file that nobody has touched for so many seconds was left by a process that is gone.
FORSAKEN = 24 * 3600

_numbers = count()


class Results:
    """The results of one map on their way to their places; a context that leaves no litter."""

    def __init__(self, overwrite=False):
        self._overwrite = overwrite
        self._waiting = {}

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        for temporary in self._waiting.values():
            temporary.unlink(missing_ok=True)

    def check_free(self, finals, own=()):
        """Raise `ValueError` if a file stands where a result is to go, unless it is one's own."""
        for final in finals:
            if not self._overwrite and final.exists() and final not in own:
                raise ValueError(f'{final.name} is there already and was kept; '
                                 'give --overwrite, or another --output-dir')

    def path_for(self, final):
        """The temporary path to write the file to that will be `final`."""
        final.parent.mkdir(parents=True, exist_ok=True)
        _sweep(final)
        owner = f'{_host()}-{os.getpid()}-{next(_numbers)}'
        temporary = final.with_name(f'.{final.name}.{owner}{TEMPORARY}')
        self._waiting[final] = temporary
        return temporary

    def commit(self, report, text, incomplete_text):
        """Put everything in place, at last the report.

        report: its path. text: function that gives its text once all files are written, and
        incomplete_text: the text of the report until then.
        """
        for temporary in self._waiting.values():
            _flush(temporary)
        results = dict(self._waiting)
        self._put(report, incomplete_text)
        for final, temporary in results.items():
            os.replace(temporary, final)
            del self._waiting[final]
        for folder in {final.parent for final in results}:
            _flush_folder(folder)
        self._put(report, text)
        _flush_folder(report.parent)

    def _put(self, final, text):
        temporary = self.path_for(final)
        temporary.write_text(text, encoding='utf-8')
        _flush(temporary)
        os.replace(temporary, final)
        del self._waiting[final]


def check_folder(folder):
    """Raise `ValueError` unless files can be written in a folder, or it be made for them."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise ValueError(f'nothing can be written in {folder}: '
                         f'{(error.strerror or str(error)).lower()}; give another --output-dir'
                         ) from error


def remove_leftovers(folder, process):
    """Remove the temporary files of a process of this machine that has ended, by its id."""
    for path in Path(folder).rglob(f'.*.{_host()}-{process}-*{TEMPORARY}'):
        path.unlink(missing_ok=True)


def _sweep(final):
    """Remove temporary files of one result that were left by processes killed in the midst."""
    for path in final.parent.glob(f'.{_escaped(final.name)}.*-*-*{TEMPORARY}'):
        host, process, _ = path.name[:-len(TEMPORARY)].rsplit('.', 1)[-1].rsplit('-', 2)
        try:
            forsaken = time.time() - path.stat().st_mtime > FORSAKEN
        except FileNotFoundError:
            continue
        if forsaken or (host == _host() and not _is_alive(process)):
            path.unlink(missing_ok=True)


def _escaped(name):
    return ''.join(f'[{letter}]' if letter in '*?[' else letter for letter in name)


def _is_alive(process):
    if os.name != 'posix' or not process.isdigit():
        return True     # elsewhere signal 0 would end it
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _host():
    return socket.gethostname().replace('.', '_')


def _flush(path):
    with open(path, 'r+b') as file:
        os.fsync(file.fileno())


def _flush_folder(folder):
    if os.name == 'posix':
        handle = os.open(folder, os.O_RDONLY)
        try:
            # Some network file systems do not know how to.
            with suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)
