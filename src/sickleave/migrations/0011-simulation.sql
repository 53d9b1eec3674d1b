-- What a changed number of the law would cost for all leaves of a year: asked for by an officer, reckoned by the clocks of the Fund, kept as sums only.
create table sickleave.simulation (
  id          uuid primary key,
  at          timestamptz not null,
  actor       text collate "C" not null,
  actor_name  text not null,
  year        int4 not null,
  name        text collate "C" not null,
  value       int8 not null,
  from_day    date not null,
  -- How many of the people with a leave are through.
  people      int4 not null default 0,
  people_all  int4,
  finished_at timestamptz,
  view        jsonb
);
create index simulation_open on sickleave.simulation (at) where finished_at is null;
create index simulation_at on sickleave.simulation (at);
grant select, insert on sickleave.simulation to spona_app;
grant update (people, people_all, finished_at, view) on sickleave.simulation to spona_app;
