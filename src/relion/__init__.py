"""RELION's loop: the maps of every iteration changed by their local scale; no ChimeraX.

Nothing is imported here: RELION starts one process for each class of each iteration.
"""
