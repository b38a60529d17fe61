from core.training.history import HEAD, TUNING, Epoch, read


def test_epochs_come_back_as_they_were_told() -> None:
    told = [
        Epoch(1, 2, HEAD, {"val_loss": 0.5}, seconds=1.25, best=True),
        Epoch(2, 2, TUNING, {"val_loss": 0.75}, seconds=9.0),
    ]
    assert read([one.event() for one in told]) == {"": told}


def test_an_epoch_done_again_after_a_break_counts_once_and_branches_stay_apart() -> None:
    first, again = (Epoch(2, 3, HEAD, {"val_loss": value}) for value in (0.9, 0.8))
    fold = Epoch(1, 3, HEAD, {"val_loss": 0.1}, branch="fold 1")
    events = [{"phase": "head"}, first.event(), fold.event(), Epoch(1, 3, HEAD, {}).event(), again.event()]
    found = read(events)
    assert [one.number for one in found[""]] == [1, 2]
    assert found[""][1].metrics == {"val_loss": 0.8}
    assert found["fold 1"] == [fold]


def test_other_lines_are_no_epochs() -> None:
    assert read([{}, {"epoch": "2", "metrics": {}}, {"epoch": 2}, {"epoch": 2, "metrics": None}]) == {}
