-- The centre itself takes part: it says how it is, and tells members what concerns them.
insert into bus.member (id, code, name, mb, contact, state, proved_at, tested_at, created_at)
values ('00000000-0000-4000-8000-000000000002', 'centre', 'Центар магистрале', '00000000', 'operator', 'active', now(), now(), now());
insert into bus.service (provider, name, kind, title, purpose, legal_basis, source_of_truth, version, updated_at)
values ('00000000-0000-4000-8000-000000000002', 'status', 'topic', 'How the centre is: ok, or degraded and by what', 'administration',
        'Sl. glasnik RS 45/2025', 'the centre', '1', now());
update bus.directory set version = version + 1;
