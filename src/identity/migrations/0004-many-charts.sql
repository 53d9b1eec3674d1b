-- The acts of filing for many charts at once. Whoever calls them has made sure that no two charts of one call lead to the same key, number or person.
set local role spona_identity;

-- As `locate`, for many charts: `at` is the place of the chart in the lists, `p_of` the place of the chart that each number hash belongs to.
create function identity.locate_all(p_keys int8[], p_locals bytea[], p_of int8[], p_hashes bytea[])
returns table (at int8, source text, person int8, handle uuid, state text, is_identified boolean, temporary_number text, lzb bytea, jmbg bytea, ebs bytea,
               birth_date text, unlinked_from int8[])
language sql stable security definer set search_path = identity, pg_temp as $$
  with asked as (
    select * from unnest(p_keys, p_locals) with ordinality as asked (key, local, at)
  ), hit (at, source, person, unlinked_from) as (
    select asked.at, 'chart', chart_key.person, chart_key.unlinked_from from asked join chart_key using (key)
    union all
    select given.at, number.kind, number.person, null from unnest(p_of, p_hashes) as given (at, hash) join number using (hash)
    union all
    select asked.at, 'local', chart_key.person, null
      from asked join local_number on local_number.hash = asked.local join chart_key on chart_key.key = local_number.key
  )
  select hit.at, hit.source, person.id, person.handle, person.state, person.identified_at is not null, person.temporary_number,
         (select cipher from number where number.person = person.id and kind = 'lzb'),
         (select hash from number where number.person = person.id and kind = 'jmbg' limit 1),
         (select hash from number where number.person = person.id and kind = 'ebs' limit 1),
         (select demographics.birth_date
            from chart_key join demographics using (key)
           where chart_key.person = person.id
           order by is_central desc, changed_at desc limit 1),
         hit.unlinked_from
    from hit
    join person on person.id = case when (select merged_into from person at_hit where at_hit.id = hit.person) is null then hit.person
                                    else survivor(hit.person) end
$$;

-- Makes new people: with the numbers given (the LZB among them), or pending under a temporary number and the chart's local number.
-- Answers those it made. Where a random value or a number was taken meanwhile nothing of that person stays, and the caller looks at the chart again.
create function identity.new_people(p_ids int8[], p_handles uuid[], p_temporary text[], p_keys int8[], p_locals bytea[],
                                    p_of int8[], p_kinds text[], p_hashes bytea[], p_ciphers bytea[], p_at timestamptz)
returns int8[] language plpgsql security definer set search_path = identity, pg_temp as $$
declare
  made int8[];
  lost int8[];
begin
  -- Everybody claims in the order of the hashes, so that two batches wait for each other in one direction only.
  insert into local_number (hash, key)
  select local, key from unnest(p_temporary, p_keys, p_locals) as given (temporary, key, local)
   where temporary is not null and local is not null order by local
  on conflict do nothing;
  with born as (
    insert into person (id, handle, state, identified_at, temporary_number, created_at)
    select id, handle, 'active', case when temporary is null then p_at end, temporary, p_at
      from unnest(p_ids, p_handles, p_temporary, p_keys, p_locals) as given (id, handle, temporary, key, local)
     where temporary is null or local is null or exists (select from local_number held where held.hash = given.local and held.key = given.key)
    on conflict do nothing
    returning id
  )
  select coalesce(array_agg(id), '{}') into made from born;
  -- Waits for whoever is claiming the same number at this moment, and then sees what they did.
  insert into number (hash, kind, person, cipher, recorded_at)
  select hash, kind, person, cipher, p_at
    from unnest(p_of, p_kinds, p_hashes, p_ciphers) as given (person, kind, hash, cipher)
   where person = any(made) order by hash
  on conflict do nothing;
  -- LBO is the Fund's number: identity does not hang on it.
  select coalesce(array_agg(distinct given.person), '{}') into lost
    from unnest(p_of, p_kinds, p_hashes) as given (person, kind, hash)
   where given.kind <> 'lbo' and given.person = any(made)
     and not exists (select from number held where held.hash = given.hash and held.person = given.person);
  if cardinality(lost) > 0 then
    delete from number where person = any(lost);
    delete from person where id = any(lost);
    select coalesce(array_agg(id), '{}') into made from unnest(made) as id where id <> all(lost);
  end if;
  insert into chart_key (key, person, linked_at) select id, id, p_at from unnest(made) as id;
  return made;
end $$;

-- As `link_chart`, for many charts, each an act of its own.
create function identity.link_charts(p_keys int8[], p_people int8[], p_institutions int8[], p_charts text[], p_dentals text[], p_locals bytea[],
                                     p_batches uuid[], p_actors text[], p_at timestamptz)
returns void language plpgsql security definer set search_path = identity, pg_temp as $$
begin
  with fresh as (
    insert into chart_key (key, person, institution, chart_number, dental_chart_number, linked_at)
    select key, person, institution, chart, dental, p_at
      from unnest(p_keys, p_people, p_institutions, p_charts, p_dentals) as given (key, person, institution, chart, dental)
     order by key
    on conflict (key) do nothing
    returning key, person
  ), filed as (
    insert into key_event (batch, at, kind, key, to_person, actor, reason)
    select given.batch, p_at, 'filed', fresh.key, fresh.person, given.actor, 'a chart was filed'
      from fresh join unnest(p_keys, p_batches, p_actors) as given (key, batch, actor) using (key)
  )
  update chart_key set chart_number = given.chart, dental_chart_number = given.dental
    from unnest(p_keys, p_charts, p_dentals) as given (key, chart, dental)
   where chart_key.key = given.key and (chart_key.chart_number, chart_key.dental_chart_number) is distinct from (given.chart, given.dental);
  if exists (select from person where id = any(p_people) and merged_into is not null) then
    -- Somebody merged one of them a moment ago: what was decided on is no longer so. The transaction is repeated.
    raise exception 'the people have changed' using errcode = 'serialization_failure';
  end if;
  insert into local_number (hash, key)
  select local, key from unnest(p_keys, p_locals) as given (key, local) where local is not null order by local
  on conflict do nothing;
end $$;

revoke all on function identity.locate_all(int8[], bytea[], int8[], bytea[]) from public;
revoke all on function identity.new_people(int8[], uuid[], text[], int8[], bytea[], int8[], text[], bytea[], bytea[], timestamptz) from public;
revoke all on function identity.link_charts(int8[], int8[], int8[], text[], text[], bytea[], uuid[], text[], timestamptz) from public;
reset role;
grant execute on function identity.locate_all(int8[], bytea[], int8[], bytea[]) to spona_app;
grant execute on function identity.new_people(int8[], uuid[], text[], int8[], bytea[], int8[], text[], bytea[], bytea[], timestamptz) to spona_app;
grant execute on function identity.link_charts(int8[], int8[], int8[], text[], text[], bytea[], uuid[], text[], timestamptz) to spona_app;
