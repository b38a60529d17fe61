"""Home: what this is, how good it is, where to begin."""

import streamlit as st

from app import navigation, resources
from app.components import accuracy, empty, example, heading
from app.messages import show as show_error
from core.errors import BundleError
from core.literal import literal

heading.plain("Review kidney CT slices")
words, picture = st.columns([2.4, 1], gap="large")
with words:
    st.container(width=760).markdown(
        "Drop CT slices of the kidneys into the browser. Each gets one of four classes (cyst, normal, stone, "
        "tumor) with a calibrated model probability and a heatmap of what spoke for it. A picture that is no "
        "CT slice, is too poor, or leaves the model unsure is declined, and the reason is said."
    )
    with st.container(horizontal=True):
        if st.button("Review slices", type="primary", key="begin", icon=":material/radiology:"):
            st.switch_page(navigation.REVIEW)
        if resources.samples() and st.button("Try the synthetic samples", key="try", icon=empty.SAMPLES_ICON):
            st.switch_page(navigation.REVIEW, query_params={"samples": "1"})

    st.subheader("How good it is", anchor=False)
    try:
        in_use = resources.standing()
        accuracy.show(in_use.predictor.bundle.card.metrics)
        if in_use.version:
            ref = in_use.predictor.bundle.ref
            st.caption(literal(f"Of the model in use, {in_use.ref}: {ref.name}, version {ref.version}."))
        shown = resources.example()
    except BundleError as error:
        show_error(error)
        shown = None

    st.subheader("What happens to a slice", anchor=False)
    st.markdown(
        "- It is read by its bytes; names, dates and ids in DICOM headers are dropped at once.\n"
        "- It stays in the memory of your session. Nothing is stored; closing the tab forgets it.\n"
        "- One pass through the model gives the four probabilities and the four heatmaps together.\n"
        "- You can take the results along as a PDF or a CSV."
    )
if shown:
    with picture:
        example.show(shown)
