"""What keeps reporting off the training's path: a bounded queue, a thread that writes, a thread that sends.

    log() -> queue -> writer thread -> spool file -> sender thread -> server

The writer never waits for the network, so the queue is emptied even when the server is away; the sender reads from the
file, so memory does not grow with the time the server is away.
"""

import collections
import os
import random
import threading
import time

from . import delivery
from . import notice

QUEUE_POINTS = 262144
BATCH_POINTS = 2000
BATCH_SECONDS = 0.4
RETRY_FIRST_SECONDS = 0.5
RETRY_MOST_SECONDS = 15.0
_IDLE = object()


class Backoff(object):
    """Grow the wait between tries, with jitter so that many runs do not come back at the same moment."""

    def __init__(self):
        self._tries = 0

    def reset(self):
        self._tries = 0

    def next_seconds(self, asked=None, hurry=False):
        base = min(RETRY_MOST_SECONDS, RETRY_FIRST_SECONDS * 2 ** min(self._tries, 10))
        self._tries += 1
        if asked is not None:
            base = max(base, min(asked, 60.0))
        if hurry:
            base = min(base, 0.5)
        return base * random.uniform(0.5, 1.0)


class Reporter(object):
    """Take points and records of one run, keep them in its journal, bring them to the server (client None: keep only)."""

    def __init__(self, journal, client, on_created=None):
        self.dropped = 0
        self._journal = journal
        self._client = client
        self._on_created = on_created
        self._queue = collections.deque()
        self._wake_writer = threading.Event()
        self._wake_sender = threading.Event()
        self._write_mutex = threading.Lock()
        self._stopping = False
        self._all_written = False
        self._deadline = None
        self._writer = self._start(self._write_loop, "ava-writer")
        self._sender = self._start(self._send_loop, "ava-sender") if client else None

    @staticmethod
    def _start(target, name):
        thread = threading.Thread(target=target, name=name)
        thread.daemon = True  # a training that ends must not hang on its reports
        thread.start()
        return thread

    def put(self, point):
        """Queue one point (name, step, time_ms, value, epoch); when the queue is full the point is counted and dropped."""
        if len(self._queue) >= QUEUE_POINTS:
            self.dropped += 1
            return
        self._queue.append(point)
        if len(self._queue) == BATCH_POINTS:
            self._wake_writer.set()

    def record(self, record):
        """Append a record after everything logged so far. Errors: OSError when the spool cannot be written."""
        self._drain()
        self._journal.append(record)
        self._wake_sender.set()

    def finish(self, seconds):
        """Flush until done or until `seconds` have passed; return whether the server has everything."""
        self._deadline = time.monotonic() + seconds
        self._stopping = True
        self._wake_writer.set()
        self._writer.join(seconds)
        self._drain()
        self._all_written = True
        self._wake_sender.set()
        if self._sender is None:
            self._journal.close()
            return False
        self._sender.join(max(0.0, self._deadline - time.monotonic()))
        if self._sender.is_alive():
            return False  # still inside a request; it lets go of the spool when that is over
        return self._journal.pending() == 0

    def _write_loop(self):
        while not self._stopping:
            self._wake_writer.wait(BATCH_SECONDS)
            self._wake_writer.clear()
            self._drain()

    def _drain(self):
        with self._write_mutex:
            while self._queue:
                points = []
                while self._queue and len(points) < BATCH_POINTS:
                    points.append(_as_json(self._queue.popleft()))
                try:
                    self._journal.append({"kind": "metrics", "points": points})
                except (OSError, ValueError) as error:
                    self.dropped += len(points)
                    notice.say_once("spool", "the spool %s cannot be written: %s" % (self._journal.directory, error))
                self._wake_sender.set()

    def _send_loop(self):
        backoff = Backoff()
        while True:
            last = self._all_written  # asked before looking: what is found empty after that stays empty
            wait = self._send_one()
            if wait is None:
                backoff.reset()
            elif wait is _IDLE:
                if last:
                    return
                self._wake_sender.wait(BATCH_SECONDS)
                self._wake_sender.clear()
            elif not self._pause(backoff.next_seconds(wait, hurry=self._stopping)):
                self._journal.close()  # another process may take it over from here
                return

    def _pause(self, seconds):
        """Wait before the next try, less when the run ends meanwhile; return False when the deadline is reached."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._stopping:
                end = min(end, time.monotonic() + 0.25)
                if time.monotonic() >= self._deadline:
                    return False
            time.sleep(0.05)
        return True

    def _send_one(self):
        """Send the oldest record; return None (it was taken), _IDLE (there is none) or the seconds to wait at least."""
        if not self._journal.header.get("run_id") and not self._create():
            return 0
        found = self._journal.peek()
        if found is None:
            return _IDLE
        record, offset = found
        verdict, asked = delivery.deliver(
            self._client, self._journal.header, record, self._journal.directory, self._stopping)
        if verdict == delivery.LATER:
            return asked or 0
        self._journal.ack(record, offset)
        return None

    def _create(self):
        run_id = delivery.create_run(self._client, self._journal.header, 5.0 if self._stopping else 30.0)
        if run_id is None:
            return False
        self._journal.save_header(dict(self._journal.header, run_id=run_id))
        if self._on_created:
            self._on_created(run_id)
        return True


def _as_json(point):
    name, step, time_ms, value, epoch = point
    made = {"name": name, "step": step, "time_ms": time_ms, "value": value}
    if epoch is not None:
        made["epoch"] = epoch
    return made


def remove_spool(journal):
    """Delete a spool that has been sent whole."""
    directory = journal.directory
    journal.close()
    for name in os.listdir(directory):
        try:
            os.unlink(os.path.join(directory, name))
        except OSError:
            pass
    try:
        os.rmdir(directory)
    except OSError:
        pass
