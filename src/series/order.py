"""The order of a series' groups and volumes: as given, or by likeness.

Likeness is the root mean square difference of occupancies, over the cells that both have. The tree
is that of average linkage, its leaves turned so that neighbours are as alike as the tree allows
(Bar-Joseph, Gifford & Jaakkola, Bioinformatics 17, S22, 2001). That takes half a minute for a
thousand; of more than `MOST_TURNED` leaves the branches are turned by their first principal
component instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .table import SeriesTable

#: Both by likeness; groups by likeness and volumes as given; both as given.
ORDERS = ('likeness', 'groups', 'given')
MOST_TURNED = 500


@dataclass(frozen=True, eq=False)
class Order:
    """`groups`, `volumes`: indices into the table, in the order to be shown. `group_links`,
    `volume_links`: scipy's linkages (n − 1, 4) of the indices of the table, for dendrograms; None
    where the order is as given or there is one item. `how`: one of `ORDERS`.
    """

    groups: NDArray[np.intp]
    volumes: NDArray[np.intp]
    group_links: NDArray[np.float64] | None = None
    volume_links: NDArray[np.float64] | None = None
    how: str = ORDERS[0]

    def as_dict(self) -> dict:
        """As files keep it."""
        return {'how': self.how, 'groups': self.groups.tolist(), 'volumes': self.volumes.tolist()}


def order_of(table: SeriesTable, how: str = 'likeness') -> Order:
    """The order of the groups and volumes of a series.

    how: one of `ORDERS`. Returns an `Order`; `ValueError` for another word.
    """
    if how not in ORDERS:
        raise ValueError(f'the order must be one of {", ".join(ORDERS)}, not "{how}"')
    groups, volumes = np.arange(len(table.groups)), np.arange(len(table.volumes))
    group_links = volume_links = None
    if how != 'given':
        groups, group_links = by_likeness(table.occupancy)
    if how == 'likeness':
        volumes, volume_links = by_likeness(table.occupancy.T)
    return Order(groups, volumes, group_links, volume_links, how)


def by_likeness(rows: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64] | None]:
    """Order rows by likeness.

    rows: float (n, m), not-a-number where there is no value. Returns the order (n,) and scipy's
    linkage (n − 1, 4), None for one row. Rows that share no cell count as far apart as the mean of
    those that do, and rows without any value stand at the end.
    """
    told = np.flatnonzero(np.isfinite(rows).any(axis=1))
    if len(rows) < 2:
        return np.arange(len(rows)), None
    from scipy.cluster.hierarchy import leaves_list, linkage
    apart = distances(rows)
    # What is nowhere told is farther from all than anything is, so that it stays together, aside.
    empty = np.ones(len(rows), bool)
    empty[told] = False
    index = np.triu_indices(len(rows), 1)
    aside = empty[index[0]] != empty[index[1]]
    apart[aside] = 1.05 * max(float(apart.max()), 1e-6)
    links = linkage(apart, 'average', optimal_ordering=len(rows) <= MOST_TURNED)
    if len(rows) > MOST_TURNED:
        links = _turned(links, _component(rows))
    order = leaves_list(links)
    if empty[order[0]] and not empty.all():
        order = order[::-1].copy()
        links = links.copy()
        links[:, [0, 1]] = links[:, [1, 0]]
    return order, links


def distances(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The root mean square differences of rows (n, m) over the cells that both have.

    Returns them as scipy's condensed distances (n (n − 1) / 2,). Pairs that share no cell get the
    mean of the others.
    """
    known = np.isfinite(rows)
    values = np.where(known, rows, 0.0)
    # Differences of the values about their mean: squares of small numbers lose less.
    values -= np.where(known, values.sum() / max(1, known.sum()), 0.0)
    weights = known.astype(float)
    squares = (values ** 2) @ weights.T
    total = squares + squares.T - 2 * values @ values.T
    shared = weights @ weights.T
    index = np.triu_indices(len(rows), 1)
    some = shared[index]
    found = np.sqrt(np.maximum(total[index], 0) / np.maximum(some, 1))
    if (some == 0).any():
        found[some == 0] = found[some > 0].mean() if (some > 0).any() else 0.0
    return found


def _component(rows):
    """The first principal component of rows (n, m), missing values at the mean of their column."""
    known = np.isfinite(rows)
    mean = np.where(known, rows, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    left, size, _ = np.linalg.svd(np.where(known, rows - mean, 0.0), full_matrices=False)
    return left[:, 0] * size[0]


def _turned(links, weights):
    """Linkages with the child of less mean weight (n,) first, at every branch."""
    links = links.copy()
    number = len(weights)
    mean = np.concatenate([weights, np.zeros(len(links))])
    count = np.concatenate([np.ones(number), links[:, 3]])
    for i, (a, b) in enumerate(links[:, :2].astype(int)):
        if mean[a] > mean[b]:
            links[i, :2] = b, a
        mean[number + i] = (mean[a] * count[a] + mean[b] * count[b]) / (count[a] + count[b])
    return links
