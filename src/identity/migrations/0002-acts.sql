-- The only way to the numbers. Each function does one thing, runs as the owner of the tables and finds them by a fixed path.
set local role spona_identity;

create function identity.survivor(p_person int8) returns int8
language sql stable security definer set search_path = identity, pg_temp as $$
  with recursive up (id, merged_into, steps) as (
    select id, merged_into, 0 from person where id = p_person
    union all
    select next.id, next.merged_into, steps + 1 from up join person next on next.id = up.merged_into where steps < 64
  )
  select id from up where merged_into is null
$$;

-- Facts about whoever the given key, number hashes and local number lead to. Nothing is changed.
create function identity.locate(p_key int8, p_hashes bytea[], p_local bytea)
returns table (source text, person int8, handle uuid, state text, is_identified boolean, temporary_number text, lzb bytea, jmbg bytea, ebs bytea,
               birth_date text, unlinked_from int8[])
language sql stable security definer set search_path = identity, pg_temp as $$
  with hit (source, person, unlinked_from) as (
    select 'chart', person, unlinked_from from chart_key where key = p_key
    union all
    select kind, person, null from number where hash = any(p_hashes)
    union all
    select 'local', chart_key.person, null from local_number join chart_key using (key) where hash = p_local
  )
  select hit.source, person.id, person.handle, person.state, person.identified_at is not null, person.temporary_number,
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

-- The person who holds a number: the new one given here, or whoever claimed it first. Null: a random value was taken; try with others.
create function identity.person_of_number(p_id int8, p_handle uuid, p_at timestamptz, p_kind text, p_hash bytea, p_cipher bytea,
                                          p_lzb_hash bytea, p_lzb bytea)
returns int8 language plpgsql security definer set search_path = identity, pg_temp as $$
declare
  holder int8;
begin
  insert into person (id, handle, state, identified_at, created_at) values (p_id, p_handle, 'active', p_at, p_at) on conflict do nothing;
  if not found then return null; end if;
  insert into number (hash, kind, person, cipher, recorded_at) values (p_lzb_hash, 'lzb', p_id, p_lzb, p_at) on conflict do nothing;
  if not found then
    delete from person where id = p_id;
    return null;
  end if;
  -- Waits for whoever is claiming the same number at this moment, and then sees what they did.
  insert into number (hash, kind, person, cipher, recorded_at) values (p_hash, p_kind, p_id, p_cipher, p_at) on conflict do nothing;
  if not found then
    delete from number where hash = p_lzb_hash;
    delete from person where id = p_id;
    select survivor(number.person) into holder from number where hash = p_hash;
    return holder;
  end if;
  insert into chart_key (key, person, linked_at) values (p_id, p_id, p_at);
  return p_id;
end $$;

-- A person without numbers, or the one already filed under the same local number. Null: a random value was taken; try with others.
create function identity.pending_person(p_id int8, p_handle uuid, p_at timestamptz, p_temporary text, p_key int8, p_local bytea)
returns int8 language plpgsql security definer set search_path = identity, pg_temp as $$
declare
  holder int8;
begin
  if p_local is not null then
    insert into local_number (hash, key) values (p_local, p_key) on conflict do nothing;
    if not found then
      select chart_key.person into holder from local_number join chart_key using (key) where hash = p_local;
      if found then return holder; end if;
    end if;
  end if;
  insert into person (id, handle, state, temporary_number, created_at) values (p_id, p_handle, 'active', p_temporary, p_at) on conflict do nothing;
  if not found then return null; end if;
  insert into chart_key (key, person, linked_at) values (p_id, p_id, p_at);
  return p_id;
end $$;

-- Adds numbers to a person and issues the LZB when there is none yet. False: another person claimed one of them first.
create function identity.identify(p_person int8, p_kinds text[], p_hashes bytea[], p_ciphers bytea[], p_lzb_hash bytea, p_lzb bytea, p_at timestamptz)
returns boolean language plpgsql security definer set search_path = identity, pg_temp as $$
begin
  perform 1 from person where id = p_person and merged_into is null for update;
  if not found then return false; end if;
  insert into number (hash, kind, person, cipher, recorded_at)
  select hash, kind, p_person, cipher, p_at
    from unnest(p_hashes, p_kinds, p_ciphers) as given (hash, kind, cipher) order by hash
  on conflict do nothing;
  -- LBO is the Fund's number: when somebody else holds it already the caller is warned, and identity does not hang on it.
  if exists (select from number where hash = any(p_hashes) and kind in ('jmbg', 'ebs') and survivor(person) <> p_person) then
    return false;
  end if;
  if not exists (select from number where person = p_person and kind = 'lzb') then
    insert into number (hash, kind, person, cipher, recorded_at) values (p_lzb_hash, 'lzb', p_person, p_lzb, p_at) on conflict do nothing;
    if not found then
      raise exception 'the random number is taken' using errcode = 'serialization_failure'; -- The transaction is repeated and draws another.
    end if;
  end if;
  update person set identified_at = p_at where id = p_person and identified_at is null;
  return true;
end $$;

-- Puts a chart under a person. A chart that is known stays where it is; only `merge` and `unlink` move it.
create function identity.link_chart(p_key int8, p_person int8, p_institution int4, p_chart text, p_dental text, p_local bytea,
                                    p_batch uuid, p_actor text, p_at timestamptz)
returns void language plpgsql security definer set search_path = identity, pg_temp as $$
begin
  insert into chart_key (key, person, institution, chart_number, dental_chart_number, linked_at)
  values (p_key, p_person, p_institution, p_chart, p_dental, p_at)
  on conflict (key) do nothing;
  if found then
    insert into key_event (batch, at, kind, key, to_person, actor, reason) values (p_batch, p_at, 'filed', p_key, p_person, p_actor, 'a chart was filed');
  else
    update chart_key set chart_number = p_chart, dental_chart_number = p_dental
     where key = p_key and (chart_number, dental_chart_number) is distinct from (p_chart, p_dental);
  end if;
  if p_local is not null then
    insert into local_number (hash, key) values (p_local, p_key) on conflict do nothing;
  end if;
end $$;

-- Makes one person of two: every key of the one goes to the other, each with an event that `unlink` can undo.
create function identity.merge(p_from int8, p_into int8, p_batch uuid, p_actor text, p_reason text, p_at timestamptz)
returns void language plpgsql security definer set search_path = identity, pg_temp as $$
declare
  former text;
begin
  perform 1 from person where id in (p_from, p_into) order by id for update;
  select state into former from person where id = p_from and merged_into is null;
  if not found or not exists (select from person where id = p_into and merged_into is null) then
    -- Somebody merged one of them a moment ago: what was decided on is no longer so.
    raise exception 'the people have changed' using errcode = 'serialization_failure';
  end if;
  with moved as (
    update chart_key set person = p_into, linked_at = p_at, unlinked_from = array_remove(unlinked_from, p_into)
     where person = p_from returning key
  )
  insert into key_event (batch, at, kind, key, from_person, from_state, to_person, actor, reason)
  select p_batch, p_at, 'link', key, p_from, former, p_into, p_actor, p_reason from moved;
  update person set state = 'merged', merged_into = p_into where id = p_from;
end $$;

-- Separates a chart again. What one link brought goes back as a whole; a chart that was never linked goes to the new pending person.
create function identity.unlink(p_key int8, p_id int8, p_handle uuid, p_temporary text, p_batch uuid, p_actor text, p_reason text, p_at timestamptz)
returns int8 language plpgsql security definer set search_path = identity, pg_temp as $$
declare
  holder int8;
  undone record;
begin
  select person into holder from chart_key where key = p_key for update;
  if not found then return null; end if;
  perform 1 from person where id = holder for update;
  select event.batch, event.from_person, event.from_state into undone
    from key_event event join person former on former.id = event.from_person
   where event.key = p_key and event.kind = 'link' and event.to_person = holder and former.merged_into = holder
   order by event.id desc limit 1;
  if found then
    update person set state = undone.from_state, merged_into = null where id = undone.from_person;
  elsif p_key = holder then
    return null; -- A root key is the person; there is nothing to separate it from.
  else
    insert into person (id, handle, state, temporary_number, created_at) values (p_id, p_handle, 'active', p_temporary, p_at);
    insert into chart_key (key, person, linked_at) values (p_id, p_id, p_at);
    select null::uuid as batch, p_id as from_person, null::text as from_state into undone;
  end if;
  with moved as (
    update chart_key set person = undone.from_person, linked_at = p_at, unlinked_from = array_append(unlinked_from, holder)
     where person = holder and (key = p_key or key in (select key from key_event where batch = undone.batch and kind = 'link'))
     returning key
  )
  insert into key_event (batch, at, kind, key, from_person, to_person, actor, reason)
  select p_batch, p_at, 'unlink', key, holder, undone.from_person, p_actor, p_reason from moved;
  return undone.from_person;
end $$;

-- Each form of a word with one letter left out, and the word itself; đ is looked for as dj and as d.
create function identity.variants_of(p_word text) returns text[]
language sql immutable parallel safe set search_path = identity, pg_temp as $$
  select array_agg(distinct form)
    from (select word from unnest(array[p_word, replace(p_word, 'dj', 'd')]) as word) words,
         lateral (select word as form
                  union select left(word, place - 1) || substr(word, place + 1) from generate_series(1, length(word)) as place) forms
$$;

-- Keeps what is said of people under their keys, and the words of their names for the finder.
create function identity.describe(p_keys int8[], p_central boolean, p_family text[], p_given text[], p_parent text[], p_birth text[], p_sex text[],
                                  p_place text[], p_address text[], p_phone text[], p_deceased text[], p_words text[], p_at timestamptz)
returns void language plpgsql security definer set search_path = identity, pg_temp as $$
begin
  insert into demographics (key, is_central, family, given, parent, birth_date, sex, place, address, phone, deceased_at, words, changed_at)
  select key, p_central, family, given, parent, birth, sex, place, address, phone, deceased, string_to_array(words, ' '), p_at
    from unnest(p_keys, p_family, p_given, p_parent, p_birth, p_sex, p_place, p_address, p_phone, p_deceased, p_words)
         as said (key, family, given, parent, birth, sex, place, address, phone, deceased, words)
  on conflict (key) do update
     set is_central = excluded.is_central, family = excluded.family, given = excluded.given, parent = excluded.parent, birth_date = excluded.birth_date,
         sex = excluded.sex, place = excluded.place, address = excluded.address, phone = excluded.phone, deceased_at = excluded.deceased_at,
         words = excluded.words, changed_at = excluded.changed_at
   where (demographics.family, demographics.given, demographics.parent, demographics.birth_date, demographics.sex, demographics.place,
          demographics.address, demographics.phone, demographics.deceased_at, demographics.is_central)
         is distinct from
         (excluded.family, excluded.given, excluded.parent, excluded.birth_date, excluded.sex, excluded.place,
          excluded.address, excluded.phone, excluded.deceased_at, excluded.is_central);
  insert into name_word (word, variants)
  select word, variants_of(word)
    from (select distinct unnest(string_to_array(words, ' ')) as word from unnest(p_words) as words) said
   where not exists (select from name_word known where known.word = said.word);
end $$;

-- People of the central register, all at once. A number that is known already leads to the person who has it.
create function identity.register_people(p_ids int8[], p_handles uuid[], p_hashes bytea[], p_kinds text[], p_ciphers bytea[],
                                         p_lbo_hashes bytea[], p_lbos bytea[], p_lzb_hashes bytea[], p_lzbs bytea[], p_at timestamptz)
returns table (place int8, person int8, handle uuid, lzb bytea)
language plpgsql security definer set search_path = identity, pg_temp as $$
begin
  insert into number (hash, kind, person, cipher, recorded_at)
  select given.hash, given.kind, given.id, given.cipher, p_at
    from unnest(p_ids, p_hashes, p_kinds, p_ciphers) as given (id, hash, kind, cipher) order by given.hash
  on conflict do nothing;
  insert into person (id, handle, state, identified_at, created_at)
  select given.id, given.handle, 'active', p_at, p_at
    from unnest(p_ids, p_handles, p_hashes) as given (id, handle, hash) join number on number.hash = given.hash and number.person = given.id;
  insert into number (hash, kind, person, cipher, recorded_at)
  select given.hash, 'lzb', given.id, given.cipher, p_at
    from unnest(p_ids, p_lzb_hashes, p_lzbs) as given (id, hash, cipher) join person new on new.id = given.id;
  insert into chart_key (key, person, linked_at)
  select new.id, new.id, p_at from unnest(p_ids) as given (id) join person new on new.id = given.id;
  insert into number (hash, kind, person, cipher, recorded_at)
  select given.lbo, 'lbo', number.person, given.cipher, p_at
    from unnest(p_hashes, p_lbo_hashes, p_lbos) as given (hash, lbo, cipher) join number on number.hash = given.hash
   where given.lbo is not null
   order by given.lbo
  on conflict do nothing;
  return query
    select given.place, living.id, living.handle, (select cipher from number issued where issued.person = living.id and issued.kind = 'lzb')
      from unnest(p_hashes) with ordinality as given (hash, place)
      join number on number.hash = given.hash
      join person living on living.id = survivor(number.person)
     order by given.place;
end $$;

-- Which of these hashes are in use, before random numbers are issued by the thousand.
create function identity.taken(p_hashes bytea[]) returns setof bytea
language sql stable security definer set search_path = identity, pg_temp as $$
  select hash from number where hash = any(p_hashes)
$$;

-- The person behind a number.
create function identity.holder_of(p_hashes bytea[]) returns int8
language sql stable security definer set search_path = identity, pg_temp as $$
  select survivor(person) from number where hash = any(p_hashes) limit 1
$$;

-- The issued numbers of people, encrypted.
create function identity.lzb_of(p_people int8[]) returns table (person int8, lzb bytea)
language sql stable security definer set search_path = identity, pg_temp as $$
  select person, cipher from number where person = any(p_people) and kind = 'lzb'
$$;

-- One number of one person, encrypted; also one that came with a person merged into this one. The caller audits before it shows it.
create function identity.number_of(p_person int8, p_kind text) returns bytea
language sql stable security definer set search_path = identity, pg_temp as $$
  select cipher from number
   where kind = p_kind and (person = p_person or person in (select id from person former where former.merged_into = p_person))
   order by (person = p_person) desc, recorded_at desc limit 1
$$;

-- Marks the death of a person, or a number issued by mistake.
create function identity.set_state(p_person int8, p_state text) returns boolean
language sql security definer set search_path = identity, pg_temp as $$
  update person set state = p_state where id = p_person and merged_into is null and p_state in ('active', 'deceased', 'void') returning true
$$;

revoke all on all functions in schema identity from public;
reset role;
grant execute on all functions in schema identity to spona_app;
