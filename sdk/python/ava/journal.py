"""The spool of one run: an append-only file of records, written before anything is sent.

    spool/header.json    what the run is: client id, training, name, params, start; its server id once known
    spool/records.jsonl  one record per line: {"seq":n,"kind":"metrics"|"model"|"end",...}
    spool/acked          "<seq> <offset>": up to here the server has acknowledged
    spool/lock           held by the process that owns the spool

A line without its line end (the process died while writing) is not a record.
"""

import fcntl
import json
import os
import threading

LIMIT_BYTES = 512 * 1024 * 1024


class Journal(object):
    """Append records, read them back in order, remember what was acknowledged. Thread: append and read may differ."""

    def __init__(self, directory):
        self.directory = directory
        self.header = {}
        self._lock_file = None
        self._out = None
        self._in = None
        self._acks = None
        self._mutex = threading.RLock()
        self._seq = 0
        self._size = 0
        self.acked_seq = 0
        self._acked_offset = 0

    @classmethod
    def create(cls, directory, header):
        """Start an empty spool and own it. Errors: OSError."""
        os.makedirs(directory)
        journal = cls(directory)
        journal._own()
        journal.save_header(header)
        journal._open()
        return journal

    @classmethod
    def adopt(cls, directory):
        """Open the spool another process left. Errors: BlockingIOError while its owner lives, OSError, ValueError."""
        journal = cls(directory)
        journal._own()
        try:
            with open(journal._path("header.json"), "rb") as stream:
                journal.header = json.loads(stream.read().decode("utf-8"))
            journal._open()
        except Exception:
            journal.close()
            raise
        return journal

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _own(self):
        self._lock_file = open(self._path("lock"), "a")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock_file.close()
            raise

    def _open(self):
        self._out = os.open(self._path("records.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._in = os.open(self._path("records.jsonl"), os.O_RDONLY)
        self._acks = os.open(self._path("acked"), os.O_RDWR | os.O_CREAT, 0o644)
        fields = os.pread(self._acks, 64, 0).split()
        if len(fields) == 2:
            self.acked_seq, self._acked_offset = int(fields[0]), int(fields[1])
        self._size = os.fstat(self._out).st_size
        self._seq = self.acked_seq  # right for an empty spool; an adopted one is only read

    def save_header(self, header):
        """Replace the header in one step, so that a crash leaves the old or the new one."""
        self.header = header
        temporary = self._path("header.json.new")
        with open(temporary, "wb") as stream:
            stream.write(json.dumps(header, ensure_ascii=False, default=str).encode("utf-8"))
        os.replace(temporary, self._path("header.json"))

    def append(self, record):
        """Write one record at the end and give it the next number. Errors: OSError (nothing is left half written)."""
        with self._mutex:
            if self._out is None:
                raise OSError("the spool is closed")
            line = json.dumps(dict(record, seq=self._seq + 1), ensure_ascii=False, separators=(",", ":"))
            data = line.encode("utf-8") + b"\n"
            if self._size + len(data) > LIMIT_BYTES:
                raise OSError("the spool is full")
            try:
                written = os.write(self._out, data)
                if written != len(data):
                    raise OSError("short write")
            except OSError:
                os.ftruncate(self._out, self._size)
                raise
            self._seq += 1
            self._size += len(data)
            return self._seq

    def peek(self):
        """Return (record, offset after it) of the oldest record that is not acknowledged, or None."""
        offset = self._acked_offset
        data = b""
        while True:
            piece = os.pread(self._in, 1 << 16, offset + len(data))
            data += piece
            end = data.find(b"\n", len(data) - len(piece))
            if end >= 0:
                break
            if not piece:
                return None
        try:
            record = json.loads(data[:end].decode("utf-8"))
        except ValueError:
            record = {"seq": self.acked_seq + 1, "kind": "damaged"}
        return record, offset + end + 1

    def ack(self, record, offset):
        """Remember that everything before `offset` was taken by the server."""
        self.acked_seq, self._acked_offset = int(record["seq"]), offset
        try:
            os.pwrite(self._acks, b"%020d %020d\n" % (self.acked_seq, offset), 0)
        except OSError:
            pass  # worst case a record is sent twice; the server knows it by its number

    def pending(self):
        """Count the bytes that wait to be sent."""
        with self._mutex:
            return self._size - self._acked_offset

    def close(self):
        """Let go of the spool; twice is once."""
        with self._mutex:
            for handle in (self._out, self._in, self._acks):
                if handle is not None:
                    os.close(handle)
            self._out = self._in = self._acks = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None
