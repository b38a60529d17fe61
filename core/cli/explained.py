"""Slices explained in this process, for the verb `explain`: maps made, files written, a line a method."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from core.config.settings import Limits, Settings
from core.errors import InputError, StudioError
from core.explain import asking
from core.explain.by_name import function
from core.explain.export import dicom, folder, pdf, png, record
from core.explain.export.sheet import MAPS, Sheet
from core.explain.faithfulness.checked import known
from core.explain.faithfulness.values import Trust
from core.explain.faithfulness.words import settled
from core.explain.methods import METHODS
from core.explain.network import LiteRtNetwork
from core.explain.opening import gradient
from core.explain.values import Ask, Explanation, Square, Target
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case
from core.inference.words import answer
from core.models.bundle import Bundle

_LAYER: Final = "core.explain.gradient.layers:layer"
_TRUST: Final = "core.explain.faithfulness.trust:trust"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of every slice.

    Attributes:
        methods: Keys of `METHODS`.
        label: The class to explain; None is each slice's most probable one.
        against: The class it is held against.
        layer: Of methods that read one.
        trust: Whether it is measured how far maps can be believed.
        out: Where files go; None writes none.
        formats: Of `FORMATS`.
    """

    methods: tuple[str, ...]
    label: str | None = None
    against: str | None = None
    layer: str | None = None
    trust: bool = False
    out: Path | None = None
    formats: tuple[str, ...] = ("png",)

    def asks(self, case: Case) -> tuple[Ask, ...]:
        """One a method."""
        target = Target(self.label or case.prediction.top[0], self.against)
        return asking.asks(self.methods, target, self.layer)


class Model:
    """A bundle's model, by LiteRT and, once gradients are needed, by Keras.

    Args:
        bundle: Verified.
        settings: Threads of one forward pass, and where what was measured about the bundle is.
    """

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        self.bundle = bundle
        self.checked = known(bundle, settings)
        self.forward = LiteRtNetwork(bundle, settings.threads)
        self._gradient: Any = None

    def of(self, key: str) -> Any:
        """What a method needs; TensorFlow is loaded for the first that needs gradients."""
        if METHODS[key].needs != "gradient":
            return self.forward
        if self._gradient is None:
            self._gradient = gradient(self.bundle)
        return self._gradient

    def check(self, wanted: Wanted) -> None:
        """Find out before any slice is read whether the layer is one of the model's.

        Raises:
            InputError: It isn't, or no method reads one.
        """
        if wanted.layer is None:
            return
        layered = [key for key in wanted.methods if METHODS[key].layered]
        if not layered:
            named = ", ".join(key for key, row in METHODS.items() if row.layered)
            raise InputError(f"No method here reads a layer; these do: {named}.", "no-layer")
        function(_LAYER)(self.of(layered[0]), wanted.layer)


@dataclass(slots=True)
class _Made:
    """What came of one slice.

    Attributes:
        maps: In the order asked for.
        trusts: How far each can be believed, where it was asked.
        failed: Sentences by what was asked.
        paths: Files by what was asked.
        said: What is missing in them, and why.
    """

    maps: list[Explanation] = field(default_factory=list)
    trusts: dict[Ask, Trust] = field(default_factory=dict)
    failed: dict[Ask, str] = field(default_factory=dict)
    paths: dict[Ask, list[Path]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def lines(case: Case, data: bytes, model: Model, wanted: Wanted, limits: Limits) -> Iterator[dict[str, Any]]:
    """A line's fields a method.

    Args:
        case: The slice and its answer.
        data: Its file's bytes.
        model: Whose answer it is.
        wanted: What is asked.
        limits: Caps.
    """
    made, asks = _Made(), wanted.asks(case)
    spec = model.bundle.card.preprocess
    square, placement = prepare(model_grey(case.scan, spec), spec)
    for ask in asks:
        try:
            one = asking.explain(model.of(ask.method), square, placement, ask, _nobody)
            made.maps.append(one)
            if wanted.trust:
                made.trusts[ask] = _trust(model, square, one)
        except StudioError as error:
            made.failed[ask] = error.sentence
    try:
        _write(case, data, made, wanted, limits)
    except StudioError as error:
        made.failed.update({ask: error.sentence for ask in asks if ask not in made.failed})
    yield from (_line(case, ask, made) for ask in asks)


def _nobody(share: float) -> None:
    """Nobody watches, and nobody cancels but by Ctrl-C."""


def _trust(model: Model, square: Square, one: Explanation) -> Trust:
    found: Trust = function(_TRUST)(model.of(one.ask.method), square, one, _nobody, answers=model.forward)
    return settled(found, model.checked.get(one.ask.method))


def _line(case: Case, ask: Ask, made: _Made) -> dict[str, Any]:
    whole = {"label": case.prediction.label, **record.asked(ask)}
    if ask in made.failed:
        return {**whole, "error": made.failed[ask]}
    (one,) = (found for found in made.maps if found.ask == ask)
    trust = {"trust": record.trust(made.trusts[ask])} if ask in made.trusts else {}
    paths = [str(path) for path in made.paths.get(ask, ())]
    return {**whole, **record.of(one), **trust, "paths": paths, "notes": made.said}


def _write(case: Case, data: bytes, made: _Made, wanted: Wanted, limits: Limits) -> None:
    """All files of a slice, sheet by sheet."""
    for start in range(0, len(made.maps) if wanted.out else 0, MAPS):
        maps = tuple(made.maps[start : start + MAPS])
        sheet = Sheet(case.scan, maps, answer(case.prediction), trusts=MappingProxyType(made.trusts))
        for kind in wanted.formats:
            for name, (of, written) in _FILES[kind](sheet, data, made.said, limits).items():
                (path,) = folder.put(wanted.out or Path(), {name: written})
                for one in of:
                    made.paths.setdefault(one.ask, []).append(path)


Files = dict[str, tuple[Sequence[Explanation], bytes]]
"""By name: the maps that are in it, and its bytes."""


def _png(sheet: Sheet, *_: Any) -> Files:
    return {f"{folder.stem(sheet.scan, sheet.maps)}.png": (sheet.maps, png.write(sheet))}


def _pdf(sheet: Sheet, *_: Any) -> Files:
    return {f"{folder.stem(sheet.scan, sheet.maps)}.pdf": (sheet.maps, pdf.write([sheet]))}


def _npy(sheet: Sheet, *_: Any) -> Files:
    """Raw values on the method's own grid, signed; the line says where it lies on the slice."""
    files: Files = {}
    for one in sheet.maps:
        stream = io.BytesIO()
        np.save(stream, one.raw, allow_pickle=False)
        files[f"{folder.stem(sheet.scan, [one])}.npy"] = ([one], stream.getvalue())
    return files


def _dicom(sheet: Sheet, data: bytes, told: list[str], limits: Limits) -> Files:
    objects = dicom.write(sheet, [("", data)], limits)
    told += [said for said in objects.said if said not in told]
    capture = f"{folder.stem(sheet.scan, sheet.maps)}.dcm"
    heat = {f"{folder.stem(sheet.scan, [one])}-map.dcm": ([one], made) for one, made in objects.maps}
    return {capture: (sheet.maps, objects.capture), **heat}


_FILES: Final[Mapping[str, Callable[[Sheet, bytes, list[str], Limits], Files]]] = MappingProxyType(
    {"png": _png, "pdf": _pdf, "dicom": _dicom, "npy": _npy}
)
FORMATS: Final = tuple(_FILES)
