-- The view of the lake, for DuckDB: the newest state of each booking, the states of matches, what other sites sold.
--
--   cd LAKE && duckdb -init views.sql             a folder
--   set variable lake = 's3://BUCKET/PREFIX';     a bucket, before this file (install httpfs, and a secret: see docs/run/lake.md)
--
-- A row may stand in two files until they are merged, and a booking has a row for each of its states: the views have each once.
-- Where two say the same version, the one without a fan is the one after an erasure.

create or replace view bookings as
select * exclude (place)
from (
    select *, row_number() over (partition by reservation_id order by version desc, subject nulls first) as place
    from read_parquet(coalesce(getvariable('lake'), '.') || '/bookings/date=*/*.parquet', hive_partitioning = true, union_by_name = true)
)
where place = 1;

-- Each state of a match counts from its "at" on (a word of DuckDB's own, so it is quoted), until the next version.
create or replace view matches as
select * exclude (place)
from (
    select *, row_number() over (partition by match_number, version order by "at") as place
    from read_parquet(coalesce(getvariable('lake'), '.') || '/matches/date=*/*.parquet', hive_partitioning = true, union_by_name = true)
)
where place = 1;

create or replace view sales as
select * exclude (place)
from (
    select *, row_number() over (partition by "cluster", "partition", record_offset order by "at") as place
    from read_parquet(coalesce(getvariable('lake'), '.') || '/sales/date=*/*.parquet', hive_partitioning = true, union_by_name = true)
)
where place = 1;
