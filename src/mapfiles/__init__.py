"""MRC and CCP4 files as arrays and axes, and back; no ChimeraX."""

from .reading import SUFFIXES, MapFile, MapFileError, map_name, read_grid, read_header, read_map
from .writing import result_suffix, write_map

__all__ = ['SUFFIXES', 'MapFile', 'MapFileError', 'map_name', 'read_grid', 'read_header',
           'read_map', 'result_suffix', 'write_map']
