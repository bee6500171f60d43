"""Masks as models: what other programs do with one, and its file's name once it is saved."""

from ..core import next_steps


def next_of(volume, use):
    """The core's `NextSteps` for a mask of that use, as `Followers.use_of` tells it; None for any
    other model, or for a mask of a session that did not say yet what it is for: these have none.
    """
    return next_steps(use, volume.data.path or None) if use else None


def tell_next(volume, use):
    """Log what comes next with a mask of that use."""
    volume.session.logger.info(f'Next, with {volume.name} #{volume.id_string}, in '
                               f'{next_of(volume, use).sentence}.')
