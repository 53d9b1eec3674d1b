-- What somebody must do something about. Said once: to the member whom it concerns, and to the operator when it stays.
create table bus.alert (
  id uuid primary key,
  rule text not null check (rule in ('errors', 'queue-old', 'parked', 'key-ends', 'centre')),
  about text not null,
  member uuid references bus.member (id),
  figure text not null,
  since timestamptz not null,
  seen_at timestamptz not null,
  told_member_at timestamptz,
  told_operator_at timestamptz,
  taken_by text,
  ended_at timestamptz
);
create unique index alert_open on bus.alert (rule, about) where ended_at is null;
create index alert_since on bus.alert (since);
grant select, insert, delete on bus.alert to spona_app;
grant update (figure, seen_at, told_member_at, told_operator_at, taken_by, ended_at) on bus.alert to spona_app;
