"""The OccuPy panel: Tools > Volume Data > OccuPy.

It reads the session's record, writes command lines, and previews with the core's `Modifier`.
"""

from .tool import OccupyTool

__all__ = ['OccupyTool', 'start']


def start(session, _tool_info):
    """Show the session's one panel; make it first if there is none. Returns the `OccupyTool`."""
    return OccupyTool.get_singleton(session)
