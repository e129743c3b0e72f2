-- What the rows of a view give, sealed: values that the texts of the view only show.
ALTER TABLE action ADD COLUMN given BYTEA;
