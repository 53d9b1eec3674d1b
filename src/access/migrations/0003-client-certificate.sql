-- The TLS certificate that a system must hold besides its key (RFC 8705), as thumbprint; the newest row counts, null is none.
create table access.client_certificate (
  client text not null references access.client (id),
  number int4 not null,
  at timestamptz not null,
  thumbprint text check (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  primary key (client, number)
);
grant select, insert on access.client_certificate to spona_app;
