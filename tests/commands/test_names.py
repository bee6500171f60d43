"""Names from files stand in the log as they are, whatever they hold."""

import numpy as np
import pytest

from ..models import strand

NAME = 'a<b>&"c_d'


@pytest.fixture
def html(session):
    """What the log gets as HTML."""
    from chimerax.core.logger import HtmlLog

    class Html(HtmlLog):
        text = ''

        def log(self, level, message, image_info, is_html):
            self.text += message if is_html else ''
            return False

    recorded = Html()
    session.logger.add_log(recorded)
    yield recorded
    session.logger.remove_log(recorded)


@pytest.mark.parametrize('text', [
    'occupy #1', 'occupy report #1', 'occupy amplify #1 confidence false', 'occupy atoms #4 map #1',
    'occupy compare #1,2 model #4', 'occupy compare #1,2 regions #3',
    'occupy confidence #1', 'occupy mask #1 solvent', 'occupy #1 fullScaleRegion #3'])
def test_names_are_escaped(run, session, open_array, two_blobs, open_model, html, text):
    array = two_blobs((24, 26, 28))
    for _ in range(2):
        open_array(array, name=NAME)
    open_array((array > 0.3).astype(np.float32), name=NAME, level=None)
    open_model(strand('A', (12, 14, 18), 3)).name = NAME
    run('occupy #1,2 mode occupancy color false')
    html.text = ''
    run(text)
    assert '<b>&"' not in html.text
    assert 'a<b' not in html.text
