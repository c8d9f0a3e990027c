"""Campaigns: plans and their tasks here; what else there is to them in folders by subject.

reading/    what a notice or a report says: rules over its text, no database
intake/     a document confirmed by a person, into a plan or into figures
below/      a plan given to the units below
progress/   what a target has reached, by the ledger or as declared; evidence
returns/    reporting duties: a case for each unit and day
carrying/   who carries it: bodies, hearings, duty letters; what it wants: plans, goals, elements
battlemap/  tasks over time
meetings/   dispatch meetings: what changed, promises, minutes
templates/  campaigns that documents describe, as data
"""
