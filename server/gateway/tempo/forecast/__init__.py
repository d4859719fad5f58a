"""How likely each colour is two to nine days ahead: a forecast of ours, kept apart from what RTE announces."""
