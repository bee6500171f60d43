"""What a ChimeraX session holds: maps, estimates, colours, regions, values at atoms, and jobs.

Knows ChimeraX and the core; no commands and no Qt.
"""
