"""When maps are changed."""

import pytest
from chimerax.occupy.relion.schedule import Schedule


def test_it_begins_fades_and_leaves_the_last_maps_alone():
    schedule = Schedule.parse('3:3:2')
    shares = [schedule.share(i, 12) for i in range(1, 13)]
    assert shares == [
        0, 0, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0]


@pytest.mark.parametrize('last', [1, 2, 3, 10, 25])
@pytest.mark.parametrize('text', ['1:0:1', '2:3:1', '1:50:1'])
def test_the_last_iteration_and_those_beyond_are_relions(text, last):
    schedule = Schedule.parse(text)
    assert schedule.share(last, last) == schedule.share(last + 1, last) == 0
    assert all(0 <= schedule.share(i, last) <= 1 for i in range(1, last))


def test_without_a_known_end_nothing_fades():
    assert [Schedule(2, 3, 1).share(i) for i in (1, 2, 50)] == [0, 1, 1]


@pytest.mark.parametrize('text', ['', '2', '2:3', '0:3:1', '2:-1:1', '2:3:0', 'a:b:c', '1:2:3:4',
                                  '1.5:2:1'])
def test_a_wrong_schedule_is_told(text):
    with pytest.raises(ValueError, match='schedule'):
        Schedule.parse(text)
