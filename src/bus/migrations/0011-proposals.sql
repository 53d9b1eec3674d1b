-- A parked message that one operator mended and another lets go. What was proposed, by whom and who decided stays.
create table bus.proposal (
  id uuid primary key,
  message uuid not null,
  recipient uuid not null references bus.member (id),
  proposed_by text not null,
  proposed_name text not null,
  proposed_at timestamptz not null,
  reason text not null,
  -- The new contents, sealed as those of messages are; gone when it was decided.
  sealed bytea,
  state text not null default 'open' check (state in ('open', 'approved', 'refused')),
  decided_by text,
  decided_name text,
  decided_at timestamptz,
  decided_reason text,
  -- The message that went in its place.
  sent uuid
);
create index proposal_open on bus.proposal (proposed_at) where state = 'open';
create index proposal_message on bus.proposal (message);
grant select, insert on bus.proposal to spona_app;
grant update (sealed, state, decided_by, decided_name, decided_at, decided_reason, sent) on bus.proposal to spona_app;
-- The mended message takes the place of the parked one in its queue: what follows in order still follows.
grant update (message) on bus.delivery to spona_app;
