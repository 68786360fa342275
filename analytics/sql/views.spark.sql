-- The view of the lake, for Spark SQL: as views.sql has it for DuckDB. Replace /data/lake by the lake's folder, or by s3a://BUCKET/PREFIX.

create or replace temporary view bookings_states
using parquet options (path '/data/lake/bookings', mergeSchema 'true', pathGlobFilter '*.parquet');

create or replace temporary view bookings as
select * except (place)
from (
    select *, row_number() over (partition by reservation_id order by version desc, subject nulls first) as place
    from bookings_states
)
where place = 1;

create or replace temporary view matches_states
using parquet options (path '/data/lake/matches', mergeSchema 'true', pathGlobFilter '*.parquet');

create or replace temporary view matches as
select * except (place)
from (
    select *, row_number() over (partition by match_number, version order by at) as place
    from matches_states
)
where place = 1;

create or replace temporary view sales_states
using parquet options (path '/data/lake/sales', mergeSchema 'true', pathGlobFilter '*.parquet');

create or replace temporary view sales as
select * except (place)
from (
    select *, row_number() over (partition by cluster, partition, record_offset order by at) as place
    from sales_states
)
where place = 1;
