-- Grows with every put and every settlement: with `seq` it names one state of a row for good. In no
-- index: what is indexed makes each write of a row dearer, and rows that are long lie elsewhere anyway.
ALTER TABLE resource ADD stamp bigint NOT NULL DEFAULT 1;
CREATE FUNCTION restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.stamp := OLD.stamp + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER resource_is_stamped BEFORE UPDATE ON resource
    FOR EACH ROW WHEN (NEW.version <> OLD.version OR (NEW.lease = 0 AND OLD.lease <> 0))
    EXECUTE FUNCTION restamp();
