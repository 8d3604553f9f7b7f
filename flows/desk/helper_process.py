"""A helper from inside: it does what it is sent until nobody is at the other end of the pipe."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from multiprocessing.connection import Connection

from flows.desk.helper import pickled


def main() -> None:
    """Serve the pipe whose number is the first argument; the others are modules to import at once."""
    pipe = Connection(int(sys.argv[1]))
    for module in sys.argv[2:]:
        importlib.import_module(module)
    while True:
        try:
            settings, function, args, kwargs = pipe.recv()
        except EOFError:
            return
        try:
            os.environ.update(settings)
            answer = ("value", function(*args, **kwargs))
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = ("raised", pickled(error))
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
