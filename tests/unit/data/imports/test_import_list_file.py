"""From bytes to records: whatever an office exports comes in right, and nothing else comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.imports import ListError, open_list
from data.imports.list_file import decode, delimiter_of, read

LIST = (
    "first_name,last_name,phone,notes\r\n"
    'Zoë,Señalada,2125550123,"likes ""early"" openings,\r\nand tea"\r\n'
    "Jürgen,Muster,2125550124,“gern”\r\n"
)
ENCODINGS = {
    "utf-8": LIST.encode(),
    "utf-8 with a mark": LIST.encode("utf-8-sig"),
    "utf-16 with a mark": LIST.encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + LIST.encode("utf-16-be"),
    "utf-16 without a mark": LIST.encode("utf-16-le"),
    "cp1252": LIST.encode("cp1252"),
}


@pytest.fixture
def stored(tmp_path: Path):
    def store(content: bytes | str, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return store


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_usual_encoding_and_delimiter_is_read_alike(stored, encoding: str, delimiter: str):
    cells = [record.cells for record in read(stored(ENCODINGS[encoding])).records()]
    quoted = LIST.replace(",", delimiter).replace(f"openings{delimiter}", "openings,")
    codec = "utf-16" if encoding.startswith("utf-16") else encoding.partition(" ")[0]
    again = read(stored(quoted.encode(codec)))
    assert again.delimiter == delimiter
    assert [record.cells for record in again.records()] == cells
    assert cells[1][:3] == ["Zoë", "Señalada", "2125550123"]
    assert cells[1][3] == 'likes "early" openings,\r\nand tea'
    assert cells[2][3] == "“gern”"


def test_a_single_broken_byte_does_not_garble_a_utf_8_list():
    text, _ = decode("Zoë, Renée, Jürgen, Señor, Muñoz".encode() + b"\xff")
    assert text.startswith("Zoë, Renée, Jürgen, Señor, Muñoz")


def test_rows_are_counted_as_a_spreadsheet_shows_them(stored):
    text = read(stored('\nphone,notes\n\n2125550123,"two\nlines"\n,\n2125550124,x\n'))
    assert [(record.row, record.cells[0]) for record in text.records()] == [
        (2, "phone"), (4, "2125550123"), (6, "2125550124"),
    ]  # fmt: skip


def test_the_hint_of_excel_names_the_delimiter_and_is_no_row(stored):
    text = read(stored("sep=;\r\nphone;name\r\n2125550123;a, b, c, d\r\n"))
    assert (text.delimiter, next(text.records()).row) == (";", 1)


def test_commas_in_notes_do_not_outvote_the_delimiter():
    assert delimiter_of("name;phone\nA, B, C;2125550123\nD, E, F;2125550124\n") == ";"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \r\n \r\n", "empty"),
        (bytes(range(256)) * 8, "not a text file"),
        (b"PK\x03\x04 and more", "Excel"),
        ("name,email\nA,a@example.com\n", "no column for phone numbers"),
        ("Sarah,2125550123\nTom,2125550124\n", "no header"),
        ('name,phone\nA,2125550123\n"B,2125550124\nC,2125550125\n', "row 3 never closes"),
        ('name,phone\n"' + "x" * 200_000, "never closes"),
    ],
)
def test_what_is_no_list_is_refused_with_one_sentence(stored, content: bytes | str, said: str):
    with pytest.raises(ListError) as refusal:
        open_list(stored(content))
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    for path, said in ((tmp_path / "nothing.csv", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(ListError, match=said):
            open_list(path)


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_never_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.getbasetemp() / "random.csv"
    path.write_bytes(content)
    with pytest.raises(ListError):
        open_list(path)
