#!/usr/bin/python3
"""How soon `ava server` is ready, and what memory it holds while nobody asks: two lines, no verdict by the clock.

Usage: [AVA_BIN=build/release/bin/ava] bench/server_start.py     (targets: ready in 0.5 s, 80 MB)
"""
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.ava_server import Server  # noqa: E402
from support.pictures import classes, tar_of  # noqa: E402

STARTS = 7


def resident_mb(process_id):
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main():
    with Server() as server:
        server.import_upload("signs", tar_of(classes(100)), "a.tar")
        times = []
        for _ in range(STARTS):
            server.stop()
            server.start()
            times.append(server.ready_s)
        time.sleep(2)
        idle = resident_mb(server.process.pid)
    print(f"server.ready_s  median {statistics.median(times):.3f}  worst {max(times):.3f}  of {STARTS} starts  (target 0.5)")
    print(f"server.idle_mb  {idle:.1f}  (target 80)")


if __name__ == "__main__":
    main()
