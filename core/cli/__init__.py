"""The verbs of ``python -m core``. What they need is imported when they run, so that help is quick."""
