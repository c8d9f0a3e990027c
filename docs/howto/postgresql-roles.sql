-- Roles of an installation on PostgreSQL (S59). `./anlan roles`, started with the owner's
-- ANLAN_DATABASE, does all of this, and every later migration does it again for what is new. By hand,
-- as the owner of the database after the first `./anlan roles` or `./anlan check`:
--     psql -d anlan -f docs/howto/postgresql-roles.sql
-- Then set passwords (\password anlan_app) and let web and worker use anlan_app. The owner migrates,
-- restores and purges; nobody serves pages as the owner.

-- Making a role takes CREATEROLE; where they exist already, being the owner is enough.
DO $$ DECLARE wanted text; BEGIN
    FOREACH wanted IN ARRAY ARRAY['anlan_app', 'anlan_read', 'anlan_audit'] LOOP
        IF to_regrole(wanted) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO anlan_app, anlan_read, anlan_audit;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anlan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO anlan_app;

-- Which migrations were applied is a part of the structure.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM anlan_app;

-- What is only ever added to: the record, its chain, the ledger, the cases' histories. Triggers
-- refuse the rest already; without the right there is nothing to switch off.
DO $$ DECLARE guarded regclass; BEGIN
    FOR guarded IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname LIKE '%\_append\_only' LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM anlan_app', guarded);
    END LOOP;
END $$;
-- Locking a fact's row while its followers are placed asks for the right on one column; the trigger
-- refuses the change itself.
GRANT UPDATE (id) ON facts_fact TO anlan_app;

-- For reports and checks from outside: reads business, and no secrets.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO anlan_read;
REVOKE SELECT ON accounts_user, accounts_pastpassword, accounts_recoverycode, accounts_apitoken,
    accounts_usersession, accounts_invitation, mfa_authenticator, django_session, axes_accessattempt,
    audit_auditrow, audit_link, audit_seal, audit_purge, audit_subjectkey, notices_webhook
    FROM anlan_read;

-- For whoever audits from outside: the record and its chain, and nothing else.
GRANT SELECT ON audit_auditrow, audit_link, audit_seal, audit_purge TO anlan_audit;
