"""One-line notices on stderr: the only way the SDK speaks to the person who reads the training's log."""

import sys
import threading

_said = set()
_lock = threading.Lock()


def say(text):
    """Write one line; a closed stderr is no reason to stop a training."""
    try:
        sys.stderr.write("ava: %s\n" % text)
        sys.stderr.flush()
    except Exception:  # a broken log must not reach the training
        pass


def say_once(key, text):
    """Write the line only the first time this key is seen in the process."""
    with _lock:
        if key in _said:
            return
        _said.add(key)
    say(text)
