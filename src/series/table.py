"""The table of a series: which part is there in which volume."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class SeriesTable:
    """Occupancies of groups in volumes, all on the full scale that `full` tells of, a sentence.

    `groups`: names, as in `core.Occupancies`. `volumes`: names, in the order they were given,
    those that failed too. `occupancy` and `error` (one standard error): float (groups, volumes),
    not-a-number where there is no value. `notes`: {(group, volume): why it cannot be told}, names
    as above. `failed`: {volume: why it has no values}.
    """

    groups: tuple[str, ...]
    volumes: tuple[str, ...]
    occupancy: np.ndarray
    error: np.ndarray
    full: str
    notes: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)
