"""When in a refinement its maps are changed: from some iteration on, and never at the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """`first`: the first iteration whose maps are changed. `fade`: over so many iterations the
    change then grows weaker in equal steps. `own`: so many last iterations keep RELION's maps.
    """

    first: int
    fade: int
    own: int

    def __post_init__(self):
        if self.first < 1:
            raise ValueError(f'the schedule must begin at iteration 1 or later, not {self.first}')
        if self.fade < 0:
            raise ValueError(f'the schedule cannot fade over {self.fade} iterations')
        if self.own < 1:
            raise ValueError('the schedule must leave the last iteration, at least, to RELION')

    @classmethod
    def parse(cls, text):
        """A schedule from text, FIRST:FADE:OWN; `ValueError`, one sentence, for anything else."""
        try:
            first, fade, own = (int(word) for word in text.split(':'))
        except ValueError:
            raise ValueError(f'a schedule is three whole numbers, FIRST:FADE:OWN, not "{text}"') \
                from None
        return cls(first, fade, own)

    def __str__(self):
        return f'{self.first}:{self.fade}:{self.own}'

    def share(self, iteration, last=None):
        """The share of the strength that an iteration gets, 0 to 1.

        last: the last iteration; None where the refinement ends by itself, so that nothing fades.
        """
        if iteration < self.first:
            return 0.0
        if last is None:
            return 1.0
        left = last - self.own - iteration
        return min(1.0, max(0, left + 1) / (self.fade + 1))
