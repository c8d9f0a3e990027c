"""Candidates for major hazards: which clause of which standard a description may fall under.

A suggestion with its clause, never a verdict: a person confirms the grade.
"""

from anlan.domain.hazards.criteria.matching import Candidate, candidates, candidates_of_many
from anlan.domain.hazards.criteria.table import Basis

__all__ = ["Basis", "Candidate", "candidates", "candidates_of_many"]
