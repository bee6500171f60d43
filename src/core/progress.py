"""Progress of work that has several stages."""

from collections.abc import Callable

#: Called with (share done 0…1, what is being done), perhaps in another thread.
Progress = Callable[[float, str], object]


class Stages:
    """Turns the progress of stages into the progress of the whole.

    progress: a function of (share done, name of the stage), or None. costs: how long each stage
    takes in relation to the others, by name, in order.
    """

    def __init__(self, progress, costs):
        self._progress = progress
        self._costs = costs
        self._total = sum(costs.values())
        self._begin = {}
        begin = 0
        for name, cost in costs.items():
            self._begin[name] = begin
            begin += cost

    def next(self, name):
        """Report that a stage begins; return the function that takes the share done of it.

        The function may serve as the progress of stages within the stage: their names are not told.
        """
        def report(share, _name=None):
            if self._progress is not None:
                done = self._begin[name] + share * self._costs[name]
                self._progress(done / self._total, name)

        report(0)
        return report

    def finish(self):
        """Report that all is done."""
        if self._progress is not None:
            self._progress(1.0, '')
