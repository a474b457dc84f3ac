"""Send what earlier runs could not: python3 -m ava.spool [DIRECTORY] [--list] [--timeout SECONDS].

DIRECTORY is where the runs lie (default: the run directory of this container). A spool whose owner still lives is left alone.
"""

import argparse
import os
import sys
import threading
import time

from . import delivery
from . import notice
from . import settings as settings_module
from .journal import Journal
from .reporter import Backoff, remove_spool
from .transport import Client


def find_spools(run_root):
    """List the spool directories below a run directory, oldest first."""
    found = []
    for name in _names(run_root):
        if os.path.islink(os.path.join(run_root, name)):
            continue  # a second name of a run's directory
        base = os.path.join(run_root, name, "tmp")
        for entry in _names(base):
            header = os.path.join(base, entry, "header.json")
            if entry.startswith("spool") and os.path.isfile(header):
                found.append((os.path.getmtime(header), os.path.dirname(header)))
    return [directory for _, directory in sorted(found)]


def _names(directory):
    try:
        return os.listdir(directory)
    except OSError:
        return []


def resend(client, journal, deadline):
    """Send the records of one adopted spool, in order; return whether all were sent before the deadline (monotonic)."""
    backoff = Backoff()
    while True:
        if not journal.header.get("run_id"):
            run_id = delivery.create_run(client, journal.header)
            if run_id:
                journal.save_header(dict(journal.header, run_id=run_id))
                continue
            asked = None
        else:
            found = journal.peek()
            if found is None:
                return True
            record, offset = found
            verdict, asked = delivery.deliver(client, journal.header, record, journal.directory)
            if verdict == delivery.TAKEN:
                journal.ack(record, offset)
                backoff.reset()
                continue
        wait = backoff.next_seconds(asked)
        if time.monotonic() + wait > deadline:
            return False
        time.sleep(wait)


def resend_all(settings, seconds):
    """Send every spool without a living owner below the run directory; return (sent, left)."""
    client = Client(settings.server, settings.token)
    deadline = time.monotonic() + seconds
    sent = left = 0
    for directory in find_spools(settings.run_root):
        try:
            journal = Journal.adopt(directory)
        except BlockingIOError:
            continue
        except (OSError, ValueError) as error:
            notice.say("the spool %s cannot be read: %s" % (directory, error))
            left += 1
            continue
        if not journal.header.get("training_id"):
            journal.close()  # an offline run belongs to no server
            continue
        if resend(client, journal, deadline):
            remove_spool(journal)
            sent += 1
        else:
            journal.close()
            left += 1
    return sent, left


def resend_in_background(settings):
    """Bring along what earlier runs of this training left, without holding up the new one."""
    def work():
        try:
            resend_all(settings, seconds=600.0)
        except Exception as error:
            notice.say("left-over reports could not be sent: %s" % error)

    thread = threading.Thread(target=work, name="ava-resend")
    thread.daemon = True
    thread.start()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python3 -m ava.spool", description="Send the reports that earlier runs could not send.")
    parser.add_argument("directory", nargs="?", help="where the runs lie (default: the run directory of this container)")
    parser.add_argument("--list", action="store_true", help="only list the spools")
    parser.add_argument("--timeout", type=float, default=60.0, help="give up after this many seconds (default 60)")
    options = parser.parse_args(arguments)
    settings = settings_module.from_env()
    if options.directory:
        settings.run_root = options.directory
    if options.list:
        for directory in find_spools(settings.run_root):
            print("%s\t%d bytes" % (directory, os.path.getsize(os.path.join(directory, "records.jsonl"))))
        return 0
    if settings.offline:
        notice.say("AVA_SERVER and AVA_TRAINING_ID say where to send; they are not set")
        return 2
    sent, left = resend_all(settings, options.timeout)
    print("%d spools sent, %d left" % (sent, left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
