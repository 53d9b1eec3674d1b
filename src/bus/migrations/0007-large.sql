-- How large a body of a service may be, and of a contract when less is agreed.
alter table bus.service add column body_mb int2 not null default 8 check (body_mb between 1 and 100);
alter table bus.contract add column body_mb int2 check (body_mb between 1 and 100);

-- Large bodies of calls that wait for somebody, in sealed pieces: nobody holds one whole in memory. They are stored before the row
-- that names them (`about`: the call, or the log's row of an answer); what no row names is removed.
create table bus.piece (
  about uuid not null,
  number int4 not null,
  sealed bytea not null,
  stored_at timestamptz not null,
  primary key (about, number)
);
alter table bus.piece alter column sealed set storage external;
create index piece_age on bus.piece using brin (stored_at);
grant select, insert, delete on bus.piece to spona_app;

-- In how many pieces the contents lie; 0: in the row itself.
alter table bus.body add column pieces int4 not null default 0;
alter table bus.answer add column pieces int4 not null default 0;
alter table bus.answer add column large uuid;
alter table bus.answer add column digest text;
create index answer_large on bus.answer (large) where large is not null;
