-- A doctor's list of reports that are due begins with the leaves of the doctor.
create index leave_by_worker on sickleave.leave (institution, worker, opened_at desc);
