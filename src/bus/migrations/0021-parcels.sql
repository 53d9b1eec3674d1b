-- Contents of messages that came under one signature, compressed and sealed together: documents of one sender say mostly the same, and one row holds
-- what took thousands of bytes in the row of each.
create table bus.parcel (
  id uuid primary key,
  sealed bytea not null,
  messages int4 not null,
  stored_at timestamptz not null
);
alter table bus.parcel alter column sealed set storage external;
create index parcel_age on bus.parcel using brin (stored_at);
grant select, insert, delete on bus.parcel to spona_app;

-- Of a message in a parcel: in which, and where its contents stand when that is open. It was stored at the very moment of its parcel, by which it is found.
alter table bus.body alter column sealed drop not null;
alter table bus.body add column parcel uuid;
alter table bus.body add column starts int4;
alter table bus.body add column bytes int4;
alter table bus.body add check ((sealed is null) = (parcel is not null) and (parcel is null) = (starts is null) and (parcel is null) = (bytes is null)) not valid;
