"""Which versions do the work, for reports, labels, and the agreement of several machines."""

import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

DISTRIBUTION = 'ChimeraX-OccuPy'
PACKAGE = Path(__file__).resolve().parent.parent


@cache
def version():
    """The version of this bundle: of the installed wheel, or of the source this runs from."""
    # The folder that holds chimerax/occupy need not be on the path of a worker process.
    for place in metadata.distributions(path=[str(PACKAGE.parent.parent)]):
        if place.metadata['Name'].replace('_', '-') == DISTRIBUTION:
            return place.version
    description = PACKAGE.parent / 'bundle_info.xml'
    if description.is_file():
        return ElementTree.parse(description).getroot().get('version')
    return metadata.version(DISTRIBUTION)


def versions():
    """Versions of all that shapes a result, by name."""
    found = {'chimerax.occupy': version(), 'python': platform.python_version()}
    return found | {name: metadata.version(name) for name in ('numpy', 'scipy', 'mrcfile')}
