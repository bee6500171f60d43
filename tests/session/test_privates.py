"""What this bundle uses of ChimeraX without its promise; each failure says what has changed."""

import inspect
import re
import threading
from pathlib import Path

import numpy as np
import pytest


def test_the_command_line_is_where_it_was(session):
    from chimerax.core.commands import cli, run
    from chimerax.occupy.session import privates
    assert inspect.getmodule(run).__name__ == privates.RUN_MODULE, (
        'ChimeraX has moved commands.run: typed_alone cannot tell code from typing')
    assert run.__name__ == privates.RUN_FUNCTION, (
        'ChimeraX has renamed commands.run: typed_alone cannot tell code from typing')
    assert cli.Command.run.__module__ == privates.PARSER_MODULE, (
        'ChimeraX has moved the parser of commands: typed_alone cannot see the line')
    assert privates.PARSER_TEXT in inspect.signature(cli.Command.run).parameters, (
        'ChimeraX has renamed the line in Command.run: typed_alone takes several commands for one')


def test_the_command_line_tool_has_its_name():
    tool = pytest.importorskip('chimerax.cmd_line.tool',
                               reason='the library has no command line; the application has')
    from chimerax.occupy.session import privates
    assert tool.__name__ == privates.COMMAND_LINE, (
        'ChimeraX has moved its command line: nothing that is typed goes to the background')


def test_a_task_tells_that_it_has_started(session):
    from chimerax.core.tasks import Task
    from chimerax.occupy.session import privates
    ended = threading.Event()

    class Short(Task):
        def run(self):
            privates.wait_for_start(self)
            ended.set()

    task = Short(session)
    assert hasattr(task, '_terminate'), (
        'ChimeraX has renamed Task._terminate: the end of short work may be lost')
    assert task._terminate is None, (
        'ChimeraX sets Task._terminate before the start: wait_for_start need not wait')
    task.start()
    assert ended.wait(5), (
        'ChimeraX no longer sets Task._terminate when a task starts: work in the background '
        'never begins')


def test_an_array_is_contoured_in_the_place_of_a_map(session, blobs):
    from chimerax.occupy.session import privates
    surface = blobs.surfaces[0]
    assert hasattr(surface, '_calculate_contour_surface'), (
        'ChimeraX has renamed VolumeSurface._calculate_contour_surface: there is no preview')
    parts = privates.contour(surface, blobs.matrix(), surface.level, blobs.rendering_options)
    assert len(parts) == 4, 'contouring returns other things than before: there is no preview'
    for part, own in zip(parts, (surface.vertices, surface.normals, surface.triangles,
                                 surface.edge_mask), strict=True):
        assert (part is own is None) or np.array_equal(part, own), (
            'contouring returns other geometry than the surface has: the preview is wrong')


def test_what_colours_a_surface_is_found(run, session, blobs):
    from chimerax.occupy.session import privates
    from chimerax.surface.colorvol import VolumeColor
    run('occupy #1')
    assert isinstance(privates.recoloring_of(blobs.surfaces[0]), VolumeColor), (
        'ChimeraX keeps elsewhere what colours a surface again: keys and previews lose it')


def test_private_names_are_used_nowhere_else():
    """Underscored names of other objects than self, and frames of the stack."""
    import chimerax.occupy
    root = Path(chimerax.occupy.__file__).parent
    found = []
    for path in root.rglob('*.py'):
        if path.name == 'privates.py' or 'core' in path.relative_to(root).parts[:1]:
            continue
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            code = re.sub(r"'[^']*'|#.*", '', line)
            if re.search(r'_calculate_contour|_terminate\b|_getframe|\bf_back\b', code):
                found.append(f'{path.name}:{number}: {line.strip()}')
    assert not found, 'private names of ChimeraX belong into session/privates.py'
