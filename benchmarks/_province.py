"""A province of the mission's size, made inside PostgreSQL: rows as an import would leave them.

Loading three million workbooks' rows takes the importer most of an hour (see importing.py); here
the database makes its own rows, and the fold, which is ours, is timed. Every hazard has a case,
a record, one event for each state it went through, words for the search and its facts.
"""

from __future__ import annotations

import sys
import time
from typing import Any

CHUNK = 50_000
#: Three years, so that a month has about a thirty-sixth of the hazards.
DAYS = 1_095
SECTORS = ("hazchem", "fire", "road", "industry", "gas", "construction")
PLACES = "储罐区,配电室,疏散通道,燃气表间,脚手架,地下车库,粉尘车间,有限空间"
FLAWS = "报警器失效,线路老化,堆放杂物,未定期检验,防护缺失,无证上岗,接地不良"

TOWNS = """
CREATE TEMP TABLE towns AS
SELECT row_number() OVER (ORDER BY id) AS rank, id, path FROM regions_region
WHERE level = 4 AND code LIKE '53%'
"""
# Townships by 1/rank^0.7: the busiest has about one in thirty.
PICK = "least(count, 1 + floor(count * power(random(), 3.33)))::int"

ENTERPRISES = f"""
INSERT INTO enterprises_enterprise (name, plain_name, code_missing, stated_code, kind, path,
  industry, address, scale, status, source, version, created_at, updated_at, area_id, sector_id)
SELECT '模拟企业' || n || '号有限公司', '模拟企业' || n || '号有限公司', true, '', 'enterprise',
  t.path, '', '', '', 'active', 'bench', 1, now(), now(), t.id, (%s::text[])[1 + n %% 6]
FROM (SELECT n, {PICK} AS r FROM generate_series(%s::int, %s::int) n,
      (SELECT count(*) FROM towns) AS c(count)) d JOIN towns t ON t.rank = d.r
"""

# One row a hazard, from which every table's rows are made.
DRAWN = f"""
CREATE TEMP TABLE drawn ON COMMIT DROP AS
SELECT n, lpad(to_hex(n + 20000000), 12, '0')::text AS tail,
  ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
  t.id AS area, t.path, (%s::text[])[1 + floor(random() * 6)::int] AS sector,
  CASE WHEN random() < 0.04 THEN 'major' ELSE 'ordinary' END AS grade,
  d.found, d.found + 15 AS due, d.found + d.took AS settled, d.found + d.took + 3 AS closed,
  d.found + d.took <= current_date AND d.lucky < 0.97 AS is_settled,
  d.found + d.took + 3 <= current_date AND d.lucky < 0.965 AS is_closed,
  (string_to_array(%s, ','))[1 + n %% 8] || (string_to_array(%s, ','))[1 + n %% 7]
    || '，编号' || n AS words, 1 + (n::bigint * 7919) %% %s AS firm
FROM (SELECT n, {PICK} AS r, current_date - floor(random() * {DAYS})::int AS found,
        1 + floor(random() * 30)::int AS took, random() AS lucky
      FROM generate_series(%s::int, %s::int) n, (SELECT count(*) FROM towns) AS c(count)) d
JOIN towns t ON t.rank = d.r
"""

# Cases are gathered in a table of that name which hides the real one, so that the closed ones get
# their seals by the product's own code, and no row of the real one is written twice.
GATHERED = """
CREATE TEMP TABLE loop_case (LIKE public.loop_case INCLUDING DEFAULTS, PRIMARY KEY (id))
ON COMMIT DROP
"""
CASES = """
    INSERT INTO loop_case (id, kind, number, state, is_open, unsettled, version, path, grade,
      source, topics, enterprise_id, opened_on, due_on, due_provisional, due_rule, settled_on,
      closed_on, rung, round, rebounds, listed, declared, settings_version, area_id, sector_id,
      unit_id)
    SELECT id, 'hazard', 'YH' || tail,
      CASE WHEN is_closed THEN 'closed' WHEN is_settled THEN 'rectified' ELSE 'found' END,
      NOT is_closed, NOT is_settled, 1 + is_settled::int + is_closed::int, path, grade,
      'inspection', '', firm, found, due, false, '{"kind": "date"}',
      CASE WHEN is_settled THEN settled END, CASE WHEN is_closed THEN closed END, 0, 0, 0, false,
      false, 1, area, sector, %(unit)s FROM drawn
"""
RELEASED = ("INSERT INTO public.loop_case SELECT * FROM loop_case", "DROP TABLE pg_temp.loop_case")

STATEMENTS = (
    """
    INSERT INTO hazards_hazard (case_id, description, category, object_name, place, found_by,
      basis, measure, responsible_unit, responsible_person, contingency, result, verifier, remarks,
      made_by_hand, enterprise_id)
    SELECT id, words, '', '', '', '', '', '', '', '', '', '', '', '', true, firm FROM drawn
    """,
    """
    INSERT INTO loop_event (seq, step, source_state, target_state, at, day, actor, reason, changes,
      request_id, case_id)
    SELECT s.seq, s.step, s.source, s.target, now(), s.day, 'bench', '', '{"round": 0}',
      id, id
    FROM drawn, LATERAL (VALUES
      (1, 'find', '', 'found', found, true),
      (2, 'declare_rectified', 'found', 'rectified', settled, is_settled),
      (3, 'declare_closed', 'rectified', 'closed', closed, is_closed)
    ) AS s(seq, step, source, target, day, happened) WHERE s.happened
    """,
    """
    INSERT INTO hazards_search (case_id, words)
    SELECT id, to_tsvector('simple', (
      SELECT string_agg(substr(w, i, 2), ' ' ORDER BY i) FROM generate_series(1, length(w) - 1) i))
    FROM (SELECT id, replace(words, '，', '') AS w FROM drawn) d
    """,
    """
    INSERT INTO facts_fact (kind_id, labels_id, area_id, day, span, unit_id, quantity, case_id,
      subject, settings_version, posted_at)
    SELECT k.id, l.id, area, f.day, 0, %(unit)s, f.quantity, drawn.id, '', 1, now()
    FROM drawn JOIN facts_labelset l
      ON l.key = 'grade=' || grade || '|sector=' || sector || '|source=inspection',
    LATERAL (VALUES
      ('hazard.found', found, 1, true), ('hazard.open', found, 1, true),
      ('hazard.due', due, 1, true),
      ('hazard.overdue', due + 1, 1, NOT is_settled OR settled > due),
      ('hazard.overdue', settled, -1, is_settled AND settled > due),
      ('hazard.open', closed, -1, is_closed)
    ) AS f(kind, day, quantity, happened) JOIN facts_kind k ON k.code = f.kind WHERE f.happened
    """,
)


def fill(hazards: int, enterprises: int) -> None:
    """Everything but people. Prints where it is to stderr."""
    from django.db import connection, transaction
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import units
    from anlan.kernel.facts import intern
    from anlan.kernel.loop import seals
    from anlan.kernel.loop.models import Case

    unit = units.unnamed(by=Actor(None, "bench", trusted=True), at=timezone.now()).pk
    with transaction.atomic():
        intern.kinds([f"hazard.{name}" for name in ("found", "open", "due", "overdue")])
        intern.label_sets(
            f"grade={grade}|sector={sector}|source=inspection"
            for grade in ("ordinary", "major") for sector in SECTORS
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TOWNS)
        for start in range(1, enterprises + 1, CHUNK * 10):
            end = min(start + CHUNK * 10 - 1, enterprises)
            cursor.execute(ENTERPRISES, [list(SECTORS), start, end])
            _say("enterprises", end, enterprises)
        for start in range(1, hazards + 1, CHUNK):
            end = min(start + CHUNK - 1, hazards)
            with transaction.atomic():
                # Rows that the database itself made need no proof that what they name is there.
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(
                    DRAWN, [list(SECTORS), PLACES, FLAWS, max(enterprises, 1), start, end]
                )
                cursor.execute(GATHERED)
                cursor.execute(CASES, {"unit": unit})
                seals.seal_all(Case)
                for statement in (*RELEASED, *STATEMENTS):
                    cursor.execute(statement, {"unit": unit})
            _say("hazards", end, hazards)
        cursor.execute("VACUUM ANALYZE")


def fold() -> tuple[int, float]:
    """Facts folded, and seconds."""
    from django.utils import timezone

    from anlan.kernel.facts import ledger
    from anlan.kernel.facts.models import Fact

    start = time.perf_counter()
    ledger.fold(timezone.now())
    seconds = time.perf_counter() - start
    return Fact.objects.count(), seconds


def people(count: int) -> dict[str, Any]:
    """Offices at every level that a page is asked from, and ``count`` others who only exist.

    Where they are there already, they are the answer.
    """
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.models import Level, Region

    by, at = Actor(None, "bench", trusted=True), timezone.now()
    last = Region.objects.filter(level=Level.TOWNSHIP, code__startswith="53").order_by("-pk")[0]
    areas = {
        "province": Region.objects.get(code="530000"),
        "prefecture": Region.objects.get(code="530100"),
        "county": Region.objects.get(code="530102"),
        "small county": Region.objects.get(code="533325"),
        "township": last,
    }
    made = {}
    for name, area in areas.items():
        code = f"bench-{name.replace(' ', '-')}"
        known = User.objects.filter(username=code).first()
        if known is not None:
            made[name] = known.pk
            continue
        unit = accounts.create_unit(code, name, "committee_office", area, by=by, at=at)
        user = accounts.create_person(code, name, by=by, at=at)
        accounts.grant_post(user.pk, unit, Role.OFFICE, by=by, at=at)
        made[name] = user.pk
    if not User.objects.filter(username="bench-0").exists():
        User.objects.bulk_create(
            User(username=f"bench-{n}", name="模拟人员", password="!", created_at=at)
            for n in range(count)
        )
    User.objects.filter(pk__in=made.values()).update(password_changed_at=at, last_seen_at=at)
    return made


def _say(what: str, done: int, total: int) -> None:
    print(f"{what} {done} / {total}", file=sys.stderr, flush=True)
