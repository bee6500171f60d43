"""Masks as models: what other programs do with one, and its file's name once it is saved."""

from ..core import next_steps
from .follow import followers


def next_of(volume):
    """The core's `NextSteps` for a mask that was made here; None for any other model, or for one of
    a session that did not say yet what a mask is for.
    """
    use = followers(volume.session).use_of(volume)
    return next_steps(use, volume.data.path or None) if use else None


def tell_next(volume):
    """Log what comes next with a mask."""
    volume.session.logger.info(f'Next, with {volume.name} #{volume.id_string}, in '
                               f'{next_of(volume).sentence}.')
