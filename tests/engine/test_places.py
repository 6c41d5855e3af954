"""Records that lie in folders and tables: read from there, and results written there, on every engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import ibis
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envcredit.base.shape import Shape
from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import Engine, open_engine
from envcredit.errors import InputError
from envcredit.records import batches, import_files
from envcredit.records.partitions import EVERYTHING, partition_columns, with_year
from envcredit.records.places import Asked, Store, record_place

ENGINES = ["duckdb", "postgresql", "sail", *(["spark"] if "SPARK_HOME" in os.environ else [])]
Place = Callable[[str], str]
COLUMNS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("fine", pa.int64()),
        pa.field("day", pa.date32()),
        pa.field("held", pa.bool_()),
        pa.field("about", pa.string(), nullable=False),
    ]
)
DIGESTS = ["73099728", "ce7d83a2"]
"""Of the batches of ``TestRecords``: of their ids and moments, whatever the engine."""
WHOLE = Shape(COLUMNS, required=["id", "kind"])
STATED: list[tuple[str, str, int, int]] = [
    ("a", "penalty", 2025, 1),
    ("b", "penalty", 2026, 2),
    ("c", "penalty", 2027, 3),
    ("d", "praise", 2025, 4),
]


def rows(*of: tuple[str, str, int, int], fine: pa.DataType | None = None) -> pa.Table:
    ids, kinds, years, fines = zip(*(of or STATED), strict=True)
    return pa.table({"id": ids, "kind": kinds, "year": years, "fine": pa.array(fines, fine or pa.int64())})


def lay_out(folder: Path) -> Path:
    """A folder for each kind and year, as Spark and DuckDB write them."""
    for row in STATED:
        path = folder / f"kind={row[1]}" / f"year={row[2]}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(rows(row, fine=pa.int32()).drop_columns(["kind", "year"]), path)
    (folder / "_SUCCESS").touch()
    for name in ("_spare.parquet", ".spare.parquet"):
        (folder / name).write_bytes(b"no data")
    return folder


def answered(table: Any) -> list[dict[str, Any]]:
    return table.order_by("id").to_pyarrow().to_pylist()  # type: ignore[no-any-return]


def ids(table: Any) -> list[str]:
    return [row["id"] for row in answered(table)]


def problem_of(work: Callable[[], object]) -> tuple[str, str]:
    """The code and the English sentence with which something is refused."""
    with pytest.raises(InputError) as refused:
        work()
    (one,) = refused.value.diagnostics
    return one.code, one.render("en")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Every engine; DuckDB in a file that is called like the schema of a run, PostgreSQL in a schema that no other test has."""
    file = tmp_path_factory.mktemp("file") / "envcredit.duckdb"
    named = {"duckdb": lambda: f"duckdb:{file}", "postgresql": lambda: f"{place('postgresql')}&schema=places"}
    with open_engine(named.get(request.param, lambda: place(request.param))()) as opened:
        yield opened


class TestFolders:
    def test_what_paths_and_files_state_is_seen_in_the_shape_asked_for(self, engine: Engine, tmp_path: Path) -> None:
        found = engine.attach_folder("found", str(lay_out(tmp_path / "罚 款")), WHOLE)
        assert answered(found)[0] == {"id": "a", "kind": "penalty", "fine": 1, "day": None, "held": None, "about": ""}
        assert ids(found) == ["a", "b", "c", "d"]
        assert found.to_pyarrow().schema.types == COLUMNS.types
        assert ids(engine.keep("again", found)) == ["a", "b", "c", "d"]

    def test_other_parts_are_not_opened(self, engine: Engine, tmp_path: Path) -> None:
        folder = lay_out(tmp_path / "records")
        for path in ("kind=penalty/year=2027", "kind=praise/year=2025"):
            (folder / path / "part-0.parquet").write_bytes(b"PAR1 and then nothing")
        asked = Shape(COLUMNS, ["id"], among={"kind": ["penalty"]}, at_most={"year": 2026})
        assert ids(engine.attach_folder("part", folder.as_uri(), asked)) == ["a", "b"]

    def test_what_states_no_year_may_be_of_any(self, engine: Engine, tmp_path: Path) -> None:
        pq.write_table(rows(*STATED).set_column(2, "year", pa.array([2025, None, 2027, None])), tmp_path / "1.parquet")
        asked = Shape(COLUMNS, ["id"], at_most={"year": 2026})
        assert ids(engine.attach_folder("flat", str(tmp_path), asked)) == ["a", "b", "d"]

    def test_a_flat_folder_is_sifted_by_row(self, engine: Engine, tmp_path: Path) -> None:
        for place, row in enumerate(STATED):
            pq.write_table(rows(row), tmp_path / f"{place}.parquet")
        asked = Shape(COLUMNS, ["id"], among={"kind": ["penalty"]}, at_most={"year": 2026})
        assert ids(engine.attach_folder("flat", str(tmp_path), asked)) == ["a", "b"]
        assert ids(engine.attach_folder("flat", str(tmp_path), Shape(COLUMNS, at_most={"month": 1}))) == ["a", "b", "c", "d"]

    def test_nothing_is_left_of_a_folder_that_is_ruled_out(self, engine: Engine, tmp_path: Path) -> None:
        found = engine.attach_folder("none", str(lay_out(tmp_path / "r")), Shape(COLUMNS, among={"kind": ["judgment"]}))
        assert ids(found) == []
        assert found.columns == tuple(COLUMNS.names)

    def test_a_later_file_may_have_more_columns(self, engine: Engine, tmp_path: Path) -> None:
        pq.write_table(rows(STATED[0]), tmp_path / "1.parquet")
        pq.write_table(rows(STATED[1]).append_column("held", pa.array([True])), tmp_path / "2.parquet")
        assert [row["held"] for row in answered(engine.attach_folder("more", str(tmp_path), WHOLE))] == [None, True]

    @pytest.mark.parametrize(
        ("column", "values", "code", "told"),
        [
            ("id", [1.5], "T134", "column id is of type float64, not string"),
            ("fine", [1.5], "T134", "fine"),
            (None, [], "T133", "kind"),
        ],
    )
    def test_columns_that_do_not_fit(
        self, engine: Engine, tmp_path: Path, column: str | None, values: list[Any], code: str, told: str
    ) -> None:
        table = rows(STATED[0]).drop_columns([column or "kind"])
        pq.write_table(table.append_column(column, pa.array(values)) if column else table, tmp_path / "x.parquet")
        assert problem_of(lambda: engine.attach_folder("bad", str(tmp_path), WHOLE))[0] == code
        assert told in problem_of(lambda: engine.attach_folder("bad", str(tmp_path), WHOLE))[1]

    @pytest.mark.parametrize("name", ["", "nowhere"])
    def test_no_parquet(self, engine: Engine, tmp_path: Path, name: str) -> None:
        code, told = problem_of(lambda: engine.attach_folder("bad", str(tmp_path / name), WHOLE))
        assert code == "T135"
        assert told.startswith(str(tmp_path / name))

    def test_a_kept_table_becomes_a_folder(self, engine: Engine, tmp_path: Path) -> None:
        engine.keep("kept", engine.load("given", rows(*STATED, ("e", "penalty", 2025, 0))))
        assert engine.write_folder("kept", str(tmp_path / "out"), ["kind", "year"], ["fine"]) == 5
        found = {
            (path.parent.parent.name, path.parent.name): pq.read_table(path, partitioning=None)
            for path in (tmp_path / "out").rglob("*.parquet")
        }
        assert sorted(found) == [
            *(("kind=penalty", f"year={year}") for year in (2025, 2026, 2027)),
            ("kind=praise", "year=2025"),
        ]
        assert found["kind=penalty", "year=2025"].to_pydict() == {"id": ["e", "a"], "fine": [0, 1]}
        assert ids(engine.attach_folder("found", str(tmp_path / "out"), WHOLE)) == ["a", "b", "c", "d", "e"]
        assert problem_of(lambda: engine.write_folder("kept", str(tmp_path / "out"), [], ["id"]))[0] == "T137"

    def test_a_folder_without_parts(self, engine: Engine, tmp_path: Path) -> None:
        engine.keep("kept", engine.load("given", rows()))
        assert engine.write_folder("kept", str(tmp_path / "out"), [], ["id"]) == 4
        (only,) = (tmp_path / "out").rglob("*.parquet")
        assert pq.read_table(only)["id"].to_pylist() == ["a", "b", "c", "d"]


class TestTables:
    def test_a_table_written_by_one_run_is_read_by_another(self, engine: Engine) -> None:
        engine.keep("kept", engine.load("given", rows()))
        assert engine.write_table("kept", "ratings") == 4
        found = engine.attach_table("record", "ratings", Shape(COLUMNS, ["id"], at_most={"year": 2025}))
        assert answered(found)[0] == {"id": "a", "kind": "penalty", "fine": 1, "day": None, "held": None, "about": ""}
        assert ids(found) == ["a", "d"]
        assert ids(engine.keep("last", found.filter(found.id > "b"))) == ["d"]

    def test_it_is_replaced_whether_its_columns_are_the_same_or_not(self, engine: Engine) -> None:
        for table in (rows(), rows(STATED[0]), rows(STATED[1]).drop_columns(["fine"])):
            engine.keep("kept", engine.load("given", table))
            assert engine.write_table("kept", "replaced") == table.num_rows
            assert ids(engine.attach_table("found", "replaced", WHOLE)) == table["id"].to_pylist()
            loaded = engine.load("found", rows(STATED[3]))
            assert ids(engine.keep("seen", ibis.table(loaded.schema(), name="found"))) == ["d"]

    def test_a_name_is_a_name_and_never_a_statement(self, engine: Engine) -> None:
        for name in ("a b", "a.b.c.d", "x; DROP TABLE y", '"', "", "a.", 'a"b'):
            assert problem_of(lambda name=name: engine.attach_table("bad", name, WHOLE))[0] == "T131"  # type: ignore[misc]
        code, told = problem_of(lambda: engine.attach_table("bad", '"it\'s ""so"" `x`; DROP TABLE y"', WHOLE))
        assert code == "T132"
        assert "DROP TABLE y" in told

    def test_a_table_without_the_columns(self, engine: Engine) -> None:
        engine.keep("kept", engine.load("given", rows().drop_columns(["kind"])))
        engine.write_table("kept", "kindless")
        assert problem_of(lambda: engine.attach_table("bad", "kindless", WHOLE))[0] == "T133"

    def test_a_schema_that_is_not_there(self, engine: Engine) -> None:
        engine.keep("kept", engine.load("given", rows()))
        assert problem_of(lambda: engine.write_table("kept", "nowhere.ratings"))[0] == "T138"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two penalties, one of them corrected into the next year, and a commendation."""
    folder = tmp_path_factory.mktemp("store")
    head = "kind,unit_name,document_number,decided_on,awarded_on,title,replaces\n"
    said = "penalty,甲厂,1号,2025-03-05,,,\npenalty,乙厂,2号,2026-03-05,,,\ncommendation,丙厂,,,2024-06-01,绿色工厂,\n"
    (folder / "1.csv").write_text(head + said, "utf-8")
    import_files([folder / "1.csv"], "native", folder / "store", "2026-03-01T00:00:00Z")
    (batch,) = batches(folder / "store")
    (first,) = [row["record_id"] for row in batch.table().to_pylist() if row["unit_name"] == "甲厂"]
    (folder / "2.csv").write_text(f"{head}penalty,甲厂,1号,2026-01-05,,,{first}\n", "utf-8")
    assert import_files([folder / "2.csv"], "native", folder / "store", "2026-03-02T00:00:00Z").accepted == 1
    return folder / "store"


class TestRecords:
    VOCABULARY = read_vocabulary()

    def test_records_are_the_same_in_every_place_and_on_every_engine(self, engine: Engine, store: Path, tmp_path: Path) -> None:
        expected = pa.concat_tables([batch.table() for batch in batches(store)]).sort_by("record_id")
        assert [batch.rows for batch in Store(store).attach(engine, Asked(EVERYTHING), self.VOCABULARY)] == [3, 1]
        record = engine.table("record")
        assert partition_columns(record) == ("kind", "year")
        engine.keep("placed", with_year(record, self.VOCABULARY))
        engine.write_folder("placed", str(tmp_path / "lake"), ["kind", "year"], ["record_id"])
        engine.write_table("placed", "lake")
        years = {path.parent.name for path in (tmp_path / "lake/kind=penalty").rglob("*.parquet")}
        assert years == {"year=2025", "year=2026"}
        places = [record_place(str(tmp_path / "lake")), record_place("table:lake")]
        for place in places:
            held = place.attach(engine, Asked(EVERYTHING), self.VOCABULARY)
            assert [(batch.id, batch.rows) for batch in held] == [(batch.id, batch.rows) for batch in batches(store)]
            assert [batch.digest[:8] for batch in held] == DIGESTS
            assert engine.table("record").order_by("record_id").to_pyarrow().equals(expected)
            place.attach(engine, Asked("2026-03-01T00:00:00Z", kinds=["penalty"], last_year=2025), self.VOCABULARY)
            assert [row["unit_name"] for row in engine.table("record").to_pyarrow().to_pylist()] == ["甲厂"]


class TestDuckDB:
    def test_only_what_was_written_stays_in_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "envcredit.duckdb"
        for _ in range(2):
            with open_engine(f"duckdb:{file}") as engine:
                engine.keep("kept", engine.load("given", rows()))
                engine.write_table("kept", '"the ""record"""')
                engine.attach_table("record", 'main."the ""record"""', WHOLE)
        with open_engine(f"duckdb:{file}") as engine:
            shape = Shape(pa.schema([("table_name", pa.string())]))
            listed = engine.attach_table("listed", "system.information_schema.tables", shape).to_pyarrow()["table_name"]
            assert [name for name in listed.to_pylist() if name != "listed"] == ['the "record"']

    def test_memory_keeps_nothing(self) -> None:
        with open_engine() as engine:
            engine.load("kept", rows())
            assert problem_of(lambda: engine.write_table("kept", "ratings"))[0] == "T138"


class TestPostgreSQL:
    @pytest.fixture
    def theirs(self, place: Place) -> Iterator[psycopg.Connection[Any]]:
        """The database of somebody who speaks another language than C."""
        with psycopg.connect(place("postgresql"), autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS city CASCADE; CREATE SCHEMA city")
            yield connection
            connection.execute("DROP SCHEMA city CASCADE")

    def test_texts_of_a_table_are_seen_in_binary_order(self, place: Place, theirs: psycopg.Connection[Any]) -> None:
        theirs.execute(
            "CREATE TABLE city.record AS SELECT id::varchar(9) COLLATE \"unicode\" AS id FROM unnest('{a,B}'::text[]) id"
        )
        with open_engine(place("postgresql")) as engine:
            found = engine.attach_table("record", "city.record", Shape(COLUMNS, ["id"]))
            kept = engine.keep("last", found.agg(id=found.id.max(), first=found.about.min()))
            assert kept.to_pyarrow().to_pylist() == [{"id": "a", "first": ""}]

    def test_rights_and_views_outlive_a_new_result(self, place: Place, theirs: psycopg.Connection[Any]) -> None:
        with open_engine(place("postgresql")) as engine:
            engine.keep("kept", engine.load("given", rows()))
            engine.write_table("kept", "city.ratings")
            theirs.execute("CREATE VIEW city.seen AS SELECT id FROM city.ratings")
            engine.keep("kept", engine.load("given", rows(STATED[0])))
            engine.write_table("kept", "city.ratings")
            assert theirs.execute("SELECT * FROM city.seen").fetchall() == [("a",)]
            engine.keep("kept", engine.load("given", rows().drop_columns(["id"])))
            assert "view city.seen depends on" in problem_of(lambda: engine.write_table("kept", "city.ratings"))[1]
        logged = "SELECT relpersistence FROM pg_class WHERE oid = 'city.ratings'::regclass"
        assert theirs.execute(logged).fetchall() == [("p",)]

    def test_views_of_a_run_go_with_it(self, place: Place, theirs: psycopg.Connection[Any], tmp_path: Path) -> None:
        with open_engine(place("postgresql")) as engine:
            engine.attach_folder("record", str(lay_out(tmp_path / "r")), WHOLE)
        assert theirs.execute("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('envcredit')").fetchall() == []


def test_a_folder_that_a_cluster_cannot_see_is_sent_to_it(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(lay_out(tmp_path / "r"))
    with open_engine(place("sail")) as engine:
        monkeypatch.setattr(Path, "as_uri", lambda path: f"file:///nowhere/{path.name}")
        assert ids(engine.attach_folder("found", folder, Shape(COLUMNS, ["id"], at_most={"year": 2026}))) == ["a", "b", "d"]


def test_a_cluster_reads_the_parts_of_a_folder_that_it_sees(place: Place, tmp_path: Path) -> None:
    """Sail looks at the end of every file for the number of its rows, and at the rows of those that can matter."""
    asked = Shape(COLUMNS, ["id"], at_most={"year": 2026})
    with open_engine(place("sail")) as engine, pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(engine), "_sent", None)
        found = engine.attach_folder("found", str(lay_out(tmp_path / "r")), asked)
        session: Any = getattr(engine, "_session")  # noqa: B009
        plan = session.sql(engine.text(found))._explain_string()
    assert "year=2026/part-0.parquet" in plan
    assert "year=2027/part-0.parquet" not in plan


@contextmanager
def object_store(files: dict[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """A store on this machine that speaks as much of S3 as reading and writing need, and the keys that were opened."""
    opened: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Bucket, files, opened)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"endpoint_override=127.0.0.1:{server.server_port}&scheme=http&region=here", opened
        server.shutdown()


def chunks(stream: Any) -> Iterator[bytes]:
    """What comes as a length in a line and then so many bytes, to the length 0."""
    while size := int(stream.readline().split(b";")[0], 16):
        yield stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass


class _Bucket(BaseHTTPRequestHandler):
    def __init__(self, files: dict[str, bytes], opened: list[str], *given: Any) -> None:
        self.files, self.opened = files, opened
        super().__init__(*given)

    def log_message(self, *_said: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=me/"):
            self.answer(403, b"<Error><Code>AccessDenied</Code><Message>not for you</Message></Error>")
        elif (asked := parse_qs(parts.query)).get("list-type"):
            listed = [(k, v) for k, v in sorted(self.files.items()) if k.startswith(asked["prefix"][0])]
            rows = "".join(f"<Contents><Key>{escape(k)}</Key><Size>{len(v)}</Size></Contents>" for k, v in listed)
            self.answer(200, f"<ListBucketResult><KeyCount>{len(listed)}</KeyCount>{rows}</ListBucketResult>".encode())
        else:
            found = [(k, v) for k, v in self.files.items() if parts.path == f"/city/{quote(k)}"]
            self.opened += [key for key, _ in found]
            self.answer(206 if found else 404, found[0][1] if found else b"", self.headers.get("Range", ""))

    def do_POST(self) -> None:
        """The begin and the end of sending a file in parts; there is one part."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        begun = urlsplit(self.path).query == "uploads"
        self.answer(
            200,
            b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            if begun
            else b"<CompleteMultipartUploadResult/>",
        )

    def do_PUT(self) -> None:
        sent = BytesIO(b"".join(chunks(self.rfile)))
        self.files[unquote(urlsplit(self.path).path).removeprefix("/city/")] = b"".join(chunks(sent))
        self.answer(200, b"")

    def answer(self, status: int, body: bytes, span: str = "") -> None:
        first, _, last = span.removeprefix("bytes=").partition("-")
        part = body[int(first) : int(last) + 1] if span else body
        self.send_response(status if span or status != 206 else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("ETag", '"1"')
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(part)


class TestObjectStore:
    @pytest.mark.parametrize("name", ["duckdb", "postgresql"])
    def test_parts_of_a_bucket_are_read_and_others_not_opened(self, name: str, place: Place, tmp_path: Path) -> None:
        folder = lay_out(tmp_path)
        files = {f"r/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.parquet")}
        asked = Shape(COLUMNS, ["id"], among={"kind": ["penalty"]}, at_most={"year": 2026})
        with object_store(files) as (where, opened), open_engine(place(name)) as engine:
            assert ids(engine.attach_folder("found", f"s3://me:secret@city/r?{where}", asked)) == ["a", "b"]
        assert set(opened) == {f"r/kind=penalty/year={year}/part-0.parquet" for year in (2025, 2026)}

    @pytest.mark.parametrize("name", ["duckdb", "postgresql"])
    def test_a_kept_table_goes_into_a_bucket_that_is_empty_there(self, name: str, place: Place) -> None:
        files: dict[str, bytes] = {}
        with object_store(files) as (where, _opened), open_engine(place(name)) as engine:
            engine.keep("kept", engine.load("given", rows()))
            location = f"s3://me:secret@city/out?{where}"
            assert engine.write_folder("kept", location, ["kind"], ["id"]) == 4
            assert set(files) == {f"out/kind={kind}/part-0.parquet" for kind in ("penalty", "praise")}
            assert ids(engine.attach_folder("found", location, WHOLE)) == ["a", "b", "c", "d"]
            assert problem_of(lambda: engine.write_folder("kept", location, ["kind"], ["id"]))[0] == "T137"

    def test_one_that_does_not_let_us_in(self) -> None:
        with object_store({}) as (where, _opened), open_engine() as engine:
            code, told = problem_of(lambda: engine.attach_folder("found", f"s3://you:secret@city/r?{where}", WHOLE))
        assert code == "T136"
        assert told.startswith("s3://city/r: T136")
        assert "secret" not in told

    def test_a_kind_of_place_that_nobody_knows(self) -> None:
        with open_engine() as engine:
            assert problem_of(lambda: engine.attach_folder("found", "ftp://city/r", WHOLE))[0] == "T136"
