"""The hyper-parameters of a training: any JSON object in /workspace/params/default.json."""

import json
import os

from . import notice
from . import settings as settings_module


class Params(dict):
    """A dict whose `get` also takes a dotted key: get("optimizer.momentum", 0.9)."""

    def get(self, key, default=None):
        if key in self:
            return self[key]
        value = self
        for part in str(key).split("."):
            if not isinstance(value, dict) or part not in value:
                return default
            value = value[part]
        return value


def params(path=None):
    """Read the hyper-parameters; a missing or unreadable file gives an empty object (and a line on stderr)."""
    if path is None:
        path = os.path.join(settings_module.from_env().workdir, "params", "default.json")
    try:
        with open(path, "rb") as stream:
            value = json.loads(stream.read().decode("utf-8-sig"))
    except FileNotFoundError:
        return Params()
    except (OSError, ValueError) as error:
        notice.say("cannot read the parameters in %s: %s" % (path, error))
        return Params()
    if not isinstance(value, dict):
        notice.say("the parameters in %s are not a JSON object" % path)
        return Params()
    return Params(value)
