-- Text messages that enrolments had sent within the last day, so that strangers do not use up a number's. Erased by age, and
-- with the enrolment whose SIM answered.
CREATE TABLE sim_text (
  id         TEXT   PRIMARY KEY,
  hash       BLOB   NOT NULL,                 -- keyed, of the number; of the person once a bank has vouched
  enrolment  TEXT   NOT NULL,
  time       BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sim_text_hash ON sim_text (hash, time);
CREATE INDEX sim_text_enrolment ON sim_text (enrolment);
CREATE INDEX sim_text_time ON sim_text (time);
