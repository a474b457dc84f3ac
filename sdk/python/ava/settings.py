"""Where this process reports to and where it keeps its files, read from the environment of the container."""

import os

DEFAULT_WORKDIR = "/workspace"


class Settings(object):
    """Hold the server's address, the token, the training and the directories.

    Without AVA_SERVER and AVA_TRAINING_ID (a laptop, a test) the process is offline: it writes files and sends nothing.
    """

    def __init__(self, server=None, token=None, training_id=None, workdir=None, run_root=None):
        self.server = server or None
        self.token = token or None
        self.training_id = training_id or None
        self.workdir = workdir or DEFAULT_WORKDIR
        self.run_root = run_root or os.path.join(self.workdir, "run")

    @property
    def offline(self):
        return not (self.server and self.training_id)


def from_env(environ=None):
    """Read the settings from AVA_SERVER, AVA_TOKEN, AVA_TRAINING_ID and AVA_WORKDIR."""
    env = os.environ if environ is None else environ
    settings = Settings(
        server=env.get("AVA_SERVER"),
        token=env.get("AVA_TOKEN"),
        training_id=env.get("AVA_TRAINING_ID"),
        workdir=env.get("AVA_WORKDIR"),
    )
    if settings.offline and not env.get("AVA_WORKDIR"):
        settings.run_root = os.path.abspath("ava-run")
    return settings
