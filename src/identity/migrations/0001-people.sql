-- Who is who. The tables belong to a role of their own that nobody can sign in as. The server reads names and keys; personal numbers it reaches
-- only through the functions of 0002, each of which does one thing.
do $$
begin
  if not exists (select from pg_roles where rolname = 'spona_identity') then
    create role spona_identity nologin;
  end if;
end $$;
grant spona_identity to current_user;
create schema identity authorization spona_identity;
set local role spona_identity;

-- One row for ever per person. Its id is also the person's root patient key; `handle` alone may stand in a link.
create table identity.person (
  id               int8 primary key check (id between 4096 and 281474976710655),
  handle           uuid not null unique,
  state            text collate "C" not null check (state in ('active', 'merged', 'deceased', 'void')),
  -- The survivor; both resolve for ever.
  merged_into      int8 references identity.person,
  -- When JMBG or EBS became known and the LZB was issued; null is a pending identity.
  identified_at    timestamptz,
  temporary_number text collate "C" unique,
  created_at       timestamptz not null,
  check ((state = 'merged') = (merged_into is not null)),
  check (merged_into <> id)
);
create index person_merged on identity.person (merged_into) where merged_into is not null;

-- Personal numbers: found by keyed hash, read by decryption; both keys live outside the database.
create table identity.number (
  hash        bytea primary key check (octet_length(hash) = 32),
  kind        text collate "C" not null check (kind in ('jmbg', 'ebs', 'lbo', 'lzb')),
  -- Deferred: the number is claimed first, and only its winner becomes a person.
  person      int8 not null references identity.person deferrable initially deferred,
  cipher      bytea not null,
  recorded_at timestamptz not null
);
create index number_by_person on identity.number (person, kind);
create unique index number_one_lzb on identity.number (person) where kind = 'lzb';

-- The set of keys of a person: the root, and one for each chart of each institution. A key moves between people, never a row of the record.
create table identity.chart_key (
  key                 int8 primary key,
  person              int8 not null references identity.person,
  institution         int4,
  chart_number        text,
  dental_chart_number text,
  -- People this chart was separated from by hand: its sender cannot bring it back by sending the same again.
  unlinked_from       int8[] not null default '{}',
  linked_at           timestamptz not null
);
create index chart_key_by_person on identity.chart_key (person);

-- Institution, assigning authority and local number, hashed, because a sender may put any number there: so the second message finds the first.
create table identity.local_number (
  hash bytea primary key check (octet_length(hash) = 32),
  key  int8 not null
);
create index local_number_by_key on identity.local_number (key);

-- What was linked and unlinked, by whom and why. Only ever added to; `batch` is one act, and undoing it moves back what it moved.
create table identity.key_event (
  id          int8 generated always as identity primary key,
  batch       uuid not null,
  at          timestamptz not null,
  kind        text collate "C" not null check (kind in ('filed', 'link', 'unlink')),
  key         int8 not null,
  from_person int8,
  from_state  text,
  to_person   int8 not null,
  actor       text not null,
  reason      text not null
);
create index key_event_by_key on identity.key_event (key, id);
create index key_event_by_batch on identity.key_event (batch);
create index key_event_by_to on identity.key_event (to_person);

-- What is said of the person under each key; the central population register under the root. Shown: the central one, else the newest.
create table identity.demographics (
  key         int8 primary key,
  is_central  boolean not null,
  family      text not null,
  given       text not null,
  parent      text,
  birth_date  text collate "C" check (birth_date ~ '^\d{4}(-\d{2}(-\d{2})?)?$'),
  sex         text collate "C" not null check (sex in ('male', 'female', 'other', 'unknown')),
  place       text,
  address     text,
  phone       text,
  deceased_at text collate "C",
  -- Folded words of family and given name.
  words       text[] collate "C" not null,
  changed_at  timestamptz not null
);
-- Without a pending list: a search must not pay for what others have just written.
create index demographics_by_word on identity.demographics using gin (words) with (fastupdate = off);

-- Every word that is a name, with each form that one slip of the finger makes of it. Doubles from simultaneous writers are harmless;
-- a unique index would make everyone who registers the same new name wait for the first.
create table identity.name_word (
  word     text collate "C" not null,
  variants text[] collate "C" not null
);
create index name_word_by_word on identity.name_word (word);
create index name_word_by_variant on identity.name_word using gin (variants) with (fastupdate = off);

-- Failed tries to open a visit by number and birth date, so that a limit holds in all processes.
create table identity.failed_try (
  actor text collate "C" not null,
  at    timestamptz not null
);
create index failed_try_by_actor on identity.failed_try (actor, at);

reset role;
grant usage on schema identity to spona_app;
grant select on identity.person, identity.chart_key, identity.demographics, identity.name_word, identity.key_event to spona_app;
grant select, insert, delete on identity.failed_try to spona_app;
