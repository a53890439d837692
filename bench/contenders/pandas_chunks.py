"""The stack that tidemark replaces: SQLAlchemy and pandas, a server-side cursor, chunks that are counted and dropped."""

import json
import sys
import time

import pandas
import sqlalchemy

with open(sys.argv[1], encoding="utf8") as file:
    order = json.load(file)
login = order["login"]
started = time.perf_counter()
engine = sqlalchemy.create_engine(
    sqlalchemy.URL.create(
        "mysql+pymysql",
        username=login["user"],
        password=login["password"],
        host=login["host"],
        port=login["port"],
        query={"charset": "utf8mb4"},
    )
)
rows = 0
with engine.connect().execution_options(stream_results=True) as connection:
    for chunk in pandas.read_sql(sqlalchemy.text(order["query"]), connection, chunksize=50_000):
        rows += len(chunk)
print(json.dumps({"rows": rows, "seconds": time.perf_counter() - started}))
