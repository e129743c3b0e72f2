-- Text messages are counted wherever they are asked for, also by the number that they go to.
ALTER TABLE sim_text RENAME COLUMN enrolment TO subject;      -- of an enrolment or an identity
ALTER TABLE sim_text ADD COLUMN asker TEXT NOT NULL DEFAULT 'stranger'; -- stranger | vouched | enrolled
ALTER TABLE sim_text ADD COLUMN number BYTEA;                -- keyed hash
ALTER TABLE sim_text ADD COLUMN settled BIGINT NOT NULL DEFAULT 0; -- 1: the SIM answered
UPDATE sim_text SET number = hash;
CREATE INDEX sim_text_number ON sim_text (number, time);
