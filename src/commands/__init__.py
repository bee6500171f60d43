"""The `occupy` commands, one module for each family, each command's description beside it."""


def register_all(command_info, logger):
    """Register `occupy` and all its subcommands with ChimeraX.

    ChimeraX knows only the word `occupy` until it is first used; then all come at once.
    """
    from . import (
        at,
        atoms,
        color,
        compare,
        confidence,
        estimate,
        fit,
        level,
        mask,
        modify,
        plot,
        series,
        show,
        target,
        tiles,
    )
    for module in (estimate, color, show, at, tiles, modify, confidence, mask, target, level,
                   plot, atoms, fit, compare, series):
        module.register(command_info, logger)
