"""What became of one map of a batch."""

from dataclasses import asdict, dataclass

DONE, ALREADY_DONE, FAILED = 'done', 'already done', 'failed'


@dataclass(frozen=True)
class Outcome:
    """What became of one map.

    `map`: its path as it was given. `status`: "done", "already done" (by an earlier batch, with the
    same parameters), or "failed". `message`: one sentence. `warnings`: sentences. `files`: paths of
    the results, without the report. `report`: path of the JSON report, empty if there is none.
    `seconds`: time taken. `details`: the traceback of what should not have happened, else empty.
    `next_steps`: for each mask, what other programs do with it, in words.
    """

    map: str
    status: str
    message: str
    warnings: tuple = ()
    files: tuple = ()
    report: str = ''
    seconds: float = 0.0
    details: str = ''
    next_steps: tuple = ()

    @property
    def failed(self):
        """Whether the results that were asked for are not there."""
        return self.status == FAILED

    def as_dict(self):
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values):
        """The reverse of `as_dict`."""
        return cls(**{**values, 'warnings': tuple(values['warnings']),
                      'files': tuple(values['files']),
                      'next_steps': tuple(values['next_steps'])})
