"""Command lines whose output nobody reads to its end, as before `| head`."""

import contextlib
import errno
import os
import sys

import pytest
from chimerax.occupy.shell import heard_or_not

from .filemaps import two_blobs, write_file


@contextlib.contextmanager
def unread():
    """Within it standard output is a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    before = sys.stdout
    with open(writer, 'w', encoding='utf-8') as sys.stdout:
        try:
            yield sys.stdout
        finally:
            sys.stdout = before


def test_a_pipe_without_a_reader_is_an_error_otherwise():
    with unread():
        with pytest.raises(BrokenPipeError):
            print('one', flush=True)
        with heard_or_not():
            print('two', flush=True)    # and so it can be closed


@pytest.mark.parametrize('words', [('--help',), ('series', '--help')])
def test_help_ends_well(words):
    """What waits in a buffer would be missed only as Python ends, with a traceback."""
    from chimerax.occupy.batch.cli import main
    with unread(), pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0


def test_a_batch_goes_on(tmp_path, capfd):
    from chimerax.occupy.batch.cli import main
    maps = [write_file(tmp_path / f'{name}.mrc', two_blobs((24, 24, 32))) for name in 'ab']
    with unread() as stream:
        assert main([*map(str, maps), '--mode', 'occupancy', '-o', str(tmp_path / 'out')]) == 0
        assert sys.stdout is stream
    assert len(list((tmp_path / 'out').glob('*.mrc'))) == 2
    assert capfd.readouterr() == ('', '')


def test_a_report_of_a_refinement_is_drawn(tmp_path, capfd):
    from chimerax.occupy.relion import log
    from chimerax.occupy.relion.cli import main
    log.append(tmp_path, {'name': 'run_it001_class001', 'iteration': 1, 'class': 1,
                          'status': 'kept', 'reason': 'none'})
    with unread():
        assert main(['report', str(tmp_path)]) == 0
    assert list(tmp_path.glob('*.png'))
    assert capfd.readouterr() == ('', '')


def test_other_errors_of_a_stream_are_told(monkeypatch):
    class Full:
        """A stream to a disk that is full."""

        def write(self, text):
            raise OSError(errno.ENOSPC, 'no space')

        def flush(self):
            """There is nothing to flush."""

    monkeypatch.setattr(sys, 'stdout', Full())
    with heard_or_not(), pytest.raises(OSError, match='no space'):
        print('one')
