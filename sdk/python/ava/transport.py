"""HTTP to the AVA server, over a unix socket or TCP, with a limit on every wait.

One connection per request: two small requests a second do not need more, and a half-dead connection cannot be reused.
"""

import http.client
import json
import os
import socket
import ssl
from urllib.parse import quote, urlencode, urlsplit

API_PREFIX = "/api/v1"
CONNECT_SECONDS = 5.0
REPLY_SECONDS = 30.0
UPLOAD_REPLY_SECONDS = 600.0
CHUNK_BYTES = 256 * 1024
REPLY_LIMIT_BYTES = 4 * 1024 * 1024


class Unreachable(Exception):
    """The server could not be asked, or did not answer in time: try again later."""


class Reply(object):
    """A status and the decoded JSON body ({} when there is none)."""

    def __init__(self, status, body, retry_after=None):
        self.status = status
        self.body = body
        self.retry_after = retry_after

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def worth_retrying(self):
        # 401 and 403 heal when a token is renewed.
        return self.status in (401, 403, 408, 425, 429) or self.status >= 500

    @property
    def words(self):
        text = self.body.get("detail") or self.body.get("title") or ""
        return ("%d %s %s" % (self.status, self.body.get("slug", ""), text)).strip()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        http.client.HTTPConnection.__init__(self, "localhost", timeout=timeout)
        self._path = path

    def connect(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(self.timeout)
        try:
            sock.connect(self._path)
        except Exception:
            sock.close()
            raise
        self.sock = sock


class Client(object):
    """Ask one server. Thread: safe, a client holds no connection between requests."""

    def __init__(self, server, token=None):
        self._server = server
        self._token = token

    def ask(self, method, path, body=None, idempotency_key=None, seconds=REPLY_SECONDS):
        """Send a JSON body, return the Reply. Errors: Unreachable."""
        data = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        return self._exchange(method, path, headers, [data] if data else [], len(data or b""), seconds)

    def upload(self, path, file_path, query, idempotency_key=None, seconds=UPLOAD_REPLY_SECONDS):
        """Stream a file as the body of a POST, return the Reply. Errors: Unreachable, OSError on the file."""
        text = urlencode([(k, v) for k, v in query if v is not None], quote_via=quote)
        with open(file_path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            headers = {"Content-Type": "application/gzip"}
            if idempotency_key:
                headers["Idempotency-Key"] = idempotency_key
            chunks = iter(lambda: stream.read(CHUNK_BYTES), b"")
            return self._exchange("POST", path + ("?" + text if text else ""), headers, chunks, size, seconds)

    def _connection(self):
        parts = urlsplit(self._server)
        if parts.scheme == "unix":
            return _UnixConnection(parts.path, CONNECT_SECONDS), ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=CONNECT_SECONDS, context=context), parts.path
        if parts.scheme == "http" and parts.hostname:
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=CONNECT_SECONDS), parts.path
        raise Unreachable("AVA_SERVER is not a unix://, http:// or https:// address: %r" % self._server)

    def _exchange(self, method, path, headers, chunks, size, seconds):
        try:
            connection, base = self._connection()
        except (ValueError, OSError) as error:
            raise Unreachable("bad address %r: %s" % (self._server, error))
        try:
            connection.connect()
            connection.sock.settimeout(seconds)
            connection.putrequest(method, base.rstrip("/") + API_PREFIX + path)
            for name, value in headers.items():
                connection.putheader(name, value)
            if self._token:
                connection.putheader("Authorization", "Bearer " + self._token)
            if method != "GET":
                connection.putheader("Content-Length", str(size))
            connection.putheader("Connection", "close")
            connection.endheaders()
            self._send(connection, chunks)
            return self._reply(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable("%s: %s" % (type(error).__name__, error))
        finally:
            connection.close()

    @staticmethod
    def _send(connection, chunks):
        try:
            for chunk in chunks:
                connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server may have refused early; its answer is still to be read

    @staticmethod
    def _reply(response):
        raw = response.read(REPLY_LIMIT_BYTES)
        try:
            body = json.loads(raw.decode("utf-8")) if raw else {}
        except ValueError:
            body = {}
        try:
            retry_after = float(response.getheader("Retry-After", ""))
        except ValueError:
            retry_after = None
        return Reply(response.status, body if isinstance(body, dict) else {}, retry_after)
