"""What all sessions share: the predictor and the samples. Loaded once, read-only."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app import pictures
from core.config.settings import settings
from core.imaging.decode import decode
from core.imaging.window import render
from core.inference import shared
from core.inference import standing as standings
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.inference.reference import IN_USE, named
from core.inference.standing import Standing
from core.models.bundle import CARD, Bundle, load

INDEX = "index.json"
SIDE = 320


@dataclass(frozen=True, slots=True)
class Sample:
    """A synthetic slice that comes with the app.

    Attributes:
        name: Its file's name.
        label: The class it was drawn as.
        title: One line about it.
        data: The file's bytes.
        digest: SHA-256 of the bytes, hex.
    """

    name: str
    label: str
    title: str
    data: bytes
    digest: str


def standing() -> Standing:
    """The model in use, which is the one that the API uses too: the champion, or the shipped model.

    Raises:
        BundleError: Neither can be used; asked again, it is tried again.
    """
    return standings.now(settings(), wait=True)


def predictor(model: str = IN_USE) -> Predictor:
    """A model's predictor.

    Args:
        model: Its name, as an address may have it.

    Raises:
        BundleError: It is missing, damaged, or of a newer format; asked again, it is tried again.
        InputError: No model goes by that name.
        StudioError: The registry can't be asked about it.
    """
    if model == IN_USE:
        return standing().predictor
    return shared.predictor(named(model, settings()), settings().threads)


def bundle(path: Path) -> Bundle:
    """Any bundle, verified once until its card changes.

    Raises:
        BundleError: It is missing, damaged, or of a newer format; asked again, it is tried again.
    """
    try:
        stamp = (path / CARD).stat().st_mtime_ns
    except OSError:
        stamp = 0
    return _bundle(str(path), stamp)


@st.cache_resource(max_entries=16, show_spinner=False)
def _bundle(path: str, stamp: int) -> Bundle:  # noqa: ARG001
    return load(Path(path))


def samples() -> tuple[Sample, ...]:
    """The synthetic slices in the order of their index; empty when none came with the app."""
    index = settings().samples / INDEX
    return _samples(str(index)) if index.is_file() else ()


def sample_of(digest: str) -> Sample | None:
    """The sample that a slice's digest belongs to, if it is one of ours."""
    whole = digest.partition("#")[0]
    return next((sample for sample in samples() if sample.digest == whole), None)


@st.cache_resource(max_entries=2, show_spinner=False)
def _samples(index: str) -> tuple[Sample, ...]:
    rows = json.loads(Path(index).read_text(encoding="utf-8"))
    return tuple(_sample(Path(index).parent, row) for row in rows)


@st.cache_resource(max_entries=64, show_spinner=False)
def sample_picture(name: str) -> str:
    """A sample, by its file's name, as a data URI for an invitation."""
    data = next(sample.data for sample in samples() if sample.name == name)
    return pictures.thumbnail_uri(render(decode(data, name, settings().limits)[0]), SIDE)


def example() -> Case | None:
    """A sample that the model in use answers as it was drawn, one with a lesion first; None without any.

    Raises:
        BundleError: See `predictor`.
    """
    answerer = predictor()
    return _example(answerer, answerer.bundle.digest, str(settings().samples))


@st.cache_resource(max_entries=2, show_spinner=False)
def _example(_answerer: Predictor, bundle: str, folder: str) -> Case | None:  # noqa: ARG001
    drawn = {sample.digest: sample.label for sample in samples()}
    files = [(sample.title, sample.data) for sample in samples() if sample.label != "Normal"]
    files += [(sample.title, sample.data) for sample in samples() if sample.label == "Normal"]
    cases = (one for one in review(files, _answerer, settings().limits) if isinstance(one, Case))
    return next((one for one in cases if one.prediction.label == drawn.get(one.scan.digest)), None)


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    data = (folder / row["file"]).read_bytes()
    return Sample(row["file"], row["label"], row["title"], data, hashlib.sha256(data).hexdigest())
