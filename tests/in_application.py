"""Run the tests inside a ChimeraX application that has the bundle and pytest installed.

    chimerax --nogui --offscreen --exit --script tests/in_application.py

`make test-chimerax CHIMERAX=…` installs both and does this.
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
    sys.exit(int(pytest.main([str(TESTS), '--rootdir', str(TESTS.parent)], plugins=[plugin])))
