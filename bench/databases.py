"""The databases of the benchmarks. With BENCH_TEMPLATE, the name of a migrated one, new ones are copies of that."""

import os

import psycopg


def admin(server: str) -> "psycopg.Connection[tuple[str]]":
    """``server`` is the URL of PostgreSQL without a database."""
    return psycopg.connect(f"{server}/postgres", autocommit=True)


def create(server: str, name: str, *, for_product: bool = True) -> None:
    """Create the database; one that exists is dropped before. That of another program than the product is empty."""
    template = os.environ.get("BENCH_TEMPLATE", "template1") if for_product else "template1"
    drop(server, name)
    with admin(server) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def drop(server: str, *names: str) -> None:
    with admin(server) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
