"""A stand-in for the AVA server: HTTP on a unix socket or a TCP port, in a thread, with faults on demand.

It keeps what it was sent, and treats a repeated (client_id, seq) as the real server does: acknowledged, not stored twice.
"""

import http.server
import json
import os
import re
import socketserver
import threading
from urllib.parse import parse_qs, urlsplit


class FakeServer(object):
    def __init__(self, path):
        self.path = path
        self.url = "unix://" + path
        self.runs = {}            # id -> body of the creation
        self.ends = {}            # id -> body of the PATCH
        self.batches = []         # (run id, client id, seq) in the order of arrival, repeats included
        self.points = []          # points, repeats excluded
        self.models = []          # (run id, {name, epoch}, bytes)
        self.requests = []        # (method, path, headers)
        self.lose_answers = 0     # do the work of this many requests, then hang up without an answer
        self.refuse = []          # statuses to answer next instead of working
        self._seen = set()
        self._created = {}
        self._server = None
        self._lock = threading.Lock()

    def start(self, tcp=False):
        if os.path.exists(self.path):
            os.unlink(self.path)
        handler = type("Handler", (_Handler,), {"fake": self})
        if tcp:
            self._server = _TcpServer(("127.0.0.1", 0), handler)
            self.url = "http://127.0.0.1:%d" % self._server.server_address[1]
        else:
            self._server = _Server(self.path, handler)
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.daemon = True
        thread.start()
        return self

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            if os.path.exists(self.path):
                os.unlink(self.path)
            self._server = None

    def handle(self, method, target, headers, body):
        """Return (status, answer)."""
        parts = urlsplit(target)
        with self._lock:
            self.requests.append((method, parts.path, headers))
            if self.refuse:
                status = self.refuse.pop(0)
                return status, {"slug": "test.refused", "title": "refused", "status": status}
            return self._route(method, parts, headers, body)

    def _route(self, method, parts, headers, body):
        if method == "POST" and re.match(r"/api/v1/trainings/tr_1/runs$", parts.path):
            key = headers.get("Idempotency-Key")
            if key not in self._created:
                self._created[key] = "rn_%d" % (len(self.runs) + 1)
                self.runs[self._created[key]] = json.loads(body.decode("utf-8"))
            return 201, {"id": self._created[key], "state": "running"}
        found = re.match(r"/api/v1/runs/(rn_\d+)(/\w+)?$", parts.path)
        if not found or found.group(1) not in self.runs:
            return 404, {"slug": "run.not_found"}
        run, what = found.groups()
        if method == "PATCH":
            self.ends[run] = json.loads(body.decode("utf-8"))
            return 200, {"id": run}
        if what == "/models":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.models.append((run, query, body))
            return 201, {"id": "md_1"}
        batch = json.loads(body.decode("utf-8"))
        self.batches.append((run, batch["client_id"], batch["seq"]))
        if (batch["client_id"], batch["seq"]) not in self._seen:
            self._seen.add((batch["client_id"], batch["seq"]))
            self.points.extend(batch["points"])
        return 200, {"accepted": len(batch["points"]), "rejected": 0}


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # clients that hang up are part of the tests


class _TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    handle_error = _Server.handle_error


class _Handler(http.server.BaseHTTPRequestHandler):
    fake = None

    def _work(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self.fake.handle(self.command, self.path, dict(self.headers), body)
        if self.fake.lose_answers > 0:
            self.fake.lose_answers -= 1
            self.close_connection = True
            return
        data = json.dumps(answer).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _work

    def address_string(self):
        return "unix"

    def log_message(self, *arguments):
        pass
