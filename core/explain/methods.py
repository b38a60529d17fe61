"""The table of methods: what each is called, what it says, what it needs, and where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

DEFAULT: Final = "closed-form"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to ask a model where it looks.

    Attributes:
        key: Its name on the command line, in the API and in addresses.
        title: Its name for a person.
        says: What its map shows, in one plain sentence.
        paper: Where it is from.
        needs: What it asks of the model: the forward pass that an answer has anyway, many forward
            passes, or gradients and so TensorFlow.
        layered: Whether it reads a layer, which can be chosen.
        unit: What a raw value is.
        at: ``module:function`` with the signature of `core.explain.asking.Attribute`.
    """

    key: str
    title: str
    says: str
    paper: str
    needs: Literal["answer", "forward", "gradient"]
    layered: bool
    unit: str
    at: str


_ROWS: Final = (
    Method("closed-form", "Grad-CAM, closed form",
           "Where the last feature map adds to the class's score; it comes with the answer.",
           "Selvaraju et al. 2017, arXiv:1610.02391; Zhou et al. 2016, arXiv:1512.04150",
           "answer", False, "logit", "core.explain.cam:attribute"),
    Method("grad-cam", "Grad-CAM",
           "Where a layer's feature map would raise the class's score, on the whole.",
           "Selvaraju et al. 2017, arXiv:1610.02391",
           "gradient", True, "logit", "core.explain.gradient.vis:grad_cam"),
    Method("grad-cam++", "Grad-CAM++",
           "As Grad-CAM, with places weighed so that several small findings all count.",
           "Chattopadhay et al. 2018, arXiv:1710.11063",
           "gradient", True, "logit", "core.explain.gradient.vis:grad_cam_plus_plus"),
    Method("layer-cam", "LayerCAM",
           "As Grad-CAM, place by place; the one to use for earlier, finer layers.",
           "Jiang et al. 2021, doi:10.1109/TIP.2021.3089943",
           "gradient", True, "logit", "core.explain.gradient.vis:layer_cam"),
    Method("score-cam", "Score-CAM",
           "Which parts of a layer's feature map raise the score when only they are shown.",
           "Wang et al. 2020, arXiv:1910.01279",
           "gradient", True, "logit times activation", "core.explain.gradient.vis:score_cam"),
    Method("saliency", "Saliency",
           "Which single pixels would change the score most; noisy by nature.",
           "Simonyan et al. 2014, arXiv:1312.6034",
           "gradient", False, "logit per grey level", "core.explain.gradient.vis:saliency"),
    Method("smooth-grad", "SmoothGrad",
           "Saliency, averaged over noisy copies of the slice.",
           "Smilkov et al. 2017, arXiv:1706.03825",
           "gradient", False, "logit per grey level", "core.explain.gradient.vis:smooth_grad"),
    Method("integrated-gradients", "Integrated gradients",
           "How much each pixel adds between a black picture and the slice: in sum, the score's change.",
           "Sundararajan et al. 2017, arXiv:1703.01365",
           "gradient", False, "logit per pixel", "core.explain.gradient.integrated:attribute"),
    Method("occlusion", "Occlusion",
           "How far the score drops when a patch is blurred away.",
           "Zeiler and Fergus 2014, arXiv:1311.2901",
           "forward", False, "logit", "core.explain.occlusion:attribute"),
    Method("kernel-shap", "Superpixels (KernelSHAP)",
           "What each piece of the slice adds to the score, shared out fairly among the pieces.",
           "Lundberg and Lee 2017, arXiv:1705.07874; SLIC: Achanta et al. 2012, doi:10.1109/TPAMI.2012.120",
           "forward", False, "logit per pixel", "core.explain.superpixels:attribute"),
)  # fmt: skip

METHODS: Final[Mapping[str, Method]] = MappingProxyType({row.key: row for row in _ROWS})
"""By key, in the order they are offered."""
