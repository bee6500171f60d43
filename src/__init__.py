"""OccuPy for ChimeraX: local scale of cryo-EM maps.

Importing this package loads nothing else, so that ChimeraX starts no slower with it and
`chimerax.occupy.core` can be used where there is no ChimeraX.
"""

try:
    from chimerax.core.toolshed import BundleAPI
except ImportError:     # plain Python, for chimerax.occupy.core
    BundleAPI = None

if BundleAPI is not None:
    class _OccupyBundle(BundleAPI):
        """What ChimeraX asks of the bundle, each answer loaded when it is first needed."""

        api_version = 1

        @staticmethod
        def initialize(session, _bundle_info):
            # At every start of ChimeraX: mouse modes have to be there before they are asked for.
            if session.ui.is_gui:
                from .tool import mouse
                mouse.register(session)

        @staticmethod
        def register_command(_bundle_info, command_info, logger):
            from . import commands
            commands.register_all(command_info, logger)

        @staticmethod
        def start_tool(session, _bundle_info, tool_info):
            from . import tool
            return tool.start(session, tool_info)

        @staticmethod
        def run_provider(session, name, manager, **_options):
            if manager is not None and manager is getattr(session, 'presets', None):
                from .tool import presets
                return presets.press(session, name, manager)
            from .tool import toolbar
            return toolbar.press(session, name)

        @staticmethod
        def get_class(class_name):
            # Sessions name the classes of what they hold; ChimeraX asks for them here.
            if class_name == 'Followers':
                from .session.follow import Followers
                return Followers
            if class_name == 'EstimateRecord':
                from .session.record import EstimateRecord
                return EstimateRecord
            if class_name == 'ScaleColor':
                from .session.coloring import ScaleColor
                return ScaleColor
            if class_name == 'ScaleMask':
                from .session.showing import ScaleMask
                return ScaleMask
            if class_name == 'OccupyTool':
                from .tool import OccupyTool
                return OccupyTool
            return None

    bundle_api = _OccupyBundle()
