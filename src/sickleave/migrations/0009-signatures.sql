-- The doctor's session signature. The key itself stays with the doctor; here is its public half, whose it is and until when. What was signed holds
-- the diagnosis and lies with the medical part of its step.
create table sickleave.signing_key (
  kid         text collate "C" primary key,
  account     text collate "C" not null,
  session     uuid not null,
  name        text not null,
  institution int4 not null,
  worker      int4 not null,
  -- How the doctor had shown who they are: by the password once more, or by a sign-in a moment before.
  confirmed   text collate "C" not null check (confirmed in ('password', 'sign-in')),
  jwk         jsonb not null,
  from_at     timestamptz not null,
  until_at    timestamptz not null,
  ended_at    timestamptz
);
create index signing_key_by_session on sickleave.signing_key (session);

-- A signature is good for one act.
create table sickleave.signed_once (
  kid   text collate "C" not null,
  nonce uuid not null,
  primary key (kid, nonce)
);

create table sickleave.signed (
  patient int8 not null,
  leave   uuid not null,
  seq     int4 not null,
  -- The step whose medical part holds what was signed; an act may be two steps.
  part    int4 not null,
  kid     text collate "C" not null,
  at      timestamptz not null,
  primary key (patient, leave, seq)
);

-- Which step a document was issued by; null where it was issued before this was written down.
alter table sickleave.document add column seq int4;

grant select, insert on sickleave.signing_key, sickleave.signed_once, sickleave.signed to spona_app;
grant update (ended_at) on sickleave.signing_key to spona_app;
