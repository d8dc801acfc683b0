-- Finds what is stuck, however much there is.
CREATE INDEX resource_failed ON resource (seq) WHERE error IS NOT NULL;
