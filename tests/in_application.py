"""Run the tests inside a ChimeraX application that has the bundle and pytest installed.

    chimerax --nogui --offscreen --exit --script tests/in_application.py

`make test-chimerax CHIMERAX=…` installs both and does this. The panel, and what happens in
mid-run, is tested with a window only:

    chimerax --exit --script "tests/in_application.py tests/tool tests/commands/test_estimating.py"
"""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


class ApplicationSession:
    """Hands the application's session to conftest.py."""

    def __init__(self, application_session):
        self.application_session = application_session


if 'session' in globals():  # ChimeraX runs scripts with its session as a global
    from chimerax.core.session import InScriptFlag

    plugin = ApplicationSession(globals()['session'])
    # Commands behave differently in a script; the tests say themselves when they are one.
    plugin.application_session.in_script = InScriptFlag()
    if plugin.application_session.ui.is_gui:    # which shows in its log what is printed
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    chosen = sys.argv[1:] or [str(TESTS)]
    sys.exit(int(pytest.main([*chosen, '--rootdir', str(TESTS.parent)], plugins=[plugin])))
