"""AVA in a training script: report a run, read its parameters, read a formatted set.

    import ava
    import ava.data

    params = ava.params()
    with ava.start_run(params=params) as run:
        for step, (loss, accuracy) in enumerate(train(params)):
            run.log(step=step, loss=loss, val_accuracy=accuracy)
        run.save_model("model.pt", name="best", epoch=3)

Needs the standard library only, Python 3.6 or newer. Nothing here blocks or stops a training: when the server is away,
what was logged waits in a file below the run's directory and is sent later.
"""

from .params_file import Params, params
from .run import Run, start_run
from . import data

__version__ = "1.0"
__all__ = ["Params", "Run", "data", "params", "start_run"]
