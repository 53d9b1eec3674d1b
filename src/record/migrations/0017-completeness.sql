-- Completeness: what an institution should have reported, and what came. Kept by one reader of the outbox (record.completeness_mark),
-- so nothing scans the record. Pointers and times only, no contents.

-- Visits and stays that were heard of: an Appointment, or an Encounter.
create table record.expected (
  patient int8 not null,
  type int2 not null,
  id uuid not null,
  institution int4 not null,
  kind text not null check (kind in ('booking', 'visit', 'stay')),
  -- open: it goes on; due: a report is expected; merged: a booking whose visit came; void: called off or wrong.
  state text not null check (state in ('open', 'due', 'merged', 'void')),
  began_at timestamptz not null,
  ended_at timestamptz not null,      -- of what is open: not before this
  day date not null,                  -- the day in Belgrade on which it ended
  booking uuid,                       -- the Appointment that an Encounter names
  received_at timestamptz,            -- when its report came
  reminded_at timestamptz,            -- when its institution was told that it is late
  primary key (patient, type, id)
);
create index expected_waiting on record.expected (institution, ended_at) where state = 'due' and received_at is null;
grant select, insert, delete on record.expected to spona_app;
grant update (state, kind, began_at, ended_at, day, booking, received_at, reminded_at, institution) on record.expected to spona_app;

-- Reports: documents and findings that a person can read.
create table record.report (
  patient int8 not null,
  type int2 not null,
  id uuid not null,
  institution int4 not null,
  encounter uuid,
  at timestamptz not null,            -- when it was finished where it was made
  day date not null,                  -- the day in Belgrade that it is about
  received_at timestamptz not null,   -- when its first finished version came
  void bool not null,
  primary key (patient, type, id)
);
grant select, insert, delete on record.report to spona_app;
grant update (encounter, at, day, received_at, void, institution) on record.report to spona_app;

-- The meter: sums that move with each change.
create table record.institution_day (
  institution int4 not null,
  day date not null,
  due int4 not null default 0,               -- visits and stays that ended on the day
  reported int4 not null default 0,          -- of these, with a report
  reported_in_time int4 not null default 0,  -- of these, within 24 hours of the end
  reports int4 not null default 0,           -- reports about the day
  reports_in_time int4 not null default 0,   -- of these, received within 24 hours of being finished
  primary key (institution, day)
);
create index institution_day_by_day on record.institution_day (day);
grant select, insert, delete on record.institution_day to spona_app;
grant update (due, reported, reported_in_time, reports, reports_in_time) on record.institution_day to spona_app;

-- Documents that the record sent back over the bus, with the first reason.
create table record.refused_document (
  institution int4 not null,
  day date not null,
  message uuid not null,
  at timestamptz not null,
  code text not null,
  expression text,
  reason text not null,
  primary key (institution, day, message)
);
grant select, insert, delete on record.refused_document to spona_app;

-- When an institution's system was last reminded.
create table record.reminded (
  institution int4 primary key,
  at timestamptz not null
);
grant select, insert, update on record.reminded to spona_app;

-- The last row of the outbox that was looked at, one row.
create table record.completeness_mark (
  tx int8 not null,
  patient int8 not null,
  id uuid not null
);
insert into record.completeness_mark (tx, patient, id) values (0, 0, '00000000-0000-0000-0000-000000000000');
grant select, update on record.completeness_mark to spona_app;
