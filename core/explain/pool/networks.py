"""The models as the process that explains has them: by LiteRT, by Keras, each loaded when first needed."""

import sys
from collections import OrderedDict
from importlib import import_module
from pathlib import Path
from typing import Any

from core.errors import BundleError
from core.explain.asking import method
from core.explain.network import LiteRtNetwork
from core.explain.opening import gradient
from core.explain.pool.progress import Progress
from core.models.bundle import CARD, Bundle, file_digest, load

_KEPT = 2
_TENSORFLOW = "keras"
"""With all that it stands on."""


class Networks:
    """One bundle's model.

    Args:
        path: The bundle's folder.
        digest: The bundle's; see `core.models.bundle.Bundle`.
        threads: Of one forward pass.

    Attributes:
        bundle: Verified.
        progress: Told what is loaded.

    Raises:
        BundleError: It is missing, damaged, or another one than asked for.
    """

    def __init__(self, path: Path, digest: str, threads: int, progress: Progress) -> None:
        self.bundle = verified(path, digest)
        self.progress = progress
        self._threads = threads
        self._forward: LiteRtNetwork | None = None
        self._gradient: Any = None

    @property
    def forward(self) -> LiteRtNetwork:
        """By LiteRT."""
        if self._forward is None:
            self._forward = LiteRtNetwork(self.bundle, self._threads)
        return self._forward

    @property
    def gradient(self) -> Any:
        """By Keras: a `core.explain.gradient.network.KerasNetwork`."""
        if self._gradient is None:
            self._load_tensorflow()
            with self.progress.loading("loading the model"):
                # long after the bundle was verified, its folder may have another model
                self._gradient = gradient(verified(self.bundle.path, self.bundle.digest))
        return self._gradient

    def _load_tensorflow(self) -> None:
        """Let it be there: some seconds, once in a process's life."""
        if _TENSORFLOW not in sys.modules:
            with self.progress.loading("loading TensorFlow"):
                import_module(_TENSORFLOW)

    def of(self, key: str) -> Any:
        """What a method needs: `forward`, or `gradient`.

        Raises:
            InputError: There is no such method.
        """
        return self.gradient if method(key).needs == "gradient" else self.forward


class Shelf:
    """The models that were used last.

    Args:
        threads: Of one forward pass.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._kept: OrderedDict[tuple[Path, str], Networks] = OrderedDict()

    def networks(self, path: Path, digest: str, progress: Progress) -> Networks:
        """A bundle's model.

        Args:
            path: The bundle's folder.
            digest: The bundle's.
            progress: Told what is loaded from now on.

        Raises:
            BundleError: It is missing, damaged, or another one than asked for.
        """
        found = self._kept.pop((path, digest), None)
        if found is None or not _there(path, digest):
            with progress.loading("loading the model"):
                found = Networks(path, digest, self._threads, progress)
        found.progress = progress
        self._kept[path, digest] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found


def verified(path: Path, digest: str) -> Bundle:
    """A bundle, whole and the one that was asked for.

    Raises:
        BundleError: It isn't.
    """
    bundle = load(path)
    if bundle.digest != digest:
        raise BundleError(
            f'The model in "{path.name}" has been replaced by {bundle.card.name} {bundle.card.version}. '
            "Reload the page to go on with that one.",
            "bundle-replaced",
        )
    return bundle


def _there(path: Path, digest: str) -> bool:
    try:
        return file_digest(path / CARD) == digest
    except OSError:
        return False
