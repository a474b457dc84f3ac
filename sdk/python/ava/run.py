"""A run: one attempt of a training, with its metrics, its models and its end."""

import atexit
import datetime
import math
import os
import signal
import sys
import tempfile
import threading
import time
import uuid

from . import delivery
from . import notice
from . import package
from . import params_file
from . import settings as settings_module
from . import spool
from .journal import Journal
from .reporter import Reporter, remove_spool
from .transport import Client

START_SECONDS = 3.0
END_SECONDS = 30.0
SIGTERM_SECONDS = 6.0
UPLOAD_BYTES_PER_SECOND = 5e6
NAME_LIMIT = 200
MOST_STEP = 1 << 53


def start_run(name=None, params=None, settings=None):
    """Start a run and return it; never raises because of the server.

    Without `params`, those of the training (/workspace/params/default.json) are used.
    When the server does not answer at once, the run has a local id until it does.
    """
    settings = settings or settings_module.from_env()
    if params is None:
        params = params_file.params()
    client = None if settings.offline else Client(settings.server, settings.token)
    header = {
        "client_id": uuid.uuid4().hex,
        "training_id": settings.training_id,
        "run_id": None,
        "name": name,
        "params": params,
        "started_at": _now_text(),
    }
    if client:
        header["run_id"] = delivery.create_run(client, header, START_SECONDS)
    run = Run(settings, client, header)
    if client:
        spool.resend_in_background(settings)
    return run


class Run(object):
    """What a training script holds. Thread: every method may be called from any thread of the process that started it."""

    def __init__(self, settings, client, header):
        self._settings = settings
        self._pid = os.getpid()
        self._mutex = threading.RLock()
        self._ended = False
        self._stopped = False
        self._failure = None
        self._step = -1
        self._bad_values = 0
        self._models = 0
        self._model_bytes = 0
        self._local_id = "local-" + header["client_id"][:12]
        self._server_id = header["run_id"]
        self.params = params_file.Params(header["params"]) if isinstance(header["params"], dict) else header["params"]
        self.dir, self._journal = self._make_directories(self._server_id or self._local_id, header)
        self.output_dir = os.path.join(self.dir, "output")
        self._reporter = Reporter(self._journal, client, self._created)
        self._watch_the_process()

    @property
    def id(self):
        """The server's id of the run; `local-...` while the server has not given one."""
        return self._server_id or self._local_id

    def log(self, values=None, step=None, epoch=None, **metrics):
        """Log numbers of one step: run.log(step=7, epoch=1, loss=0.5). Never blocks, never raises.

        Without `step`, the step after the last one. Values may be anything float() takes (a NumPy or PyTorch scalar).
        NaN and infinities cannot be drawn: they are left out, and said once per name.
        """
        try:
            self._log(dict(values or {}, **metrics), step, epoch)
        except Exception as error:  # a wrong value in a log call is no reason to lose hours of training
            self._bad_values += 1
            notice.say_once("log", "a call of log() was left out: %s" % error)

    def save_model(self, path, name=None, epoch=None):
        """Pack a file, a list of files or a directory and hand it over as a model of this run; return the package's path.

        The files are read before this returns; sending happens behind. Never raises: None when packing failed.
        """
        try:
            return self._save_model(path, name, epoch)
        except Exception as error:
            notice.say("the model %s could not be saved: %s" % (path, error))
            return None

    def end(self, error=None, timeout=END_SECONDS):
        """End the run (as failed when `error` is given) and send what is left, for at most about `timeout` seconds.

        What could not be sent stays in the spool; the next run, or `python3 -m ava.spool`, sends it.
        """
        with self._mutex:
            if self._ended or os.getpid() != self._pid:
                return
            self._ended = True
        try:
            self._end(error, timeout)
        except Exception as problem:
            notice.say("the end of the run could not be reported: %s" % problem)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.end(error=None if self._stopped else _error_of(kind, value))
        return False

    def _log(self, values, step, epoch):
        if self._ended or os.getpid() != self._pid:
            return  # a forked data loader has no reporting threads
        step = self._step + 1 if step is None else int(step)
        if not 0 <= step <= MOST_STEP:
            raise ValueError("step %d is not in 0..2^53" % step)
        self._step = step
        if epoch is not None:
            epoch = int(epoch)
        now = int(time.time() * 1000)
        for name, value in values.items():
            if value is None:
                continue
            number = float(value)
            if not math.isfinite(number):
                self._bad_values += 1
                notice.say_once("nan:" + name, "%s is %s at step %d; it is left out of the curve" % (name, number, self._step))
                continue
            self._reporter.put((str(name)[:NAME_LIMIT], self._step, now, number, epoch))

    def _save_model(self, path, name, epoch):
        if os.getpid() != self._pid:
            return None
        if self._ended:
            raise RuntimeError("the run has ended")
        with self._mutex:
            self._models += 1
            target = os.path.join(self._journal.directory, "model-%d.tar.gz" % self._models)
        size = package.pack(path, target)
        self._model_bytes += size
        self._reporter.record({"kind": "model", "file": os.path.basename(target), "name": name,
                               "epoch": None if epoch is None else int(epoch)})
        return target

    def _end(self, error, timeout):
        record = {"kind": "end", "state": "failed" if error else "done"}
        if error:
            record["error_message"] = str(error)[:4000]
        try:
            self._reporter.record(record)
        except OSError as problem:
            notice.say("the spool cannot be written: %s" % problem)
        if self._stopped:
            timeout = min(timeout, SIGTERM_SECONDS)  # the engine kills what lingers
        else:
            timeout += self._model_bytes / UPLOAD_BYTES_PER_SECOND
        complete = self._reporter.finish(timeout)
        if self._reporter.dropped:
            notice.say("%d points were dropped because they came faster than the disk" % self._reporter.dropped)
        if complete:
            remove_spool(self._journal)
        elif not self._settings.offline:
            notice.say("not everything was sent; the rest waits in %s (send it with: python3 -m ava.spool)"
                       % self._journal.directory)
        for last in (sys.stdout, sys.stderr):
            try:
                last.flush()
            except Exception:  # closed by the script
                pass

    def _created(self, run_id):
        self._server_id = run_id
        try:
            os.symlink(os.path.basename(self.dir), os.path.join(os.path.dirname(self.dir), run_id))
        except OSError:
            pass  # a convenience for people who look for the directory by the server's id

    def _make_directories(self, run_id, header):
        """Make <run root>/<id>/{output,tmp,logs} and the spool; elsewhere when the run root cannot be written."""
        for root in (self._settings.run_root, None):
            try:
                base = os.path.join(root or tempfile.mkdtemp(prefix="ava-run-"), run_id)
                for part in ("output", "tmp", "logs"):
                    os.makedirs(os.path.join(base, part), exist_ok=True)
                directory = os.path.join(base, "tmp", "spool")
                if os.path.exists(directory):  # an earlier process wrote under the same id
                    directory += "-" + header["client_id"]
                return base, Journal.create(directory, header)
            except OSError as error:
                notice.say("%s cannot be written (%s)" % (root or tempfile.gettempdir(), error))
        raise OSError("no directory for the run can be made")

    def _watch_the_process(self):
        """End the run when the process ends by itself, by an exception, or by SIGTERM (the server's stop)."""
        atexit.register(self._at_exit)
        previous_hook = sys.excepthook

        def on_exception(kind, value, trace):
            if not issubclass(kind, KeyboardInterrupt):
                self._failure = _error_of(kind, value)
            previous_hook(kind, value, trace)

        sys.excepthook = on_exception
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._on_sigterm)

    def _at_exit(self):
        self.end(error=self._failure)

    def _on_sigterm(self, number, frame):
        if os.getpid() != self._pid:  # a forked worker inherited the handler: die as it would have
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self._stopped = True
        # Leave through the script's own `finally` blocks; atexit ends the run. A stop is a normal end.
        sys.exit(128 + number)


def _error_of(kind, value):
    """Say in words why a script ended; None when it ended normally."""
    if kind is None or issubclass(kind, KeyboardInterrupt):
        return None
    if issubclass(kind, SystemExit):
        if value.code in (None, 0):
            return None
        return value.code if isinstance(value.code, str) else "exit: %s" % value.code
    return ("%s: %s" % (kind.__name__, value)).rstrip(": ")


def _now_text():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (now.microsecond // 1000)
