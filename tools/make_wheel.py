#!/usr/bin/env python3
"""Build the bundle's wheel with ChimeraX's own bundle builder, into dist/.

The builder leaves its working files beside what it builds, so it works on a copy.
"""

import contextlib
import io
import shutil
import sys
import tempfile
from pathlib import Path

from chimerax_library import REPOSITORY, SetupError, prepare

CONTENTS = ('bundle_info.xml', 'LICENSE', 'src')


class _PrintingLogger:
    """The part of a ChimeraX logger that the builder uses."""

    def info(self, message):
        print(message)

    def warning(self, message):
        print(f'warning: {message}', file=sys.stderr)

    error = warning


def make_wheel(destination):
    """Build the wheel of this repository into the folder `destination`; return its path.

    Wheels of earlier builds are removed from there. Raises RuntimeError if the builder fails.
    """
    prepare()
    from chimerax.bundle_builder import BundleBuilder

    with tempfile.TemporaryDirectory(prefix='occupy-wheel-') as folder:
        copy = Path(folder) / 'bundle'
        copy.mkdir()
        for name in CONTENTS:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
            else:
                shutil.copy(source, copy)
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                BundleBuilder.from_path(_PrintingLogger(), str(copy)).make_wheel()
        except Exception as error:
            raise RuntimeError(f'the bundle builder failed: {error}\n{said.getvalue()}') from error
        destination = Path(destination)
        destination.mkdir(parents=True, exist_ok=True)
        for old in destination.glob('ChimeraX_OccuPy-*.whl'):
            old.unlink()
        (wheel,) = (copy / 'dist').glob('*.whl')
        return Path(shutil.copy(wheel, destination))


if __name__ == '__main__':
    try:
        print(make_wheel(REPOSITORY / 'dist'))
    except (SetupError, RuntimeError) as error:
        sys.exit(f'error: {error}')
