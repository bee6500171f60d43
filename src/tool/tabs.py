"""Tabs as tall as the one in front, and what scrolls between the panel's top and bottom."""

from Qt.QtCore import QSize, Qt
from Qt.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStyle, QTabWidget

#: Pixels beyond what is needed.
_SLACK = 6


class Tabs(QTabWidget):
    """Tabs as tall as the one that is shown, not as the tallest."""

    def __init__(self):
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setUsesScrollButtons(False)
        self.currentChanged.connect(self._fit)

    def addTab(self, widget, title):
        super().addTab(widget, title)
        self._fit()

    def sizeHint(self):
        return self._around(self.currentWidget().sizeHint())

    def heightForWidth(self, width):
        return self._around(QSize(0, self.page_height(self.currentIndex(), width))).height()

    def page_height(self, index, width):
        """How high a page has to be where the tabs have a width."""
        layout = self.widget(index).layout()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width - self._frame())
        return layout.totalSizeHint().height()

    def minimumSizeHint(self):
        least = self._around(self.currentWidget().minimumSizeHint())
        widths = [self.widget(index).minimumSizeHint().width() for index in range(self.count())]
        # As wide as the widest: the panel does not change its width with its tabs.
        return QSize(max(least.width(), *widths), least.height())

    def _around(self, size):
        """The size with tabs and frame around a page."""
        bar = self.tabBar().minimumSizeHint()
        # What the style really puts around a page is known once there is one.
        page = self.currentWidget()
        around = self.height() - page.height() if page.isVisible() else bar.height()
        return QSize(max(size.width() + self._frame(), bar.width()), size.height() + around)

    def _frame(self):
        return 2 * self.style().pixelMetric(QStyle.PixelMetric.PM_DefaultFrameWidth, None, self)

    def _fit(self, *_):
        for index in range(self.count()):
            shown = index == self.currentIndex()
            policy = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
            self.widget(index).setSizePolicy(policy, policy)
        self.updateGeometry()


class Scrolled(QScrollArea):
    """Scrolls, up and down, what does not fit between top and bottom."""

    def __init__(self, content):
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(content)

    def sizeHint(self):
        return self.widget().sizeHint()

    def minimumSizeHint(self):
        bar = self.verticalScrollBar().sizeHint().width()
        # Some lines, so that the panel is never only its edges.
        return QSize(self.widget().minimumSizeHint().width() + bar,
                     4 * self.fontMetrics().height())


def height_for(whole, edges, scrolled, tabs, spare):
    """The height in pixels at which nothing of the page in front has to be scrolled.

    whole: the widget, as wide as it is. edges: what of it is above and below what is scrolled.
    spare: by how many pixels each page may be lower than it would be.
    """
    # A scrolled area does not pass on how high its contents are at a width.
    width, index = whole.width(), tabs.currentIndex()
    within = _height(scrolled.widget(), width) - tabs.page_height(index, width)
    # Small differences are no reason for the tabs to move under the mouse: the first two, of about
    # one height, give the least.
    within += max(tabs.page_height(one, width) - spare[one] for one in (0, 1, index))
    around = whole.height() - scrolled.height() if whole.isVisible() else sum(
        _height(one, width) for one in edges)
    # Docks are not laid out to the pixel; short of one, all would scroll.
    return within + around + _SLACK


def _height(widget, width):
    layout = widget.layout()
    return (layout.totalHeightForWidth(width) if layout.hasHeightForWidth()
            else layout.totalSizeHint().height())
