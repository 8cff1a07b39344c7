"""How long a read-modify-write under a lock takes, against a guarded update: the floor under every posting."""

from collections.abc import Callable

from django.db import connection, transaction

TITLE = "One counter, raised under a lock and by a guarded update"
_times = [0]


def prepare(scale: float) -> None:
    _times[0] = max(1, round(200 * scale))
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_counter")
        cursor.execute("create table bench_counter (id int primary key, n int)")
        cursor.execute("insert into bench_counter values (1, 0)")


def guarded() -> None:
    for _ in range(_times[0]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("update bench_counter set n = n + 1 where id = 1 and n < 1000000000")


def locked() -> None:
    suffix = " for update" if connection.vendor == "postgresql" else ""
    for _ in range(_times[0]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select n from bench_counter where id = 1" + suffix)
            cursor.execute("update bench_counter set n = %s where id = 1", [cursor.fetchone()[0] + 1])


CASES: dict[str, Callable[[], None]] = {"guarded update": guarded, "lock, read, write": locked}
