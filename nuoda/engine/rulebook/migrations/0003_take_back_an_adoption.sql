CREATE OR REPLACE FUNCTION rulebook_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'version % is published and cannot be deleted', OLD.version USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status = 'draft' THEN
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.company_id, NEW.policy_id, NEW.version, NEW.content, NEW.hash, NEW.effective_date, NEW.published_at)
        IS DISTINCT FROM
        (OLD.id, OLD.company_id, OLD.policy_id, OLD.version, OLD.content, OLD.hash, OLD.effective_date, OLD.published_at) THEN
        RAISE EXCEPTION 'version % is published: its content never changes', OLD.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- An adoption that has not yet taken effect can be taken back: the version waits again, the one before it goes on.
    IF OLD.status = 'in_force' AND NEW.status = 'published' AND OLD.in_force_from > clock_timestamp()
        AND NEW.in_force_from IS NULL AND NEW.in_force_until IS NULL THEN
        RETURN NEW;
    END IF;
    IF OLD.status = 'retired' AND NEW.status = 'in_force' AND OLD.in_force_until > clock_timestamp()
        AND NEW.in_force_from = OLD.in_force_from AND NEW.in_force_until IS NULL THEN
        RETURN NEW;
    END IF;
    IF NOT ((OLD.status, NEW.status) IN (('published', 'in_force'), ('in_force', 'retired')) OR OLD.status = NEW.status) THEN
        RAISE EXCEPTION 'version % cannot go from % to %', OLD.version, OLD.status, NEW.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.in_force_from IS NOT NULL AND NEW.in_force_from IS DISTINCT FROM OLD.in_force_from THEN
        RAISE EXCEPTION 'the beginning of version % is past', OLD.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.in_force_until IS NOT NULL AND NEW.in_force_until IS DISTINCT FROM OLD.in_force_until THEN
        RAISE EXCEPTION 'the end of version % is fixed', OLD.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
