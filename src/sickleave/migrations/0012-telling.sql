-- The employers' process tells channels itself (decision 0052): it takes what is due and writes how far a channel was told. Whom a channel is told of, and
-- that it is told at all, only the server writes.
grant select (id, employer, kind, address, content, name, ended_at, is_confirmed, mailed_at), update (mailed_at) on sickleave.channel to spona_employers;
grant select (channel, employer, wanted, sent, due_at, leased_until, failures, failing_since, trouble, parked_at),
      update (sent, due_at, leased_until, failures, failing_since, trouble, parked_at) on sickleave.channel_place to spona_employers;
grant select (agency, employer, confirmed_at, ended_at, until_day) on sickleave.mandate to spona_employers;
create policy telling on sickleave.channel to spona_employers using (true);
create policy telling on sickleave.channel_place to spona_employers using (true);
create policy telling on sickleave.mandate for select to spona_employers using (true);
