-- Search parameters that an operator added to those of the standard. `compiled` is what every process runs, under a seal of the
-- house's key, because whoever can write this table must not be able to make the server run something.
create table record.search_parameter (
  code text collate "C" primary key,
  url text not null,
  definition text not null,
  compiled text not null,
  seal bytea not null,
  added_at timestamptz not null,
  changed int8 not null,              -- from the sequence below: a process that sees another number reads the table anew
  -- Rows that were there before are led to by the index, batch by batch; until then only the resources themselves can tell.
  is_indexed bool not null default false,
  step text not null default 'waits' check (step in ('waits', 'current', 'superseded', 'late', 'done')),
  done int8 not null default 0,
  total int8 not null default 0,
  place_patient int8, place_type int2, place_id uuid, place_version int4,
  from_tx int8 not null default 0     -- written since then: looked at once more, for writers that did not know yet
);
create sequence record.search_parameter_change;
grant select, insert, update, delete on record.search_parameter to spona_app;
grant usage on record.search_parameter_change to spona_app;
