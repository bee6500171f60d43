#!/usr/bin/env python3
"""Start ChimeraX with an installed copy of the bundle, and meet it as a user would.

    .venv/bin/python tools/release_session.py FOLDER

FOLDER is where pip installed the wheel. The exit status is 1 at the first thing that is not so.
"""

import sys
from pathlib import Path

from chimerax_library import REPOSITORY, read_bundle_info
from headless import run_commands, start_session


def loaded():
    """The modules of the bundle that have been imported."""
    return sorted(name for name in sys.modules if name.startswith('chimerax.occupy'))


def check(condition, what):
    """End with the sentence `what`, as not so, unless `condition` holds."""
    if not condition:
        sys.exit(f'not so: {what}')


def main():
    folder = Path(sys.argv[1]).resolve()
    name, version, package, classifiers = read_bundle_info(REPOSITORY / 'bundle_info.xml')
    session = start_session(folder, printing=False)
    check(loaded() in ([], [package]), f'nothing is imported before it is used: {loaded()}')
    bundle = session.toolshed.find_bundle(name, session.logger)
    check(bundle is not None, f'the toolshed finds {name}')
    check(bundle.version == version, f'its version is {version}')
    for kind, found in (('Command', bundle.commands), ('Tool', bundle.tools)):
        wanted = [parts[1] for parts in classifiers if parts[0] == kind]
        check([one.name for one in found] == wanted, f'it has each {kind}: {wanted}')
    check(run_commands(session, 'usage occupy'), 'the command is known')
    check(loaded() != [], 'asking for the command imports it')
    where = Path(sys.modules[package].__file__).resolve()
    check(folder in where.parents, f'it is imported from there: {where}')
    for page in ('commands/occupy.html', 'tools/occupy.html'):
        check((where.parent / 'docs' / 'user' / page).is_file(), f'{page} lies beside it')
    from session_file import save_session

    save_session(session, folder / 'check.cxs')
    saved = f'close; open "{folder / "check.cxs"}"'
    check(run_commands(session, saved), 'a session that it saved opens')
    print(f'{name} {version}: commands, tools, a session')


if __name__ == '__main__':
    main()
