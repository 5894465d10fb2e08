"""The reader: a regulation as text becomes proposed rules, each with its place in the text.

`files`, `numbering` and `lines`: bytes → text · `letters`: one spelling of letters, places kept · `outline` and `labels`:
numbering → items → sentences · `quantities`: every number with its unit · `vocabulary`: the words for roles and events ·
`circumstances`: when a rule is meant to hold · `clocks`, `duties`, `cadences`, `effects`, `measures`: sentences → proposals ·
`reader`: all of it · `parts`: a long text in parts · `doubts`: what the author should look at · `scoring`: against a gold
list · `skeleton` and `instances`: confirmed proposals → a policy file with examples.

Deterministic: the same text gives the same proposals; no network, no dictionary beyond these files.
"""
