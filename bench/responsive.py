"""How long each action of the panel holds the window: the longest time between two events.

    python bench/responsive.py MAP.mrc [MODEL.pdb] [--repeats 3]

The panel works in the background here as in the application, without a screen and with the
stand-in of tests/tool for ChimeraX's own widgets. Contouring, which ChimeraX does on the window's
thread whoever asks for it, is told apart. Writes a table to standard output.
"""

import argparse
import importlib.util
import os
import sys
import time
from pathlib import Path

from environments import ROOT, use_tools

use_tools()
os.environ.setdefault('QT_QPA_PLATFORM', 'offscreen')

from headless import start_session  # noqa: E402

#: What each action may take, in seconds, contouring left out.
LIMIT = 0.1


class Watch:
    """Runs actions, and keeps the longest stretch of each, with and without contouring."""

    def __init__(self, session):
        self._session = session
        self._contouring = 0.0
        self.longest = {}
        from chimerax.map import Volume
        update = Volume.update_drawings

        def timed_update(volume):
            began = time.perf_counter()
            try:
                return update(volume)
            finally:
                self._contouring += time.perf_counter() - began

        Volume.update_drawings = timed_update

    def _stretch(self, name, function):
        self._contouring = 0.0
        began = time.perf_counter()
        function()
        passed = time.perf_counter() - began
        ours = passed - self._contouring
        known = self.longest.get(name, (0.0, 0.0))
        self.longest[name] = max(known[0], ours), max(known[1], self._contouring)

    def act(self, name, function, done=lambda: True):
        """Do something as a click does, and let everything happen that follows from it."""
        from chimerax.occupy.session import jobs
        self._stretch(name, function)
        end = time.monotonic() + 60
        quiet = 0
        while quiet < 5:
            if time.monotonic() > end:
                raise TimeoutError(name)
            self._stretch(name, self._session.ui.process_events)
            busy = jobs.jobs(self._session).running or not done()
            quiet = 0 if busy else quiet + 1
            time.sleep(0.002)


def open_panel(session):
    """The panel on a screen that nobody sees."""
    if importlib.util.find_spec('chimerax.ui') is None:
        path = ROOT / 'tests/tool/plain_ui.py'
        spec = importlib.util.spec_from_file_location('chimerax.occupy.tool.chimerax_ui', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[spec.name] = module
    from chimerax.occupy.session import jobs
    jobs.blocks = lambda session, block=None: not jobs.jobs(session).background
    from chimerax.occupy.tool import OccupyTool
    tool = OccupyTool(session, 'OccuPy')
    tool.tool_window.ui_area.resize(380, 900)
    return tool.panel


def go_through(session, panel, watch, model):
    """Every action of the panel, once."""
    color, modify, measure, masks = panel.color, panel.modify, panel.measure, panel.masks
    solvent, bottom = panel.solvent, panel.bottom

    def colors_known():
        return not color._values.busy

    def previewed():
        return modify.preview is None or not modify.preview.busy

    def chosen(what, value):
        return lambda: what.setCurrentIndex(what.findData(value))

    def shown(section, name, settled=lambda: True):
        watch.act(f'tab {name}', lambda: panel.tabs.setCurrentWidget(section.widget), settled)

    for mode in ('resolution', 'occupancy'):
        watch.act(f'mode {mode}', panel.map.mode_buttons[mode].click, colors_known)
        watch.act(f'estimate, {mode}', bottom.estimate.click, colors_known)
    watch.act('options', bottom.options.click)
    watch.act('palette', color.apply_button.click, colors_known)
    watch.act('range', lambda: color.low.setValue(color.low.value() + 0.05), colors_known)
    watch.act('shown from', lambda: setattr(color.shown.slider, 'value', 0.4), colors_known)
    watch.act('tiles', color.tiles.click)
    watch.act('tiles', color.tiles.click)
    shown(modify, 'Modify')
    watch.act('live preview', modify.live.click, previewed)
    for power in (4, 6, 9):
        watch.act('slider', lambda power=power: setattr(modify.power, 'value', power), previewed)
    watch.act('preview off', modify.live.click)
    for kind in ('amplify', 'attenuate', 'sigmoid', 'solvent'):
        watch.act('kind', chosen(modify.kind, kind))
        watch.act(f'create, {kind}', bottom.create.click)
    watch.act('kind', chosen(modify.kind, 'sigmoid'))       # the curve of a subtraction mask
    shown(solvent, 'Solvent', lambda: solvent.picture.image is not None)
    watch.act('confidence map', solvent.confidence.click)
    shown(masks, 'Masks')
    for what in ('weak', 'strong', 'kept'):
        watch.act('what a mask covers', chosen(masks.what, what))
        watch.act(f'mask, {what}', masks.make.click)
    if model is not None:
        shown(measure, 'Measure')
        measure.model.value = measure.region.value = model
        for what in ('fit', 'target', 'atoms'):
            watch.act('what is measured', chosen(measure.what, what))
            watch.act(f'measure, {what}', measure.measure.click)
    shown(color, 'Colour', colors_known)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('map', type=Path)
    parser.add_argument('model', type=Path, nargs='?')
    parser.add_argument('--repeats', type=int, default=3)
    options = parser.parse_args()
    session = start_session(printing=False)
    from chimerax.core.commands import run
    watch, panel = Watch(session), open_panel(session)
    for i in range(options.repeats + 1):
        if i == 1:
            watch.longest = {}      # the first round imports things
        run(session, 'close')
        (volume,) = run(session, f'open "{options.map}"')
        run(session, f'volume #{volume.id_string} step 1')
        volume.update_drawings()
        model = run(session, f'open "{options.model}"')[0] if options.model else None
        watch.act('map chosen', lambda: None)
        go_through(session, panel, watch, model)
    print('| action | longest stretch (ms) | contouring (ms) |\n|---|---|---|')
    for name, (ours, contouring) in watch.longest.items():
        mark = ' **too long**' if ours > LIMIT else ''
        print(f'| {name} | {1000 * ours:.0f}{mark} | {1000 * contouring:.0f} |')


if __name__ == '__main__':
    main()
