"""Spark reads a lake by analytics/sql/views.spark.sql and says what it sees: run by hand, for Spark is 400 MB.

    python3 -m venv .venv && .venv/bin/pip install pyspark==4.0.1      with a JDK 17 or newer
    .venv/bin/python spark.py                                           the fixtures of analytics/tests/lake, compared
    .venv/bin/python spark.py LAKE                                      another lake: its counts
"""

import json
import pathlib
import sys
import uuid

from pyspark.sql import SparkSession

ANALYTICS = pathlib.Path(__file__).resolve().parents[3] / "analytics"
VIEWS = ANALYTICS / "sql/views.spark.sql"


def opened(folder):
    spark = SparkSession.builder.master("local[2]").appName("lake").config("spark.ui.enabled", "false") \
        .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1") \
        .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "4").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    text = "\n".join(line for line in VIEWS.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
    for statement in filter(str.strip, text.replace("/data/lake", str(folder)).split(";")):
        spark.sql(statement)
    return spark


def compare(folder):
    spark = opened(folder)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    rows = spark.sql("select reservation_id, version, subject, country, status, `at`, date from bookings order by reservation_id")
    seen = [(str(uuid.UUID(bytes=bytes(row[0]))), row[1], str(uuid.UUID(bytes=bytes(row[2]))) if row[2] else None, row[3], row[4])
            for row in rows.collect()]
    wanted = [(row["reservationId"], row["version"], row["subject"], row["country"], row["status"]) for row in expected["bookings"]]
    assert seen == wanted, (seen, wanted)
    for table in ("matches", "sales"):
        count = spark.sql(f"select count(*) from {table}").first()[0]
        assert count == len(expected[table]), (table, count)
    rows.printSchema()
    print(f"{folder.name}: Spark {spark.version} sees the {len(seen)} bookings, the matches and the sales that are expected")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        lake = opened(pathlib.Path(sys.argv[1]).resolve())
        lake.sql("select status, count(*), sum(quantity) from bookings group by status order by status").show()
    else:
        for each in sorted(path for path in (ANALYTICS / "tests/lake/fixtures").iterdir() if path.is_dir()):
            compare(each)
