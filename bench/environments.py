"""What a bench runs in: this project's core without ChimeraX, and an environment for OccuPy."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / '.cache'
REFERENCE_REQUIREMENTS = Path(__file__).with_name('occupy-reference.txt')


def reference_python(folder=None):
    """The Python in which OccuPy 0.1.13 runs, as a path; its environment is made if absent.

    folder: where the environment is or shall be, `.cache/occupy-0.1.13` by default. Needs the
    package registry the first time, and Python 3.11. Raises `RuntimeError` when it cannot be made.
    """
    folder = Path(folder or CACHE / 'occupy-0.1.13')
    python = folder / ('Scripts/python.exe' if sys.platform == 'win32' else 'bin/python')
    made = folder / '.made'
    wanted = REFERENCE_REQUIREMENTS.read_text(encoding='utf-8')
    if made.is_file() and made.read_text(encoding='utf-8') == wanted:
        return python
    if sys.version_info[:2] != (3, 11):
        raise RuntimeError('OccuPy 0.1.13 is installed with Python 3.11; run this with that')
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    install = subprocess.run(
        [python, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check',
         '-r', REFERENCE_REQUIREMENTS], stderr=subprocess.PIPE, text=True, encoding='utf-8')
    if install.returncode:
        raise RuntimeError(f'OccuPy 0.1.13 could not be installed in {folder}:\n{install.stderr}')
    made.write_text(wanted, encoding='utf-8')
    return python


def use_tools():
    """Let the modules of tools/ be imported."""
    tools = str(ROOT / 'tools')
    if tools not in sys.path:
        sys.path.insert(0, tools)


def prepare_core():
    """Let `chimerax.occupy.core` be imported from this repository; no ChimeraX is needed."""
    use_tools()
    import chimerax_library
    chimerax_library.namespace_package()
    chimerax_library.use_source('chimerax.occupy', ROOT / 'src')


if __name__ == '__main__':
    print(reference_python(*sys.argv[1:]))
