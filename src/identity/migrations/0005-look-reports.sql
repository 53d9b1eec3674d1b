-- A look that the person does not recognise, and what the data officer of the institution found. The look stands here as the person saw it.
create table identity.look_report (
  patient     int8 not null,
  id          uuid not null,
  institution int4 not null,
  look        text collate "C" not null,
  shown       jsonb not null,
  text        text,
  made_at     timestamptz(3) not null,
  made_by     text collate "C" not null,
  due         date not null,
  finding     text collate "C" check (finding in ('in-order', 'not-in-order')),
  answer      text,
  answered_at timestamptz(3),
  answered_by text,
  primary key (patient, id),
  unique (patient, look),
  check ((answered_at is null) = (finding is null) and (finding is null) = (answer is null) and (answer is null) = (answered_by is null))
);
create index look_report_by_institution on identity.look_report (institution, made_at);

grant select, insert on identity.look_report to spona_app;
grant update (finding, answer, answered_at, answered_by) on identity.look_report to spona_app;
