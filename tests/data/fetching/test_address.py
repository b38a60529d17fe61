from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.fetching.address import canonical, drive_id, is_address, safe_name, shown, split
from core.errors import InputError

ID = "1vlhZ5c7abUKF8xXERIw6m9Te8fW7ohw3"
OLD = "0B7EVK8r0v71pZjFTYXZWM3FlRnM"
DRIVE = f"https://drive.google.com/file/d/{ID}/view"


@pytest.mark.parametrize(
    "source",
    ["https://host.org/a.zip", "HTTPS://host.org/a.zip", "http://127.0.0.1:8/a.zip", "ftp://host/a.zip", ID,
     OLD, "s3://bucket/a.zip", DRIVE, f"drive.google.com/open?id={ID}", f"  {ID}\n"],
)  # fmt: skip
def test_what_is_to_be_fetched(source: str) -> None:
    assert is_address(source)


@pytest.mark.parametrize(
    "source",
    ["a.zip", "/data/a.zip", "C:\\data\\a.zip", "C:/data/a.zip", "data/https/a.zip", "kidney-4", "", " ", ".",
     "CT-KIDNEY-DATASET-Normal-Cyst-Tumor-Stone", "CT-KIDNEY-DATASET-Normal-Cyst-Tum", ID[:-1], ID + "x",
     "2" + ID[1:], ID[:-1] + "é", "host.org/a.zip", "//host/share/a.zip"],
)  # fmt: skip
def test_what_is_a_path(source: str) -> None:
    assert not is_address(source)


def test_a_folder_that_is_there_is_never_taken_for_an_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ID).mkdir()
    assert not is_address(ID)


@pytest.mark.parametrize(
    "address",
    [ID, DRIVE, f"https://drive.google.com/file/d/{ID}", f"https://drive.google.com/file/d/{ID}/view?usp=sharing",
     f"https://drive.google.com/file/u/1/d/{ID}/edit", f"https://drive.google.com/uc?id={ID}&export=download",
     f"https://drive.google.com/open?id={ID}", f"drive.google.com/uc?id={ID}", f" {ID} ",
     f"https://drive.usercontent.google.com/download?id={ID}&confirm=t", f"https://docs.google.com/uc?id={ID}"],
)  # fmt: skip
def test_every_spelling_of_a_drive_file_is_one_address(address: str) -> None:
    assert drive_id(address) == ID
    assert canonical(address) == DRIVE


@pytest.mark.parametrize(
    "address",
    ["https://drive.google.com/drive/folders/1vlhZ5c7abUKF8xXERIw6m9Te8fW7ohw3", "https://drive.google.com/",
     "https://drive.google.com/uc?id=", "https://drive.google.com/uc?id=../../etc/passwd"],
)  # fmt: skip
def test_a_drive_link_to_no_file_says_which_link_to_give(address: str) -> None:
    with pytest.raises(InputError, match="Copy link"):
        canonical(address)


@pytest.mark.parametrize(
    ("address", "spelt"),
    [
        ("HTTPS://Host.ORG", "https://host.org/"),
        ("https://host.org:443/a.zip#part", "https://host.org/a.zip"),
        ("https://host.org:8443/a.zip", "https://host.org:8443/a.zip"),
        ("https://me:secret@host.org/a.zip", "https://host.org/a.zip"),
        ("https://host.org/a b.zip?x=1 2", "https://host.org/a%20b.zip?x=1%202"),
        ("https://host.org/a%20b.zip", "https://host.org/a%20b.zip"),
        ("https://host.org/ü.zip", "https://host.org/%C3%BC.zip"),
        ("https://host.org./a.zip", "https://host.org/a.zip"),
        ("http://[::1]:80/a.zip", "http://[::1]/a.zip"),
    ],
)
def test_an_address_has_one_spelling_and_no_password(address: str, spelt: str) -> None:
    assert canonical(address) == spelt
    assert canonical(spelt) == spelt


@pytest.mark.parametrize(
    "address", ["https://", "https:///a.zip", "https://[bad/a.zip", "https://host:port/a.zip", "", "nonsense",
                "https://host:99999/a.zip", "https://ho\nst/a.zip", "https://host/a\x00.zip",
                "https://host/\udcff.zip"],
)  # fmt: skip
def test_a_malformed_address_is_a_sentence(address: str) -> None:
    with pytest.raises(InputError, match="Give one like"):
        canonical(address)


@pytest.mark.parametrize(
    "address", ["http://host.org/a.zip", "http://10.0.0.1/a.zip", "ftp://host.org/a.zip", "file://localhost/a.zip",
                "http://127.0.0.1.host.org/a.zip", "http://localhost.host.org/a.zip", "s3://bucket/a.zip"],
)  # fmt: skip
def test_what_is_not_https_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="only https is allowed"):
        canonical(address)


def test_an_address_never_leads_to_a_less_safe_one() -> None:
    safe, here = split("https://host.org/"), split("http://localhost/")
    assert split("https://host.org/a.zip", before=here).hostname == "host.org"
    assert split("http://127.0.0.1/a.zip", before=here).hostname == "127.0.0.1"
    with pytest.raises(
        InputError, match=r"https://host\.org/ leads on to http://127\.0\.0\.1/a\.zip: only https"
    ):
        split("http://127.0.0.1/a.zip", before=safe)


def test_a_sentence_holds_no_password_no_key_and_no_end() -> None:
    assert shown("https://me:secret@host.org/a%20b.zip?key=secret#x") == "https://host.org/a b.zip"
    assert shown("https://host.org/\u202egpj.zip\x1b[31m") == "https://host.org/gpj.zip[31m"
    assert len(shown("https://host.org/" + "x" * 5000)) == 100


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (["a.zip"], "a.zip"),
        (["../../etc/passwd"], "passwd.zip"),
        (["..\\..\\boot.ini.ZIP"], "boot.ini.zip"),
        (["/"], "download.zip"),
        (["..", "b.zip"], "b.zip"),
        ([".zip", "", "c"], "c.zip"),
        ([".hidden.zip"], "hidden.zip"),
        (["lung and kidney.zip"], "lung and kidney.zip"),
        (["Niere-Übersicht 腎.zip"], "Niere-Übersicht 腎.zip"),
        (["a\x00b\nc\u202e.zip"], "abc.zip"),
        (['a<b>:"c|?*.zip'], "abc.zip"),
        ([], "download.zip"),
        (["x" * 300 + ".zip"], "x" * 116 + ".zip"),
        (["腎" * 300 + ".zip"], "腎" * 38 + ".zip"),
    ],
)
def test_a_name_is_always_safe(wanted: list[str], name: str) -> None:
    assert safe_name(*wanted) == name
    assert len(name.encode()) <= 120


@given(st.one_of(st.text(), st.text().map(lambda text: f"https://{text}"), st.text("/:@[]?#%.\\0a")))
def test_no_text_at_all_breaks_an_address(text: str) -> None:
    assert is_address(text) in (True, False)
    assert len(shown(text)) <= 110
    try:
        spelt = canonical(text)
    except InputError as error:
        assert error.sentence.endswith(".")
    else:
        assert canonical(spelt) == spelt
        assert "@" not in urlsplit(spelt).netloc


@given(st.lists(st.text(), max_size=2))
def test_no_name_at_all_breaks_a_folder(names: list[str]) -> None:
    name = safe_name(*names)
    assert name.endswith(".zip")
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 120
