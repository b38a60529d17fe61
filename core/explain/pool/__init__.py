"""The process that explains: one at a time, started when first needed, replaced when it dies.

Who asks has a `pool`: it takes a `works.Work`, gives back a `task.Task`, and lets owners take `turns`. Its
one thread does task after task by a `runner`, which holds the `process`, gives it up by its `watch`, and is
woken by a `bell`. The two sides talk in `messages`. In the process a `worker` does what its `inbox` has,
tells its `progress`, and keeps models by `networks`; `doing` has a function a kind of work. What came to
nothing is told in `sentences`.
"""
