"""The slices on which two models disagree."""
