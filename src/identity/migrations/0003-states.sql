-- States of people are changed with a reason, and the change is an event like a link.
set local role spona_identity;

alter table identity.key_event drop constraint key_event_kind_check;
alter table identity.key_event add check (kind in ('filed', 'link', 'unlink', 'state'));

drop function identity.set_state(int8, text);

-- Death, or a number issued by mistake. A merged person is only changed by `unlink`. Answers whose state is new.
create function identity.set_state(p_people int8[], p_state text, p_batch uuid, p_actor text, p_reason text, p_at timestamptz) returns setof int8
language sql security definer set search_path = identity, pg_temp as $$
  with former as (
    select id, state from person
     where id = any(p_people) and merged_into is null and state <> p_state and p_state in ('active', 'deceased', 'void') for update
  ), changed as (
    update person set state = p_state from former where person.id = former.id returning person.id, former.state as former
  )
  insert into key_event (batch, at, kind, key, from_person, from_state, to_person, actor, reason)
  select p_batch, p_at, 'state', id, id, former, id, p_actor, p_state || ': ' || p_reason from changed
  returning key
$$;

revoke all on function identity.set_state(int8[], text, uuid, text, text, timestamptz) from public;
reset role;
grant execute on function identity.set_state(int8[], text, uuid, text, text, timestamptz) to spona_app;
