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


STRAY = (
    "First Name,Last Name,Phone,Last Visit,Opted Out\nGus,Seven,2125550110,2026-01-05,no\n"
    '"Hal,Eight,2125550111,2026-01-05,no\nIvy,Nine,2125550112,2026-01-05,yes\n'
)


@pytest.mark.parametrize(
    ("behind", "why"),
    [
        ('"Lee",Twelve,2125550115,2026-01-05,no\n', "another quoted cell follows"),
        ('Lee,Twelve,2125550115,2026-01-05,"no"\n', "at the end of a row, too"),
        ('Lee,"",2125550115,2026-01-05,no\n', "an empty cell closes nothing"),
        ('Lee,42",2125550115,2026-01-05,no\n', "an inch closes it as if it were meant"),
        ('Lee",Twelve,2125550115,2026-01-05,no\n', "so does a second mark gone astray"),
        ("Lee,Twelve,2125550115,2026-01-05,no\n", "nothing closes it"),
    ],
)
@pytest.mark.parametrize("hint", ["", "sep=,\n"])
def test_a_stray_quotation_mark_swallows_no_row_without_a_word(stored, behind: str, why: str, hint: str):
    last = "Max,Last,2125550116,2026-01-05,no\n"
    with pytest.raises(ListError) as refusal:
        read(stored(hint + STRAY + behind + last))
    line = 4 if hint else 3
    assert "opens in row 3 never closes" in str(refusal.value), why
    assert f"in line {line} of the file" in str(refusal.value)


def test_two_marks_gone_astray_in_neighbouring_rows_join_no_rows(stored):
    rows = 'A,B,C,D,E\nN0,"Sam, A","2125550100,no,a\nN1,5\'10",2125550101,yes,b\nN2,x,2125550102,yes,\n'
    with pytest.raises(ListError, match="opens in row 2 never closes"):
        read(stored(rows))


@pytest.mark.parametrize(
    "row",
    [
        'Hal,2125550111,"call his wife, her number is\n2125550112, evenings\n212-555-0113, late"',
        '"12 Sample Street,\nSpringfield",2125550111,"note, one\nnote, two"',
        'Hal,2125550111,"said ""no, thanks""\r\nthen ""yes"""',
        'Hal,2125550111,"two\nlines" ',
        '" ,\n",2125550111,""',
        '"Hal\n",2125550111,5\'10"',
        'Hal,2125550111,"\n\n"',
    ],
)
def test_genuine_line_breaks_in_cells_keep_their_rows(stored, row: str):
    text = read(stored(f"name,phone,notes\nGus,2125550110,tall\n{row}\nIvy,2125550112,\n"))
    records = list(text.records())
    assert [record.row for record in records] == [1, 2, 3, 4]
    assert (records[2].cells[1], records[3].cells[0]) == ("2125550111", "Ivy")


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
