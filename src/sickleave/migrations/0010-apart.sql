-- The role that the employers' process signs in as (decision 0040). By itself it reads which codes of documents are genuine and nothing else; for each
-- question it becomes spona_employer, under row security. Its password is set by the server, or by the operator of another machine.
do $$
begin
  if not exists (select from pg_roles where rolname = 'spona_employers') then
    create role spona_employers login noinherit;
  end if;
end $$;
grant spona_employer to spona_employers;
grant usage on schema sickleave to spona_employers;
grant select on sickleave.checkable to spona_employers;

-- What an employee shares is sealed by a key of that share alone. The former copies lie under the key of the medical part, which the employers' process
-- does not have: they are gone, and whoever wants to share does so again.
delete from sickleave.shared;
alter table sickleave.shared
  -- The key is made of this number and a secret outside the database; a share taken back and given again has another.
  add column share uuid not null,
  -- Last instant of the consent, when the employee set one.
  add column until_at timestamptz;
drop policy own on sickleave.shared;
create policy own on sickleave.shared for select to spona_employer
  using (employer = any(sickleave.own_employers()) and (until_at is null or until_at > statement_timestamp()));
