-- Who has a domain of a name is asked over all accounts, so the name comes before the account.
UPDATE taken SET value = split_part(value, '/', 2) || '/' || split_part(value, '/', 1)
    WHERE scope = 'domain' AND strpos(value, '/') > 0;
