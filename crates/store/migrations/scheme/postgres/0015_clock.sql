-- What must be known of the clock after a restart; one row.
CREATE TABLE clock (
  one       BIGINT PRIMARY KEY CHECK (one = 1),
  recorded  BIGINT NOT NULL,                  -- the last time at which the clocks agreed
  agreed    BIGINT NOT NULL                   -- for how many milliseconds they have agreed since they last disagreed, at most a day
);
