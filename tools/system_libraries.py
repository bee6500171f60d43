"""Find what ChimeraX's graphics, Qt and `venv` need of the system, and install what is missing.

Only Debian and its kin are installed to, and only as root; otherwise the missing packages are
named. Never fails: without graphics everything but pictures works.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys

# Shared library: the Debian package that holds it.
PACKAGES = {
    'libglib-2.0.so.0': 'libglib2.0-0',
    'libGL.so.1': 'libgl1',
    'libEGL.so.1': 'libegl1',
    'libGLU.so.1': 'libglu1-mesa',
    'libxkbcommon.so.0': 'libxkbcommon0',
    'libfontconfig.so.1': 'libfontconfig1',
    'libdbus-1.so.3': 'libdbus-1-3',
    'libOSMesa.so.8': 'libosmesa6',
}


def missing_packages():
    """Return the packages whose library cannot be loaded, or module not found."""
    missing = []
    for library, package in PACKAGES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if importlib.util.find_spec('ensurepip') is None:
        # Debian's Python makes no environments without this.
        missing.append(f'python{sys.version_info.major}.{sys.version_info.minor}-venv')
    return missing


def _apt_install(packages):
    install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', *packages]
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    done = subprocess.run(install, env=environment, capture_output=True)
    if done.returncode:
        # A fresh machine has no package lists yet.
        subprocess.run(['apt-get', 'update', '-q'], env=environment, capture_output=True)
        subprocess.run(install, env=environment, capture_output=True)


def main():
    missing = missing_packages()
    if missing and shutil.which('apt-get') and os.geteuid() == 0:
        print('Installing', *missing)
        _apt_install(missing)
        missing = missing_packages()
    if missing:
        print('Debian packages that may be missing: apt-get install', *missing)


if __name__ == '__main__':
    main()
