"""Whether there is memory enough for what is about to be done."""

from chimerax.core.errors import UserError


def free_bytes():
    """Memory that is free, as far as the system tells; None where it does not."""
    try:
        import psutil  # ships with ChimeraX
    except ImportError:
        return None
    return psutil.virtual_memory().available


def require(needed, title, advice):
    """Raise `UserError` if `title` needs more bytes than are free; `advice` says what to do."""
    free = free_bytes()
    if free is not None and needed > free:
        raise UserError(f'{title} needs about {needed / 1e9:.1f} GB of memory, but only '
                        f'{free / 1e9:.1f} GB are free; {advice}')
