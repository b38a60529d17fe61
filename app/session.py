"""What one browser tab holds: its slices and their answers, in memory, until it is closed.

Nothing here is shared between sessions or written anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.answering import Answering
from app.intake import Intake
from app.words import counted
from core.config.settings import MB
from core.domain import Window
from core.explain.overlay import DEFAULT, OPACITY
from core.imaging.intake import Refused
from core.inference.batch import Case
from core.inference.predictor import Predictor
from core.inference.reference import IN_USE

# decoded pixels: some 500 DICOM slices of 512 x 512, or 4,000 pictures of 360 x 360
KEEP_BYTES: Final = 512 * MB


@dataclass(slots=True)
class View:
    """How slices are shown; reports are made with the same.

    Attributes:
        opacity: Of the heatmap, 0..1.
        colour_map: A name in `core.explain.overlay.COLOUR_MAPS`.
        window: For slices in Hounsfield units; None is the header's own.
    """

    opacity: float = OPACITY
    colour_map: str = DEFAULT
    window: Window | None = None


class Session:
    """Everything Review works on.

    Attributes:
        cases: Slices with their answers, in the order they came.
        refused: Files that gave none, each with its sentence.
        intake: The batch being read or answered again, if one is.
        model: Which model answers, as an address names it.
        answerer: Digest of the bundle that the slices' answers are to be of.
        again: Some may have an answer of another.
        chosen: Digest of the slice on the screen.
        view: How it is shown.
        asked: Which slice, from 0, to begin with.
        drops: Counts batches; a new number empties the drop zone.
        notice: One sentence about the last batch.
        held: Bytes of decoded pixels.
        drawn: How many slices the page showed when it was last drawn.
        thumbnails: Data URIs by the slice's digest, made when first shown.
    """

    def __init__(self, drops: int = 0, asked: int = 0, model: str = IN_USE) -> None:
        self.cases: list[Case] = []
        self.refused: list[Refused] = []
        self.intake: Intake | Answering | None = None
        self.model = model
        self.answerer = ""
        self.again = False
        self.chosen: str | None = None
        self.view = View()
        self.drops = drops
        self.asked = asked
        self.notice: str | None = None
        self.held = 0
        self.drawn = 0
        self.thumbnails: dict[str, str] = {}
        self._known: set[str] = set()

    @property
    def empty(self) -> bool:
        return not (self.cases or self.refused or self.intake)

    def start(self, intake: Intake) -> None:
        """Begin a batch, and empty the drop zone for the next one."""
        self.intake = intake
        self.notice = None
        self.drops += 1

    def choose(self, model: str) -> None:
        """Let another model answer, slices that are here too once it is known to be one: see `keep_to`."""
        self.model = model

    def keep_to(self, predictor: Predictor) -> None:
        """See to it that all answers are of this predictor's model; a batch is read to its end first."""
        digest = predictor.bundle.digest
        if self.answerer != digest:
            self.answerer, self.again = digest, bool(self.cases or self.intake)
            if isinstance(self.intake, Answering):
                self.intake = None
        if self.again and self.intake is None:
            self.answer_again(predictor)

    def answer_again(self, predictor: Predictor) -> None:
        """Begin to answer anew what another model answered; the slice on the screen comes first."""
        self.again = False
        old = [case for case in self.cases if case.prediction.model != predictor.bundle.ref]
        old.sort(key=lambda case: case.scan.digest != self.chosen)
        if old:
            self.intake = Answering(old, predictor)
            self.notice = None
            self.add(next(self.intake.turn(1.0)))

    def add(self, result: Case | Refused) -> None:
        """Keep one result; of a slice that is here already, the newer answer where it is another model's."""
        if isinstance(result, Refused):
            self.refused.append(result)
        elif result.scan.digest in self._known:
            self._renew(result)
        else:
            self._known.add(result.scan.digest)
            self.cases.append(result)
            self.held += result.scan.pixels.nbytes

    def _renew(self, case: Case) -> None:
        for at, one in enumerate(self.cases):
            if one.scan.digest == case.scan.digest and one.prediction.model != case.prediction.model:
                self.cases[at] = case

    def end(self, why: str | None = None) -> None:
        """End the batch; what came so far is kept, and what did not come is said."""
        intake, self.intake = self.intake, None
        # another model may be in use by now than when the batch began
        self.again = self.again or isinstance(intake, Intake)
        if intake and why:
            if isinstance(intake, Answering):
                left = counted(intake.files - intake.done, "slice")
                self.notice = f"{why} {left} still with the answer of another model."
                return
            kept = counted(len(self.cases), "slice")
            self.notice = f"{why} {kept} kept; {counted(intake.files - intake.done, 'file')} not opened."

    @property
    def full(self) -> bool:
        return self.held >= KEEP_BYTES

    def index(self, cases: Sequence[Case]) -> int:
        """Where the chosen slice is among these; where it isn't, another is chosen.

        That is the first, or at the start the one that the address names, once all are there: until
        then a slice's number can change.
        """
        digests = [case.scan.digest for case in cases]
        if self.chosen in digests:
            return digests.index(self.chosen)
        if self.asked and self.intake:
            return 0
        at = self.asked if self.asked < len(cases) else 0
        if digests:
            self.chosen, self.asked = digests[at], 0
        return at

    def step(self, digests: Sequence[str], by: int) -> None:
        """Choose a neighbour of the chosen slice; the first and the last have only one."""
        at = digests.index(self.chosen) if self.chosen in digests else 0
        self.chosen = digests[min(max(at + by, 0), len(digests) - 1)]


def session() -> Session:
    """This tab's session."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session(asked=_asked())
    found: Session = st.session_state["session"]
    return found


def _asked() -> int:
    """The slice that the address names, from 0; the first when it names none."""
    text = st.query_params.get("slice", "")
    return max(0, int(text) - 1) if text.isdecimal() and len(text) < 6 else 0


def clear() -> None:
    """Forget every slice, answer and refusal of this tab, and all that was explained or noted of them."""
    now = session()
    st.session_state["session"] = Session(drops=now.drops + 1, model=now.model)
    if "explaining" in st.session_state:
        st.session_state.pop("explaining").forget()
    # what Explain keeps of slices, notes on them too, is all under this prefix
    for key in [str(one) for one in st.session_state if str(one).startswith("ex-")]:
        del st.session_state[key]
    for name in ("slice", "samples"):
        if name in st.query_params:
            del st.query_params[name]
