-- A phone that another one replaced may still say, until this time, that its owner did not do it.
ALTER TABLE device ADD COLUMN contest_until BIGINT;
-- A replaced phone said that this one is not its owner's.
ALTER TABLE device ADD COLUMN contested BIGINT NOT NULL DEFAULT 0;
-- Until this time the phone reaches `basic` only. The largest number: until the notice of the replacement is sent.
ALTER TABLE device ADD COLUMN basic_until BIGINT NOT NULL DEFAULT 0;
-- The identity of a person who has one already, and the version that their new code will have.
ALTER TABLE enrolment ADD COLUMN replaces TEXT;
ALTER TABLE enrolment ADD COLUMN code_version BIGINT NOT NULL DEFAULT 1;
-- When the proofing began.
ALTER TABLE enrolment ADD COLUMN proofing_began BIGINT;
ALTER TABLE recovery ADD COLUMN proofing_began BIGINT;
ALTER TABLE registrar_session ADD COLUMN began BIGINT NOT NULL DEFAULT 0;
