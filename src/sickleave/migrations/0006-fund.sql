-- What the Fund reckons and pays, and who was reminded of what. Everything is added only; a payment file is closed by its execution.
create table sickleave.calculation (
  patient    int8 not null,
  id         uuid not null,
  request    uuid not null,
  at         timestamptz not null,
  actor      text collate "C" not null,
  -- What went in, so that the same can be reckoned again, and the result with its derivation.
  input      jsonb not null,
  view       jsonb not null,
  total      int8 not null check (total >= 0),
  primary key (patient, id)
);
create index calculation_of_request on sickleave.calculation (patient, request, at);

create table sickleave.payment (
  id          uuid primary key,
  number      text collate "C" not null unique,
  at          timestamptz not null,
  actor       text collate "C" not null,
  actor_name  text not null,
  lines       int4 not null check (lines > 0),
  total       int8 not null check (total > 0),
  sha256      bytea not null,
  csv         text not null,
  executed_on date,
  executed_at timestamptz,
  executed_by text collate "C"
);
create index payment_open on sickleave.payment (at) where executed_on is null;

create table sickleave.payment_line (
  patient int8 not null,
  request uuid not null,
  payment uuid not null,
  amount  int8 not null check (amount > 0),
  account text collate "C" not null,
  payee   text not null,
  primary key (patient, request, payment)
);
create index payment_line_of on sickleave.payment_line (payment, request);

-- One row for what somebody was reminded of: each once for each day that it was due.
create table sickleave.reminder (
  about uuid not null,
  kind  text collate "C" not null,
  due   date not null,
  at    timestamptz not null,
  primary key (about, kind, due)
);
create index reminder_at on sickleave.reminder (at);

grant select, insert on sickleave.calculation, sickleave.payment, sickleave.payment_line, sickleave.reminder to spona_app;
grant update (at) on sickleave.reminder to spona_app;
grant update (executed_on, executed_at, executed_by) on sickleave.payment to spona_app;
