"""The panel as ChimeraX sees it: one tool in a window, saved with sessions."""

from chimerax.core import tools
from chimerax.core.triggerset import DEREGISTER

# 2: the state of the panel, see `Panel.state`
VERSION = 2
#: Pixels for the title of a docked tool, and the edge above it.
_TITLE = 20


class OccupyTool(tools.ToolInstance):
    """Tools > Volume Data > OccuPy. `panel` holds the widgets."""

    SESSION_SAVE = True
    help = 'help:user/tools/occupy.html'

    def __init__(self, session, tool_name):
        super().__init__(session, tool_name)
        self.panel = None
        from Qt.QtWidgets import QVBoxLayout

        from .chimerax_ui import MainToolWindow
        from .panel import Panel
        from .place import Place
        self.tool_window = window = MainToolWindow(self)
        self.panel = Panel(session, self.display_help)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel.widget)
        window.ui_area.setLayout(layout)
        window.shown_changed = self._shown_changed
        window.manage(placement=self._placement())
        self.panel.place = Place(
            self.panel.widget, self.panel.wanted_height, self.panel.least_height)

    def _placement(self):
        """At the side, or, where that has no room for all, tabbed with Models.

        Not with Volume Viewer, which comes to the front with each map that is opened.
        """
        from .place import is_room_beside
        for tool in self.session.tools.list():
            window = getattr(tool, 'tool_window', None)
            if tool.tool_name == 'Model Panel' and window is not None:
                self.panel.widget.resize(window.ui_area.size())
                if not is_room_beside(window.ui_area, self.panel.least_height() + _TITLE):
                    return window
        return 'side'

    @classmethod
    def get_singleton(cls, session, create=True):
        """The one panel of a session; None where there is no window."""
        return tools.get_singleton(session, cls, 'OccuPy', create=create, display=True)

    def _shown_changed(self, shown):
        if not shown:
            self.panel.hidden()

    def delete(self):
        """End the preview and what the panel started, and close the window."""
        if self.panel is not None:      # None where making it failed
            self.panel.close()
        super().delete()

    def take_snapshot(self, session, flags):
        data = super().take_snapshot(session, flags)
        return {**data, 'panel version': VERSION, 'panel': self.panel.state()}

    def set_state_from_snapshot(self, session, data):
        super().set_state_from_snapshot(session, data)
        if data.get('panel version') != VERSION:
            return
        if session.restore_options:
            # The record of estimates, by which the panel knows its maps, may yet have to come.
            def restored(*_):
                self.panel.set_state(data['panel'])
                return DEREGISTER

            session.triggers.add_handler('end restore session', restored)
        else:
            self.panel.set_state(data['panel'])
