-- What a person has open, a row or two, instead of a look at each action of their last day.
CREATE INDEX action_linked ON action (identity, partner) WHERE status = 'linked';
