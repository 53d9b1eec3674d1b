-- Sick leave takes part by itself: certificates that an edge issued without a connection come to its inbox, and numbers for the next ones go out.
insert into bus.member (id, code, name, mb, contact, state, proved_at, tested_at, created_at)
values ('00000000-0000-4000-8000-000000000003', 'sickleave', 'e-Bolovanje', '00000000', 'operator', 'active', now(), now(), now());
insert into bus.service (provider, name, kind, title, purpose, legal_basis, source_of_truth, version, updated_at)
values
  ('00000000-0000-4000-8000-000000000003', 'certificates', 'inbox', 'Certificates of sick leaves issued without a connection, and wishes for numbers', 'health-care',
   'Sl. glasnik RS 109/2025', 'the issuing institution', '1', now());
update bus.directory set version = version + 1;
