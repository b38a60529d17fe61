"""A pool of LiteRT interpreters over one bundle: grey square in, logits and feature map out."""

import contextlib
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from core.models.bundle import LITERT, Bundle, damaged

Floats = NDArray[np.float32]


class Engine:
    """Runs a bundle's forward pass from any thread; each interpreter serves one at a time.

    Args:
        bundle: A verified bundle.
        threads: Threads of one forward pass.
        interpreters: Forward passes that may run at once.

    Raises:
        BundleError: The export can't be read, or its inputs and outputs are not what the card says.
    """

    def __init__(self, bundle: Bundle, threads: int, interpreters: int) -> None:
        self._bundle = bundle
        self._idle: SimpleQueue[_Session] = SimpleQueue()
        content = (bundle.path / LITERT).read_bytes()
        for _ in range(interpreters):
            self._idle.put(_Session(bundle, content, threads))

    def forward(self, square: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """One forward pass.

        Args:
            square: (S, S) uint8, prepared as the bundle says.

        Returns:
            Logits (K,) and feature map (h, w, C), both copies.
        """
        with self._borrow() as session:
            return session.run(square)

    @contextlib.contextmanager
    def _borrow(self) -> Iterator["_Session"]:
        session = self._idle.get()
        try:
            yield session
        finally:
            self._idle.put(session)


class _Session:
    """One interpreter, with its tensors found by shape. Not for two threads at once."""

    def __init__(self, bundle: Bundle, content: bytes, threads: int) -> None:
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError):
            raise damaged(bundle.path, f"{LITERT} can't be run") from None
        size = bundle.card.preprocess.size
        self._input = self._find(bundle, self._interpreter.get_input_details(), 4, (1, size, size, 1))
        outputs = self._interpreter.get_output_details()
        self._logits = self._find(bundle, outputs, 2, (1, len(bundle.card.labels)))
        self._features = self._find(bundle, outputs, 4, None)

    @staticmethod
    def _find(bundle: Bundle, details: Any, rank: int, shape: tuple[int, ...] | None) -> int:
        fitting = [d for d in details if len(d["shape"]) == rank and d["dtype"] is np.float32]
        if len(fitting) != 1 or (shape and tuple(fitting[0]["shape"]) != shape):
            found = ", ".join(str(tuple(map(int, d["shape"]))) for d in details)
            raise damaged(bundle.path, f"{LITERT} has tensors of shape {found}, which its card doesn't fit")
        return int(fitting[0]["index"])

    def run(self, square: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        self._interpreter.set_tensor(self._input, square[None, :, :, None].astype(np.float32))
        self._interpreter.invoke()
        # get_tensor copies: what leaves here must survive the next pass
        return (
            self._interpreter.get_tensor(self._logits)[0],
            self._interpreter.get_tensor(self._features)[0],
        )
