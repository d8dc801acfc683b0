-- Finds what is stuck, however much there is.
CREATE INDEX resource_failed ON resource (seq) WHERE error IS NOT NULL;
-- Who has a domain of a name is asked over all accounts, so the name comes before the account.
UPDATE taken SET value = split_part(value, '/', 2) || '/' || split_part(value, '/', 1)
    WHERE scope = 'domain' AND strpos(value, '/') > 0;
