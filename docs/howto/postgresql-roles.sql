-- Roles of an installation on PostgreSQL (S59). Run it as the owner of the database, after the
-- first `./anlan serve`, and after each update that brings migrations:
--     psql -d anlan -f docs/howto/postgresql-roles.sql
-- then set passwords (\password anlan_app) and let web and worker use anlan_app. The owner migrates,
-- restores and purges; nobody serves pages as the owner.
DO $$ BEGIN CREATE ROLE anlan_app LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE anlan_read LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO anlan_app, anlan_read;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anlan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO anlan_app;

-- What is only ever added to: the record, its chain, the ledger, the cases' histories. Triggers
-- refuse the rest already; without the right there is nothing to switch off.
REVOKE UPDATE, DELETE ON audit_auditrow, audit_link, audit_seal, facts_fact, loop_event FROM anlan_app;
-- Locking a fact's row while its followers are placed asks for the right on one column; the trigger
-- refuses the change itself.
GRANT UPDATE (id) ON facts_fact TO anlan_app;

-- For reports and checks from outside: reads business, and no secrets.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO anlan_read;
REVOKE SELECT ON accounts_user, accounts_pastpassword, accounts_recoverycode, accounts_apitoken,
    accounts_usersession, accounts_invitation, mfa_authenticator, audit_auditrow, audit_subjectkey,
    notices_webhook FROM anlan_read;
