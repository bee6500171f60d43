"""Asking for a file to write."""

import os
import re

from Qt.QtWidgets import QFileDialog, QMessageBox


def file_to_save(parent, title, kinds):
    """Ask for a file; its path with an ending of its kind, '' where none was chosen.

    kinds: as Qt has them, "Text (*.txt);;JSON (*.json)".
    """
    path, kind = QFileDialog.getSaveFileName(parent, title, '', kinds)
    endings = re.findall(r'\*(\.\w+)', kinds)
    if path and not path.lower().endswith(tuple(endings)):
        path += re.search(r'\*(\.\w+)', kind)[1]
        # The dialog has asked about the name without its ending.
        if os.path.exists(path) and QMessageBox.question(
                parent, title, f'{path} is there already. Replace it?'
                ) != QMessageBox.StandardButton.Yes:
            return ''
    return path
