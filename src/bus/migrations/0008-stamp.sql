-- What a time-stamping authority (RFC 3161) said about a seal: it existed at that time.
create table bus.stamp (
  seal int8 primary key references bus.seal (number),
  token bytea not null,
  stored_at timestamptz not null
);
grant select, insert on bus.stamp to spona_app;
