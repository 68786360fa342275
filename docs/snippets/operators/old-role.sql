-- The old password opens nothing any more, and connections that it opened end.
ALTER ROLE :"old" NOLOGIN;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = :'old';
