"""Bring one record of a spool to the server, and say what to do with it: taken, later, or refused for good."""

import os

from . import notice
from .transport import Unreachable

TAKEN = "taken"
LATER = "later"


def create_run(client, header, seconds=30.0):
    """Create the run on the server; return its id, or None when it has to wait.

    The client id is the idempotency key: a creation whose answer was lost is not done twice.
    """
    body = {"params": header.get("params") or {}, "started_at": header["started_at"]}
    if header.get("name"):
        body["name"] = header["name"]
    try:
        reply = client.ask("POST", "/trainings/%s/runs" % header["training_id"], body,
                           idempotency_key=header["client_id"], seconds=seconds)
    except Unreachable as error:
        _say_unreachable(error)
        return None
    if reply.ok and isinstance(reply.body.get("id"), str):
        return reply.body["id"]
    notice.say_once("create", "the server did not accept the run: %s" % reply.words)
    return None


def deliver(client, header, record, directory, hurry=False):
    """Send one record; return (TAKEN | LATER, seconds the server asked to wait or None).

    A record the server refuses for good counts as taken, after a notice: one bad record must not hold up the rest.
    """
    run_path = "/runs/%s" % header["run_id"]
    seconds = 5.0 if hurry else 30.0
    try:
        if record["kind"] == "metrics":
            body = {"client_id": header["client_id"], "seq": record["seq"], "points": record["points"]}
            reply = client.ask("POST", run_path + "/metrics", body, seconds=seconds)
        elif record["kind"] == "end":
            body = {"state": record["state"]}
            if record.get("error_message"):
                body["error_message"] = record["error_message"]
            reply = client.ask("PATCH", run_path, body, seconds=seconds)
        elif record["kind"] == "model":
            return _deliver_model(client, header, record, directory, run_path)
        else:
            notice.say("a damaged record in %s was left out" % directory)
            return TAKEN, None
    except Unreachable as error:
        _say_unreachable(error)
        return LATER, None
    return _judge(reply, record["kind"])


def _deliver_model(client, header, record, directory, run_path):
    path = os.path.join(directory, os.path.basename(record["file"]))
    try:
        query = [("name", record.get("name")), ("epoch", record.get("epoch"))]
        reply = client.upload(run_path + "/models", path, query,
                              idempotency_key="%s-%d" % (header["client_id"], record["seq"]))
    except FileNotFoundError:
        notice.say("the packed model %s is gone; it cannot be sent" % path)
        return TAKEN, None
    except Unreachable as error:
        _say_unreachable(error)
        return LATER, None
    except OSError as error:
        notice.say("the packed model %s cannot be read: %s" % (path, error))
        return TAKEN, None
    verdict = _judge(reply, "model")
    if reply.ok:
        try:
            os.unlink(path)
        except OSError:
            pass
    return verdict


def _say_unreachable(error):
    notice.say_once("unreachable", "the server cannot be reached (%s); "
                    "the training goes on, reports wait in a file" % error)


def _judge(reply, kind):
    if reply.ok:
        if reply.body.get("rejected"):
            notice.say_once("rejected", "the server left out %s points" % reply.body["rejected"])
        return TAKEN, None
    if reply.worth_retrying:
        notice.say_once("busy", "the server answered %s; it will be asked again" % reply.words)
        return LATER, reply.retry_after
    notice.say("the server refused a %s record: %s" % (kind, reply.words))
    return TAKEN, None
