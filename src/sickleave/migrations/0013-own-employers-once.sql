-- Which employers somebody reads for is asked once in a statement, not at each row: an agency of two hundred clients waited for half a second.
do $$
declare name text;
begin
  foreach name in array array['employer_event', 'shared', 'request', 'earning', 'objection', 'firm', 'invitation', 'employer_case', 'channel', 'channel_place',
                              'employer_stream'] loop
    execute format('alter policy own on sickleave.%I using (employer = any((select sickleave.own_employers())::int4[]))', name);
  end loop;
end $$;
alter policy own on sickleave.employer_member
  using (member = (select sickleave.own_member()) or employer = any((select sickleave.own_employers())::int4[]));
alter policy own on sickleave.mandate
  using (employer = any((select sickleave.own_employers())::int4[]) or agency = any((select sickleave.own_employers())::int4[])
         or agency in (select m.employer from sickleave.employer_member m where m.member = (select sickleave.own_member()) and m.ended_at is null));
