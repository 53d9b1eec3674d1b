-- The medical part: diagnosis, who assessed, why an exception, what the commission found. The table belongs to a role that nobody signs in as;
-- the server reaches it only through two functions, and the employer's role (0003) through none. The key it is sealed with is outside the database.
do $$
begin
  if not exists (select from pg_roles where rolname = 'spona_sickleave_medical') then
    create role spona_sickleave_medical nologin;
  end if;
end $$;
grant spona_sickleave_medical to current_user;
create schema sickleave_medical authorization spona_sickleave_medical;
set local role spona_sickleave_medical;

create table sickleave_medical.part (
  patient int8 not null,
  leave   uuid not null,
  seq     int4 not null,
  sealed  bytea not null check (octet_length(sealed) between 29 and 20000),
  primary key (patient, leave, seq)
);

create function sickleave_medical.keep(p_patient int8, p_leave uuid, p_seq int4, p_sealed bytea)
returns void language sql security definer set search_path = sickleave_medical, pg_temp as $$
  insert into part (patient, leave, seq, sealed) values (p_patient, p_leave, p_seq, p_sealed)
$$;

create function sickleave_medical.parts_of(p_patient int8, p_leave uuid)
returns table (seq int4, sealed bytea) language sql stable security definer set search_path = sickleave_medical, pg_temp as $$
  select seq, sealed from part where patient = p_patient and leave = p_leave order by seq limit 500
$$;

revoke all on all functions in schema sickleave_medical from public;
grant usage on schema sickleave_medical to spona_app;
grant execute on all functions in schema sickleave_medical to spona_app;
reset role;
