-- The code version that the phone was offered: what it signs names it, also after the code was replaced.
ALTER TABLE action ADD COLUMN code_version BIGINT;
UPDATE action SET code_version = (SELECT i.code_version FROM identity i WHERE i.id = action.identity)
 WHERE status = 'linked';
