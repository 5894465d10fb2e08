"""The reader: a regulation as text becomes proposed rules, each with its place in the text.

`files` and `numbering`: bytes → text · `letters`: one spelling of letters, places kept · `outline`: numbering → items →
sentences · `quantities`: every number with its unit · `vocabulary`: the words for roles and events · `clocks`, `duties`,
`measures`: sentences → proposals · `reader`: all of it · `scoring`: against a gold list · `skeleton`: confirmed proposals →
a policy file. Deterministic: the same text gives the same proposals; no network, no dictionary beyond these files.
"""
