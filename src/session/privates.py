"""What this bundle uses of ChimeraX without ChimeraX promising it.

Everything of the kind is here; tests/session/test_privates.py says in one sentence what has changed
when a release breaks one of them. Seen working from 1.7 to 1.11.
"""

import sys
import time

#: Modules and functions of ChimeraX on the stack while a command runs.
COMMAND_LINE = 'chimerax.cmd_line.tool'
RUN_MODULE, RUN_FUNCTION = 'chimerax.core.commands.run', 'run'
PARSER_MODULE, PARSER_TEXT = 'chimerax.core.commands.cli', 'text'


def typed_alone():
    """Whether the command being run is all that was typed in the command line.

    ChimeraX does not tell a command where it came from; only the stack knows.
    """
    frame = sys._getframe(1)
    while frame is not None:
        module, name = frame.f_globals.get('__name__'), frame.f_code.co_name
        if module == COMMAND_LINE:
            return True
        if module == RUN_MODULE and name == RUN_FUNCTION:
            return False
        if module == PARSER_MODULE and ';' in str(frame.f_locals.get(PARSER_TEXT, '')):
            return False
        frame = frame.f_back
    return False


def wait_for_start(task):
    """In the thread of a ChimeraX task: wait until ChimeraX knows that it has started.

    ChimeraX sets up a task's termination after starting its thread, and loses the end of a task
    that was faster.
    """
    while task._terminate is None:
        time.sleep(0.001)


def contour(surface, array, level, options):
    """Contour an array in the place of a surface's map: vertices, normals, triangles, edge mask.

    surface: a `VolumeSurface`. array: (z, y, x), what is displayed of the map. options: the map's
    rendering options. ChimeraX runs it in a thread itself while a level is dragged.
    """
    return surface._calculate_contour_surface(array, level, options)


def recoloring_of(surface):
    """ChimeraX's object that colours a surface again when it changes, or None."""
    by = surface.auto_recolor_vertices
    return getattr(by, '__self__', by)      # ChimeraX before 1.9 keeps a method of it
