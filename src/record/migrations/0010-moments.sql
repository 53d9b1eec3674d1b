-- Instants and what was visible then. An instant alone cannot say what a client has seen: a version carries the time when its
-- request came, and commits later. A row here is a snapshot of PostgreSQL and a time that is not before it.
-- One row a second at most while something is written; older ones are thinned, which makes answers longer and never incomplete.
create table record.moment (
  at timestamptz primary key,
  all_ended int8 not null,            -- below it everything had ended
  none_begun int8 not null,            -- from it on nothing had begun
  running int8[] not null        -- between them, what was still under way
);
grant select, insert, delete on record.moment to spona_app;

-- What was written before there were moments is below this one.
insert into record.moment (at, all_ended, none_begun, running)
select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond', pg_snapshot_xmin(s)::text::int8, pg_snapshot_xmax(s)::text::int8,
       array(select x::text::int8 from pg_snapshot_xip(s) as x)
  from pg_current_snapshot() as s;
