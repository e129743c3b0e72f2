-- What staff and other actors changed outside of a person's own actions, and who they were.
CREATE TABLE audit (
  id       TEXT   PRIMARY KEY,
  actor    TEXT   NOT NULL,
  event    TEXT   NOT NULL,
  subject  TEXT   NOT NULL,
  time     BIGINT NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, time);
