"""Files that commands write: checked before any work, opened with errors told in a sentence."""

import os

from chimerax.core.errors import UserError

from ..figures.window import save_figure as save_figure

#: Endings of images that a figure can be saved as.
IMAGES = ('.png', '.pdf', '.svg')


def checked_file(file, allowed, word='file'):
    """A name of a file to be written, or None; `UserError` for another ending or no folder.

    allowed: endings such as ".csv". word: the keyword that names the file.
    """
    if file is None:
        return None
    ending = os.path.splitext(file)[1].lower()
    if ending not in allowed:
        raise UserError(f'{word} must end in {" or ".join(allowed)}, not "{ending}"')
    folder = os.path.dirname(os.path.abspath(file))
    if not os.path.isdir(folder):
        raise UserError(f'cannot write {file}: there is no folder {folder}')
    if not os.access(file if os.path.exists(file) else folder, os.W_OK):
        raise UserError(f'cannot write {file}: permission denied')
    return file


def checked_plot(session, plot, example, word='plot'):
    """Check where a plot goes: True for a window, the name of an image, or neither.

    example: a name to be advised where there is no window. word: the keyword. `UserError` for what
    cannot be.
    """
    if plot is True and not session.ui.is_gui:
        raise UserError(f'there is no window to plot in; name an image: "{word} {example}"')
    if isinstance(plot, str):
        checked_file(plot, IMAGES, word)


def opened(file):
    """A text file open for writing; `UserError` where that cannot be."""
    try:
        return open(file, 'w', encoding='utf-8', newline='')
    except OSError as error:
        raise UserError(f'cannot write {file}: {error.strerror or error}') from None
