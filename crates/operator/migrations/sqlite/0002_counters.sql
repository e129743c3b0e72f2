-- Which of the 64 counters below the highest were accepted too, a bit each: answers that were asked for at the same moment
-- come back in any order.
ALTER TABLE sim ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
