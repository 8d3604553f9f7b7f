"""What goes through the pipe between parent and guarded child.

The parent is trusted: it pickles a function by its name and the arguments, in which large bytes (the body of a file)
are named by their digest and sent only if the child does not hold them. The child may have been taken over by a hostile
file: its answers are msgpack, decoded by the type that the function is annotated with, and can carry nothing but data.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_type_hints

import msgspec

from tasks.errors import Failure, rejected_of

MOST_BYTES = 64 << 20
"""Of one answer."""
_LONGEST = 4000
"""Characters of a text about an error."""
_BODY = 256
"""Shorter bytes travel with the request."""


class GuardedCallError(Failure):
    """A bug: the function in the guarded process raised what no file may make it raise."""

    code = "GUARD.BUG"
    meaning = "读取程序出错，不是文件的问题"


@dataclass(frozen=True, slots=True)
class Request:
    """A call, pickled, and the bytes that it is about by their digest."""

    call: bytes
    bodies: Mapping[str, bytes]

    def header(self, cpu_seconds: float) -> bytes:
        return pickle.dumps((self.call, tuple(self.bodies), cpu_seconds))


class Answer(msgspec.Struct):
    """What a call returned (`value`), or why it did not: code and detail of a rejection, name and text of a bug.

    `cpu` is what it took, `cpu_in_all` what the process has taken so far.
    """

    kind: Literal["value", "rejected", "bug"]
    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    name: str = ""
    text: str = ""
    trace: str = ""
    cpu: float = 0.0
    cpu_in_all: float = 0.0
    is_out_of_memory: bool = False
    must_retire: bool = False


_answers = msgspec.msgpack.Decoder(Answer)
_encoder = msgspec.msgpack.Encoder()


def digest_of(body: bytes) -> str:
    """The name of a body."""
    return hashlib.sha256(body).hexdigest()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.bodies: dict[str, bytes] = {}

    def persistent_id(self, obj: Any) -> str | None:  # noqa: ANN401
        if type(obj) is not bytes or len(obj) < _BODY:
            return None
        digest = digest_of(obj)
        self.bodies[digest] = obj
        return digest


class _Unpickler(pickle.Unpickler):
    def __init__(self, call: bytes, bodies: Mapping[str, bytes]) -> None:
        super().__init__(io.BytesIO(call))
        self._bodies = bodies

    def persistent_load(self, pid: str) -> bytes:
        return self._bodies[pid]


def request_for(function: Callable[..., object], args: tuple[object, ...]) -> Request:
    """The parent's side of a request."""
    file = io.BytesIO()
    pickler = _Pickler(file)
    pickler.dump((function, args))
    return Request(file.getvalue(), pickler.bodies)


def header_of(message: bytes) -> tuple[bytes, tuple[str, ...], float]:
    """The child's side: the call, the digests of the bytes that it is about, the seconds of CPU that it may take."""
    call, digests, cpu_seconds = pickle.loads(message)
    return call, digests, cpu_seconds


def call_of(call: bytes, bodies: Mapping[str, bytes]) -> tuple[Callable[..., object], tuple[object, ...]]:
    """The child's side: the function and its arguments."""
    function, args = _Unpickler(call, bodies).load()
    return function, args


def encoded(value: object) -> bytes:
    """The child's side: plain data as msgpack."""
    return _encoder.encode(value)


def answer_from(message: bytes) -> Answer:
    """The parent's side. Raises ValueError for what is no answer."""
    return _answers.decode(message)


def value_of(function: Callable[..., object], answer: Answer) -> object:
    """What the function returned, as the type that it promises."""
    try:
        return _decoder(function).decode(answer.value)
    except msgspec.ValidationError as error:
        raise GuardedCallError(f"{function.__name__}: {error}") from error


@lru_cache(maxsize=32)
def _decoder(function: Callable[..., object]) -> msgspec.msgpack.Decoder[Any]:
    try:
        return msgspec.msgpack.Decoder(get_type_hints(function).get("return", Any))
    except TypeError:  # a builtin function has no annotations
        return msgspec.msgpack.Decoder(Any)


def raised(answer: Answer) -> Exception:
    """What an answer without a value has to say, as an exception to raise."""
    rejected = rejected_of(answer.name, answer.text[:_LONGEST]) if answer.kind == "rejected" else None
    if rejected:
        return rejected
    error = GuardedCallError(f"{answer.name}: {answer.text[:_LONGEST]}")
    error.add_note(answer.trace[-_LONGEST:])
    return error
