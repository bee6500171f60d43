"""What a person at a terminal sees of a batch: a bar while it runs, a line for each map."""

import shutil
import sys
import threading
import time

#: Seconds between two drawings of the bar.
INTERVAL = 0.1
WIDTH = 24


class Terminal:
    """Lines on standard output, and a bar on standard error where that is a terminal."""

    def __init__(self, count, quiet=False):
        self._count = count
        self._quiet = quiet
        self._shows_bar = not quiet and sys.stderr.isatty()
        self._running = {}
        self._finished = 0
        self._began = time.monotonic()
        self._drawn = 0.0
        self._lock = threading.Lock()

    def on_progress(self, number, share, stage):
        """A map has come so far; from any thread."""
        with self._lock:
            self._running[number] = (share, stage)
            now = time.monotonic()
            if self._shows_bar and now - self._drawn > INTERVAL:
                self._drawn = now
                self._draw(now)

    def on_outcome(self, number, outcome):
        """A map is finished."""
        with self._lock:
            self._running.pop(number, None)
            self._finished += 1
            self._erase()
            if outcome.failed:
                self._tell(f'{outcome.map}: failed: {outcome.message}')
                if outcome.details:
                    self._tell(outcome.details)
            files = len(outcome.files)
            if files and not self._quiet:
                what = 'the rest' if outcome.failed else outcome.message
                print(f'{outcome.map}: {what}; {files} '
                      f'{"file" if files == 1 else "files"} in {outcome.seconds:.1f} s', flush=True)
                for warning in outcome.warnings:
                    print(f'  note: {warning}', flush=True)
                # Of many maps the reports tell it.
                for step in outcome.next_steps if self._count == 1 else ():
                    print(f'  next, in {step}', flush=True)
            if self._shows_bar and self._finished < self._count:
                self._draw(time.monotonic())

    def close(self):
        """Take the bar away."""
        with self._lock:
            self._erase()

    @staticmethod
    def _tell(text):
        sys.stdout.flush()
        print(text, file=sys.stderr, flush=True)

    def _erase(self):
        if self._shows_bar:
            sys.stderr.write('\r\x1b[K')
            sys.stderr.flush()

    def _draw(self, now):
        done = self._finished + sum(share for share, _ in self._running.values())
        filled = int(WIDTH * done / self._count)
        stages = ', '.join(dict.fromkeys(stage for _, stage in self._running.values() if stage))
        line = f'[{"#" * filled}{"." * (WIDTH - filled)}] {self._finished} of {self._count}'
        elapsed = now - self._began
        if elapsed > 2 and done > 0.02 * self._count:
            line += f', {_duration(elapsed * (self._count - done) / done)} left'
        line += f'  {stages}' if stages else ''
        columns = shutil.get_terminal_size().columns
        sys.stderr.write('\r' + line[:columns - 1] + '\x1b[K')
        sys.stderr.flush()


def _duration(seconds):
    minutes, seconds = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'
