"""Atomic models in PDB and mmCIF files as plain arrays; no ChimeraX."""

from .model import Model, ModelFileError
from .reading import read_model

__all__ = ['Model', 'ModelFileError', 'read_model']
