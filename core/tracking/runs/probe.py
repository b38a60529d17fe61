"""A look at a database before MLflow opens it, which would wait for minutes, or change it."""

from typing import Any

from core.tracking.runs.faults import away

CONNECT_S = 4
"""That a database may take to answer at all."""


def probe(address: str, where: str) -> None:
    """See that a database is one of runs, of this MLflow's version, and answers.

    MLflow itself would bring an old one up to date unasked, and make its tables in one of another
    program. One that holds nothing at all is left for MLflow to fill.

    Args:
        address: SQLAlchemy's.
        where: The address as a person may see it.

    Raises:
        AwayError: It isn't.
    """
    import sqlalchemy

    argument = "timeout" if address.startswith("sqlite") else "connect_timeout"
    engine = sqlalchemy.create_engine(
        address, connect_args={argument: CONNECT_S}, poolclass=sqlalchemy.NullPool
    )
    try:
        with engine.connect() as connection:
            found = _version(connection)
    finally:
        engine.dispose()
    if found is None:
        return
    if found == "":
        raise away(f"{where} isn't a database of runs")
    if found != _ours():
        raise away(f"{where} was made by another version of MLflow")


def _version(connection: Any) -> str | None:
    """The version of the tables; "" where they are not MLflow's, None where there are none."""
    import sqlalchemy

    names = set(sqlalchemy.inspect(connection).get_table_names())
    if not names:
        return None
    if not {"alembic_version", "runs", "experiments"} <= names:
        return ""
    found = connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found or "")


def _ours() -> str:
    from mlflow.store.db.utils import _get_latest_schema_revision

    return str(_get_latest_schema_revision())
