"""A WebSocket client of forty lines, for /api/v1/live."""
import base64
import json
import os
import socket
import struct
import time


class Live:
    def __init__(self, server, *topics):
        self.socket = socket.create_connection(("127.0.0.1", server.port), 10)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"Authorization: Bearer {server.token}\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._more()
        self.head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if topics:
            self.say({"op": "subscribe", "topics": list(topics)})

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def say(self, message):
        self.frame(1, json.dumps(message).encode())

    def frame(self, code, data):
        mask = os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | code]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def _take(self, count):
        while len(self.rest) < count:
            self.rest += self._more()
        data, self.rest = self.rest[:count], self.rest[count:]
        return data

    def next(self, seconds=10):
        """The next message; pings are answered on the way."""
        self.socket.settimeout(seconds)
        while True:
            first, size = self._take(2)
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            data = self._take(size)
            if first & 15 == 1:
                return json.loads(data)
            if first & 15 == 8:
                raise ConnectionError(f"the server said goodbye: {data!r}")
            if first & 15 == 9:
                self.frame(10, data)

    def until(self, wanted, seconds=30):
        """All messages up to the first one that `wanted` accepts."""
        end, seen = time.monotonic() + seconds, []
        while True:
            seen.append(self.next(max(0.1, end - time.monotonic())))
            if wanted(seen[-1]):
                return seen

    def close(self):
        self.socket.close()
