-- People about whom something was corrected after the Fund had decided on money: the clocks of the Fund reckon their requests anew.
create table sickleave.recheck (
  patient int8 primary key,
  since   timestamptz not null
);
create index recheck_since on sickleave.recheck (since);
grant select, insert, delete on sickleave.recheck to spona_app;
grant update (since) on sickleave.recheck to spona_app;
