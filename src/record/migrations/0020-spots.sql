-- The primary keys hold 48 bits of a hash of the id instead of the id: an entry of the index of record.resource takes 28 bytes and not 44. Two ids of
-- one patient and type with the same hash are one pair in 10^14: the writer of the second is refused and comes again with another id.
-- PostgreSQL has to keep this hash as long as tables can be partitioned by it.
alter table record.resource
  drop constraint resource_pkey,
  add column spot_high int2 not null generated always as ((uuid_hash_extended(id, 0) >> 48)::int2) stored,
  add column spot int4 not null generated always as (uuid_hash(id)) stored,
  add primary key (patient, type, spot_high, spot);

alter table record.superseded
  drop constraint superseded_pkey,
  add column spot_high int2 not null generated always as ((uuid_hash_extended(id, 0) >> 48)::int2) stored,
  add column spot int4 not null generated always as (uuid_hash(id)) stored,
  add primary key (patient, type, spot_high, spot, version);
