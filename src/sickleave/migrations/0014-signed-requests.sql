-- What a requester signed with a certificate of their own, as it came: the evidence of a submission. Only added to.
create table sickleave.signed_request (
  patient int8 not null,
  request uuid not null,
  sha256  bytea not null,
  type    text collate "C" not null check (type in ('application/pdf', 'application/pkcs7-signature')),
  content bytea not null check (octet_length(content) between 1 and 3145728),
  at      timestamptz not null,
  actor   text collate "C" not null,
  primary key (patient, request, sha256)
);
grant select, insert on sickleave.signed_request to spona_app;
