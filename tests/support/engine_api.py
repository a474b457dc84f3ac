"""A test's own look at containers, past AVA: a few calls of the Docker Engine API, which Podman and Docker both speak.

No `docker` or `podman` command: neither speaks to the other's service.
"""
import http.client
import json
import os
import socket
import urllib.parse

SOCKET = os.environ.get("AVA_ENGINE_SOCKET", "").removeprefix("unix://")


class EngineRefused(AssertionError):
    """The engine refused what a test took for granted."""


class _UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(method, path, missing_is_fine=False):
    """One call; its JSON, or None for an empty answer. `missing_is_fine`: 404 is None as well."""
    connection = _UnixConnection("engine", timeout=60)
    try:
        connection.request(method, "/v1.40" + path)
        reply = connection.getresponse()
        body = reply.read()
    finally:
        connection.close()
    if reply.status == 404 and missing_is_fine:
        return None
    if reply.status >= 400:
        raise EngineRefused(f"{method} {path}: {reply.status} {body[:500]!r}")
    return json.loads(body) if body.strip() else None


def containers(label):
    """Ids of all containers with this label, running or not."""
    filters = urllib.parse.quote(json.dumps({"label": [label]}))
    return [c["Id"] for c in ask("GET", f"/containers/json?all=1&filters={filters}")]


def state(container):
    """State of a container: {"Running": true, "Pid": 12, ...}."""
    return ask("GET", f"/containers/{container}/json")["State"]


def kill(container):
    ask("POST", f"/containers/{container}/kill?signal=KILL")


def remove(container):
    """Kill and remove; one that is gone is fine."""
    ask("DELETE", f"/containers/{container}?force=1&v=1", missing_is_fine=True)
