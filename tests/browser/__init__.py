"""The main jobs in a real browser, in Chinese: each page they pass is checked by axe, for width, console and foreign
requests."""
