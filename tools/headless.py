#!/usr/bin/env python3
"""Run ChimeraX commands with this bundle, without a ChimeraX application.

Starts a real ChimeraX session from the library ``ChimeraX`` on PyPI (`make env` installs it into
.venv) and runs commands and files in the order given:

    python tools/headless.py --cmd "open map.mrc; occupy #1; save scale.mrc models #2" figure.cxc

With -m it runs a module of the bundle instead, as `chimerax -m` does: batches of maps.

    python tools/headless.py -m chimerax.occupy maps/*.mrc --output-dir results

The log goes to standard output, warnings and errors to standard error. The exit status is 0 only
if no command failed and nothing logged an error.
"""

import argparse
import runpy
import sys

from chimerax_library import SetupError, prepare

WINDOW_SIZE = (1024, 768)

_session = None


def start_session(bundle=None, printing=True, graphics=True):
    """Start the one ChimeraX session of this process and return it.

    `bundle` says where ChimeraX-OccuPy comes from: a folder with bundle_info.xml and src (default:
    this repository), a wheel, or a folder such as site-packages into which it was installed.
    `printing` sends the log to the terminal; ``session.ui.log`` keeps it either way. Without
    `graphics` no pictures can be saved, as where OSMesa is not installed.

    Raises SetupError if something is missing, RuntimeError if a session was started before.
    """
    global _session
    if _session is not None:
        raise RuntimeError('ChimeraX allows one session per process, and it was started already.')
    prepare(bundle)

    import headless_ui

    sys.modules['chimerax.core.nogui'] = headless_ui
    from chimerax.core import (
        attributes,
        core_settings,
        session as core_session,
        tools,
        toolshed,
        undo,
    )

    # The order is that of chimerax.core.__main__.
    headless_ui.UI.want_graphics = graphics
    session = core_session.Session('ChimeraX', offscreen_rendering=True)
    headless_ui.install(session.ui)
    # Pictures saved without a size get that of the window, whose own default is 256 × 256.
    session.main_view.resize(*WINDOW_SIZE)
    core_settings.init(session)
    core_session.register_misc_commands(session)
    attributes.RegAttrManager(session)
    session.ui.log = headless_ui.TerminalLog()
    session.logger.add_log(session.ui.log)
    toolshed.init(session.logger, check_available=False, rebuild_cache=True, session=session)
    session.toolshed = toolshed.get_toolshed()
    session.toolshed.bootstrap_bundles(session, False)
    session.tools = tools.Tools(session, first=True)
    session.undo = undo.Undo(session, first=True)

    import chimerax.help_viewer

    chimerax.help_viewer.show_url = headless_ui.show_address
    session.ui.log.start(printing)
    _session = session
    return session


def run_commands(session, text):
    """Run the commands in `text` as typed; return whether all of them went well.

    A mistake in a command ends the text, and is logged as one sentence; anything unexpected is
    logged with its traceback.
    """
    from chimerax.core.commands import run
    from chimerax.core.errors import LimitationError, NotABug

    log = session.ui.log
    failures = log.failures
    try:
        with session.in_script:
            run(session, text)
            session.ui.process_events()
    except LimitationError as error:
        about_pictures = session.ui.no_pictures and 'rendering' in str(error)
        session.logger.error(session.ui.no_pictures if about_pictures else str(error))
    except NotABug as error:
        session.logger.error(str(error))
    except Exception:
        session.logger.report_exception()
    return log.failures == failures


def open_command(path):
    """Return the command that opens the file or runs the script at `path`."""
    from chimerax.core.commands import FileNameArg

    return f'open {FileNameArg.unparse(str(path))}'


class _Step(argparse.Action):
    """Collects commands and files into one list, so that they run in the order given."""

    def __call__(self, parser, namespace, value, option_string=None):
        namespace.steps.append((option_string, value))


def _mark_files(arguments):
    # argparse gathers positional arguments, and their place among the options is lost.
    marked, rest = [], list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument in ('--cmd', '--bundle'):
            marked += [argument, *rest[:1]]
            del rest[:1]
        else:
            marked += [argument] if argument.startswith('-') else ['--file', argument]
    return marked


def run_module(name, arguments):
    """Run a module of the bundle as `chimerax -m` does, without a session."""
    prepare()
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name='__main__', alter_sys=True)
    return 0


def main(arguments=None):
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ['-m'] and len(given) > 1:
        return run_module(given[1], given[2:])
    summary, _, details = __doc__.partition('\n\n')
    parser = argparse.ArgumentParser(
        usage='%(prog)s [--bundle PATH] [--quiet] [--cmd COMMANDS | FILE] ...\n'
              '       %(prog)s -m chimerax.occupy MAPS ...',
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(steps=[])
    parser.add_argument('--cmd', action=_Step, metavar='COMMANDS', help='commands, split by ;')
    parser.add_argument(
        '--file', action=_Step, metavar='FILE', help='a script (.cxc, .py) to run or file to open'
    )
    parser.add_argument(
        '--bundle', metavar='PATH', help='a wheel of ChimeraX-OccuPy, or where it is installed'
    )
    parser.add_argument('--quiet', action='store_true', help='print nothing but errors')
    options = parser.parse_args(_mark_files(given))
    if not options.steps:
        parser.error('nothing to do: give --cmd or a file')
    try:
        session = start_session(options.bundle, printing=not options.quiet)
    except SetupError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    for option, value in options.steps:
        command = open_command(value) if option == '--file' else value
        if not run_commands(session, command):
            if options.quiet:
                print(f'error: {session.ui.log.text("error", "bug")}', file=sys.stderr)
            return 1
    return 1 if session.ui.log.failures else 0


if __name__ == '__main__':
    try:
        status = main()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
