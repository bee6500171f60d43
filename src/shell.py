"""What all command lines of the bundle have in common."""

import argparse
import contextlib
import errno
import os
import sys

#: Exit statuses: all well; something failed, such as a map of many; a mistake in options or files;
#: interrupted.
WELL, FAILURE, MISTAKE, INTERRUPTED = 0, 1, 2, 130


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence."""

    def error(self, message):
        message = message.removeprefix('argument ')
        self.exit(MISTAKE, f'error: {message} (--help lists the options)\n')


@contextlib.contextmanager
def heard_or_not():
    """What is done within goes on where whoever reads what it says goes away, as `head` does.

    What is said from then on is lost; the results are files.
    """
    before = sys.stdout, sys.stderr
    # ChimeraX may have none, where it was not started from a terminal.
    streams = [stream and _Stream(stream) for stream in before]
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        for stream in filter(None, streams):
            stream.flush()      # now, and not when Python ends and nobody minds an error
        sys.stdout, sys.stderr = before


class _Stream:
    """A stream of text that leads nowhere once it has no reader."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        with self._without_reader():
            return self._stream.write(text)
        return len(text)

    def flush(self):
        with self._without_reader():
            self._stream.flush()

    @contextlib.contextmanager
    def _without_reader(self):
        try:
            yield
        except OSError as error:
            # Windows calls a pipe without a reader an invalid argument.
            if error.errno != (errno.EINVAL if os.name == 'nt' else errno.EPIPE):
                raise
            # What waits in buffers goes there, too.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
