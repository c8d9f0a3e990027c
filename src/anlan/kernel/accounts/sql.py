"""Raw SQL of this engine: one rule that no constraint of Django's can say."""

from __future__ import annotations

_ADMIN = "('system_admin', 'security_admin', 'auditor')"
REASON = "the post of an administrator excludes every other role"

#: Another role on days that both posts include, where one of the two administrates (S16).
_CLASH = f"""
    SELECT 1 FROM accounts_post p
    WHERE p.user_id = NEW.user_id AND p.id <> NEW.id AND p.role <> NEW.role
      AND (p.role IN {_ADMIN} OR NEW.role IN {_ADMIN})
      AND (p.valid_from IS NULL OR NEW.valid_to IS NULL OR p.valid_from <= NEW.valid_to)
      AND (p.valid_to IS NULL OR NEW.valid_from IS NULL OR NEW.valid_from <= p.valid_to)
      AND (p.valid_to IS NULL OR p.valid_from IS NULL OR p.valid_from <= p.valid_to)
      AND (NEW.valid_to IS NULL OR NEW.valid_from IS NULL OR NEW.valid_from <= NEW.valid_to)
"""  # noqa: S608  constants of ours

_POSTGRESQL = [
    f"""
    CREATE FUNCTION accounts_post_exclusive() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR UPDATE;
        IF EXISTS ({_CLASH}) THEN
            RAISE EXCEPTION '{REASON}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER accounts_post_exclusive AFTER INSERT OR UPDATE ON accounts_post
    FOR EACH ROW EXECUTE FUNCTION accounts_post_exclusive()
    """,
]

_SQLITE = [
    f"""
    CREATE TRIGGER accounts_post_exclusive_{verb} AFTER {verb} ON accounts_post
    WHEN EXISTS ({_CLASH})
    BEGIN SELECT RAISE(ABORT, '{REASON}'); END
    """
    for verb in ("INSERT", "UPDATE")
]


def exclusive_statements(vendor: str) -> list[str]:
    """Statements that make administrators' posts exclude every other role."""
    return _POSTGRESQL if vendor == "postgresql" else _SQLITE


def inclusive_statements(vendor: str) -> list[str]:
    """Statements that undo ``exclusive_statements``."""
    if vendor == "postgresql":
        return [
            "DROP TRIGGER IF EXISTS accounts_post_exclusive ON accounts_post",
            "DROP FUNCTION IF EXISTS accounts_post_exclusive()",
        ]
    return [f"DROP TRIGGER IF EXISTS accounts_post_exclusive_{v}" for v in ("INSERT", "UPDATE")]
