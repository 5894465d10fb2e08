from .pages import EVERYONE, Page


class Styleguide(Page):
    access = EVERYONE


class Piece(Page):
    access = EVERYONE
