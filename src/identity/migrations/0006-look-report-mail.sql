-- Where the person wants to hear that an answer is there, sealed like a number. Emptied as soon as the mail is on its way, or when it cannot be sent.
alter table identity.look_report add column mail bytea check (octet_length(mail) between 29 and 400);
alter table identity.look_report add column mail_language text collate "C" check (mail_language in ('sr', 'sr-Latn', 'en'));
alter table identity.look_report add constraint look_report_mail_language check ((mail is null) or (mail_language is not null));
create index look_report_to_tell on identity.look_report (answered_at) where mail is not null and answered_at is not null;

grant update (mail) on identity.look_report to spona_app;
