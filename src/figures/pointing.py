"""What is where in a figure, for those who point at it with the mouse."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pointed:
    """What is at a place of a plot.

    `text`: its name and value, one line or several. `key`: by which the maker of the figure knows
    what may be selected there; None where nothing may.
    """

    text: str
    key: object = None


def make_known(axes, find):
    """Let matplotlib axes tell what is where.

    find: `find(x, y)`, in the coordinates of the data, gives a `Pointed`, or None for nothing.
    """
    axes.occupy_find = find


def pointed_at(axes, x, y):
    """The `Pointed` at (x, y) of the data on matplotlib axes, None for nothing."""
    find = getattr(axes, 'occupy_find', None)
    return None if find is None else find(x, y)
