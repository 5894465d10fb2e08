-- A draft is free. From the moment of issue only three things may change: the state along a legal pair,
-- the scope columns (they follow the case), and erasure, which empties content and salt and is dated.
CREATE FUNCTION papers_keep_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'paper % was issued and cannot be deleted', OLD.number USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
        ('draft', 'issued'), ('issued', 'signed'), ('issued', 'amended'), ('issued', 'void'),
        ('signed', 'amended'), ('signed', 'void')
    ) THEN
        RAISE EXCEPTION 'paper % cannot go from % to %', OLD.number, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF (OLD.id, OLD.company_id, OLD.dossier_id, OLD.form, OLD.form_version, OLD.number, OLD.version, OLD.previous_id,
        OLD.content_hash, OLD.token, OLD.issued_at, OLD.issued_by, OLD.origin, OLD.company_name, OLD.created_at)
       IS DISTINCT FROM
       (NEW.id, NEW.company_id, NEW.dossier_id, NEW.form, NEW.form_version, NEW.number, NEW.version, NEW.previous_id,
        NEW.content_hash, NEW.token, NEW.issued_at, NEW.issued_by, NEW.origin, NEW.company_name, NEW.created_at)
    THEN
        RAISE EXCEPTION 'paper % was issued and cannot be changed', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.content, OLD.salt, OLD.erased_at) IS DISTINCT FROM (NEW.content, NEW.salt, NEW.erased_at)
       AND NOT (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.content = '{}'::jsonb AND NEW.salt = '')
    THEN
        RAISE EXCEPTION 'the content of paper % is fixed', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER papers_keep_paper BEFORE UPDATE OR DELETE ON papers_paper
    FOR EACH ROW EXECUTE FUNCTION papers_keep_paper();

-- Scope columns follow the case when it gets another dealer or customer; everything else of a signature stays.
CREATE FUNCTION papers_keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'dealer_id' - 'customer_id') = (to_jsonb(NEW) - 'dealer_id' - 'customer_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signature cannot be changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER papers_keep_signature BEFORE UPDATE OR DELETE ON papers_signature
    FOR EACH ROW EXECUTE FUNCTION papers_keep_signature();
CREATE TRIGGER papers_keep_hand BEFORE UPDATE ON papers_hand
    FOR EACH ROW EXECUTE FUNCTION papers_keep_signature();

CREATE FUNCTION papers_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps evidence and cannot be emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER papers_never BEFORE TRUNCATE ON papers_paper FOR EACH STATEMENT EXECUTE FUNCTION papers_never();
CREATE TRIGGER papers_never BEFORE TRUNCATE ON papers_signature FOR EACH STATEMENT EXECUTE FUNCTION papers_never();
