"""Work in a thread that is asked for faster than it can be done: the latest request wins."""

import threading

from ..core import Cancelled


class Latest:
    """Does what is asked for, one piece at a time; what was overtaken while waiting is dropped.

    A piece that has begun is finished and delivered, so that something is seen while a slider
    moves. `busy` says whether any work is under way. All methods are for the main thread.
    """

    def __init__(self, session):
        self._session = session
        self._next = None
        self._running = None    # the piece under way; one that was stopped may still run on

    @property
    def busy(self):
        """Whether something will yet be delivered."""
        return self._next is not None or (
            self._running is not None and not self._running.stopped)

    def ask(self, work, deliver, failed=None):
        """Do `work(progress)` in a thread, then `deliver(result)` on the main thread.

        `progress(share, stage)` raises `Cancelled` once the work is no longer wanted. `failed`
        takes the exception if `work` raised one.
        """
        self._next = _Piece(work, deliver, failed)
        if self._running is None:
            self._begin()

    def stop(self):
        """Nothing that was asked for up to now will be delivered."""
        self._next = None
        if self._running is not None:
            self._running.stopped = True

    def _begin(self):
        self._running, self._next = self._next, None
        # A daemon: the application may end in the middle of it.
        threading.Thread(target=self._work, args=(self._running,), daemon=True).start()

    def _work(self, piece):
        def progress(_share, _stage=''):
            if piece.stopped:
                raise Cancelled

        try:
            piece.outcome = piece.work(progress)
        except Exception as error:      # told on the main thread
            piece.error = error
        self._session.ui.thread_safe(self._ended, piece)

    def _ended(self, piece):
        self._running = None
        try:
            if piece.stopped:
                return
            if piece.error is None:
                piece.deliver(piece.outcome)
            elif piece.failed is not None:
                piece.failed(piece.error)
        finally:
            if self._next is not None and self._running is None:
                self._begin()


class _Piece:
    def __init__(self, work, deliver, failed):
        self.work, self.deliver, self.failed = work, deliver, failed
        self.stopped = False
        self.outcome = self.error = None
